import type { ScheduleExpression } from '../../cron/index.ts';
import { parseScheduleExpression } from '../../cron/index.ts';
import { invalidParameter } from './errors.ts';
import { DAY_MS, HOUR_MS, LIMITS } from './limits.ts';
import { dayOf } from './names.ts';
import type { RotationRules } from './state.ts';

/**
 * Hours and days, and cron expressions whose minutes are 0, in UTC.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
 */
const readSchedule = (expression: string): ScheduleExpression | undefined => {
  const read = parseScheduleExpression(expression);
  switch (read?.kind) {
    case 'rate':
      return read.unit === 'minute' ? undefined : read;
    case 'cron':
      return read.cron.minutes.join() === '0' ? read : undefined;
    default:
      return undefined;
  }
};

const isHourly = ({ ScheduleExpression: expression = '' }: RotationRules): boolean => {
  const read = readSchedule(expression);
  return read?.kind === 'rate' && read.unit === 'hour';
};

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
  const read = readSchedule(expression);
  // "Secrets Manager can rotate your secret as often as every four hours": https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
  if (read?.kind === 'rate') {
    if (read.unit === 'hour' && (read.count < 4 || read.count > 24_000))
      throw invalidParameter(`${expression}: a rotation is at least 4 hours after the one before.`);
    if (read.count > 24_000) throw invalidParameter(`${expression} is no rate of rotation.`);
  } else if (read?.kind !== 'cron' || read.cron.next(now) === undefined)
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
  const read = readSchedule(expression);
  if (read?.kind === 'cron') return read.cron.next(now);
  if (read?.kind !== 'rate') return undefined;
  return read.unit === 'day'
    ? dayOf(now) + read.count * DAY_MS
    : now - (now % HOUR_MS) + read.count * HOUR_MS;
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
