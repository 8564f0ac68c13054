import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import type { PublishCommandInput } from '@aws-sdk/client-sns';
import {
  CreateTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsError } from '../../core/aws-error.ts';
import { createVirtualClock } from '../../core/clock.ts';
import { defineService, operation } from '../../core/define-service.ts';
import { startCloud } from '../../index.ts';
import type { LambdaBench } from '../../lambda/fixtures/lambda-bench.ts';
import { startLambdaBench } from '../../lambda/fixtures/lambda-bench.ts';
import { sns as service } from './index.ts';

const ACCOUNT = '000000000000';
const functionArn = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;
const topicArn = (name: string) => `arn:aws:sns:us-east-1:${ACCOUNT}:${name}`;
const clientOf = (endpoint: string, systemClockOffset = 0) =>
  new SNSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    systemClockOffset,
  });

// Signatures are checked against the cloud's clock, so it starts where the clients are.
const clock = createVirtualClock(Date.now());
let bench: LambdaBench;
let sns: SNSClient;

beforeAll(async () => {
  bench = await startLambdaBench({ clock });
  sns = clientOf(bench.url);
  // Says what it was given, a line per event.
  await bench.create('listener', {
    'index.mjs': 'export const handler = async (event) => console.log(JSON.stringify(event));',
  });
});
afterAll(async () => {
  sns.destroy();
  await bench.stop();
});

const createTopic = async (Name: string) =>
  (await sns.send(new CreateTopicCommand({ Name }))).TopicArn ?? expect.fail('no ARN');
const subscribe = async (TopicArn: string, Endpoint = functionArn('listener')) =>
  (await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint })))
    .SubscriptionArn ?? expect.fail('no ARN');
const permit = (SourceArn: string, FunctionName = 'listener') =>
  bench.lambda.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: SourceArn.split(':').at(-1) ?? '',
      Action: 'lambda:InvokeFunction',
      Principal: 'sns.amazonaws.com',
      SourceArn,
    }),
  );
const publish = (TopicArn: string, Message: string, more: Partial<PublishCommandInput> = {}) =>
  sns.send(new PublishCommand({ TopicArn, Message, ...more }));

interface LambdaEvent {
  readonly Records: readonly {
    readonly Sns: { readonly TopicArn: string; readonly Message: string };
  }[];
}

