import { pick, tagsOf, unlessGone } from '../../core/provider-input.ts';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';
import { retag, tagsNow } from '../../core/retag.ts';

type Json = Readonly<Record<string, unknown>>;

const DEFAULT_GROUP = 'default';

const call = async (context: ProviderContext, operation: string, input: Json) =>
  (await context.call('scheduler', operation, input)) as Json;

const callUnlessGone = (context: ProviderContext, operation: string, input: Json) =>
  unlessGone<Json>(call(context, operation, input));

const SETTINGS = [
  'Description',
  'GroupName',
  'KmsKeyArn',
  'ScheduleExpression',
  'ScheduleExpressionTimezone',
  'State',
] as const;

/** Numbers may be texts in a template. */
const numbers = (value: unknown, ...names: readonly string[]): Json =>
  Object.fromEntries(
    Object.entries(Object(value) as object).map(([name, one]) => [
      name,
      names.includes(name) ? Number(one) : (one as unknown),
    ]),
  );

const inputOf = (Name: string, properties: ResourceProperties): Json => {
  const target = properties['Target'] as Json;
  return {
    Name,
    ...pick(properties, SETTINGS),
    ...Object.fromEntries(
      ['StartDate', 'EndDate'].flatMap((name) =>
        properties[name] === undefined ? [] : [[name, new Date(String(properties[name]))]],
      ),
    ),
    FlexibleTimeWindow: numbers(properties['FlexibleTimeWindow'], 'MaximumWindowInMinutes'),
    Target:
      target['RetryPolicy'] === undefined
        ? target
        : {
            ...target,
            RetryPolicy: numbers(
              target['RetryPolicy'],
              'MaximumRetryAttempts',
              'MaximumEventAgeInSeconds',
            ),
          },
  };
};

const groupOf = (properties: ResourceProperties) =>
  String(properties['GroupName'] ?? DEFAULT_GROUP);

const described = (
  name: string,
  properties: ResourceProperties,
  { region, accountId }: ProviderContext,
) => ({
  physicalId: name,
  attributes: {
    Arn: `arn:aws:scheduler:${region}:${accountId}:schedule/${groupOf(properties)}/${name}`,
  },
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html */
export const schedule: ResourceProvider = {
  type: 'AWS::Scheduler::Schedule',
  create: async (properties, context) => {
    const name = (properties['Name'] as string | undefined) ?? context.generateName({ max: 64 });
    await call(context, 'CreateSchedule', {
      ...inputOf(name, properties),
      ClientToken: context.clientRequestToken,
    });
    return described(name, properties, context);
  },
  update: async (name, properties, previous, context) => {
    if (groupOf(properties) === groupOf(previous))
      await call(context, 'UpdateSchedule', inputOf(name, properties));
    else {
      // A schedule cannot change its group: it is made there, and taken away here.
      await call(context, 'CreateSchedule', inputOf(name, properties));
      await callUnlessGone(context, 'DeleteSchedule', {
        Name: name,
        GroupName: groupOf(previous),
      });
    }
    return described(name, properties, context);
  },
  delete: async (name, properties, context) => {
    await callUnlessGone(context, 'DeleteSchedule', {
      Name: name,
      GroupName: groupOf(properties),
    });
  },
  read: async (name, context, properties) => {
    const found = await callUnlessGone(context, 'GetSchedule', {
      Name: name,
      GroupName: groupOf(properties),
    });
    if (found === undefined) return undefined;
    const date = (value: unknown) => (value instanceof Date ? value.toISOString() : undefined);
    const wanted = properties['Target'] as Json | undefined;
    const { RetryPolicy, ...target } = found['Target'] as Json;
    return {
      Name: name,
      ...Object.fromEntries(SETTINGS.map((setting) => [setting, found[setting]])),
      GroupName: properties['GroupName'],
      StartDate: sameDate(properties['StartDate'], date(found['StartDate'])),
      EndDate: sameDate(properties['EndDate'], date(found['EndDate'])),
      FlexibleTimeWindow: found['FlexibleTimeWindow'],
      Target: wanted?.['RetryPolicy'] === undefined ? target : { ...target, RetryPolicy },
    };
  },
};

/** One moment can be written in more than one way. */
const sameDate = (written: unknown, found: string | undefined): unknown =>
  written !== undefined &&
  found !== undefined &&
  new Date(String(written)).getTime() === new Date(found).getTime()
    ? written
    : found;

const groupArn = ({ region, accountId }: ProviderContext, name: string) =>
  `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`;

const describedGroup = async (name: string, context: ProviderContext) => {
  const found = await call(context, 'GetScheduleGroup', { Name: name });
  const date = (value: unknown) => (value instanceof Date ? value.toISOString() : undefined);
  return {
    physicalId: name,
    attributes: {
      Arn: groupArn(context, name),
      CreationDate: date(found['CreationDate']),
      LastModificationDate: date(found['LastModificationDate']),
      State: found['State'],
    },
  };
};

const tagged = (arn: string) => ({ service: 'scheduler', member: 'ResourceArn', arn }) as const;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedulegroup.html */
export const scheduleGroup: ResourceProvider = {
  type: 'AWS::Scheduler::ScheduleGroup',
  create: async (properties, context) => {
    const name = (properties['Name'] as string | undefined) ?? context.generateName({ max: 64 });
    const wanted = tagsOf(properties, context);
    await call(context, 'CreateScheduleGroup', {
      Name: name,
      ClientToken: context.clientRequestToken,
      ...(wanted.length === 0 ? {} : { Tags: wanted }),
    });
    return describedGroup(name, context);
  },
  update: async (name, properties, _previous, context) => {
    await retag(tagged(groupArn(context, name)), properties, context);
    return describedGroup(name, context);
  },
  delete: async (name, _properties, context) => {
    await callUnlessGone(context, 'DeleteScheduleGroup', { Name: name });
  },
  read: async (name, context) => {
    const found = await callUnlessGone(context, 'GetScheduleGroup', { Name: name });
    if (found === undefined) return undefined;
    return { Name: name, Tags: await tagsNow(tagged(groupArn(context, name)), context) };
  },
};
