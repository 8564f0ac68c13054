import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { FrameworkError } from '../../../spec/errors.ts';
import type { RawExpression } from '../../../spec/table-condition.ts';
import { storeValue } from './stored-value.ts';

/** Collects the names and values of a request's expressions: each gets a placeholder, so that no word is reserved. */
export interface Expressions {
  /** A path with placeholders: `#_0.#_1[2]`. */
  path(text: string): string;
  /** The placeholder of a name, whatever signs are in it. */
  name(name: string): string;
  /** The placeholder of a value; `path` says whose it is. */
  value(value: unknown, path: string): string;
  /** An expression with placeholders of its own. */
  raw(expression: RawExpression): string;
  /** What a request says of its placeholders. */
  placeholders(): {
    readonly ExpressionAttributeNames?: Record<string, string>;
    readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
  };
}

/** A name, then names behind dots and positions in brackets. */
const PATH = /^[^.[\]]+(\.[^.[\]]+|\[\d+\])*$/;

const refuse = (message: string): never => {
  throw new FrameworkError('INVALID_OPTION', message);
};

/** @param resource - Names the table in errors. */
export const createExpressions = (resource: string): Expressions => {
  const names = new Map<string, string>();
  const values: Record<string, AttributeValue> = {};
  const own: Record<string, string> = {};
  const nameOf = (name: string): string => {
    const placeholder = names.get(name) ?? `#_${names.size}`;
    names.set(name, placeholder);
    return placeholder;
  };
  const reserved = (placeholder: string) => {
    if (!/^[#:][A-Za-z0-9]/.test(placeholder))
      refuse(
        `${placeholder} is given as a placeholder of an expression on ${resource}; they are # or : and then a letter or a digit.`,
      );
  };
  return {
    name: nameOf,
    path: (text) => {
      if (!PATH.test(text))
        refuse(
          `${JSON.stringify(text)} is given as a path in an item of ${resource}; paths are names with dots and positions between, such as lines[0].sku. A name that holds these signs itself goes by $raw.`,
        );
      return text.replaceAll(
        /(^|\.)([^.[\]]+)/g,
        (_step, dot: string, name: string) => dot + nameOf(name),
      );
    },
    value: (value, path) => {
      const placeholder = `:_${Object.keys(values).length}`;
      values[placeholder] = storeValue(value, { resource, path });
      return placeholder;
    },
    raw: ({ expression, names: given = {}, values: with_ = {} }) => {
      for (const [placeholder, name] of Object.entries(given)) {
        reserved(placeholder);
        own[placeholder] = name;
      }
      for (const [placeholder, value] of Object.entries(with_)) {
        reserved(placeholder);
        values[placeholder] = storeValue(value, { resource, path: placeholder });
      }
      return expression;
    },
    placeholders: () => {
      const all = { ...own, ...Object.fromEntries([...names].map(([name, at]) => [at, name])) };
      return {
        ...(Object.keys(all).length === 0 ? {} : { ExpressionAttributeNames: all }),
        ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
      };
    },
  };
};
