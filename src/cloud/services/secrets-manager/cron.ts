import { HOUR_MS } from './limits.ts';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

type Test = (date: Date) => boolean;

const numberOf = (text: string, names: readonly string[]): number => {
  const named = names.indexOf(text.toUpperCase());
  return named >= 0 ? named + 1 : /^\d+$/.test(text) ? Number(text) : Number.NaN;
};

/** One field without L, W and #: `*`, `?`, `1`, `1-5`, `1/2`, `JAN`, and lists of them. Undefined when it is none. */
const simpleField = (
  text: string,
  {
    least,
    most,
    names = [],
  }: { readonly least: number; readonly most: number; readonly names?: readonly string[] },
): ReadonlySet<number> | undefined => {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', stepText] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    const [from = '', to] = range.split('-');
    const isAll = range === '*' || range === '?';
    const start = isAll ? least : numberOf(from, names);
    const single = to === undefined && stepText === undefined && !isAll;
    const end = single ? start : to === undefined ? most : numberOf(to, names);
    if (!(start >= least && end <= most && start <= end && step >= 1 && Number.isInteger(step)))
      return undefined;
    for (let value = start; value <= end; value += step) values.add(value);
  }
  return values;
};

const daysInMonth = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

const dayOfMonth = (text: string): Test | undefined => {
  if (text === 'L') return (date) => date.getUTCDate() === daysInMonth(date);
  const days = simpleField(text, { least: 1, most: 31 });
  return days === undefined ? undefined : (date) => days.has(date.getUTCDate());
};

const dayOfWeek = (text: string): Test | undefined => {
  const [, day = '', place] = /^(\w+?)(?:(L)|#[1-5])$/.exec(text) ?? [];
  if (day !== '') {
    const wanted = numberOf(day, DAYS) - 1;
    if (!(wanted >= 0 && wanted <= 6)) return undefined;
    const nth = Number(text.split('#')[1]);
    return (date) =>
      date.getUTCDay() === wanted &&
      (place === 'L'
        ? date.getUTCDate() > daysInMonth(date) - 7
        : Math.ceil(date.getUTCDate() / 7) === nth);
  }
  const days = simpleField(text, { least: 1, most: 7, names: DAYS });
  return days === undefined ? undefined : (date) => days.has(date.getUTCDay() + 1);
};

const FIELDS = 6;
const HORIZON_HOURS = 24 * 366 * 5;

/**
 * When a cron expression of Secrets Manager falls due next: minutes are 0, times are UTC.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
 * @returns milliseconds since the epoch; undefined when the expression is none, or falls due no more within five years
 */
export const nextCron = (expression: string, after: number): number | undefined => {
  const fields = expression.trim().split(/\s+/);
  const [minute, hour = '', dom = '', month = '', dow = '', year = ''] = fields;
  if (fields.length !== FIELDS || minute !== '0') return undefined;
  const hours = simpleField(hour, { least: 0, most: 23 });
  const months = simpleField(month, { least: 1, most: 12, names: MONTHS });
  const years = simpleField(year, { least: 1970, most: 2199 });
  const inMonth = dayOfMonth(dom);
  const inWeek = dayOfWeek(dow);
  // One of the two days is left open with a question mark.
  if (hours === undefined || months === undefined || years === undefined) return undefined;
  if (inMonth === undefined || inWeek === undefined || (dom === '?') === (dow === '?'))
    return undefined;
  let at = after - (after % HOUR_MS) + HOUR_MS;
  for (let left = HORIZON_HOURS; left > 0; left--, at += HOUR_MS) {
    const date = new Date(at);
    if (!hours.has(date.getUTCHours())) continue;
    if (!months.has(date.getUTCMonth() + 1) || !years.has(date.getUTCFullYear())) continue;
    if (inMonth(date) && inWeek(date)) return at;
  }
  return undefined;
};
