import { AssertionError } from 'node:assert';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import {
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { Referable } from '../index.ts';
import {
  alerts,
  api,
  audit,
  bus,
  dead,
  failing,
  hub,
  legs,
  news,
  nightly,
  photos,
  risky,
  rule,
  schedule,
  sink,
  stream,
  table,
  tooMany,
  work,
} from './fixtures/legs.ts';
import { createForks } from './fixtures/test-clouds.ts';
import type { TestCloud } from './index.ts';
import { TestingError } from './index.ts';

const { fresh, keep } = createForks(legs);

const ask = (cloud: TestCloud, what: string) => cloud.fetch(api, `/${what}`, { method: 'POST' });
const send = (cloud: TestCloud, queue: Referable, MessageBody = 'x') =>
  new SQSClient(cloud.settings).send(
    new SendMessageCommand({ QueueUrl: cloud.physicalName(queue), MessageBody }),
  );
const put = (cloud: TestCloud, id: string) =>
  new DynamoDBClient(cloud.settings).send(
    new PutItemCommand({ TableName: cloud.physicalName(table), Item: { id: { S: id } } }),
  );
const putEvent = (cloud: TestCloud, Source = 'shop') =>
  new EventBridgeClient(cloud.settings).send(
    new PutEventsCommand({
      Entries: [{ EventBusName: 'legs', Source, DetailType: 'Paid', Detail: '{"order":1}' }],
    }),
  );
const writeLine = async (cloud: TestCloud) => {
  const client = new CloudWatchLogsClient(cloud.settings);
  const stream = { logGroupName: cloud.physicalName(audit), logStreamName: 'a' };
  await client.send(new CreateLogStreamCommand(stream));
  const timestamp = cloud.now().getTime();
  await client.send(
    new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp, message: 'seen' }] }),
  );
};
/** Hands an event over and does not wait. */
const hand = (cloud: TestCloud, fn: Referable) =>
  new LambdaClient(cloud.settings).send(
    new InvokeCommand({ FunctionName: cloud.physicalName(fn), InvocationType: 'Event' }),
  );

/** A path, and what a test does for something to take it. */
type Leg = readonly [path: readonly Referable[], act: (cloud: TestCloud) => Promise<unknown>];

const LEGS: readonly Leg[] = [
  [[api, hub, sink], (cloud) => ask(cloud, 'call')],
  // Asynchronously it is the same.
  [[api, hub, sink], (cloud) => ask(cloud, 'send')],
  [[api, hub, alerts, sink], (cloud) => ask(cloud, 'publish')],
  [
    [news, hub],
    (cloud) =>
      new SNSClient(cloud.settings).send(
        new PublishCommand({ TopicArn: cloud.physicalName(news), Message: 'x' }),
      ),
  ],
  [[photos, hub], (cloud) => cloud.use(photos).put('a.png', 'x')],
  [[work, sink], (cloud) => send(cloud, work)],
  [
    [risky, dead, sink],
    async (cloud) => {
      await send(cloud, risky);
      await cloud.advance('5 minutes');
    },
  ],
  [[table, sink], (cloud) => put(cloud, 'a')],
  [
    [stream, sink],
    (cloud) =>
      new KinesisClient(cloud.settings).send(
        new PutRecordCommand({
          StreamName: cloud.physicalName(stream),
          PartitionKey: 'a',
          Data: Buffer.from('x'),
        }),
      ),
  ],
  [[bus, rule, sink], (cloud) => putEvent(cloud)],
  [[bus, rule, work, sink], (cloud) => putEvent(cloud)],
  [[nightly, sink], (cloud) => cloud.advance('1 hour')],
  [[schedule, sink], (cloud) => cloud.advance('1 day')],
  [[failing, tooMany, alerts, sink], (cloud) => cloud.invoke(failing, {}).catch(() => {})],
  // Given up after a second attempt, a minute later.
  [
    [failing, work, sink],
    async (cloud) => {
      await hand(cloud, failing);
      await cloud.advance('2 minutes');
    },
  ],
  [[audit, sink], writeLine],
];

const spoken = (path: readonly Referable[]) => path.map(({ name }) => name).join(' → ');

/** The message of what is thrown. */
const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return '';
};

