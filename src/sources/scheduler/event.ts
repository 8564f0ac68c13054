import type { ScheduleEnvelope } from '../../spec/schedule-time.ts';

/** What a function is given that a schedule starts. */
export interface ScheduledEvent<Input = undefined> {
  /** What the schedule says; of a group with a schema checked, and as that makes it. */
  readonly input: Input;
  /** When it was due, which may be a while before it comes. */
  readonly scheduledAt: Date;
  /** Physical name of the schedule. */
  readonly scheduleName: string;
  /** ARN of the schedule. */
  readonly scheduleArn: string;
  /** Id of this time; the same for all tries. */
  readonly executionId: string;
  /** How many times Scheduler has tried, this time included. */
  readonly attempt: number;
  /** As Lambda handed it over. */
  readonly event: Readonly<Record<string, unknown>>;
}

/** What Scheduler fills in, read. */
export const readEnvelope = (
  envelope: ScheduleEnvelope,
  input: unknown,
): ScheduledEvent<unknown> => ({
  input,
  scheduledAt: new Date(envelope.scheduledAt),
  scheduleName: envelope.scheduleArn.slice(envelope.scheduleArn.lastIndexOf('/') + 1),
  scheduleArn: envelope.scheduleArn,
  executionId: envelope.executionId,
  attempt: Number(envelope.attempt),
  event: { ...envelope },
});
