import { nextCron } from './cron.ts';
import { invalidParameter } from './errors.ts';
import { DAY_MS, HOUR_MS, LIMITS } from './limits.ts';
import { dayOf } from './names.ts';
import type { RotationRules } from './state.ts';

/** `rate(4 hours)`, `rate(10 days)` → its parts. */
const readRate = (expression: string) => {
  const [, count, unit = ''] = /^rate\((\d+) (hours?|days?)\)$/.exec(expression) ?? [];
  return count === undefined
    ? undefined
    : { count: Number(count), unit: unit.replace(/s$/, '') as 'hour' | 'day' };
};

const readCron = (expression: string): string | undefined => /^cron\((.+)\)$/.exec(expression)?.[1];

const isHourly = ({ ScheduleExpression = '' }: RotationRules): boolean =>
  readRate(ScheduleExpression)?.unit === 'hour';

/**
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
 * @throws {InvalidParameterException}
 */
export const checkRules = (rules: RotationRules, now: number): void => {
  const { AutomaticallyAfterDays: days, ScheduleExpression: expression, Duration } = rules;
  if (days !== undefined && expression !== undefined)
    throw invalidParameter(
      'RotationRules has AutomaticallyAfterDays or ScheduleExpression, not both.',
    );
  const { least, most } = LIMITS.rotationDays;
  if (days !== undefined && (days < least || days > most))
    throw invalidParameter(
      `1 validation error detected: Value '${days}' at 'rotationRules.automaticallyAfterDays' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
    );
  if (Duration !== undefined && !/^([1-9]|1\d|2[0-4])h$/.test(Duration))
    throw invalidParameter(
      `Duration is ${Duration}; it is a number of hours, such as 3h, at most 24h.`,
    );
  if (expression === undefined) return;
  const rate = readRate(expression);
  const cron = readCron(expression);
  // "Secrets Manager can rotate your secret as often as every four hours": https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
  if (rate !== undefined && rate.unit === 'hour' && (rate.count < 4 || rate.count > 24_000))
    throw invalidParameter(`${expression}: a rotation is at least 4 hours after the one before.`);
  if (rate !== undefined && (rate.count < 1 || rate.count > 1_000 * 24))
    throw invalidParameter(`${expression} is no rate of rotation.`);
  if (rate === undefined && (cron === undefined || nextCron(cron, now) === undefined))
    throw invalidParameter(
      `The ScheduleExpression ${expression} is neither rate(N hours), rate(N days) nor a cron expression of six fields whose minutes are 0.`,
    );
};

/** When the next window opens, in milliseconds since the epoch; undefined without a schedule. */
export const nextRotation = (
  { AutomaticallyAfterDays: days, ScheduleExpression: expression = '' }: RotationRules,
  now: number,
): number | undefined => {
  if (days !== undefined) return dayOf(now) + days * DAY_MS;
  const rate = readRate(expression);
  if (rate?.unit === 'day') return dayOf(now) + rate.count * DAY_MS;
  if (rate !== undefined) return now - (now % HOUR_MS) + rate.count * HOUR_MS;
  const cron = readCron(expression);
  return cron === undefined ? undefined : nextCron(cron, now);
};

/**
 * When a window that opens then ends, which is what NextRotationDate tells: "on or before this date".
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
 */
export const windowEnd = (rules: RotationRules, opensAt: number): number => {
  const hours = Number(rules.Duration?.replace('h', '') ?? Number.NaN);
  if (!Number.isNaN(hours)) return opensAt + hours * HOUR_MS - 1_000;
  return (isHourly(rules) ? opensAt + HOUR_MS : dayOf(opensAt) + DAY_MS) - 1_000;
};
