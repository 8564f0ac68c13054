/** An object of a template. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The members of what should be an object; none of what is not. */
export const membersOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** An intrinsic function: an object of one member that CloudFormation reads as a call. */
export interface IntrinsicCall {
  readonly name: string;
  readonly argument: unknown;
}

/** The call that a value is; undefined for a value that stands for itself. */
export const intrinsicOf = (value: unknown): IntrinsicCall | undefined => {
  if (!isObject(value)) return undefined;
  let name: string | undefined;
  for (const key in value) {
    if (name !== undefined) return undefined;
    name = key;
  }
  if (name === undefined || (name !== 'Ref' && !name.startsWith('Fn::'))) return undefined;
  return { name, argument: value[name] };
};

/** `{ Ref: 'AWS::NoValue' }`: the property is not there. */
export const isNoValue = (value: unknown): boolean => {
  const call = intrinsicOf(value);
  return call?.name === 'Ref' && call.argument === 'AWS::NoValue';
};

/** Whether a value may turn out not to be there. */
export const mayBeAbsent = (value: unknown): boolean => {
  const call = intrinsicOf(value);
  return (
    call?.name === 'Fn::If' &&
    isList(call.argument) &&
    call.argument.slice(1).some((branch) => isNoValue(branch) || mayBeAbsent(branch))
  );
};

/** An object that a macro or a loop fills: what it will hold is not known. */
export const isOpen = (value: JsonObject): boolean => {
  for (const key in value)
    if (key === 'Fn::Transform' || key.startsWith('Fn::ForEach::')) return true;
  return false;
};

/** A value in a sentence: a text in quotes, a number, or what kind of thing it is. */
export const shown = (value: unknown): string => {
  if (value === null) return 'null';
  if (isList(value))
    return value.length === 1 ? 'a list of 1 item' : `a list of ${value.length} items`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 57)}…` : value}'`;
  return String(value);
};
