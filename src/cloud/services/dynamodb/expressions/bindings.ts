import { invalid } from '../errors.ts';
import type { AttributeValue, Item } from '../values/index.ts';
import { admitValue } from '../values/index.ts';
import { isReserved } from './reserved-words.ts';
import type { RawStep } from './syntax.ts';
import type { ExpressionKind } from './tokens.ts';
import { expressionError } from './tokens.ts';

/** A path into an item: names of attributes and indexes of lists. */
export type Path = readonly (string | number)[];

/** What the placeholders of a request stand for, and which of them were used. */
export interface Bindings {
  path(kind: ExpressionKind, steps: readonly RawStep[]): Path;
  value(kind: ExpressionKind, name: string): AttributeValue;
  /** @throws {ValidationException} for placeholders that no expression says */
  assertAllUsed(): void;
}

/** The members of a request that expressions are made of. */
export interface ExpressionInput {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

const NAME = /^#[A-Za-z0-9_]+$/;
const VALUE = /^:[A-Za-z0-9_]+$/;
const DOCUMENT_DEPTH = 32;

/**
 * @param expressions - The expressions of the request, by parameter; undefined where it has none
 * @throws {ValidationException} for placeholders without expressions, or that are none
 */
export const createBindings = (
  input: ExpressionInput,
  expressions: Readonly<Record<string, string | undefined>>,
): Bindings => {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: given } = input;
  if (names === undefined && given === undefined) return WITHOUT_PLACEHOLDERS;
  const kinds = Object.keys(expressions);
  const absent = kinds.every((kind) => expressions[kind] === undefined);
  checkNames(names, absent);
  const values = checkValues(given, withValues(kinds), expressions);
  const usedNames = new Set<string>();
  const usedValues = new Set<string>();
  return {
    path: (kind, steps) =>
      checkDepth(
        kind,
        steps.map((step) => {
          if (typeof step === 'number') return step;
          if (!step.startsWith('#')) return plainName(kind, step);
          usedNames.add(step);
          if (names === undefined || !Object.hasOwn(names, step)) throw undefinedName(kind, step);
          return names[step] ?? '';
        }),
      ),
    value: (kind, name) => {
      usedValues.add(name);
      const value = values?.get(name);
      if (value === undefined) throw undefinedValue(kind, name);
      return value;
    },
    assertAllUsed: () => {
      assertUsed('ExpressionAttributeNames', Object.keys(names ?? {}), usedNames);
      assertUsed('ExpressionAttributeValues', [...(values?.keys() ?? [])], usedValues);
    },
  };
};

/** Values stand in every expression but a projection. */
const withValues = (kinds: readonly string[]) =>
  kinds.filter((kind) => kind !== 'ProjectionExpression');

const WITHOUT_PLACEHOLDERS: Bindings = {
  path: (kind, steps) =>
    checkDepth(
      kind,
      steps.map((step) => {
        if (typeof step === 'number') return step;
        if (step.startsWith('#')) throw undefinedName(kind, step);
        return plainName(kind, step);
      }),
    ),
  value: (kind, name) => {
    throw undefinedValue(kind, name);
  },
  assertAllUsed: () => {},
};

const checkDepth = (kind: ExpressionKind, path: Path): Path => {
  if (path.length > DOCUMENT_DEPTH)
    throw expressionError(
      kind,
      `The document path has too many nesting levels; nesting levels: ${path.length}`,
    );
  return path;
};

const plainName = (kind: ExpressionKind, name: string): string => {
  if (isReserved(name))
    throw expressionError(kind, `Attribute name is a reserved keyword; reserved keyword: ${name}`);
  return name;
};

const undefinedName = (kind: ExpressionKind, name: string) =>
  expressionError(
    kind,
    `An expression attribute name used in the document path is not defined; attribute name: ${name}`,
  );
const undefinedValue = (kind: ExpressionKind, name: string) =>
  expressionError(
    kind,
    `An expression attribute value used in expression is not defined; attribute value: ${name}`,
  );

const checkNames = (names: ExpressionInput['ExpressionAttributeNames'], absent: boolean) => {
  if (names === undefined) return;
  if (absent)
    throw invalid('ExpressionAttributeNames can only be specified when using expressions');
  const keys = Object.keys(names);
  if (keys.length === 0) throw invalid('ExpressionAttributeNames must not be empty');
  for (const key of keys) {
    if (!NAME.test(key))
      throw invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${key}"`);
    if ((names[key] ?? '') === '')
      throw invalid(
        `ExpressionAttributeNames contains invalid value: Empty attribute name for key ${key}`,
      );
  }
};

const checkValues = (
  values: Item | undefined,
  kinds: readonly string[],
  expressions: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, AttributeValue> | undefined => {
  if (values === undefined) return undefined;
  if (kinds.every((kind) => expressions[kind] === undefined))
    throw invalid(
      kinds.length === 0
        ? 'ExpressionAttributeValues can only be specified when using expressions'
        : `ExpressionAttributeValues can only be specified when using expressions: ${kinds.join(' and ')} ${kinds.length === 1 ? 'is' : 'are'} null`,
    );
  const admitted = new Map<string, AttributeValue>();
  const keys = Object.keys(values);
  if (keys.length === 0) throw invalid('ExpressionAttributeValues must not be empty');
  for (const key of keys) {
    if (!VALUE.test(key))
      throw invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${key}"`);
    admitted.set(key, admitNamed(key, values[key] ?? {}));
  }
  return admitted;
};

const admitNamed = (key: string, value: AttributeValue): AttributeValue => {
  try {
    return admitValue(value);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw invalid(`ExpressionAttributeValues contains invalid value: ${problem} for key ${key}`);
  }
};

const assertUsed = (parameter: string, keys: readonly string[], used: ReadonlySet<string>) => {
  const unused = keys.filter((key) => !used.has(key));
  if (unused.length > 0)
    throw invalid(
      `Value provided in ${parameter} unused in expressions: keys: {${unused.join(', ')}}`,
    );
};
