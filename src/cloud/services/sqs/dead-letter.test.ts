import {
  CancelMessageMoveTaskCommand,
  DeleteQueueCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueueBench } from './fixtures/queue-bench.ts';
import { arnOf, startQueueBench } from './fixtures/queue-bench.ts';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench();
});
afterAll(() => bench.stop());

const arn = (url: string) => arnOf(url.split('/').at(-1) ?? '');
const policy = (deadUrl: string, maxReceiveCount: number | string = 1) =>
  JSON.stringify({ deadLetterTargetArn: arn(deadUrl), maxReceiveCount });
const set = (QueueUrl: string, Attributes: Record<string, string>) =>
  bench.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));

/** A queue and its dead-letter queue, in which there are messages already. */
const withDead = async (...bodies: readonly string[]) => {
  const dead = await bench.queue();
  const source = await bench.queue({ RedrivePolicy: policy(dead) });
  for (const body of bodies) await bench.send(source, body);
  await bench.receive(source, { VisibilityTimeout: 0 });
  expect(await bench.receive(source)).toEqual([]);
  return { dead, source };
};

describe('a message that was received too often', () => {
  it('goes to the dead-letter queue as it is', async () => {
    const dead = await bench.queue({ MessageRetentionPeriod: '1000' });
    const source = await bench.queue({ RedrivePolicy: policy(dead, '2'), VisibilityTimeout: '10' });
    const id = await bench.send(source, 'poison', {
      MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } },
    });
    const sentAt = String(bench.clock.now());
    for (let n = 1; n <= 2; n += 1) {
      expect(await bench.bodies(source)).toEqual(['poison']);
      await bench.advance(10);
    }
    expect(await bench.attribute(dead, 'ApproximateNumberOfMessages')).toBe('0');
    expect(await bench.bodies(source)).toEqual([]);
    expect(await bench.attribute(source, 'ApproximateNumberOfMessages')).toBe('0');
    const [message] = await bench.receive(dead, {
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    expect(message).toMatchObject({
      MessageId: id,
      Body: 'poison',
      MessageAttributes: { a: { StringValue: 'b' } },
      Attributes: {
        ApproximateReceiveCount: '3',
        SentTimestamp: sentAt,
        DeadLetterQueueSourceArn: arn(source),
      },
    });
    // Its age goes on from when it was sent first.
    await bench.advance(979);
    expect(await bench.attribute(dead, 'ApproximateNumberOfMessages')).toBe('1');
    await bench.advance(1);
    expect(await bench.attribute(dead, 'ApproximateNumberOfMessages')).toBe('0');
  });

  it('of a FIFO queue frees its group, under its id as deduplication id', async () => {
    const dead = await bench.fifo();
    const source = await bench.fifo({ RedrivePolicy: policy(dead) });
    const send = (body: string) =>
      bench.send(source, body, { MessageGroupId: 'g', MessageDeduplicationId: body });
    const id = await send('poison');
    await send('good');
    await bench.receive(source, { MaxNumberOfMessages: 1, VisibilityTimeout: 0 });
    expect(await bench.bodies(source)).toEqual(['good']);
    const [message] = await bench.receive(dead, { MessageSystemAttributeNames: ['All'] });
    expect(message?.Attributes).toMatchObject({
      MessageDeduplicationId: id,
      MessageGroupId: 'g',
      DeadLetterQueueSourceArn: arn(source),
    });
  });

  it('stays when there is no dead-letter queue any more', async () => {
    const dead = await bench.queue();
    const source = await bench.queue({ RedrivePolicy: policy(dead) });
    await bench.send(source, 'kept');
    await bench.sqs.send(new DeleteQueueCommand({ QueueUrl: dead }));
    for (let n = 0; n < 3; n += 1)
      expect(await bench.bodies(source, { VisibilityTimeout: 0 })).toEqual(['kept']);
  });
});

