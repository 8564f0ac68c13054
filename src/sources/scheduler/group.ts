import type { AlarmMetric } from '../../spec/alarm.ts';
import { scheduleGroupMetrics } from '../../spec/alarm.ts';
import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { Grant, GrantStatement } from '../../spec/grant.ts';
import type { Keeping } from '../../spec/keeping.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { MessageSchema, Received, Sent } from '../../spec/message-schema.ts';
import type { ScheduleGroupClient, ScheduleMode } from '../../spec/schedule-client.ts';
import { TARGET_SCHEDULE } from '../../spec/schedule-time.ts';
import type { Expression } from '../../spec/value.ts';
import { aws, getAtt, ref, sub } from '../../spec/value.ts';
import type { TargetDelivery } from '../eventbridge/delivery.ts';
import type { ScheduledEvent } from './event.ts';
import { scheduleReader } from './runtime.ts';
import type { ScheduleGroupReference } from './spec.ts';

/** How a group of schedules is made, and how those come that are made in it at run time. */
export interface ScheduleGroupOptions<Schema extends MessageSchema | undefined = undefined>
  extends TargetDelivery,
    Pick<Keeping, 'logicalId'> {
  /** How the inputs look of schedules that are made at run time. Checked when one is made, and when it comes. */
  readonly schema?: Schema;
  /** Minutes after their time within which they may come, 1 to 1,440. @defaultValue none */
  readonly flexibleWindow?: number;
  /** Physical name, up to 64 characters. Left out, CloudFormation makes one. */
  readonly groupName?: string;
  /** Any further property of `AWS::Scheduler::ScheduleGroup`, in CloudFormation's words. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A group of schedules as data. */
export interface ScheduleGroupDeclaration<Schema extends MessageSchema | undefined = undefined>
  extends ScheduleGroupReference {
  /** How it is made. */
  readonly options: Omit<ScheduleGroupOptions, 'schema'>;
  /** How inputs look. */
  readonly schema: Schema | undefined;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its ARN. */
  readonly arn: Expression;
  /** Its physical name. */
  readonly groupName: Expression;
  /** Invocations that were given up, a count: `InvocationDroppedCount`. */
  readonly dropped: AlarmMetric;
  /** Invocations that their target refused or failed to take, a count: `TargetErrorCount`. */
  readonly targetErrors: AlarmMetric;
  /** Starts a function with every schedule that is made in the group at run time; one function, for a schedule has one target. */
  due(): EventSource<ScheduledEvent<Received<Schema>>, unknown>;
  /** Several permissions at once: `access('create', 'delete')`. */
  access<const Modes extends readonly ScheduleMode[]>(
    ...modes: Modes
  ): Grant<ScheduleGroupClient<Modes[number], Sent<Schema>>>;
  /** Lets a function make schedules that start the group's function, and nothing else. */
  create(): Grant<ScheduleGroupClient<'create', Sent<Schema>>>;
  /** Lets a function delete schedules. */
  delete(): Grant<ScheduleGroupClient<'delete', Sent<Schema>>>;
}

/** The role that the schedules of a group run under, as a declaration: whoever makes schedules passes it on. */
export interface ScheduleRole {
  readonly kind: 'scheduleRole';
  readonly name: string;
  readonly options: { readonly group: ScheduleGroupReference };
  readonly declaredAt?: DeclaredAt;
}

/**
 * States a group of schedules. A function that is granted it makes schedules at run time: reminders, timeouts, trials that end. Each goes
 * once it has come.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { lambda, scheduleGroup } from 'sparta';
 * import { z } from 'zod';
 * const reminders = scheduleGroup('Reminders', { schema: z.object({ order: z.string() }) });
 * export const remind = lambda('Remind', { on: reminders.due() }, async ({ input }, { log }) => log.info('pay!', { order: input.order }));
 * export const order = lambda('Order', { grants: { reminders: reminders.create() } }, async (_event, { reminders }) => {
 *   await reminders.create('order-a1', { at: new Date(Date.now() + 86_400_000), input: { order: 'a1' } });
 * });
 * ```
 */
export const scheduleGroup = <const Schema extends MessageSchema | undefined = undefined>(
  declared: string,
  { schema, ...options }: ScheduleGroupOptions<Schema> = {},
): ScheduleGroupDeclaration<Schema> => {
  const name = logicalIdOf(declared, options);
  const self = { kind: 'scheduleGroup', name, options, ...declaredAt() } as const;
  const role: ScheduleRole = {
    kind: 'scheduleRole',
    name: `${name}Role`,
    options: { group: self },
    ...declaredAt(),
  };
  const arn = getAtt(self, 'Arn');
  const scheduleArn = (which: string) =>
    sub`arn:${aws.partition}:scheduler:${aws.region}:${aws.accountId}:schedule/${ref(self)}/${which}`;
  /** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html */
  const statements: Readonly<Record<ScheduleMode, readonly GrantStatement[]>> = {
    create: [
      { actions: ['scheduler:CreateSchedule'], resources: [scheduleArn('*')] },
      { actions: ['scheduler:GetSchedule'], resources: [scheduleArn(TARGET_SCHEDULE)] },
      {
        actions: ['iam:PassRole'],
        resources: [getAtt(role, 'Arn')],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      },
    ],
    delete: [{ actions: ['scheduler:DeleteSchedule'], resources: [scheduleArn('*')] }],
  };
  const grant = (modes: readonly ScheduleMode[]): Grant<never> => ({
    kind: 'grant',
    statements: modes.flatMap((mode) => statements[mode]),
    binding: {
      kind: 'schedules',
      resource: name,
      modes,
      ...(schema === undefined ? {} : { schema }),
    },
    target: self,
  });
  return Object.freeze({
    ...self,
    schema,
    arn,
    groupName: ref(self),
    ...scheduleGroupMetrics(self),
    due: (): EventSource<never, never> => ({
      kind: 'event-source',
      source: 'scheduler',
      target: self,
      detail: { roleArn: getAtt(role, 'Arn') },
      reader: scheduleReader(name, schema),
    }),
    access: (...modes) => grant(modes),
    create: () => grant(['create']),
    delete: () => grant(['delete']),
  } satisfies ScheduleGroupDeclaration<Schema>);
};
