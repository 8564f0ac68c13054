import type * as Scheduler from '@aws-sdk/client-scheduler';
import type { StateTools } from '../../core/define-service.ts';
import type { Reminders } from '../../core/reminders.ts';
import { createReminders } from '../../core/reminders.ts';
import type { Table } from '../../core/store.ts';

/** As `CreateSchedule` takes it. */
export type Target = Scheduler.Target;

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly clientToken?: string;
  /** Milliseconds since the epoch; the default group has always been there. */
  readonly createdAt?: number;
  readonly modifiedAt?: number;
}

/** When a schedule is due. Milliseconds since the epoch. */
export interface Due {
  /** As its expression says. */
  readonly scheduledAt: number;
  /** As its window lets it. */
  readonly fireAt: number;
}

export interface Schedule {
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  readonly expression: string;
  readonly timeZone: string;
  /** Milliseconds since the epoch. */
  readonly startAt?: number;
  readonly endAt?: number;
  readonly description?: string;
  readonly state: 'ENABLED' | 'DISABLED';
  /** Minutes; 0 for none. */
  readonly windowMinutes: number;
  /** Kept and told. */
  readonly kmsKeyArn?: string;
  readonly target: Target;
  readonly afterCompletion: 'NONE' | 'DELETE';
  readonly clientToken?: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly next?: Due;
}

/** An invocation on its way. A record until it has arrived, so that a killed cloud makes it. */
export interface Invocation {
  readonly group: string;
  readonly name: string;
  readonly scheduleArn: string;
  readonly target: Target;
  readonly scheduledAt: number;
  /** When it was due: what its age counts from. */
  readonly since: number;
  readonly executionId: string;
  /** Tries after the first. */
  readonly retries: number;
  readonly dueAt: number;
  /** Journal id of what says that the schedule was due. */
  readonly cause?: number;
}

/** Invariant: every schedule stands under its group. */
export interface SchedulerState {
  readonly groups: Table<Group>;
  readonly invocations: Table<Invocation>;
  readonly reminders: Reminders;
  schedule(group: string, name: string): Schedule | undefined;
  /** Of one group by name, or of all. */
  schedules(group?: string): readonly Schedule[];
  putSchedule(schedule: Schedule): void;
  dropSchedule(schedule: Schedule): void;
}

const keyOf = (group: string, name: string) => `${group}/${name}`;

export const createSchedulerState = ({ table, clock }: StateTools): SchedulerState => {
  const schedules = table<Schedule>('schedules');
  const byGroup = new Map<string, Set<string>>();
  const index = ({ group, name }: Schedule) => {
    const names = byGroup.get(group) ?? new Set();
    byGroup.set(group, names.add(name));
  };
  for (const schedule of schedules.values()) index(schedule);
  const inOrder = (group: string) =>
    [...(byGroup.get(group) ?? [])]
      .sort()
      .flatMap((name) => schedules.get(keyOf(group, name)) ?? []);
  return {
    groups: table<Group>('groups'),
    invocations: table<Invocation>('invocations'),
    reminders: createReminders(clock),
    schedule: (group, name) => schedules.get(keyOf(group, name)),
    schedules: (group) =>
      group === undefined ? [...byGroup.keys()].sort().flatMap(inOrder) : inOrder(group),
    putSchedule: (schedule) => {
      schedules.set(keyOf(schedule.group, schedule.name), schedule);
      index(schedule);
    },
    dropSchedule: ({ group, name }) => {
      schedules.delete(keyOf(group, name));
      byGroup.get(group)?.delete(name);
    },
  };
};