describe('a redrive policy', () => {
  it('names a queue of the same kind that is there, and a count', async () => {
    const dead = await bench.queue();
    const fifo = await bench.fifo();
    const url = await bench.queue();
    const refused = [
      ['nonsense', 'Redrive policy is not a valid JSON map.'],
      ['{"maxReceiveCount":1}', /mandatory attribute: deadLetterTargetArn/],
      ['{"MaxReceiveCount":1}', /mandatory attribute: maxReceiveCount/],
      [
        '{"deadLetterTargetArn": "dummy", "maxReceiveCount": 42}',
        'Value {"deadLetterTargetArn": "dummy", "maxReceiveCount": 42} for parameter RedrivePolicy is invalid. Reason: Invalid value for deadLetterTargetArn.',
      ],
      [policy(`${bench.url}/0/none`), /Dead letter target does not exist/],
      [policy(dead, 0), /maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive/],
      [policy(dead, 1001), /maxReceiveCount: 1001/],
      [policy(fifo), /must be same type of queue/],
    ] as const;
    for (const [RedrivePolicy, why] of refused)
      await expect(set(url, { RedrivePolicy })).rejects.toThrow(why);
    await set(url, { RedrivePolicy: policy(dead, 1000) });
    const list = () => bench.sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
    expect((await list()).queueUrls).toEqual([url]);
    await set(url, { RedrivePolicy: '' });
    expect((await list()).queueUrls).toEqual([]);
  });

  it('tells its count as a number, and is the same policy however it was written', async () => {
    const dead = await bench.queue();
    const url = await bench.queue({ RedrivePolicy: policy(dead, '7') }, 'counted');
    expect(await bench.attribute(url, 'RedrivePolicy')).toBe(policy(dead, 7));
    const RedrivePolicy = JSON.stringify(JSON.parse(policy(dead, 7)), undefined, 2);
    expect(await bench.queue({ RedrivePolicy }, 'counted')).toBe(url);
  });

  it('needs the dead-letter queue’s leave', async () => {
    const dead = await bench.queue({ RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    const url = await bench.queue();
    const use = () => set(url, { RedrivePolicy: policy(dead) });
    await expect(use()).rejects.toThrow(/does not allow this queue as a source/);
    const allow = (value: object) => set(dead, { RedriveAllowPolicy: JSON.stringify(value) });
    await allow({ redrivePermission: 'byQueue', sourceQueueArns: [arn(url)] });
    await use();
    for (const wrong of [
      { redrivePermission: 'some' },
      { redrivePermission: 'byQueue' },
      { redrivePermission: 'allowAll', sourceQueueArns: [arn(url)] },
    ])
      await expect(allow(wrong)).rejects.toThrow(/RedriveAllowPolicy is invalid/);
  });
});

describe('a move task', () => {
  const start = (SourceArn: string, more: object = {}) =>
    bench.sqs.send(new StartMessageMoveTaskCommand({ SourceArn, ...more }));
  const tasks = async (SourceArn: string, MaxResults?: number) =>
    (await bench.sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults }))).Results;

  it('brings dead letters back to where they came from, as new messages', async () => {
    const { dead, source } = await withDead('one', 'two');
    await set(source, { RedrivePolicy: policy(dead, 5) });
    const { TaskHandle } = await start(arn(dead));
    await bench.cloud.settle();
    expect(TaskHandle).toMatch(/\w/);
    expect(await tasks(arn(dead))).toEqual([
      {
        Status: 'COMPLETED',
        SourceArn: arn(dead),
        ApproximateNumberOfMessagesMoved: 2,
        ApproximateNumberOfMessagesToMove: 2,
        StartedTimestamp: bench.clock.now(),
      },
    ]);
    const back = await bench.receive(source, { MessageSystemAttributeNames: ['All'] });
    expect(back.map(({ Body }) => Body)).toEqual(['one', 'two']);
    expect(back[0]?.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    expect(back[0]?.Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
  });

  it('moves so many a second, and is cancelled', async () => {
    const { dead } = await withDead('1', '2', '3', '4');
    const into = await bench.queue();
    const { TaskHandle } = await start(arn(dead), {
      DestinationArn: arn(into),
      MaxNumberOfMessagesPerSecond: 1,
    });
    expect(await tasks(arn(dead))).toEqual([
      {
        TaskHandle,
        Status: 'RUNNING',
        SourceArn: arn(dead),
        DestinationArn: arn(into),
        MaxNumberOfMessagesPerSecond: 1,
        ApproximateNumberOfMessagesMoved: 0,
        ApproximateNumberOfMessagesToMove: 4,
        StartedTimestamp: bench.clock.now(),
      },
    ]);
    await expect(start(arn(dead))).rejects.toThrow(
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
    await bench.advance(2);
    expect(await bench.bodies(into)).toEqual(['1', '2']);
    const cancel = () => bench.sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    expect(await cancel()).toMatchObject({ ApproximateNumberOfMessagesMoved: 2 });
    await bench.advance(5);
    expect(await tasks(arn(dead))).toMatchObject([
      { Status: 'CANCELLED', ApproximateNumberOfMessagesMoved: 2 },
    ]);
    expect(await bench.attribute(dead, 'ApproximateNumberOfMessages')).toBe('2');
    await expect(cancel()).rejects.toThrow(/CANCELLED/);
  });

  it('fails when its destination goes, or is not known', async () => {
    const { dead } = await withDead('1', '2');
    const into = await bench.queue();
    await start(arn(dead), { DestinationArn: arn(into), MaxNumberOfMessagesPerSecond: 1 });
    await bench.advance(1);
    await bench.sqs.send(new DeleteQueueCommand({ QueueUrl: into }));
    await bench.advance(1);
    expect(await tasks(arn(dead))).toMatchObject([
      { Status: 'FAILED', FailureReason: 'AWS.SimpleQueueService.NonExistentQueue' },
    ]);
    await bench.receive(dead);
    await bench.send(dead, 'stray');
    await start(arn(dead));
    await bench.cloud.settle();
    const [latest] = (await tasks(arn(dead), 10)) ?? [];
    expect(latest).toMatchObject({
      Status: 'FAILED',
      FailureReason: 'CouldNotDetermineMessageSource',
    });
  });

  it('is refused with the texts that AWS has', async () => {
    const { dead } = await withDead('1');
    const plain = await bench.queue();
    await expect(start(arn(plain))).rejects.toThrow(
      'Source queue must be configured as a Dead Letter Queue.',
    );
    await expect(start(arnOf('none'))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "The resource that you specified for the SourceArn parameter doesn't exist.",
    });
    await expect(start(arn(dead), { DestinationArn: arnOf('none') })).rejects.toThrow(
      "The resource that you specified for the DestinationArn parameter doesn't exist.",
    );
    await expect(start('nonsense')).rejects.toThrow(/You must use this format/);
    await expect(
      start(arn(dead), { DestinationArn: arn(plain), MaxNumberOfMessagesPerSecond: 501 }),
    ).rejects.toThrow(/MaxNumberOfMessagesPerSecond/);
    const cancel = (TaskHandle: string) =>
      bench.sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    await expect(cancel('foobared')).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: 'Value for parameter TaskHandle is invalid.',
    });
    const handle = (taskId: string, sourceArn: string) =>
      Buffer.from(JSON.stringify({ taskId, sourceArn })).toString('base64');
    await expect(cancel(handle('x', arnOf('none')))).rejects.toThrow(/SourceArn/);
    await expect(cancel(handle('x', arn(dead)))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Task does not exist.',
    });
  });
});
