import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  CreateTopicCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowing, archive, trusting } from './lambda/fixtures/lambda-bench.ts';
import { startCloud, type RunningCloud } from './index.ts';

// Every delivery of a service is a call of its service principal, from a source, for an account: the target's policy
// decides it. https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention

const ACCOUNT = '000000000000';
const OTHER = '111122223333';
/** A function that is not there, so that what is for it is lost. */
const NONE = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:none`;

let running: RunningCloud;
let next = 0;
const unique = (what: string) => `${what}-${++next}`;

let apis: ApiGatewayV2Client;
let alarms: CloudWatchClient;
let events: EventBridgeClient;
let iam: IAMClient;
let lambda: LambdaClient;
let s3: S3Client;
let secrets: SecretsManagerClient;
let sns: SNSClient;
let sqs: SQSClient;
let Role = '';

beforeAll(async () => {
  running = await startCloud();
  const settings = {
    endpoint: running.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
    maxAttempts: 1,
  };
  apis = new ApiGatewayV2Client(settings);
  alarms = new CloudWatchClient(settings);
  events = new EventBridgeClient(settings);
  iam = new IAMClient(settings);
  lambda = new LambdaClient(settings);
  s3 = new S3Client(settings);
  secrets = new SecretsManagerClient(settings);
  sns = new SNSClient(settings);
  sqs = new SQSClient(settings);
  Role = await createRole('logging', 'logs:*');
});
afterAll(async () => {
  for (const client of [apis, alarms, events, iam, lambda, s3, secrets, sns, sqs]) client.destroy();
  await running.stop();
});

const createRole = async (RoleName: string, action: string) => {
  const AssumeRolePolicyDocument = trusting('lambda.amazonaws.com');
  const made = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await iam.send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: allowing(action) }),
  );
  return made.Role?.Arn ?? '';
};

/** Something that deliveries can go to, and how its policy lets a service in. */
interface Target {
  readonly arn: string;
  readonly operation: 'Invoke' | 'Publish' | 'SendMessage';
  letIn(service: string, sourceArn: string, sourceAccount: string): Promise<unknown>;
}

const aFunction = async (role = Role): Promise<Target> => {
  const FunctionName = unique('function');
  const { FunctionArn: arn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: role,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile: archive({ 'index.mjs': 'export const handler = async () => "done";' }) },
    }),
  );
  return {
    arn,
    operation: 'Invoke',
    letIn: (Principal, SourceArn, SourceAccount) =>
      lambda.send(
        new AddPermissionCommand({
          FunctionName,
          StatementId: 'deliver',
          Action: 'lambda:InvokeFunction',
          Principal,
          SourceArn,
          SourceAccount,
        }),
      ),
  };
};

const aTopic = async (): Promise<Target> => {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: unique('topic') }));
  return {
    arn: TopicArn,
    operation: 'Publish',
    letIn: (Service, sourceArn, sourceAccount) =>
      sns.send(
        new SetTopicAttributesCommand({
          TopicArn,
          AttributeName: 'Policy',
          AttributeValue: lettingIn('sns:Publish', TopicArn, [Service, sourceArn, sourceAccount]),
        }),
      ),
  };
};

const aQueue = async (): Promise<Target> => {
  const QueueName = unique('queue');
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const arn = `arn:aws:sqs:us-east-1:${ACCOUNT}:${QueueName}`;
  return {
    arn,
    operation: 'SendMessage',
    letIn: (...who) =>
      sqs.send(
        new SetQueueAttributesCommand({
          QueueUrl,
          Attributes: { Policy: lettingIn('sqs:SendMessage', arn, who) },
        }),
      ),
  };
};

const lettingIn = (
  Action: string,
  Resource: string,
  [Service, sourceArn, sourceAccount]: Parameters<Target['letIn']>,
): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service },
        Action,
        Resource,
        Condition: {
          ArnLike: { 'aws:SourceArn': sourceArn },
          StringEquals: { 'aws:SourceAccount': sourceAccount },
        },
      },
    ],
  });

/** What delivers: its ARN, and what makes it deliver to a target. */
interface Source {
  readonly arn: string;
  deliver(): Promise<unknown>;
}

const bucket = async ({ arn, operation }: Target): Promise<Source> => {
  const Bucket = unique('bucket');
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Events = ['s3:ObjectCreated:*' as const];
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      SkipDestinationValidation: true,
      NotificationConfiguration:
        operation === 'Invoke'
          ? { LambdaFunctionConfigurations: [{ LambdaFunctionArn: arn, Events }] }
          : { TopicConfigurations: [{ TopicArn: arn, Events }] },
    }),
  );
  return {
    arn: `arn:aws:s3:::${Bucket}`,
    deliver: () => s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' })),
  };
};

const topic = async ({ arn, operation }: Target): Promise<Source> => {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: unique('news') }));
  const Protocol = operation === 'Invoke' ? 'lambda' : 'sqs';
  await sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint: arn }));
  return {
    arn: TopicArn,
    deliver: () => sns.send(new PublishCommand({ TopicArn, Message: 'x' })),
  };
};

/** A rule of the default bus, with further settings of its target. */
const ruleTo = async (arn: string, more: object = {}): Promise<Source> => {
  const Name = unique('rule');
  const { RuleArn = '' } = await events.send(
    new PutRuleCommand({ Name, EventPattern: JSON.stringify({ source: [Name] }) }),
  );
  await events.send(
    new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'target', Arn: arn, ...more }] }),
  );
  return {
    arn: RuleArn,
    deliver: () =>
      events.send(
        new PutEventsCommand({ Entries: [{ Source: Name, DetailType: 'x', Detail: '{}' }] }),
      ),
  };
};

const rule = ({ arn }: Target): Promise<Source> => ruleTo(arn);

/** What a rule lays in a queue because its target is not there. */
const lostEvents = ({ arn }: Target): Promise<Source> =>
  ruleTo(NONE, { DeadLetterConfig: { Arn: arn } });

/** What a topic lays in a queue because a subscriber is not there. */
const lostMessages = async ({ arn }: Target): Promise<Source> => {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: unique('lost') }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'lambda',
      Endpoint: NONE,
      Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn }) },
    }),
  );
  return {
    arn: TopicArn,
    deliver: () => sns.send(new PublishCommand({ TopicArn, Message: 'x' })),
  };
};

const alarm = async ({ arn }: Target): Promise<Source> => {
  const AlarmName = unique('alarm');
  await alarms.send(
    new PutMetricAlarmCommand({
      AlarmName,
      AlarmActions: [arn],
      Namespace: 'Test',
      MetricName: 'm',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  return {
    arn: `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:${AlarmName}`,
    deliver: () =>
      alarms.send(
        new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'a test' }),
      ),
  };
};

const api = async ({ arn }: Target): Promise<Source> => {
  const { ApiId = '', ApiEndpoint = '' } = await apis.send(
    new CreateApiCommand({ Name: unique('api'), ProtocolType: 'HTTP' }),
  );
  const { IntegrationId } = await apis.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: arn,
      PayloadFormatVersion: '2.0',
    }),
  );
  await apis.send(
    new CreateRouteCommand({ ApiId, RouteKey: 'GET /', Target: `integrations/${IntegrationId}` }),
  );
  await apis.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
  return {
    arn: `arn:aws:execute-api:us-east-1:${ACCOUNT}:${ApiId}/*/*/`,
    deliver: async () => (await fetch(`${ApiEndpoint}/`)).status,
  };
};

const LEGS = [
  ['a bucket', bucket, 's3.amazonaws.com', 'a function', aFunction],
  ['a bucket', bucket, 's3.amazonaws.com', 'a topic', aTopic],
  ['a topic', topic, 'sns.amazonaws.com', 'a function', aFunction],
  ['a topic', topic, 'sns.amazonaws.com', 'a queue', aQueue],
  ['the losses of a topic', lostMessages, 'sns.amazonaws.com', 'a queue', aQueue],
  ['a rule', rule, 'events.amazonaws.com', 'a function', aFunction],
  ['a rule', rule, 'events.amazonaws.com', 'a topic', aTopic],
  ['a rule', rule, 'events.amazonaws.com', 'a queue', aQueue],
  ['the losses of a rule', lostEvents, 'events.amazonaws.com', 'a queue', aQueue],
  ['an alarm', alarm, 'cloudwatch.amazonaws.com', 'a topic', aTopic],
  ['an alarm', alarm, 'lambda.alarms.cloudwatch.amazonaws.com', 'a function', aFunction],
  ['an API', api, 'apigateway.amazonaws.com', 'a function', aFunction],
] as const;

const lastId = () => running.cloud.journal.entries().at(-1)?.id ?? 0;

/** What the journal has of a delivery: how its call ended, and the notes of what was dropped. */
const deliver = async (source: Source, { arn, operation }: Target, service: string) => {
  const before = lastId();
  await source.deliver();
  await running.cloud.settle();
  const entries = running.cloud.journal.entries().filter(({ id }) => id > before);
  return {
    calls: entries
      .filter((entry) => entry.operation === operation && entry.principal === service)
      .map(({ outcome }) => outcome),
    dropped: entries.flatMap(({ kind, outcome, message = '' }) =>
      kind === 'note' && outcome === 'denied' && message.includes(`on resource: ${arn}`)
        ? [message]
        : [],
    ),
  };
};

describe.each(LEGS)('from %s (%#)', (_from, makeSource, service, to, makeTarget) => {
  it(`to ${to} goes where the target lets ${service} in from this source and account`, async () => {
    const target = await makeTarget();
    const source = await makeSource(target);
    await target.letIn(service, source.arn, ACCOUNT);
    expect(await deliver(source, target, service)).toEqual({ calls: ['ok'], dropped: [] });
  });

  it.each([
    ['is another source', (arn: string) => `${arn}-other`, ACCOUNT, service],
    ['is another account', (arn: string) => arn, OTHER, service],
    ['is another service', (arn: string) => arn, ACCOUNT, 'config.amazonaws.com'],
  ])(`to ${to} is dropped, and told, where what is let in %s`, async (_, arnOf, account, who) => {
    const target = await makeTarget();
    const source = await makeSource(target);
    await target.letIn(who, arnOf(source.arn), account);
    const { calls, dropped } = await deliver(source, target, service);
    expect(calls).toEqual(['denied']);
    expect(dropped).toHaveLength(1);
    expect(dropped[0]).toContain(`${service} is not authorized to perform`);
  });
});

it('the log of a function whose role may not write it is lost, and that is told', async () => {
  const { arn } = await aFunction(await createRole('silent', 's3:GetObject'));
  const before = lastId();
  const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: arn }));
  expect(FunctionError).toBeUndefined();
  await running.cloud.settle();
  const lost = running.cloud.journal
    .entries()
    .filter(({ id, kind, outcome }) => id > before && kind === 'note' && outcome === 'denied');
  expect(lost.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /log events of \/aws\/lambda\/function-\d+ were lost: .* is not authorized to perform: logs:/,
    ),
  ]);
});

describe('the rotation of a secret', () => {
  const rotate = async (sourceOf: (arn: string) => string, account: string) => {
    const target = await aFunction();
    const { ARN = '' } = await secrets.send(
      new CreateSecretCommand({ Name: unique('secret'), SecretString: 'x' }),
    );
    await target.letIn('secretsmanager.amazonaws.com', sourceOf(ARN), account);
    return secrets.send(new RotateSecretCommand({ SecretId: ARN, RotationLambdaARN: target.arn }));
  };

  it('is refused when its function lets another secret or account in', async () => {
    const denied = { name: 'AccessDeniedException' };
    await expect(rotate((arn) => `${arn}-other`, ACCOUNT)).rejects.toMatchObject(denied);
    await expect(rotate((arn) => arn, OTHER)).rejects.toMatchObject(denied);
    expect((await rotate((arn) => arn, ACCOUNT)).VersionId).toBeDefined();
    await running.cloud.settle();
  });
});
