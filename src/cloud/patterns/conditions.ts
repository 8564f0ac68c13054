import { BlockList, isIP } from 'node:net';

/** A scalar of an event. */
export type Scalar = string | number | boolean | null;

/** What one member of a pattern's list says of a field. */
export type FieldPattern =
  | { readonly is: 'value'; readonly accepts: (value: Scalar) => boolean }
  | { readonly is: 'absent' };

/**
 * "Numeric matching works with values between -5.0e9 and +5.0e9 inclusive, with 15 digits of precision".
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#filtering-numeric-matching
 */
const MOST = 5e9;
const isComparable = (value: number): boolean => Math.abs(value) <= MOST;

const onText = (accepts: (text: string) => boolean): FieldPattern => ({
  is: 'value',
  accepts: (value) => typeof value === 'string' && accepts(value),
});

export const equal = (wanted: Scalar): FieldPattern => ({
  is: 'value',
  accepts: (value) => value === wanted,
});
/** A value, but not null, nor an empty text. */
export const presentAndFilled: FieldPattern = {
  is: 'value',
  accepts: (value) => value !== null && value !== '',
};
export const present: FieldPattern = { is: 'value', accepts: () => true };
export const absent: FieldPattern = { is: 'absent' };
export const prefix = (wanted: string): FieldPattern => onText((text) => text.startsWith(wanted));
export const suffix = (wanted: string): FieldPattern => onText((text) => text.endsWith(wanted));
export const ignoringCase = {
  equal: (wanted: string): FieldPattern =>
    onText((text) => text.toLowerCase() === wanted.toLowerCase()),
  prefix: (wanted: string): FieldPattern =>
    onText((text) => text.toLowerCase().startsWith(wanted.toLowerCase())),
  suffix: (wanted: string): FieldPattern =>
    onText((text) => text.toLowerCase().endsWith(wanted.toLowerCase())),
};

/** A value that is there, and that none of these accepts. */
export const noneOf = (patterns: readonly FieldPattern[]): FieldPattern => ({
  is: 'value',
  accepts: (value) => !patterns.some((one) => one.is === 'value' && one.accepts(value)),
});

export interface Range {
  readonly above?: number;
  readonly atLeast?: number;
  readonly below?: number;
  readonly atMost?: number;
}

export const within = ({ above, atLeast, below, atMost }: Range): FieldPattern => ({
  is: 'value',
  accepts: (value) =>
    typeof value === 'number' &&
    isComparable(value) &&
    (above === undefined || value > above) &&
    (atLeast === undefined || value >= atLeast) &&
    (below === undefined || value < below) &&
    (atMost === undefined || value <= atMost),
});

/** Addresses in a block, such as `10.0.0.0/24`; undefined for what is no block. */
export const inBlock = (block: string): FieldPattern | undefined => {
  const [address = '', bits = '', ...rest] = block.split('/');
  const version = isIP(address);
  const length = Number(bits);
  if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return undefined;
  if (length > (version === 4 ? 32 : 128)) return undefined;
  const family = (of: number) => (of === 4 ? 'ipv4' : 'ipv6');
  const list = new BlockList();
  list.addSubnet(address, length, family(version));
  return onText((text) => isIP(text) === version && list.check(text, family(version)));
};

/** `*` stands for any text, `\*` for an asterisk, `\\` for a backslash. */
export const wildcard = (wanted: string): FieldPattern => {
  const expression = wanted.replace(
    /\\([*\\])|([*])|([.+?^${}()|[\]\\])/g,
    (_, escaped, star, special) =>
      escaped === undefined ? (star === undefined ? `\\${special}` : '[^]*') : `\\${escaped}`,
  );
  const compiled = new RegExp(`^${expression}$`, 'u');
  return onText((text) => compiled.test(text));
};