/** What the function has been given from a topic, once nothing is on its way any more. */
const received = async (topic: string): Promise<readonly LambdaEvent[]> => {
  await bench.cloud.settle();
  const { events = [] } = await bench.logs.send(
    new FilterLogEventsCommand({ logGroupName: '/aws/lambda/listener' }),
  );
  return events
    .flatMap(({ message = '' }) => /\{"Records.*/.exec(message)?.[0] ?? [])
    .map((line) => JSON.parse(line) as LambdaEvent)
    .filter(({ Records }) => Records[0]?.Sns.TopicArn === topic);
};
const texts = async (topic: string) =>
  (await received(topic)).map(({ Records }) => Records[0]?.Sns.Message);
const notesOf = (messageId: string | undefined) =>
  bench.cloud.journal
    .entries()
    .filter(({ kind, message }) => kind === 'note' && message?.includes(messageId ?? '?') === true);

describe('publishing', () => {
  it('invokes the function with what AWS would send', async () => {
    const topic = await createTopic('letters');
    await permit(topic);
    const subscription = await subscribe(topic);
    const { MessageId } = await publish(topic, 'hello', {
      Subject: 'greeting',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'warm' },
        raw: { DataType: 'Binary', BinaryValue: Buffer.from('bytes') },
      },
      MessageGroupId: 'for-queues-only',
    });
    expect(await received(topic)).toEqual([
      {
        Records: [
          {
            EventSource: 'aws:sns',
            EventVersion: '1.0',
            EventSubscriptionArn: subscription,
            Sns: {
              Type: 'Notification',
              MessageId,
              TopicArn: topic,
              Subject: 'greeting',
              Message: 'hello',
              Timestamp: new Date(clock.now()).toISOString(),
              SignatureVersion: '1',
              Signature: expect.any(String),
              SigningCertUrl: expect.stringMatching(/\.pem$/),
              UnsubscribeUrl: `${bench.url}/?Action=Unsubscribe&SubscriptionArn=${subscription}`,
              MessageAttributes: {
                kind: { Type: 'String', Value: 'warm' },
                raw: { Type: 'Binary', Value: Buffer.from('bytes').toString('base64') },
              },
            },
          },
        ],
      },
    ]);
  });

  it('drops what the function does not allow, and the journal says so', async () => {
    const topic = await createTopic('unallowed');
    await subscribe(topic);
    const { MessageId } = await publish(topic, 'lost');
    expect(await texts(topic)).toEqual([]);
    expect(notesOf(MessageId)).toMatchObject([
      {
        service: 'sns',
        outcome: 'denied',
        message: expect.stringMatching(
          /listener was dropped: .*not authorized.*lambda:InvokeFunction/,
        ),
      },
    ]);
    // The permission is for one topic: another's does not help.
    await permit(topicArn('someone-elses'));
    await publish(topic, 'lost, too');
    expect(await texts(topic)).toEqual([]);
    await permit(topic);
    await publish(topic, 'found');
    expect(await texts(topic)).toEqual(['found']);
  });

  it('drops what is for a function that is gone', async () => {
    const topic = await createTopic('to-nobody');
    await subscribe(topic, functionArn('nobody'));
    const { MessageId } = await publish(topic, 'hello?');
    await bench.cloud.settle();
    expect(notesOf(MessageId)[0]?.message).toContain('nobody was dropped');
  });

  it('sends each protocol its own text', async () => {
    const topic = await createTopic('structured');
    await permit(topic);
    await subscribe(topic);
    const json = (message: object) =>
      publish(topic, JSON.stringify(message), { MessageStructure: 'json' });
    await json({ default: 'for all', lambda: 'for functions' });
    await json({ default: 'for all', sms: 'for telephones' });
    expect(await texts(topic)).toEqual(['for functions', 'for all']);
    await expect(json({ lambda: 'x' })).rejects.toThrow('No default entry in JSON message body');
    await expect(publish(topic, '{', { MessageStructure: 'json' })).rejects.toThrow(
      'JSON message body failed to parse',
    );
  });

  it('takes up to ten in a batch, and says which failed', async () => {
    const topic = await createTopic('batch');
    await permit(topic);
    await subscribe(topic);
    const batch = (entries: readonly { Id: string; Message: string; Subject?: string }[]) =>
      sns.send(
        new PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries: [...entries] }),
      );
    const answer = await batch([
      { Id: 'a', Message: 'one' },
      { Id: 'b', Message: 'two', Subject: 'two\nlines' },
      { Id: 'c', Message: 'three' },
    ]);
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(answer.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameter', SenderFault: true }]);
    expect(new Set(await texts(topic))).toEqual(new Set(['one', 'three']));
    const named = (Id: string) => ({ Id, Message: 'x' });
    for (const [entries, name] of [
      [[], 'EmptyBatchRequestException'],
      [[named('a'), named('a')], 'BatchEntryIdsNotDistinctException'],
      [[named('a b')], 'InvalidBatchEntryIdException'],
      [
        Array.from({ length: 11 }, (_, i) => named(`${i}`)),
        'TooManyEntriesInBatchRequestException',
      ],
      [[{ Id: 'a', Message: 'x'.repeat(262_145) }], 'BatchRequestTooLongException'],
    ] as const)
      await expect(batch(entries), name).rejects.toMatchObject({ name });
  });

  it('refuses bad messages', async () => {
    const topic = await createTopic('picky');
    const bad = (Message: string, more: Partial<PublishCommandInput> = {}) =>
      expect(publish(topic, Message, more)).rejects;
    await bad('').toThrow('Empty message');
    await bad('x'.repeat(262_145)).toThrow('Message too long');
    await bad('x', { Subject: 'x'.repeat(101) }).toThrow('Invalid parameter: Subject');
    await bad('x', {
      MessageAttributes: { a: { DataType: 'Colour', StringValue: 'red' } },
    }).toThrow("'a' has an invalid message attribute type");
    await bad('x', {
      MessageAttributes: { a: { DataType: 'Number', StringValue: 'many' } },
    }).toThrow("Could not cast message attribute 'a' value to number.");
    await bad('x', { MessageDeduplicationId: '1' }).toThrow('MessageDeduplicationId');
    await bad('x', { TopicArn: topicArn('none') }).toMatchObject({ name: 'NotFoundException' });
    await bad('x', { TopicArn: undefined, PhoneNumber: '+491234567' }).toThrow(
      /phone number is not supported/,
    );
    await bad('x', { TopicArn: undefined, PhoneNumber: '+1a234' }).toThrow(
      'Invalid parameter: PhoneNumber Reason: +1a234 is not valid to publish to',
    );
    await bad('x', { TopicArn: undefined }).toThrow('no value for required parameter');
  });
});

// A function service that is out of order: what SNS does then is seen in when it comes again.
describe('a delivery that fails for no fault of its own', () => {
  const startBroken = async (calls: number[], failures: number, stateDir: string) => {
    const time = createVirtualClock(Date.now());
    const lambda = defineService<object>({
      id: 'lambda',
      signingName: 'lambda',
      principal: 'lambda.amazonaws.com',
      scope: 'region',
      createState: () => ({}),
      operations: {
        Invoke: operation<object, object, object>({
          needs: () => [],
          handle: () => {
            calls.push(time.now());
            if (calls.length <= failures)
              throw new AwsError('ServiceException', 'out of order', { fault: 'server' });
            return { StatusCode: 202 };
          },
        }),
      },
    });
    const running = await startCloud({ services: [service, lambda], clock: time, stateDir });
    return { ...running, time, client: clientOf(running.url) };
  };

  /** Lets time pass from try to try until there were so many. */
  const until = async (
    { cloud, time }: Awaited<ReturnType<typeof startBroken>>,
    calls: readonly number[],
    wanted: number,
  ) => {
    await cloud.settle();
    while (calls.length < wanted) {
      await time.advance((time.nextDue() ?? expect.fail('no try is due')) - time.now());
      await cloud.settle();
    }
  };

  it("is tried again on AWS's schedule, by a cloud that was started anew, too", async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'sns-'));
    const calls: number[] = [];
    const first = await startBroken(calls, 7, stateDir);
    const { TopicArn } = await first.client.send(new CreateTopicCommand({ Name: 't' }));
    await first.client.send(
      new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: functionArn('f') }),
    );
    const begun = first.time.now();
    await first.client.send(new PublishCommand({ TopicArn, Message: 'at last' }));
    await until(first, calls, 6);
    // Three more times without a wait, then twice after a second each.
    expect(calls.map((at) => at - begun)).toEqual([0, 0, 0, 0, 1_000, 2_000]);
    first.client.destroy();
    await first.stop();

    const second = await startBroken(calls, 7, stateDir);
    await until(second, calls, 8);
    // It has arrived: nothing is left to be done.
    expect(second.time.nextDue()).toBeUndefined();
    second.client.destroy();
    await second.stop();
    rmSync(stateDir, { recursive: true, force: true });
  });
});
