import { isDeepStrictEqual } from 'node:util';
import type { Tags } from '../../core/provider-input.ts';
import { documentText, pick, tagsOf, unlessGone } from '../../core/provider-input.ts';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';
import { retag, tagsNow } from '../../core/retag.ts';

type Json = Readonly<Record<string, unknown>>;

const DEFAULT_BUS = 'default';

const call = async (context: ProviderContext, operation: string, input: Json) =>
  (await context.call('eventbridge', operation, input)) as Json;

/** The same; undefined when what it is about is gone. */
const callUnlessGone = (context: ProviderContext, operation: string, input: Json) =>
  unlessGone<Json>(call(context, operation, input));

const asObject = (value: unknown): unknown =>
  typeof value === 'string' ? (JSON.parse(value) as unknown) : value;

const tagged = (arn: string) => ({ service: 'eventbridge', member: 'ResourceARN', arn }) as const;

const busArn = ({ region, accountId }: ProviderContext, name: string) =>
  `arn:aws:events:${region}:${accountId}:event-bus/${name}`;

const describedBus = (name: string, properties: ResourceProperties, context: ProviderContext) => ({
  physicalId: name,
  attributes: {
    Arn: busArn(context, name),
    Name: name,
    ...(properties['Policy'] === undefined ? {} : { Policy: documentText(properties['Policy']) }),
  },
});

const BUS_SETTINGS = ['Description', 'DeadLetterConfig', 'KmsKeyIdentifier', 'LogConfig'];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html */
export const eventBus: ResourceProvider = {
  type: 'AWS::Events::EventBus',
  create: async (properties, context) => {
    const name = String(properties['Name']);
    const Tags = tagsOf(properties, context);
    await call(context, 'CreateEventBus', {
      Name: name,
      ...pick(properties, ['EventSourceName', ...BUS_SETTINGS]),
      ...(Tags.length === 0 ? {} : { Tags }),
    });
    context.created(name);
    if (properties['Policy'] !== undefined)
      await call(context, 'PutPermission', {
        EventBusName: name,
        Policy: documentText(properties['Policy']),
      });
    return describedBus(name, properties, context);
  },
  update: async (name, properties, previous, context) => {
    if (!isDeepStrictEqual(pick(properties, BUS_SETTINGS), pick(previous, BUS_SETTINGS)))
      await call(context, 'UpdateEventBus', {
        Name: name,
        Description: '',
        KmsKeyIdentifier: '',
        ...pick(properties, BUS_SETTINGS),
      });
    if (!isDeepStrictEqual(properties['Policy'], previous['Policy']))
      if (properties['Policy'] === undefined)
        await call(context, 'RemovePermission', { EventBusName: name, RemoveAllPermissions: true });
      else
        await call(context, 'PutPermission', {
          EventBusName: name,
          Policy: documentText(properties['Policy']),
        });
    await retag(tagged(busArn(context, name)), properties, context);
    return describedBus(name, properties, context);
  },
  delete: async (name, _properties, context) => {
    await call(context, 'DeleteEventBus', { Name: name });
  },
  read: async (name, context) => {
    const found = await callUnlessGone(context, 'DescribeEventBus', { Name: name });
    if (found === undefined) return undefined;
    return {
      Name: name,
      Description: found['Description'],
      KmsKeyIdentifier: found['KmsKeyIdentifier'],
      DeadLetterConfig: found['DeadLetterConfig'],
      Policy: asObject(found['Policy']),
      Tags: await tagsNow(tagged(busArn(context, name)), context),
    };
  },
};

type Statement = Readonly<Record<string, unknown>> & { readonly Sid?: string };

const busOf = (properties: ResourceProperties): string =>
  String(properties['EventBusName'] ?? DEFAULT_BUS);

const statementsOf = async (bus: string, context: ProviderContext) => {
  const found = await callUnlessGone(context, 'DescribeEventBus', { Name: bus });
  const policy = found?.['Policy'];
  if (typeof policy !== 'string') return [];
  return [
    (JSON.parse(policy) as { readonly Statement: Statement | readonly Statement[] }).Statement,
  ].flat() as Statement[];
};

