import type { NamedResource } from './stack-names.ts';

/** Words that no constant can be called. https://tc39.es/ecma262/#prod-ReservedWord */
const RESERVED = new Set(
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with yield let static implements interface package private protected public'.split(
    ' ',
  ),
);

/** `Photos` → `photos`: what a program would call it, as far as one can guess. */
export const variableOf = (logicalId: string): string => {
  const name = logicalId.slice(0, 1).toLowerCase() + logicalId.slice(1);
  return RESERVED.has(name) ? `${name}Resource` : name;
};

/** The ARN of a resource, or of what follows its own ARN, as an expression of the program. */
export const arnCode = (
  { logicalId, declared, arnIsRef }: Pick<NamedResource, 'logicalId' | 'declared' | 'arnIsRef'>,
  rest: string,
): string => {
  const name = variableOf(logicalId);
  const own =
    declared !== 'resource' ? `${name}.arn` : arnIsRef ? `${name}.ref` : `${name}.getAtt('Arn')`;
  // It ends in `:*`, which stands for the group's streams too.
  if (declared === 'logGroup') return own;
  // The ARN of a setting may be text that only the program knows.
  const isText = declared === 'parameter' || declared === 'secret';
  return rest === '' && !isText ? own : `sub\`\${${own}}${rest}\``;
};

/** `'s3:GetObject'`, or a list. */
export const actionsCode = (actions: readonly string[]): string =>
  actions.length === 1 ? quoted(actions[0] ?? '') : `[${actions.map(quoted).join(', ')}]`;

export const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;

/** Texts in objects and lists, as a program writes them. */
export const dataCode = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(dataCode).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return quoted(String(value));
  const members = Object.entries(value).map(
    ([key, member]) => `${/^\w+$/.test(key) ? key : quoted(key)}: ${dataCode(member)}`,
  );
  return `{ ${members.join(', ')} }`;
};
