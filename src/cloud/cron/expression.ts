import type { Cron } from './cron.ts';
import { parseCron } from './cron.ts';
import type { WallMs } from './time-zone.ts';

export type RateUnit = 'minute' | 'hour' | 'day';

/** A schedule expression, read. */
export type ScheduleExpression =
  | {
      readonly kind: 'rate';
      readonly count: number;
      readonly unit: RateUnit;
      /** Whether the unit has its s where it belongs: `rate(1 day)`, `rate(2 days)`. */
      readonly agrees: boolean;
      /** From one time to the next, in milliseconds. */
      readonly everyMs: number;
    }
  | { readonly kind: 'cron'; readonly cron: Cron }
  /** Once. */
  | { readonly kind: 'at'; readonly wall: WallMs };

const UNIT_MS: Readonly<Record<RateUnit, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

const readRate = (text: string): ScheduleExpression | undefined => {
  const [, digits = '', word = '', plural = ''] = /^(\d+) +(minute|hour|day)(s?)$/.exec(text) ?? [];
  const unit = word as RateUnit;
  const count = Number(digits);
  return !(count >= 1) || !Number.isSafeInteger(count * UNIT_MS[unit])
    ? undefined
    : {
        kind: 'rate',
        count,
        unit,
        agrees: (count === 1) === (plural === ''),
        everyMs: count * UNIT_MS[unit],
      };
};

const readMoment = (text: string): ScheduleExpression | undefined => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text)) return undefined;
  const wall = Date.parse(`${text}Z`);
  // The 31st of June is read as the first of July.
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 19) !== text) return undefined;
  return { kind: 'at', wall };
};

/**
 * Reads `rate(5 minutes)`, `cron(0 8 * * ? *)` or `at(2026-11-27T08:00:00)`. Undefined when it is none.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const parseScheduleExpression = (text: string): ScheduleExpression | undefined => {
  const [, kind, inner = ''] = /^(rate|cron|at)\((.*)\)$/.exec(text) ?? [];
  switch (kind) {
    case 'rate':
      return readRate(inner);
    case 'at':
      return readMoment(inner);
    case 'cron': {
      const cron = parseCron(inner);
      return cron === undefined ? undefined : { kind: 'cron', cron };
    }
    default:
      return undefined;
  }
};