/** Puts one statement in its place; the others of the bus stay. */
const putStatement = async (properties: ResourceProperties, context: ProviderContext) => {
  const StatementId = String(properties['StatementId']);
  const EventBusName = busOf(properties);
  if (properties['Statement'] === undefined)
    await call(context, 'PutPermission', {
      EventBusName,
      StatementId,
      ...pick(properties, ['Action', 'Principal', 'Condition']),
    });
  else {
    const others = (await statementsOf(EventBusName, context)).filter(
      ({ Sid }) => Sid !== StatementId,
    );
    const made = { Sid: StatementId, ...(asObject(properties['Statement']) as Json) };
    await call(context, 'PutPermission', {
      EventBusName,
      Policy: JSON.stringify({ Version: '2012-10-17', Statement: [...others, made] }),
    });
  }
  return { physicalId: `${EventBusName}|${StatementId}` };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html */
export const eventBusPolicy: ResourceProvider = {
  type: 'AWS::Events::EventBusPolicy',
  create: putStatement,
  update: (_id, properties, _previous, context) => putStatement(properties, context),
  delete: async (_id, properties, context) => {
    await callUnlessGone(context, 'RemovePermission', {
      EventBusName: busOf(properties),
      StatementId: properties['StatementId'],
    });
  },
  read: async (_id, context, properties) => {
    const StatementId = String(properties['StatementId']);
    const found = (await statementsOf(busOf(properties), context)).find(
      ({ Sid }) => Sid === StatementId,
    );
    if (found === undefined) return undefined;
    if (properties['Statement'] === undefined)
      return { EventBusName: properties['EventBusName'], StatementId };
    const { Sid, ...rest } = found;
    const named = (asObject(properties['Statement']) as Json)['Sid'] !== undefined;
    return {
      EventBusName: properties['EventBusName'],
      StatementId,
      Statement: named ? { Sid, ...rest } : rest,
    };
  },
};

/** A rule's physical id is its name, on a custom bus with the bus before it: `orders|stack-Rule-ABC`. */
const ruleId = (bus: string, name: string) => (bus === DEFAULT_BUS ? name : `${bus}|${name}`);

const readRuleId = (id: string) => {
  const [first = '', second] = id.split('|');
  return second === undefined ? { bus: DEFAULT_BUS, name: first } : { bus: first, name: second };
};

/** A bus may be given by its ARN. */
const busNameOf = (properties: ResourceProperties): string =>
  busOf(properties).replace(/^arn:[^/]*event-bus\//, '');

const describedRule = (id: string, context: ProviderContext) => {
  const { bus, name } = readRuleId(id);
  const path = bus === DEFAULT_BUS ? name : `${bus}/${name}`;
  return {
    physicalId: id,
    attributes: {
      Arn: `arn:aws:events:${context.region}:${context.accountId}:rule/${path}`,
      RuleName: name,
    },
  };
};

const targetsOf = (properties: ResourceProperties): readonly Json[] =>
  ((properties['Targets'] as readonly Json[] | undefined) ?? []).map((target) => {
    const policy = target['RetryPolicy'] as Json | undefined;
    return policy === undefined
      ? target
      : {
          ...target,
          RetryPolicy: Object.fromEntries(
            Object.entries(policy).map(([name, value]) => [name, Number(value)]),
          ),
        };
  });

const putRule = async (
  id: string,
  properties: ResourceProperties,
  context: ProviderContext,
  Tags?: Tags,
) => {
  const { bus, name } = readRuleId(id);
  await call(context, 'PutRule', {
    Name: name,
    EventBusName: bus,
    ...pick(properties, ['Description', 'RoleArn', 'ScheduleExpression', 'State']),
    ...(properties['EventPattern'] === undefined
      ? {}
      : { EventPattern: documentText(properties['EventPattern']) }),
    ...(Tags === undefined || Tags.length === 0 ? {} : { Tags }),
  });
};

const putTargets = async (id: string, targets: readonly Json[], context: ProviderContext) => {
  if (targets.length === 0) return;
  const { bus, name } = readRuleId(id);
  await call(context, 'PutTargets', { Rule: name, EventBusName: bus, Targets: targets });
};

const removeTargets = async (id: string, Ids: readonly unknown[], context: ProviderContext) => {
  if (Ids.length === 0) return;
  const { bus, name } = readRuleId(id);
  await callUnlessGone(context, 'RemoveTargets', { Rule: name, EventBusName: bus, Ids });
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html */
export const rule: ResourceProvider = {
  type: 'AWS::Events::Rule',
  create: async (properties, context) => {
    const name = (properties['Name'] as string | undefined) ?? context.generateName({ max: 64 });
    const id = ruleId(busNameOf(properties), name);
    await putRule(id, properties, context, tagsOf(properties, context));
    context.created(id);
    await putTargets(id, targetsOf(properties), context);
    return describedRule(id, context);
  },
  update: async (id, properties, previous, context) => {
    const wanted = targetsOf(properties);
    const gone = targetsOf(previous).filter(
      ({ Id }) => !wanted.some((target) => target['Id'] === Id),
    );
    await putRule(id, properties, context);
    await removeTargets(
      id,
      gone.map(({ Id }) => Id),
      context,
    );
    await putTargets(id, wanted, context);
    const described = describedRule(id, context);
    await retag(tagged(described.attributes.Arn), properties, context);
    return described;
  },
  delete: async (id, properties, context) => {
    const { bus, name } = readRuleId(id);
    await removeTargets(
      id,
      targetsOf(properties).map(({ Id }) => Id),
      context,
    );
    await callUnlessGone(context, 'DeleteRule', { Name: name, EventBusName: bus });
  },
  read: async (id, context, properties) => {
    const { bus, name } = readRuleId(id);
    const found = await callUnlessGone(context, 'DescribeRule', { Name: name, EventBusName: bus });
    if (found === undefined) return undefined;
    const { Targets } = (await call(context, 'ListTargetsByRule', {
      Rule: name,
      EventBusName: bus,
    })) as { readonly Targets?: readonly Json[] };
    const asWritten = typeof properties['EventPattern'] === 'string';
    return {
      Name: name,
      EventBusName: properties['EventBusName'],
      Description: found['Description'],
      EventPattern: asWritten ? found['EventPattern'] : asObject(found['EventPattern']),
      ScheduleExpression: found['ScheduleExpression'],
      State: found['State'],
      RoleArn: found['RoleArn'],
      Targets,
      Tags: await tagsNow(tagged(describedRule(id, context).attributes.Arn), context),
    };
  },
};

const archiveSettings = (properties: ResourceProperties): Json => ({
  ...pick(properties, ['Description', 'KmsKeyIdentifier']),
  ...(properties['RetentionDays'] === undefined
    ? {}
    : { RetentionDays: Number(properties['RetentionDays']) }),
  ...(properties['EventPattern'] === undefined
    ? {}
    : { EventPattern: documentText(properties['EventPattern']) }),
});

const describedArchive = (name: string, { region, accountId }: ProviderContext) => ({
  physicalId: name,
  attributes: { Arn: `arn:aws:events:${region}:${accountId}:archive/${name}`, ArchiveName: name },
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html */
export const archive: ResourceProvider = {
  type: 'AWS::Events::Archive',
  create: async (properties, context) => {
    const name =
      (properties['ArchiveName'] as string | undefined) ?? context.generateName({ max: 48 });
    await call(context, 'CreateArchive', {
      ArchiveName: name,
      EventSourceArn: properties['SourceArn'],
      ...archiveSettings(properties),
    });
    return describedArchive(name, context);
  },
  update: async (name, properties, _previous, context) => {
    await call(context, 'UpdateArchive', { ArchiveName: name, ...archiveSettings(properties) });
    return describedArchive(name, context);
  },
  delete: async (name, _properties, context) => {
    await callUnlessGone(context, 'DeleteArchive', { ArchiveName: name });
  },
  read: async (name, context) => {
    const found = await callUnlessGone(context, 'DescribeArchive', { ArchiveName: name });
    if (found === undefined) return undefined;
    return {
      ArchiveName: name,
      SourceArn: found['EventSourceArn'],
      Description: found['Description'],
      EventPattern: asObject(found['EventPattern']),
      RetentionDays: found['RetentionDays'],
      KmsKeyIdentifier: found['KmsKeyIdentifier'],
    };
  },
};
