import type { Random } from '../../core/random.ts';
import { openTimeZone, parseScheduleExpression, UTC } from '../../cron/index.ts';
import type { Due, Schedule } from './state.ts';

type Timing = Pick<
  Schedule,
  'expression' | 'timeZone' | 'startAt' | 'endAt' | 'windowMinutes' | 'modifiedAt'
>;

const MINUTE_MS = 60_000;

/** When the expression says, after `after`. */
const scheduledAfter = (timing: Timing, after: number): number | undefined => {
  const read = parseScheduleExpression(timing.expression);
  const zone = openTimeZone(timing.timeZone) ?? UTC;
  const { startAt } = timing;
  switch (read?.kind) {
    case 'at': {
      const at = zone.momentOf(read.wall);
      return at !== undefined && at > after ? at : undefined;
    }
    case 'cron':
      return read.cron.next(startAt === undefined ? after : Math.max(after, startAt - 1), zone);
    case 'rate': {
      // "If you don't provide a StartDate for a rate-based schedule, your schedule starts invoking the target immediately":
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
      const first = startAt ?? timing.modifiedAt;
      if (first > after) return first;
      return first + (Math.floor((after - first) / read.everyMs) + 1) * read.everyMs;
    }
    case undefined:
      return undefined;
  }
};

/**
 * When a schedule is due next, after a time that it was due at, or after now; undefined when it never is again. Within its
 * window chance decides.
 */
export const nextDue = (
  timing: Timing,
  after: number,
  random: Pick<Random, 'fraction'>,
): Due | undefined => {
  const scheduledAt = scheduledAfter(timing, after);
  if (scheduledAt === undefined) return undefined;
  // A one-time schedule has no dates: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
  const isOnce = timing.expression.startsWith('at');
  if (!isOnce && timing.endAt !== undefined && scheduledAt > timing.endAt) return undefined;
  const late =
    timing.windowMinutes === 0
      ? 0
      : Math.floor(random.fraction() * timing.windowMinutes * MINUTE_MS);
  return { scheduledAt, fireAt: scheduledAt + late };
};
