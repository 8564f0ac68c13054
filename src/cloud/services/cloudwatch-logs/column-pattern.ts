import { invalidParameter } from './errors.ts';
import type { LogPattern } from './filter-pattern.ts';

type Test = (value: string) => boolean;

interface Column {
  readonly name: string;
  readonly test: Test;
}

/** `...` stands for any number of columns. */
const ELLIPSIS = '...';

/**
 * Patterns of lines whose columns are parted by spaces, such as `[ip, user, ..., status = 4*, bytes > 1000]`.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html
 * @throws {InvalidParameterException} for a pattern that cannot be read
 */
export const compileColumns = (text: string): LogPattern => {
  if (!text.endsWith(']')) throw unreadable(text, 'it has no closing bracket');
  const inside = text.slice(1, -1).trim();
  const parts = inside === '' ? [] : splitOutside(inside, ',').map((part) => part.trim());
  const gap = parts.indexOf(ELLIPSIS);
  if (gap !== parts.lastIndexOf(ELLIPSIS)) throw unreadable(text, 'it has more than one ellipsis');
  const columns = parts.map((part, place) =>
    part === ELLIPSIS ? undefined : readColumn(text, part, place),
  );
  const before = columns.slice(0, gap < 0 ? columns.length : gap).filter(isColumn);
  const after = gap < 0 ? [] : columns.slice(gap + 1).filter(isColumn);

  /** Each column with its value, or undefined for a line that has others. */
  const fit = (message: string): readonly (readonly [Column, string])[] | undefined => {
    const values = splitLine(message);
    if (gap < 0 && values.length !== before.length && parts.length > 0) return undefined;
    if (values.length < before.length + after.length) return undefined;
    const from = values.length - after.length;
    return [
      ...before.map((column, place) => [column, values[place] ?? ''] as const),
      ...after.map((column, place) => [column, values[from + place] ?? ''] as const),
    ];
  };
  const extract = (message: string) =>
    Object.fromEntries((fit(message) ?? []).map(([{ name }, value]) => [`$${name}`, value]));
  return {
    matches: (message) => fit(message)?.every(([column, value]) => column.test(value)) === true,
    isStructured: true,
    read: (message, name) => extract(message)[name],
    extract,
  };
};

const isColumn = (column: Column | undefined): column is Column => column !== undefined;

const unreadable = (pattern: string, why: string) =>
  invalidParameter(`Invalid filter pattern: '${pattern}' cannot be read: ${why}`);

/** Splits where a separator stands outside quotation marks and parentheses. */
const splitOutside = (text: string, separator: string): readonly string[] => {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let part = '';
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    if (letter === '"') quoted = !quoted;
    if (!quoted && letter === '(') depth += 1;
    if (!quoted && letter === ')') depth -= 1;
    if (!quoted && depth === 0 && text.startsWith(separator, at)) {
      parts.push(part);
      part = '';
      at += separator.length - 1;
    } else part += letter;
  }
  return [...parts, part];
};

const CONDITION = /^([\w-]+)?\s*(!=|>=|<=|=|>|<)\s*(.+)$/s;

const readColumn = (pattern: string, part: string, place: number): Column => {
  const unnamed = String(place + 1);
  if (part === '') return { name: unnamed, test: () => true };
  if (/^[\w-]+$/.test(part)) return { name: part, test: () => true };
  // A column may stand in parentheses.
  const bare = /^\((.*)\)$/s.exec(part)?.[1] ?? part;
  const name = /^\s*([\w-]+)\s*(?:!=|>=|<=|=|>|<)/.exec(bare)?.[1] ?? unnamed;
  const either = splitOutside(bare, '||').map((alternative) => {
    const all = splitOutside(alternative, '&&').map((one) => readCondition(pattern, one.trim()));
    return (value: string) => all.every((test) => test(value));
  });
  return { name, test: (value) => either.some((test) => test(value)) };
};

const readCondition = (pattern: string, text: string): Test => {
  const [, , operator = '', raw = ''] = CONDITION.exec(text) ?? [];
  if (operator === '') throw unreadable(pattern, `'${text}' is no condition`);
  const operand = raw.trim();
  const number = Number(operand);
  const isNumber = operand !== '' && !Number.isNaN(number);
  switch (operator) {
    case '>':
      return numeric(pattern, operand, isNumber, (value) => value > number);
    case '<':
      return numeric(pattern, operand, isNumber, (value) => value < number);
    case '>=':
      return numeric(pattern, operand, isNumber, (value) => value >= number);
    case '<=':
      return numeric(pattern, operand, isNumber, (value) => value <= number);
    default: {
      const equals = equality(pattern, operand, isNumber ? number : undefined);
      return operator === '=' ? equals : (value) => !equals(value);
    }
  }
};

const numeric = (
  pattern: string,
  operand: string,
  isNumber: boolean,
  test: (value: number) => boolean,
): Test => {
  if (!isNumber) throw unreadable(pattern, `'${operand}' is no number`);
  return (value) => value !== '' && !Number.isNaN(Number(value)) && test(Number(value));
};

const equality = (pattern: string, operand: string, number: number | undefined): Test => {
  const regex = /^%(.+)%$/s.exec(operand)?.[1];
  if (regex !== undefined) {
    try {
      const expression = new RegExp(regex);
      return (value) => expression.test(value);
    } catch {
      throw unreadable(pattern, `the regular expression '${regex}' is none`);
    }
  }
  if (number !== undefined) return (value) => value === operand || Number(value) === number;
  const text = /^"(.*)"$/s.exec(operand)?.[1] ?? operand;
  const expression = new RegExp(
    `^${text.replace(/[.+^$(){}|[\]\\?]/g, '\\$&').replaceAll('*', '.*')}$`,
    's',
  );
  return (value) => expression.test(value);
};

/** What stands in quotation marks or brackets is one column. */
const COLUMN = /"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]|(\S+)/g;

const splitLine = (message: string): readonly string[] =>
  [...message.trim().matchAll(COLUMN)].map(
    ([, quoted, bracketed, bare]) => quoted ?? bracketed ?? bare ?? '',
  );
