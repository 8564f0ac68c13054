/**
 * Numbers of DynamoDB: up to 38 significant digits, from 1E-130 to 9.99…E+125, exact. They travel as texts.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number
 */

/** `coefficient` times ten to the power of `exponent`; the coefficient ends in no zero. */
interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const DIGITS = 38;
const LARGEST_EXPONENT = 125;
const SMALLEST_EXPONENT = -130;

/** A whole number that is written as it is kept. */
const PLAIN = /^(?:0|-?[1-9]\d{0,37})$/;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** What is wrong with a text that should be a number. */
export type NumberProblem = 'syntax' | 'precision' | 'overflow' | 'underflow';

const readDecimal = (text: string): Decimal | undefined => {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  const digits = `${whole}${fraction}`;
  // An exponent of more digits than any number has: its magnitude is all that counts.
  if (digits === '' || power.length > 6)
    return digits === '' ? undefined : hugePower(digits, power);
  const significant = digits.replace(/0+$/, '');
  const coefficient = BigInt(significant === '' ? 0 : significant);
  if (coefficient === 0n) return { coefficient, exponent: 0 };
  return {
    coefficient: sign === '-' ? -coefficient : coefficient,
    exponent: Number(power) - fraction.length + (digits.length - significant.length),
  };
};

const hugePower = (digits: string, power: string): Decimal =>
  /^0*$/.test(digits)
    ? { coefficient: 0n, exponent: 0 }
    : { coefficient: 1n, exponent: power.startsWith('-') ? -999_999 : 999_999 };

const digitsOf = (coefficient: bigint) =>
  (coefficient < 0n ? -coefficient : coefficient).toString();

const trimmed = ({ coefficient, exponent }: Decimal): Decimal => {
  if (coefficient === 0n) return { coefficient, exponent: 0 };
  const text = coefficient.toString();
  const kept = text.replace(/0+$/, '');
  return { coefficient: BigInt(kept), exponent: exponent + text.length - kept.length };
};

const problemOf = ({ coefficient, exponent }: Decimal): NumberProblem | undefined => {
  if (coefficient === 0n) return undefined;
  const { length } = digitsOf(coefficient);
  const magnitude = exponent + length - 1;
  if (magnitude > LARGEST_EXPONENT) return 'overflow';
  if (magnitude < SMALLEST_EXPONENT) return 'underflow';
  return length > DIGITS ? 'precision' : undefined;
};

/** Without exponent, as DynamoDB answers numbers. */
const print = ({ coefficient, exponent }: Decimal): string => {
  const sign = coefficient < 0n ? '-' : '';
  const digits = digitsOf(coefficient);
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(coefficient === 0n ? 0 : exponent)}`;
  const point = digits.length + exponent;
  return point > 0
    ? `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
    : `${sign}0.${'0'.repeat(-point)}${digits}`;
};

/** The one text that this number is kept under, or what is wrong with it. */
export const canonicalNumber = (
  text: string,
): { readonly text: string } | { readonly problem: NumberProblem } => {
  if (PLAIN.test(text)) return { text };
  const decimal = readDecimal(text);
  if (decimal === undefined) return { problem: 'syntax' };
  const problem = problemOf(decimal);
  return problem === undefined ? { text: print(decimal) } : { problem };
};

const ZERO: Decimal = { coefficient: 0n, exponent: 0 };

/** Coefficients of two canonical numbers under one exponent. */
const aligned = (left: string, right: string): readonly [bigint, bigint, number] => {
  const [one, other] = [readDecimal(left) ?? ZERO, readDecimal(right) ?? ZERO];
  const exponent = Math.min(one.exponent, other.exponent);
  return [
    one.coefficient * 10n ** BigInt(one.exponent - exponent),
    other.coefficient * 10n ** BigInt(other.exponent - exponent),
    exponent,
  ];
};

/** Sum or difference of two canonical numbers, exact. */
export const addNumbers = (
  left: string,
  right: string,
  operator: '+' | '-',
): { readonly text: string } | { readonly problem: NumberProblem } => {
  const [a, b, exponent] = aligned(left, right);
  const sum = trimmed({ coefficient: operator === '+' ? a + b : a - b, exponent });
  const problem = problemOf(sum);
  return problem === undefined ? { text: print(sum) } : { problem };
};

/** Order of two canonical numbers. Floats decide wherever they differ: rounding keeps the order. */
export const compareNumbers = (left: string, right: string): number => {
  if (left === right) return 0;
  const [a, b] = [Number(left), Number(right)];
  if (a !== b) return a < b ? -1 : 1;
  const [exactA, exactB] = aligned(left, right);
  return exactA < exactB ? -1 : exactA > exactB ? 1 : 0;
};

/** Bytes that AWS counts: one for each two significant digits, and one; a sign costs one more. */
export const numberBytes = (text: string): number => {
  const negative = text.startsWith('-');
  let digits = 0;
  let zeros = 0;
  for (let at = negative ? 1 : 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 46) continue;
    if (code === 48) zeros += digits === 0 ? 0 : 1;
    else {
      digits += zeros + 1;
      zeros = 0;
    }
  }
  return Math.ceil(digits / 2) + 1 + (negative ? 1 : 0);
};
