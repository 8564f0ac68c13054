import type { Expression, Referable, Value } from '../spec/value.ts';
import { isExpression } from '../spec/value.ts';

/** What a reference is where the plain `Ref` or `Fn::GetAtt` would not do. */
export interface Resolver {
  /** A value, or a structure with values anywhere inside, as CloudFormation's JSON. */
  resolve(value: unknown): unknown;
}

/** Text with variables, on its way to `Fn::Sub`. */
interface SubText {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The name of a resource that is known before the resource is made: text of `Fn::Sub` with its variables. */
export type KnownName = (
  target: Referable,
) => { readonly name: SubText; readonly arn: SubText } | undefined;

const escapeSub = (text: string) => text.replaceAll('${', '${!');

const printSub = ({ text, variables }: SubText): unknown => {
  if (Object.keys(variables).length > 0) return { 'Fn::Sub': [text, variables] };
  const plain = /^\$\{([A-Za-z0-9:]+)\}$/.exec(text);
  if (plain !== null) return { Ref: plain[1] };
  return /\$\{[^!]/.test(text) ? { 'Fn::Sub': text } : text.replaceAll('${!', '${');
};

/** Resolves expressions; `nameOf` gives the names that are known beforehand. */
export const createResolver = (nameOf: KnownName): Resolver => {
  const toSub = (value: Value<string | number>): SubText => {
    if (!isExpression(value)) return { text: escapeSub(String(value)), variables: {} };
    const { form } = value;
    switch (form.is) {
      case 'pseudo':
        return { text: `\${${form.name}}`, variables: {} };
      case 'ref':
        return nameOf(form.target)?.name ?? { text: `\${${form.target.name}}`, variables: {} };
      case 'getAtt': {
        const known = form.attribute === 'Arn' ? nameOf(form.target)?.arn : undefined;
        return known ?? { text: `\${${form.target.name}.${form.attribute}}`, variables: {} };
      }
      case 'sub': {
        const parts = form.values.map(toSub);
        return {
          text: form.texts
            .map((text, index) => escapeSub(text) + (parts[index]?.text ?? ''))
            .join(''),
          variables: Object.assign({}, ...parts.map(({ variables }) => variables)) as Record<
            string,
            unknown
          >,
        };
      }
    }
  };
  const resolveExpression = (value: Expression): unknown => {
    const { form } = value;
    switch (form.is) {
      case 'pseudo':
        return { Ref: form.name };
      case 'ref': {
        const known = nameOf(form.target);
        return known === undefined ? { Ref: form.target.name } : printSub(known.name);
      }
      case 'getAtt': {
        const known = form.attribute === 'Arn' ? nameOf(form.target) : undefined;
        return known === undefined
          ? { 'Fn::GetAtt': [form.target.name, form.attribute] }
          : printSub(known.arn);
      }
      case 'sub':
        return printSub(toSub(value));
    }
  };
  const resolve = (value: unknown): unknown => {
    if (isExpression(value)) return resolveExpression(value);
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== undefined)
          .map(([key, member]) => [key, resolve(member)]),
      );
    return value;
  };
  return { resolve };
};
