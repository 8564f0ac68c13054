/** How often: `5 minutes`. */
export type Rate = `${number} ${'minute' | 'minutes' | 'hour' | 'hours' | 'day' | 'days'}`;

/** Between when a schedule that comes again does so. */
export interface ScheduleSpan {
  /** From when on; of a rate its first time. A moment, or text of ISO 8601 with its zone: `2026-12-24T18:00:00Z`. @defaultValue at once */
  readonly start?: Date | string;
  /** Until when. @defaultValue for ever */
  readonly end?: Date | string;
}

/** At times that a calendar knows. */
export interface CronTime extends ScheduleSpan {
  /**
   * Minutes, hours, day of the month, month, day of the week, year: `0 3 * * ? *` is every night at three. One of the two days is `?`.
   * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
   */
  readonly cron: string;
  /** Whose clocks count, by their name in the IANA database: `Europe/Berlin`. @defaultValue 'UTC' */
  readonly timeZone?: string;
  /** Not beside `cron`. */
  readonly rate?: undefined;
  /** Not beside `cron`. */
  readonly at?: undefined;
}

/** Again and again, at one distance. */
export interface RateTime extends ScheduleSpan {
  /** The distance: `5 minutes`, `1 day`. The first time is at once, unless `start` says another. */
  readonly rate: Rate;
  /** Not beside `rate`. */
  readonly cron?: undefined;
  /** Not beside `rate`. */
  readonly at?: undefined;
}

/** Once. */
export interface OneTime {
  /** A moment, or what the clocks show then: `2026-12-24T18:00:00`. */
  readonly at: Date | string;
  /** Whose clocks count, by their name in the IANA database: `Europe/Berlin`. Not of a moment. @defaultValue 'UTC' */
  readonly timeZone?: string;
  /** Not beside `at`. */
  readonly cron?: undefined;
  /** Not beside `at`. */
  readonly rate?: undefined;
}

/** When a schedule is due. */
export type ScheduleTime = CronTime | RateTime | OneTime;

/** A schedule's times as Scheduler takes them. */
export interface ScheduleProperties {
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone?: string;
  readonly StartDate?: Date;
  readonly EndDate?: Date;
}

const WALL_LENGTH = '2026-12-24T18:00:00'.length;

const zoned = (ScheduleExpression: string, timeZone: string | undefined): ScheduleProperties => ({
  ScheduleExpression,
  ...(timeZone === undefined ? {} : { ScheduleExpressionTimezone: timeZone }),
});

const expressionOf = (time: ScheduleTime): ScheduleProperties => {
  if (time.cron !== undefined) return zoned(`cron(${time.cron})`, time.timeZone);
  if (time.rate !== undefined) return { ScheduleExpression: `rate(${time.rate})` };
  const { at } = time;
  return at instanceof Date
    ? zoned(`at(${at.toISOString().slice(0, WALL_LENGTH)})`, 'UTC')
    : zoned(`at(${at})`, time.timeZone);
};

/** The times of a schedule in Scheduler's words. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export const scheduleProperties = (time: ScheduleTime): ScheduleProperties => {
  const { start, end }: ScheduleSpan = time.at === undefined ? time : {};
  return {
    ...expressionOf(time),
    ...(start === undefined ? {} : { StartDate: new Date(start) }),
    ...(end === undefined ? {} : { EndDate: new Date(end) }),
  };
};

/** What a function is given that a schedule starts: texts, as Scheduler fills them in. */
export interface ScheduleEnvelope {
  /** Which source it belongs to: logical id of the schedule or its group. */
  readonly sparta: string;
  readonly scheduledAt: string;
  readonly scheduleArn: string;
  readonly executionId: string;
  readonly attempt: string;
  readonly input?: unknown;
}

/** The input of a schedule's target. https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
export const scheduleInput = (sparta: string, input: unknown): string =>
  JSON.stringify({
    sparta,
    scheduledAt: '<aws.scheduler.scheduled-time>',
    scheduleArn: '<aws.scheduler.schedule-arn>',
    executionId: '<aws.scheduler.execution-id>',
    attempt: '<aws.scheduler.attempt-number>',
    input,
  } satisfies ScheduleEnvelope);

/** Name of the schedule of a group that says which function all others of the group start. */
export const TARGET_SCHEDULE = 'sparta-target';
