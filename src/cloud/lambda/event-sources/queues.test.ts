import {
  CreateAliasCommand,
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowing } from '../fixtures/lambda-bench.ts';
import type { FeedingBench } from './fixtures/feeding-bench.ts';
import { ACCOUNT, startFeedingBench } from './fixtures/feeding-bench.ts';

interface QueueEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly body: string;
    readonly attributes: Readonly<Record<string, string>>;
  }[];
}

let bench: FeedingBench;
let sqs: SQSClient;
beforeEach(async () => {
  bench = await startFeedingBench();
  sqs = new SQSClient(bench.settings);
});
afterEach(() => bench.stop());

const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
const queue = async (name: string, Attributes: Record<string, string> = {}) =>
  (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }))).QueueUrl ?? '';
const send = (QueueUrl: string, MessageBody: string, group?: string) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody,
      ...(group === undefined ? {} : { MessageGroupId: group }),
    }),
  );
const left = async (QueueUrl: string) => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  return [
    Number(Attributes['ApproximateNumberOfMessages']),
    Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
  ];
};
const bodies = (events: readonly QueueEvent[]) =>
  events.map(({ Records }) => Records.map(({ body }) => body));

describe('a queue feeds a function', () => {
  it('with what is sent, and what was handled is deleted', async () => {
    const url = await queue('work');
    const seen = await bench.fn<QueueEvent>('worker', () => undefined);
    const made = await bench.map({ FunctionName: 'worker', EventSourceArn: arnOf('work') });
    expect(made).toMatchObject({
      State: 'Creating',
      StateTransitionReason: 'USER_INITIATED',
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: [],
      FunctionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:worker`,
    });
    expect(made.LastProcessingResult).toBeUndefined();
    const { MessageId } = await sqs.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: 'hello',
        MessageAttributes: {
          Weeks: { DataType: 'Number', StringValue: '6' },
          Raw: { DataType: 'Binary', BinaryValue: Buffer.from('x') },
        },
      }),
    );
    await bench.settle();
    expect(seen).toEqual([
      {
        Records: [
          {
            messageId: MessageId,
            receiptHandle: expect.any(String),
            body: 'hello',
            attributes: {
              ApproximateReceiveCount: '1',
              SentTimestamp: String(bench.clock.now()),
              SenderId: expect.any(String),
              ApproximateFirstReceiveTimestamp: String(bench.clock.now()),
            },
            messageAttributes: {
              Weeks: {
                stringValue: '6',
                stringListValues: [],
                binaryListValues: [],
                dataType: 'Number',
              },
              Raw: {
                binaryValue: 'eA==',
                stringListValues: [],
                binaryListValues: [],
                dataType: 'Binary',
              },
            },
            md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
            md5OfBody: '5d41402abc4b2a76b9719d911017c592',
            eventSource: 'aws:sqs',
            eventSourceARN: arnOf('work'),
            awsRegion: 'us-east-1',
          },
        ],
      },
    ]);
    expect(await left(url)).toEqual([0, 0]);
    expect((await bench.look(made.UUID)).State).toBe('Enabled');
  });

  it('again, after the visibility timeout, with what failed', async () => {
    const url = await queue('work', { VisibilityTimeout: '40' });
    const seen = await bench.fn<QueueEvent>('worker', (_event, nth) => {
      if (nth === 1) throw new Error('not yet');
    });
    await bench.map({ FunctionName: 'worker', EventSourceArn: arnOf('work') });
    await send(url, 'a');
    await bench.settle();
    expect(seen).toHaveLength(1);
    expect(await left(url)).toEqual([0, 1]);
    await bench.clock.advance(39_999);
    expect(seen).toHaveLength(1);
    await bench.clock.advance(1);
    expect(seen[1]?.Records[0]?.attributes['ApproximateReceiveCount']).toBe('2');
    expect(await left(url)).toEqual([0, 0]);
  });

  it('with delayed messages when they are due, and not while it is disabled or deleted', async () => {
    const url = await queue('work');
    const seen = await bench.fn<QueueEvent>('worker', () => undefined);
    const { UUID } = await bench.map({ FunctionName: 'worker', EventSourceArn: arnOf('work') });
    await sqs.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: 'later', DelaySeconds: 90 }),
    );
    await bench.clock.advance(89_999);
    expect(seen).toHaveLength(0);
    await bench.clock.advance(1);
    expect(bodies(seen)).toEqual([['later']]);
    const update = (input: object) =>
      bench.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...input }));
    expect((await update({ Enabled: false })).State).toBe('Disabling');
    await send(url, 'kept');
    await bench.clock.advance(60_000);
    expect(seen).toHaveLength(1);
    expect((await bench.look(UUID)).State).toBe('Disabled');
    expect((await update({ Enabled: true })).State).toBe('Enabling');
    await bench.settle();
    expect(bodies(seen)).toEqual([['later'], ['kept']]);
    expect((await update({ BatchSize: 5 })).State).toBe('Updating');
    expect((await bench.lambda.send(new DeleteEventSourceMappingCommand({ UUID }))).State).toBe(
      'Deleting',
    );
    await send(url, 'left');
    await bench.settle();
    expect(seen).toHaveLength(2);
    await expect(bench.look(UUID)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The resource you requested does not exist.',
    });
  });

  it('in batches that fill for a time, up to their size', async () => {
    const url = await queue('work');
    const seen = await bench.fn<QueueEvent>('worker', () => undefined);
    await bench.map({
      FunctionName: 'worker',
      EventSourceArn: arnOf('work'),
      BatchSize: 25,
      MaximumBatchingWindowInSeconds: 20,
    });
    const sendMany = async (from: number, count: number) => {
      for (let at = from; at < from + count; at += 10)
        await sqs.send(
          new SendMessageBatchCommand({
            QueueUrl: url,
            Entries: Array.from({ length: Math.min(10, from + count - at) }, (_, index) => ({
              Id: String(index),
              MessageBody: String(at + index),
            })),
          }),
        );
      await bench.settle();
    };
    await sendMany(0, 12);
    expect(seen).toHaveLength(0);
    await bench.clock.advance(19_999);
    await sendMany(12, 3);
    expect(seen).toHaveLength(0);
    await bench.clock.advance(1);
    expect(seen.map(({ Records }) => Records.length)).toEqual([15]);
    await sendMany(100, 30);
    expect(seen.map(({ Records }) => Records.length)).toEqual([15, 25]);
    await bench.clock.advance(20_000);
    expect(seen.map(({ Records }) => Records.length)).toEqual([15, 25, 5]);
    expect(await left(url)).toEqual([0, 0]);
  });

  it('with at most 6 MB at once', async () => {
    const url = await queue('work');
    const seen = await bench.fn<QueueEvent>('worker', () => undefined);
    await bench.map({
      FunctionName: 'worker',
      EventSourceArn: arnOf('work'),
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 1,
    });
    for (let n = 0; n < 8; n += 1) await send(url, 'x'.repeat(1_000_000));
    await bench.clock.advance(2_000);
    expect(seen.map(({ Records }) => Records.length)).toEqual([6, 2]);
  });

  it('with no more batches at one time than it may', async () => {
    const url = await queue('work');
    const going: (() => void)[] = [];
    let most = 0;
    const started: (() => void)[] = [];
    const reached = (count: number) =>
      new Promise<void>((resolve) => started.push(() => going.length === count && resolve()));
    const three = reached(3);
    const seen = await bench.fn<QueueEvent>(
      'worker',
      () =>
        new Promise<void>((resolve) => {
          going.push(resolve);
          most = Math.max(most, going.length);
          for (const tell of started) tell();
        }),
    );
    await bench.map({
      FunctionName: 'worker',
      EventSourceArn: arnOf('work'),
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 3 },
    });
    for (let n = 0; n < 5; n += 1) await send(url, String(n));
    await three;
    expect(await left(url)).toEqual([2, 3]);
    const settled = bench.settle();
    while (seen.length < 5 || going.length > 0) {
      going.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settled;
    expect(most).toBe(3);
    expect(await left(url)).toEqual([0, 0]);
  });
});

describe('a function that cannot be called', () => {
  it('for want of concurrency gets its messages when they are visible again', async () => {
    const url = await queue('work');
    const seen = await bench.fn<QueueEvent>('worker', () => undefined);
    await bench.lambda.send(
      new PutFunctionConcurrencyCommand({
        FunctionName: 'worker',
        ReservedConcurrentExecutions: 0,
      }),
    );
    await bench.map({ FunctionName: 'worker', EventSourceArn: arnOf('work') });
    await send(url, 'a');
    await bench.settle();
    expect(await left(url)).toEqual([0, 1]);
    await bench.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'worker' }));
    await bench.clock.advance(30_000);
    expect(bodies(seen)).toEqual([['a']]);
  });

  it('since it is gone leaves them in the queue, and the mapping says so', async () => {
    const url = await queue('work');
    await bench.fn<QueueEvent>('worker', () => undefined);
    const { UUID } = await bench.map({ FunctionName: 'worker', EventSourceArn: arnOf('work') });
    await bench.settle();
    await bench.lambda.send(new DeleteFunctionCommand({ FunctionName: 'worker' }));
    await send(url, 'a');
    await bench.settle();
    expect(await left(url)).toEqual([1, 0]);
    expect((await bench.look(UUID)).LastProcessingResult).toBe(
      `PROBLEM: Function not found: arn:aws:lambda:us-east-1:${ACCOUNT}:function:worker`,
    );
    const seen = await bench.fn<QueueEvent>('worker', () => undefined);
    await bench.clock.advance(60_000);
    expect(bodies(seen)).toEqual([['a']]);
  });

  it('is called by its alias where the mapping names one', async () => {
    const url = await queue('work');
    const seen = await bench.fn<QueueEvent>('worker', () => undefined);
    await bench.lambda.send(new PublishVersionCommand({ FunctionName: 'worker' }));
    await bench.lambda.send(
      new CreateAliasCommand({ FunctionName: 'worker', Name: 'live', FunctionVersion: '1' }),
    );
    const made = await bench.map({ FunctionName: 'worker:live', EventSourceArn: arnOf('work') });
    expect(made.FunctionArn).toBe(`arn:aws:lambda:us-east-1:${ACCOUNT}:function:worker:live`);
    await send(url, 'a');
    await bench.settle();
    expect(bodies(seen)).toEqual([['a']]);
  });
});

describe('partial answers', () => {
  const answering = async (answer: (ids: readonly string[]) => unknown, reports = true) => {
    const url = await queue('work', { VisibilityTimeout: '30' });
    const seen = await bench.fn<QueueEvent>('worker', ({ Records }, nth) =>
      nth === 1 ? answer(Records.map(({ messageId }) => messageId)) : undefined,
    );
    const { UUID } = await bench.map({
      FunctionName: 'worker',
      EventSourceArn: arnOf('work'),
      Enabled: false,
      ...(reports ? { FunctionResponseTypes: ['ReportBatchItemFailures'] } : {}),
    });
    for (const body of ['a', 'b', 'c']) await send(url, body);
    await bench.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
    await bench.settle();
    expect(bodies(seen)).toEqual([['a', 'b', 'c']]);
    return left(url);
  };
  const item = (itemIdentifier: unknown) => ({ batchItemFailures: [{ itemIdentifier }] });

  it.each([
    ['nothing', () => null],
    ['an empty object', () => ({})],
    ['no list', () => ({ batchItemFailures: null })],
    ['an empty list', () => ({ batchItemFailures: [] })],
  ])('%s is success', async (_name, answer) => {
    expect(await answering(answer)).toEqual([0, 0]);
  });

  it.each([
    ['an empty identifier', () => item('')],
    ['a null identifier', () => item(null)],
    ['another name', ([id]: readonly string[]) => ({ batchItemFailures: [{ id }] })],
    ['a message of no batch', () => item('11111111-1111-4111-8111-111111111111')],
    ['a list that is none', () => ({ batchItemFailures: 'all' })],
  ])('%s fails the whole batch', async (_name, answer) => {
    expect(await answering(answer)).toEqual([0, 3]);
  });

  it('keep what they name, and only where the mapping asks for them', async () => {
    expect(await answering((ids) => item(ids[1]))).toEqual([0, 1]);
  });

  it('are not read where the mapping does not ask for them', async () => {
    expect(await answering((ids) => item(ids[1]), false)).toEqual([0, 0]);
  });
});

describe('filters', () => {
  const filtering = async (pattern: unknown, ...sent: readonly string[]) => {
    const url = await queue('work');
    const seen = await bench.fn<QueueEvent>('worker', () => undefined);
    await bench.map({
      FunctionName: 'worker',
      EventSourceArn: arnOf('work'),
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify(pattern) }] },
    });
    for (const body of sent) await send(url, body);
    await bench.settle();
    expect(await left(url)).toEqual([0, 0]);
    return bodies(seen).flat();
  };

  it('let pass what fits, and delete the rest', async () => {
    expect(
      await filtering({ body: { n: [{ numeric: ['>', 10] }] } }, '{"n":5}', '{"n":50}', 'n'),
    ).toEqual(['{"n":50}']);
  });

  it('on plain text drop what is JSON', async () => {
    expect(await filtering({ body: ['go'] }, 'go', 'stop', '{"go":1}')).toEqual(['go']);
  });

  it('on JSON drop plain text, even if they want something absent', async () => {
    expect(await filtering({ body: { n: [{ exists: false }] } }, 'text', '{"m":1}')).toEqual([
      '{"m":1}',
    ]);
  });

  it.each(['simple string', '[{"body": ["a"]}]', '{"body": "a"}'])(
    'are refused when they are none: %s',
    async (Pattern) => {
      await queue('work');
      await bench.fn<QueueEvent>('worker', () => undefined);
      await expect(
        bench.map({
          FunctionName: 'worker',
          EventSourceArn: arnOf('work'),
          FilterCriteria: { Filters: [{ Pattern }] },
        }),
      ).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
        message: 'Invalid filter pattern definition.',
      });
    },
  );
});

describe('a first-in-first-out queue', () => {
  it('keeps the order of a group over failures, and does not hold up the others', async () => {
    const url = await queue('work.fifo', {
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      VisibilityTimeout: '30',
    });
    const done: string[] = [];
    let failed = false;
    await bench.fn<QueueEvent>('worker', ({ Records }) => {
      for (const { body } of Records) {
        if (body === 'a1' && !failed) {
          failed = true;
          throw new Error('once');
        }
        done.push(body);
      }
    });
    await bench.map({ FunctionName: 'worker', EventSourceArn: arnOf('work.fifo'), BatchSize: 1 });
    for (const [body, group] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
      ['a3', 'a'],
      ['b2', 'b'],
    ] as const)
      await send(url, body, group);
    await bench.settle();
    expect(done).toEqual(['b1', 'b2']);
    await bench.clock.advance(30_000);
    expect(done).toEqual(['b1', 'b2', 'a1', 'a2', 'a3']);
  });
});

describe('the role', () => {
  it('must be allowed to read the queue before there is a mapping', async () => {
    await queue('work');
    for (const [name, actions, call] of [
      ['none', [], 'ReceiveMessage'],
      ['reads', ['sqs:ReceiveMessage'], 'DeleteMessage'],
      ['deletes', ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], 'GetQueueAttributes'],
    ] as const) {
      const role = await bench.role(name, ...actions);
      await bench.fn(`of-${name}`, () => undefined, { role });
      await expect(
        bench.map({ FunctionName: `of-${name}`, EventSourceArn: arnOf('work') }),
      ).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
        message: `The provided execution role does not have permissions to call ${call} on SQS`,
      });
    }
  });

  it('that loses its permission stops the asking; the mapping and the journal tell why; it goes on with the permission', async () => {
    const url = await queue('work');
    const role = await bench.role('worker', 'sqs:*');
    const seen = await bench.fn<QueueEvent>('worker', () => undefined, { role });
    const { UUID } = await bench.map({ FunctionName: 'worker', EventSourceArn: arnOf('work') });
    await bench.iam.send(new DeleteRolePolicyCommand({ RoleName: 'worker', PolicyName: 'all' }));
    await send(url, 'a');
    await send(url, 'b');
    await bench.settle();
    expect(seen).toHaveLength(0);
    expect((await bench.look(UUID)).LastProcessingResult).toMatch(/^PROBLEM: .*ReceiveMessage/);
    expect(
      bench.notes().filter((note) => note.includes(`leaves ${arnOf('work')} alone`)),
    ).toHaveLength(1);
    const asked = () =>
      bench.cloud.journal.entries().filter(({ operation }) => operation === 'ReceiveMessage')
        .length;
    const before = asked();
    await send(url, 'c');
    await bench.settle();
    expect(asked()).toBe(before);
    await bench.clock.advance(60_000);
    expect(asked()).toBe(before + 1);
    await bench.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'worker',
        PolicyName: 'all',
        PolicyDocument: allowing('sqs:*'),
      }),
    );
    await bench.settle();
    expect(bodies(seen).flat()).toEqual(['a', 'b', 'c']);
    expect((await bench.look(UUID)).LastProcessingResult).toBeUndefined();
  });
});

describe('time and chance', () => {
  it('the same seed hands the same over in the same order', async () => {
    const run = async () => {
      const other = await startFeedingBench({ seed: 7 });
      const client = new SQSClient(other.settings);
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'work' }));
      await other.fn<QueueEvent>('worker', ({ Records }) => {
        if (
          Records.some(
            ({ body, attributes }) =>
              Number(body) % 3 === 0 && attributes['ApproximateReceiveCount'] === '1',
          )
        )
          throw new Error('once');
      });
      await other.map({
        FunctionName: 'worker',
        EventSourceArn: arnOf('work'),
        BatchSize: 2,
        Enabled: true,
      });
      for (let n = 0; n < 12; n += 1)
        await client.send(new SendMessageCommand({ QueueUrl, MessageBody: String(n) }));
      await other.clock.advance(120_000);
      const story = other.cloud.journal
        .entries()
        .filter(({ operation }) => /Receive|Delete|^Invoke/.test(operation))
        .map(({ operation, at, outcome, message }) => ({ operation, at, outcome, message }));
      await other.stop();
      return story;
    };
    const first = await run();
    expect(first.length).toBeGreaterThan(20);
    expect(await run()).toEqual(first);
  });

  it('a fork goes on feeding, and neither sees the other', async () => {
    const url = await queue('work');
    const seen = await bench.fn<QueueEvent>('worker', () => undefined);
    await bench.map({ FunctionName: 'worker', EventSourceArn: arnOf('work') });
    await bench.settle();
    const forked: QueueEvent[] = [];
    const fork = await startFeedingBench({
      state: bench.cloud.fork(),
      startMs: bench.clock.now(),
      handlers: new Map([['worker', (event: QueueEvent) => void forked.push(event)]]),
    });
    const client = new SQSClient(fork.settings);
    await client.send(
      new SendMessageCommand({
        QueueUrl: url.replace(bench.url, fork.url),
        MessageBody: 'forked',
      }),
    );
    await fork.settle();
    expect(bodies(forked)).toEqual([['forked']]);
    expect(seen).toHaveLength(0);
    await fork.stop();
  });
});