describe('a path', () => {
  it.each(LEGS.map(([path, act]) => [spoken(path), path, act] as const))(
    '%s is found, and is none before anything happened',
    async (_, [first, ...rest], act) => {
      const cloud = await fresh();
      if (first === undefined) throw new TypeError('A path has a first step.');
      const walk = () => {
        let path = cloud.expectPath(first);
        for (const step of rest) path = path.to(step);
        return path;
      };
      expect(walk).toThrow(AssertionError);
      await act(cloud);
      await cloud.settle();
      expect(walk().entries).not.toEqual([]);
    },
  );

  it('of a batch leads back to everything that is in it', async () => {
    const cloud = await fresh();
    const client = new SQSClient(cloud.settings);
    for (const MessageBody of ['a', 'b'])
      await client.send(
        new SendMessageCommand({
          QueueUrl: cloud.physicalName(work),
          MessageBody,
          DelaySeconds: 5,
        }),
      );
    const sends = cloud.expectPath(work).entries.map(({ id }) => id);
    expect(sends).toHaveLength(2);
    await cloud.advance('5 seconds');
    expect(cloud.expectPath(work).to(sink).entries).toMatchObject([
      { cause: sends[0], causes: sends, items: 2, outcome: 'ok' },
    ]);
  });

  it('goes on in a fork, where it began before; and what is done there is nothing to the other', async () => {
    const cloud = await fresh();
    const client = new SQSClient(cloud.settings);
    await client.send(
      new SendMessageCommand({
        QueueUrl: cloud.physicalName(work),
        MessageBody: 'a',
        DelaySeconds: 60,
      }),
    );
    await put(cloud, 'a');
    await cloud.settle();
    const fork = await keep(cloud.fork());
    await fork.advance('1 minute');
    expect(fork.expectPath(work).to(sink).entries).toHaveLength(1);
    expect(fork.expectPath(table).to(sink).entries).toHaveLength(1);
    expect(fork.invocations(sink).map(({ from }) => from)).toEqual(
      expect.arrayContaining(['Items', 'Work']),
    );
    expect(() => cloud.expectPath(work).to(sink)).toThrow('the path ends at Work');
    // Numbers are given out once, whatever cloud they come from.
    const ids = fork.journal().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('that a denial ended says who was denied what, and the grant to write', async () => {
    const cloud = await fresh();
    expect((await ask(cloud, 'forbidden')).status).toBe(500);
    await cloud.settle();
    const message = messageOf(() => cloud.expectPath(api).to(hub).to(photos));
    expect(message.split('\n')).toEqual([
      'Api → Hub → Photos: the path ends at Hub, and does not lead to Photos.',
      'From Hub on, this happened:',
      expect.stringMatching(/^ {2}Hub ran and failed: AccessDenied: /),
      '    Hub was denied s3:PutObject on Photos/a',
      'Nothing has come to Photos at all.',
      'Hub was denied s3:PutObject on Photos/a: no policy of the caller allows it.',
      'Write in the grants of Hub:',
      "  photos: photos.access('read', 'write'),  // photos = bucket('Photos'…)",
    ]);
  });

  it('that the policy of a resource ended says so', async () => {
    const cloud = await fresh();
    await new LambdaClient(cloud.settings).send(
      new RemovePermissionCommand({
        FunctionName: cloud.physicalName(sink),
        StatementId: await statementOf(cloud, 'sns.amazonaws.com'),
      }),
    );
    await ask(cloud, 'publish');
    await cloud.settle();
    const message = messageOf(() => cloud.expectPath(api).to(alerts).to(sink));
    expect(message).toContain('\n    Alerts was denied lambda:InvokeFunction on Sink\n');
    expect(message).toContain(
      'Alerts was denied lambda:InvokeFunction on Sink: only the policy of the resource could allow it, and it does not.',
    );
  });

  it('that other things lead to says from whom they are', async () => {
    const cloud = await fresh();
    await ask(cloud, 'nothing');
    await cloud.invoke(sink, {});
    await send(cloud, work);
    await cloud.settle();
    expect(messageOf(() => cloud.expectPath(api).to(sink))).toContain(
      '\nSink ran 2 times, because of something else (from test, Work).\n',
    );
  });

  it('that is not there yet says what to wait for, and what decides how it goes on', async () => {
    const cloud = await fresh();
    expect(messageOf(() => cloud.expectPath(api))).toMatch(
      /^No path begins at Api: nothing has come to it since it was provisioned\.\nA test begins one so: await cloud\.fetch\(api, '\/…'\)\.\nIf something is still on its way: `await cloud\.settle\(\)`/,
    );
    await putEvent(cloud, 'another shop');
    await cloud.settle();
    expect(messageOf(() => cloud.expectPath(bus).to(sink))).toContain(
      'What Bus hands on is decided by its rules, and what fits their patterns.',
    );
  });

  it('has steps that are in a stack', async () => {
    const cloud = await fresh();
    const stranger = { kind: 'bucket', name: 'Stranger' };
    expect(() => cloud.expectPath(stranger)).toThrow('Stranger is in no stack of this cloud');
    await cloud.invoke(sink, {});
    expect(() => cloud.expectPath(sink).to(stranger)).toThrow(TestingError);
  });

  it('is none where a resource was only looked at', async () => {
    const cloud = await fresh();
    await new SQSClient(cloud.settings).send(
      new GetQueueAttributesCommand({ QueueUrl: cloud.physicalName(work) }),
    );
    await new LambdaClient(cloud.settings).send(
      new InvokeCommand({ FunctionName: cloud.physicalName(sink), InvocationType: 'DryRun' }),
    );
    expect(() => cloud.expectPath(work)).toThrow('No path begins at Work');
    expect(() => cloud.expectPath(sink)).toThrow('No path begins at Sink');
  });
});

/** The statement of the sink's policy that lets a service in. */
const statementOf = async (cloud: TestCloud, service: string): Promise<string> => {
  const { Policy = '{}' } = await new LambdaClient(cloud.settings).send(
    new GetPolicyCommand({ FunctionName: cloud.physicalName(sink) }),
  );
  const { Statement } = JSON.parse(Policy) as {
    readonly Statement: readonly {
      readonly Sid: string;
      readonly Principal: { readonly Service: string };
    }[];
  };
  return Statement.find(({ Principal }) => Principal.Service === service)?.Sid ?? '';
};
