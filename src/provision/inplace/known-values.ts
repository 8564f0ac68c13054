import type { StackState } from '../stack/stack-state.ts';

/** What an expression of the template can be worked out from, without CloudFormation. */
export interface KnownValues {
  readonly stack: StackState;
  /** Values of the template's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Physical ids by logical id: what `Ref` gives for every type that Sparta makes. */
  readonly physicalIds: Readonly<Record<string, string>>;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The value of an expression; undefined when only CloudFormation can tell, as of an attribute.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export const valueOf = (expression: unknown, known: KnownValues): unknown => {
  if (typeof expression === 'string')
    return expression.includes('{{resolve:') ? undefined : expression;
  if (Array.isArray(expression)) {
    const values = expression.map((item) => valueOf(item, known));
    return values.includes(undefined) ? undefined : values;
  }
  if (!isRecord(expression)) return expression;
  const [[name, argument] = ['', undefined], ...rest] = Object.entries(expression);
  if (rest.length === 0 && name === 'Ref') return refOf(String(argument), known);
  if (rest.length === 0 && name.startsWith('Fn::'))
    return FUNCTIONS[name]?.(Array.isArray(argument) ? argument : [argument], known);
  const members = Object.entries(expression).map(
    ([key, value]) => [key, valueOf(value, known)] as const,
  );
  return members.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(members);
};

const refOf = (
  name: string,
  { stack, parameters, physicalIds }: KnownValues,
): string | undefined => {
  const partition = stack.stackId.split(':')[1];
  const pseudo: Readonly<Record<string, string | undefined>> = {
    'AWS::StackName': stack.stackName,
    'AWS::StackId': stack.stackId,
    'AWS::Region': stack.region,
    'AWS::AccountId': stack.accountId,
    'AWS::Partition': partition,
  };
  return name.startsWith('AWS::') ? pseudo[name] : (parameters[name] ?? physicalIds[name]);
};

type Evaluate = (arguments_: readonly unknown[], known: KnownValues) => unknown;

const FUNCTIONS: Readonly<Record<string, Evaluate>> = {
  'Fn::Sub': ([text, variables], known) => {
    if (typeof text !== 'string') return undefined;
    const own = isRecord(variables) ? variables : {};
    const parts: unknown[] = [];
    const filled = text.replaceAll(
      /\$\{(!?)([^}]+)\}/g,
      (_match, literal: string, name: string) => {
        if (literal === '!') return `\${${name}}`;
        const value = name in own ? valueOf(own[name], known) : refOf(name, known);
        parts.push(value);
        return String(value);
      },
    );
    return parts.includes(undefined) ? undefined : filled;
  },
  'Fn::Join': ([separator, list], known) => {
    const values = valueOf(list, known);
    return Array.isArray(values) ? values.join(String(separator)) : undefined;
  },
  'Fn::Split': ([separator, text], known) => {
    const value = valueOf(text, known);
    return typeof value === 'string' ? value.split(String(separator)) : undefined;
  },
  'Fn::Select': ([index, list], known) => {
    const values = valueOf(list, known);
    return Array.isArray(values) ? values[Number(index)] : undefined;
  },
};
