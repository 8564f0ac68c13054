import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { Keeping } from '../../spec/keeping.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { ScheduleTime } from '../../spec/schedule-time.ts';
import type { Referable, Value } from '../../spec/value.ts';
import type { TargetDelivery } from '../eventbridge/delivery.ts';
import type { Json } from '../eventbridge/transform.ts';
import type { ScheduledEvent } from './event.ts';
import { scheduleReader } from './runtime.ts';

/** How a schedule is made, beside its time. */
export interface ScheduleSettings<Input extends Json | undefined>
  extends TargetDelivery,
    Pick<Keeping, 'logicalId'> {
  /** What the function is given as `input`; `<aws.scheduler.…>` in it is filled in by Scheduler. */
  readonly input?: Input;
  /** Minutes after its time within which it may come, 1 to 1,440; many schedules of one time then spread. @defaultValue none */
  readonly flexibleWindow?: number;
  /** Whether it comes at all. @defaultValue true */
  readonly enabled?: boolean;
  /** What it is for, up to 512 characters. */
  readonly description?: string;
  /** The group that it is in, or the name of one that is there. @defaultValue 'default' */
  readonly group?: ScheduleGroupReference | string;
  /** ARN of the key that encrypts its input. @defaultValue Scheduler's own key */
  readonly kmsKeyArn?: Value<string>;
}

/** A group of schedules that something refers to. */
export interface ScheduleGroupReference extends Referable {
  readonly kind: 'scheduleGroup';
}

/** How a schedule is made. */
export type ScheduleOptions<Input extends Json | undefined = undefined> = ScheduleTime &
  ScheduleSettings<Input>;

/** A schedule as data. */
export interface ScheduleDeclaration<Input extends Json | undefined = undefined> {
  readonly kind: 'schedule';
  /** Its name; of each function that it starts there is one schedule in the template. */
  readonly name: string;
  /** How it is made. */
  readonly options: ScheduleOptions<Json | undefined>;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Starts a function whenever the schedule is due. */
  due(): EventSource<ScheduledEvent<Input>, unknown>;
}

/**
 * States a schedule of EventBridge Scheduler: by a calendar and the clocks of a place, at a rate, or once. Its expression is checked before anything
 * leaves the machine. CloudFormation does not let a schedule go by itself once it is over; those of a `scheduleGroup` do.
 *
 * @param name - A letter, then letters and digits.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
 * @example
 * ```ts
 * import { lambda, schedule } from 'sparta';
 * const nightly = schedule('Nightly', { cron: '0 3 * * ? *', timeZone: 'Europe/Berlin', input: { keep: 30 } });
 * export const tidy = lambda('Tidy', { on: nightly.due() }, async ({ scheduledAt, input }, { log }) => {
 *   log.info('tidying up', { scheduledAt, keep: input.keep });
 * });
 * ```
 */
export const schedule = <const Input extends Json | undefined = undefined>(
  declared: string,
  options: ScheduleOptions<Input>,
): ScheduleDeclaration<Input> => {
  const name = logicalIdOf(declared, options);
  const self = { kind: 'schedule', name, options, ...declaredAt() } as const;
  return Object.freeze({
    ...self,
    due: (): EventSource<ScheduledEvent<Input>, unknown> => ({
      kind: 'event-source',
      source: 'scheduler',
      target: self,
      detail: {},
      reader: scheduleReader(name),
    }),
  });
};
