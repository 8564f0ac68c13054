import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { ServiceDeclaration } from '../../spec/service.ts';
import { scheduleInput, scheduleProperties, TARGET_SCHEDULE } from '../../spec/schedule-time.ts';
import type { Referable } from '../../spec/value.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { said } from '../../synth/template.ts';
import { checkDeadLetter, deliveryProperties } from '../eventbridge/delivery.ts';
import type { TargetDelivery } from '../eventbridge/delivery.ts';
import type { Json } from '../eventbridge/transform.ts';
import { wrongInTime } from './check-time.ts';
import type { ScheduleGroupOptions, ScheduleRole } from './group.ts';
import { addScheduleRole, allowSchedules, schedulePolicyId } from './role.ts';
import type { ScheduleOptions } from './spec.ts';

type Options = ScheduleOptions<Json | undefined>;

const functionsOf = ({
  functions,
  resources,
}: ServiceDeclaration): readonly FunctionDeclaration[] => [
  ...functions,
  ...resources.filter(
    (one): one is FunctionDeclaration & typeof one => one.kind === 'function' && 'on' in one,
  ),
];

const startedBy = (target: Referable, builder: TemplateBuilder): readonly string[] =>
  functionsOf(builder.service)
    .filter(({ on }) =>
      on.some((source) => source.source === 'scheduler' && source.target.name === target.name),
    )
    .map(({ name }) => name);

/** A schedule is written for each function that it starts; here what is wrong with it is told once. */
export const checkSchedule = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const { name, declaredAt } = declaration;
  const problem = (message: string) => builder.problem('INVALID_OPTION', message, declaredAt);
  const options = declaration['options'] as Options;
  for (const wrong of wrongInTime(options)) problem(`The schedule ${name} is wrong: ${wrong}`);
  if (options.deadLetter !== undefined)
    checkDeadLetter(builder, options.deadLetter, name, declaredAt);
  if (startedBy(declaration, builder).length === 0)
    problem(
      `The schedule ${name} starts nothing. Give it to a function: on: ${name.slice(0, 1).toLowerCase()}${name.slice(1)}.due().`,
    );
};

const groupName = ({ group }: Options): unknown =>
  group === undefined || typeof group === 'string' ? group : { Ref: group.name };

/** ARN of the group: Scheduler assumes a role in its name. https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html */
const groupArn = ({ group = 'default' }: Options): unknown =>
  typeof group === 'string'
    ? {
        'Fn::Sub': `arn:\${AWS::Partition}:scheduler:\${AWS::Region}:\${AWS::AccountId}:schedule-group/${group}`,
      }
    : { 'Fn::GetAtt': [group.name, 'Arn'] };

const windowOf = (minutes: number | undefined) =>
  minutes === undefined ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: minutes };

