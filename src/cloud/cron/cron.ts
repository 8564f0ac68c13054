import {
  type CalendarDay,
  readDayOfMonth,
  readDayOfWeek,
  readHours,
  readMinutes,
  readMonths,
  readYears,
} from './fields.ts';
import type { TimeZone } from './time-zone.ts';
import { UTC } from './time-zone.ts';

/** A cron expression, read. */
export interface Cron {
  /** Minutes of the hour at which it may fall due. */
  readonly minutes: readonly number[];
  /**
   * When it falls due next, in milliseconds since the epoch; undefined when it never does again. A time that is skipped in
   * spring is skipped, and one that comes twice in autumn is due once, the first time.
   * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
   *
   * @param zone - Whose clocks count. @defaultValue UTC
   */
  next(afterMs: number, zone?: TimeZone): number | undefined;
}

const FIELDS = 6;
const MINUTE_MS = 60_000;

/**
 * Reads the six fields of `cron(…)`: minutes, hours, day of the month, month, day of the week, year. Undefined when it is none.
 * One of the two days is left open with a question mark.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export const parseCron = (text: string): Cron | undefined => {
  const fields = text.trim().split(/\s+/);
  const [minute = '', hour = '', dom = '', month = '', dow = '', year = ''] = fields;
  if (fields.length !== FIELDS || (dom === '?') === (dow === '?')) return undefined;
  const minutes = readMinutes(minute);
  const hours = readHours(hour);
  const months = readMonths(month);
  const years = readYears(year);
  const inMonth = readDayOfMonth(dom);
  const inWeek = readDayOfWeek(dow);
  if (minutes === undefined || hours === undefined || months === undefined) return undefined;
  if (years === undefined || inMonth === undefined || inWeek === undefined) return undefined;

  const timesOn = function* ({ year: y, month: m, day: d }: CalendarDay) {
    for (const h of hours)
      for (const min of minutes) yield Date.UTC(y, m - 1, d, h) + min * MINUTE_MS;
  };

  return {
    minutes,
    next: (afterMs, zone = UTC) => {
      const afterWall = zone.wallAt(afterMs);
      const from = new Date(afterWall);
      const today = { year: from.getUTCFullYear(), month: from.getUTCMonth() + 1 };
      for (const y of years) {
        if (y < today.year) continue;
        for (const m of months) {
          const now = y === today.year && m === today.month;
          if (y === today.year && m < today.month) continue;
          const last = new Date(Date.UTC(y, m, 0)).getUTCDate();
          for (let day = now ? from.getUTCDate() : 1; day <= last; day += 1) {
            const date = { year: y, month: m, day };
            if (!inMonth(date) || !inWeek(date)) continue;
            for (const wall of timesOn(date)) {
              // What the clocks show by now, they have shown before.
              if (wall <= afterWall) continue;
              const at = zone.momentOf(wall);
              if (at !== undefined && at > afterMs) return at;
            }
          }
        }
      }
      return undefined;
    },
  };
};
