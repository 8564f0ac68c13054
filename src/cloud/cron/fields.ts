const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** A day as a calendar has it. */
export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** Whether a day is meant. */
export type DayTest = (date: CalendarDay) => boolean;

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const MINUTE: Bounds = { least: 0, most: 59 };
const HOUR: Bounds = { least: 0, most: 23 };
const DAY_OF_MONTH: Bounds = { least: 1, most: 31 };
const MONTH: Bounds = { least: 1, most: 12, names: MONTHS };
const DAY_OF_WEEK: Bounds = { least: 1, most: 7, names: DAYS };
export const YEARS: Bounds = { least: 1970, most: 2199 };

const numberOf = (text: string, names: readonly string[] = []): number => {
  const named = names.indexOf(text.toUpperCase());
  return named >= 0 ? named + 1 : /^\d+$/.test(text) ? Number(text) : Number.NaN;
};

/** `*`, `1`, `1-5`, `1/2`, a star with a step, `1-5/2`, `JAN`, and lists of them, in order. Undefined when it is none. */
const readValues = (
  text: string,
  { least, most, names }: Bounds,
): readonly number[] | undefined => {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', stepText, ...tooMany] = part.split('/');
    const [from = '', to, ...more] = range.split('-');
    const step = stepText === undefined ? 1 : /^\d+$/.test(stepText) ? Number(stepText) : 0;
    const start = range === '*' ? least : numberOf(from, names);
    const open = range === '*' || (to === undefined && stepText !== undefined);
    const end = open ? most : to === undefined ? start : numberOf(to, names);
    const inBounds = start >= least && end <= most && start <= end && step >= 1;
    if (!inBounds || tooMany.length > 0 || more.length > 0) return undefined;
    for (let value = start; value <= end; value += step) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
};

export const readMinutes = (text: string) => readValues(text, MINUTE);
export const readHours = (text: string) => readValues(text, HOUR);
export const readMonths = (text: string) => readValues(text, MONTH);
export const readYears = (text: string) => readValues(text, YEARS);

const daysIn = ({ year, month }: CalendarDay): number =>
  new Date(Date.UTC(year, month, 0)).getUTCDate();

/** 1 is Sunday. */
const weekdayOf = ({ year, month, day }: CalendarDay): number =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;

/** The weekday closest to a day, in the same month: `1W` of a month that begins on a Saturday is Monday, the third. */
const nearestWeekday = (date: CalendarDay, wanted: number): number => {
  const last = daysIn(date);
  switch (weekdayOf({ ...date, day: wanted })) {
    case 7:
      return wanted > 1 ? wanted - 1 : wanted + 2;
    case 1:
      return wanted < last ? wanted + 1 : wanted - 2;
    default:
      return wanted;
  }
};

/** `?` leaves it open; `L` is the last day, `15W` the weekday closest to the fifteenth. */
export const readDayOfMonth = (text: string): DayTest | undefined => {
  if (text === '?') return () => true;
  if (/^L$/i.test(text)) return (date) => date.day === daysIn(date);
  const near = /^(\d+)W$/i.exec(text)?.[1];
  if (near !== undefined) {
    const wanted = Number(near);
    if (wanted < 1 || wanted > 31) return undefined;
    return (date) => wanted <= daysIn(date) && date.day === nearestWeekday(date, wanted);
  }
  const values = readValues(text, DAY_OF_MONTH);
  if (values === undefined) return undefined;
  const days = new Set(values);
  return ({ day }) => days.has(day);
};

/** `?` leaves it open; `L` is Saturday, `6L` the last Friday of the month, `6#3` the third. */
export const readDayOfWeek = (text: string): DayTest | undefined => {
  if (text === '?') return () => true;
  if (/^L$/i.test(text)) return (date) => weekdayOf(date) === 7;
  const [, name, nth] = /^(\w+?)(?:L|#([1-5]))$/i.exec(text) ?? [];
  if (name !== undefined) {
    const wanted = numberOf(name, DAYS);
    if (!(wanted >= 1 && wanted <= 7)) return undefined;
    return (date) =>
      weekdayOf(date) === wanted &&
      (nth === undefined ? date.day > daysIn(date) - 7 : Math.ceil(date.day / 7) === Number(nth));
  }
  const values = readValues(text, DAY_OF_WEEK);
  if (values === undefined) return undefined;
  const days = new Set(values);
  return (date) => days.has(weekdayOf(date));
};