const targetOf = (fn: FunctionDeclaration, roleId: string, delivery: TargetDelivery) => ({
  Arn: { 'Fn::GetAtt': [fn.name, 'Arn'] },
  RoleArn: { 'Fn::GetAtt': [roleId, 'Arn'] },
  ...deliveryProperties(delivery),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html */
const addSchedule = (
  builder: TemplateBuilder,
  id: string,
  roleId: string,
  properties: Readonly<Record<string, unknown>>,
  declaredAt: DeclaredAt | undefined,
): void =>
  builder.add(
    id,
    {
      Type: 'AWS::Scheduler::Schedule',
      // A rate begins at once, and what its role may not do yet is not tried again.
      DependsOn: [schedulePolicyId(roleId)],
      Properties: builder.resolve(said(properties)) as Record<string, unknown>,
    },
    declaredAt,
  );

const timesOf = (options: Options) => {
  const { StartDate, EndDate, ...times } = scheduleProperties(options);
  return {
    ...times,
    StartDate: StartDate?.toISOString(),
    EndDate: EndDate?.toISOString(),
  };
};

const synthesiseSchedule = (
  fn: FunctionDeclaration,
  schedule: AnyDeclaration,
  builder: TemplateBuilder,
): void => {
  const options = schedule['options'] as Options;
  const at = schedule.declaredAt ?? fn.declaredAt;
  // What is wrong has been told; of a date that is none there is no text.
  if (wrongInTime(options).length > 0) return;
  const roleId = `${fn.name}ScheduleRole`;
  addScheduleRole(builder, roleId, {
    description: `Starts the function ${fn.name} of ${builder.service.name} by schedules`,
    groupArn: groupArn(options),
    declaredAt: fn.declaredAt,
  });
  allowSchedules(builder, roleId, fn, options);
  addSchedule(
    builder,
    `${fn.name}${schedule.name}Schedule`,
    roleId,
    {
      Description: options.description,
      FlexibleTimeWindow: windowOf(options.flexibleWindow),
      GroupName: groupName(options),
      KmsKeyArn: options.kmsKeyArn,
      ...timesOf(options),
      State: options.enabled === false ? 'DISABLED' : undefined,
      Target: {
        ...targetOf(fn, roleId, options),
        Input: scheduleInput(schedule.name, options.input),
      },
    },
    at,
  );
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedulegroup.html */
export const synthesiseScheduleGroup = (
  declaration: AnyDeclaration,
  builder: TemplateBuilder,
): void => {
  const { name, declaredAt } = declaration;
  const options = declaration['options'] as Omit<ScheduleGroupOptions, 'schema'>;
  if (options.deadLetter !== undefined)
    checkDeadLetter(builder, options.deadLetter, name, declaredAt);
  builder.add(
    name,
    {
      Type: 'AWS::Scheduler::ScheduleGroup',
      Properties: said({
        Name: options.groupName,
        Tags: builder.tags(),
        ...(builder.resolve(options.properties ?? {}) as Record<string, unknown>),
      }),
    },
    declaredAt,
  );
};

/** The role of schedules that are made at run time. It stands before the function that they start, for that function may make some itself. */
export const synthesiseScheduleRole = (
  declaration: AnyDeclaration,
  builder: TemplateBuilder,
): void => {
  const { name, declaredAt } = declaration;
  const { group } = (declaration as unknown as ScheduleRole).options;
  const functions = startedBy(group, builder);
  if (functions.length !== 1)
    builder.problem(
      'INVALID_OPTION',
      functions.length === 0
        ? `Schedules of ${group.name} start nothing. Give the group to a function: on: ${group.name.slice(0, 1).toLowerCase()}${group.name.slice(1)}.due().`
        : `Schedules of ${group.name} are to start ${functions.join(' and ')}, but a schedule starts one function. Declare a group for each.`,
      declaredAt,
    );
  addScheduleRole(builder, name, {
    description: `Starts a function of ${builder.service.name} by schedules of ${group.name}`,
    groupArn: { 'Fn::GetAtt': [group.name, 'Arn'] },
    declaredAt,
  });
};

/** Schedules that are made at run time copy one that is never due: it says which function they start. */
const synthesiseTarget = (
  fn: FunctionDeclaration,
  group: AnyDeclaration,
  builder: TemplateBuilder,
): void => {
  const options = group['options'] as Omit<ScheduleGroupOptions, 'schema'>;
  const roleId = `${group.name}Role`;
  allowSchedules(builder, roleId, fn, options);
  addSchedule(
    builder,
    `${group.name}Target`,
    roleId,
    {
      Description: `Never due. The schedules that are made in this group at run time start what this one names`,
      FlexibleTimeWindow: windowOf(options.flexibleWindow),
      GroupName: { Ref: group.name },
      // One of a kind in a group that is the stack's own; the run time knows it by this name.
      Name: TARGET_SCHEDULE,
      ScheduleExpression: 'rate(1 day)',
      State: 'DISABLED',
      Target: targetOf(fn, roleId, options),
    },
    group.declaredAt,
  );
};

/** Schedules start a function: those of the program, or those that are made at run time. */
export const synthesiseSchedulerSource = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  const target = source.target as AnyDeclaration;
  if (target.kind === 'scheduleGroup') synthesiseTarget(fn, target, builder);
  else synthesiseSchedule(fn, target, builder);
};
