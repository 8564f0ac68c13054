import type { ScheduleTime } from './schedule-time.ts';

/** What a schedule that is made at run time is. */
export type NewSchedule<Input> = ScheduleTime & NewScheduleSettings & InputOf<Input>;

/** What the function is given as `input`; of a group without a schema it may be nothing. */
type InputOf<Input> = unknown extends Input
  ? { readonly input?: unknown }
  : { readonly input: Input };

/** What is said of a schedule beside its time and its input. */
export interface NewScheduleSettings {
  /** Minutes after its time within which it may come, 1 to 1,440. @defaultValue the group's */
  readonly flexibleWindow?: number;
  /** What it is for, up to 512 characters. */
  readonly description?: string;
  /** Whether it goes once it has come for the last time. @defaultValue true */
  readonly deleteAfterCompletion?: boolean;
}

/** Makes schedules. */
export interface ScheduleCreator<Input> {
  /**
   * Makes a schedule that starts the group's function.
   * @param name - One of a kind in its group: up to 64 letters, digits, `-`, `_` and `.`
   * @throws {InvalidMessageError} when the group's schema refuses the input
   * @throws {ConflictException} when there is one of this name
   */
  create(name: string, schedule: NewSchedule<Input>): Promise<void>;
}

/** Deletes schedules. */
export interface ScheduleDeleter {
  /** Deletes a schedule; one that is not there is a success. */
  delete(name: string): Promise<void>;
}

/** What every client of a group of schedules has. */
export interface ScheduleGroupHandle {
  /** Name of the group, for the raw SDK. */
  readonly groupName: string;
}

/** What a group of schedules can be granted for. */
export type ScheduleMode = 'create' | 'delete';

interface Clients<Input> {
  readonly create: ScheduleCreator<Input>;
  readonly delete: ScheduleDeleter;
}

type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never;

/** The client of a group of schedules for what was granted, and nothing else. */
export type ScheduleGroupClient<Mode extends ScheduleMode, Input = unknown> = ScheduleGroupHandle &
  Intersection<Clients<Input>[Mode]>;
