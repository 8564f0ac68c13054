import { createHash } from 'node:crypto';
import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueueBench } from './fixtures/queue-bench.ts';
import { ACCOUNT, arnOf, startQueueBench } from './fixtures/queue-bench.ts';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench();
});
afterAll(() => bench.stop());

const hide = (QueueUrl: string, ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
  bench.sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }),
  );
const text = (StringValue: string) => ({ DataType: 'String', StringValue });

describe('a message', () => {
  it('is sent, received with what is asked of it, and deleted', async () => {
    const url = await bench.queue();
    const sent = await bench.sqs.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: 'msg',
        MessageAttributes: {
          Hello: text('There'),
          General: text('Kenobi'),
          'Help.Me': text('Me'),
        },
        MessageSystemAttributes: {
          AWSTraceHeader: text('Root=1-5759e988-bd862e3fe1be46a994272793'),
        },
      }),
    );
    // The digests are as recorded from AWS by LocalStack's `test_receive_message_message_attribute_names_filters`.
    expect(sent).toMatchObject({
      MD5OfMessageBody: '6e2baaf3b97dbeef01c0043275f9a0e7',
      MD5OfMessageAttributes: '4c360f3fdafd970e05fae2f149d997f5',
      MD5OfMessageSystemAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const now = String(bench.clock.now());
    const ask = async (MessageAttributeNames: string[]) => {
      const [message] = await bench.receive(url, { MessageAttributeNames, VisibilityTimeout: 0 });
      return [Object.keys(message?.MessageAttributes ?? {}), message?.MD5OfMessageAttributes];
    };
    expect(await ask([])).toEqual([[], undefined]);
    expect(await ask(['All'])).toEqual([
      ['Hello', 'General', 'Help.Me'],
      '4c360f3fdafd970e05fae2f149d997f5',
    ]);
    expect((await ask(['.*']))[1]).toBe('4c360f3fdafd970e05fae2f149d997f5');
    expect(await ask(['Hello', 'General'])).toEqual([
      ['Hello', 'General'],
      'fca026605781cb4126a1e9044df24232',
    ]);
    expect((await ask(['Hello', 'None']))[1]).toBe('a311262e065454b75da111d535b8dacd');
    expect((await ask(['Hel.*']))[1]).toBe('83fee93c1bcd8b9a5a923ffacdc636c7');
    expect(await ask(['None'])).toEqual([[], undefined]);
    const [message] = await bench.receive(url, { MessageSystemAttributeNames: ['All'] });
    expect(message).toMatchObject({ Body: 'msg', MessageId: sent.MessageId });
    expect(message?.Attributes).toEqual({
      SenderId: ACCOUNT,
      SentTimestamp: now,
      ApproximateReceiveCount: '8',
      ApproximateFirstReceiveTimestamp: now,
      AWSTraceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793',
    });
    await bench.remove(url, message);
    await bench.remove(url, message);
    await bench.advance(60);
    expect(await bench.bodies(url)).toEqual([]);
  });

  it('tells of itself by the older parameter, too', async () => {
    const url = await bench.queue();
    await bench.send(url, 'old');
    const [message] = await bench.receive(url, { AttributeNames: ['SenderId' as 'All'] });
    expect(message?.Attributes).toEqual({ SenderId: ACCOUNT });
  });

  it('carries bytes and numbers', async () => {
    const url = await bench.queue();
    const BinaryValue = Buffer.from([0, 1, 254, 255]);
    await bench.send(url, 'x', {
      MessageAttributes: {
        bytes: { DataType: 'Binary.png', BinaryValue },
        number: { DataType: 'Number.int', StringValue: '-1.5e3' },
      },
    });
    const [message] = await bench.receive(url, { MessageAttributeNames: ['All'] });
    expect(Buffer.from(message?.MessageAttributes?.['bytes']?.BinaryValue ?? [])).toEqual(
      BinaryValue,
    );
    expect(message?.MessageAttributes?.['number']).toEqual({
      DataType: 'Number.int',
      StringValue: '-1.5e3',
    });
  });

  it.each([
    [{ DataType: 'String', StringValue: '' }, /must contain a non-empty value of type 'String'/],
    [{ DataType: 'Text', StringValue: 'x' }, /invalid message attribute type/],
    [{ DataType: 'Number', StringValue: 'x' }, /Can't cast the value/],
    [{ DataType: '', StringValue: 'x' }, /non-empty message attribute type/],
  ])('has no attribute like %o', async (value, why) => {
    const url = await bench.queue();
    await expect(bench.send(url, 'x', { MessageAttributes: { value } })).rejects.toThrow(why);
  });

  it('has ten attributes at most, with names that AWS allows', async () => {
    const url = await bench.queue();
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, text('x')]));
    await expect(bench.send(url, 'x', { MessageAttributes: many })).rejects.toThrow(
      'Number of message attributes [11] exceeds the allowed maximum [10].',
    );
    for (const name of ['AWS.x', 'amazon.x', 'a..b', '.a', 'a b'])
      await expect(
        bench.send(url, 'x', { MessageAttributes: { [name]: text('x') } }),
      ).rejects.toThrow(/name '.*' is invalid/);
  });

  it('is up to 1 MiB of what XML allows', async () => {
    const url = await bench.queue();
    await bench.send(url, 'x'.repeat(1_048_576));
    await expect(bench.send(url, 'x'.repeat(1_048_577))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message:
        'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
    });
    const small = await bench.queue({ MaximumMessageSize: '1024' });
    await bench.send(small, 'é'.repeat(512));
    await expect(bench.send(small, `${'é'.repeat(512)}.`)).rejects.toThrow(/1024 bytes/);
    await expect(
      bench.send(small, 'x'.repeat(1020), { MessageAttributes: { a: text('b') } }),
    ).rejects.toThrow(/1024 bytes/);
    await expect(bench.send(url, 'bell \u0007')).rejects.toMatchObject({
      name: 'InvalidMessageContents',
    });
    await expect(bench.send(url, '')).rejects.toMatchObject({
      name: 'MissingParameter',
      message: 'The request must contain the parameter MessageBody.',
    });
  });
});

describe('time', () => {
  it('hides what was received, and brings it back under a new handle', async () => {
    const url = await bench.queue();
    await bench.send(url, 'a');
    const [first] = await bench.receive(url);
    expect(await bench.bodies(url)).toEqual([]);
    expect(await bench.attribute(url, 'ApproximateNumberOfMessagesNotVisible')).toBe('1');
    await bench.advance(29);
    expect(await bench.bodies(url)).toEqual([]);
    await bench.advance(1);
    expect(await bench.attribute(url, 'ApproximateNumberOfMessages')).toBe('1');
    const [second] = await bench.receive(url);
    expect(second?.MessageId).toBe(first?.MessageId);
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    // The older handle succeeds, and deletes nothing.
    await bench.remove(url, first);
    await bench.advance(30);
    expect(await bench.attribute(url, 'ApproximateNumberOfMessages')).toBe('1');
    // The latest deletes even what is visible again.
    await bench.remove(url, second);
    expect(await bench.attribute(url, 'ApproximateNumberOfMessages')).toBe('0');
  });

  it('is lengthened, shortened, and has an end', async () => {
    const url = await bench.queue({ VisibilityTimeout: '10' });
    await bench.send(url, 'a');
    const [held] = await bench.receive(url);
    await hide(url, held?.ReceiptHandle, 100);
    await bench.advance(99);
    expect(await bench.bodies(url)).toEqual([]);
    await hide(url, held?.ReceiptHandle, 0);
    const [again] = await bench.receive(url);
    expect(again?.Body).toBe('a');
    await expect(hide(url, held?.ReceiptHandle, 5)).rejects.toThrow(
      /Reason: Message does not exist or is not available for visibility timeout change/,
    );
    await expect(hide(url, again?.ReceiptHandle, 43_201)).rejects.toThrow(/VisibilityTimeout/);
    await bench.advance(5);
    await expect(hide(url, again?.ReceiptHandle, 43_200)).rejects.toThrow(
      'Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
    );
    await bench.advance(5);
    // Its time is over, and nobody took it meanwhile: the handle still works.
    await hide(url, again?.ReceiptHandle, 20);
    expect(await bench.bodies(url)).toEqual([]);
    await expect(hide(url, 'nonsense', 1)).rejects.toMatchObject({
      name: 'ReceiptHandleIsInvalid',
    });
    const other = await bench.queue();
    await expect(hide(other, again?.ReceiptHandle, 1)).rejects.toMatchObject({
      name: 'ReceiptHandleIsInvalid',
    });
  });

  it('holds back what is delayed', async () => {
    const url = await bench.queue({ DelaySeconds: '10' });
    await bench.send(url, 'of the queue');
    await bench.send(url, 'its own', { DelaySeconds: 5 });
    await bench.send(url, 'at once', { DelaySeconds: 0 });
    expect(await bench.attribute(url, 'ApproximateNumberOfMessagesDelayed')).toBe('2');
    expect(await bench.bodies(url)).toEqual(['at once']);
    await bench.advance(5);
    expect(await bench.bodies(url)).toEqual(['its own']);
    // A standard queue's delay changes for what comes alone.
    await bench.sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: '0' } }),
    );
    expect(await bench.bodies(url)).toEqual([]);
    await bench.advance(5);
    expect(await bench.bodies(url)).toEqual(['of the queue']);
    await expect(bench.send(url, 'x', { DelaySeconds: 901 })).rejects.toThrow(
      'Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.',
    );
  });

  it('removes what nobody wanted', async () => {
    const url = await bench.queue({ MessageRetentionPeriod: '60', VisibilityTimeout: '100' });
    await bench.send(url, 'held');
    const [held] = await bench.receive(url);
    await bench.advance(30);
    await bench.send(url, 'young');
    await bench.advance(30);
    expect(await bench.attribute(url, 'ApproximateNumberOfMessagesNotVisible')).toBe('0');
    expect(await bench.attribute(url, 'ApproximateNumberOfMessages')).toBe('1');
    await bench.remove(url, held);
    await bench.sqs.send(
      new SetQueueAttributesCommand({
        QueueUrl: url,
        Attributes: { MessageRetentionPeriod: '90' },
      }),
    );
    await bench.advance(59);
    expect(await bench.attribute(url, 'ApproximateNumberOfMessages')).toBe('1');
    await bench.advance(1);
    expect(await bench.attribute(url, 'ApproximateNumberOfMessages')).toBe('0');
  });

  it('lets receivers wait: for a message, for one that comes back, or in vain', async () => {
    const url = await bench.queue({ ReceiveMessageWaitTimeSeconds: '20' });
    const arrivals: string[] = [];
    const stop = bench.cloud;
    const unlisten = stop
      .contextOf(
        [...stop.services.values()].find(({ id }) => id === 'sqs') as never,
        ACCOUNT,
        'us-east-1',
      )
      .arrivals.listen(arnOf(url.split('/').at(-1) ?? ''), () => arrivals.push('ring'));
    const waits = bench.receive(url);
    await settled();
    await bench.send(url, 'now');
    const [message] = await waits;
    expect(message?.Body).toBe('now');
    expect(arrivals).toEqual(['ring']);
    const again = bench.bodies(url, { VisibilityTimeout: 1 });
    await settled();
    await hide(url, message?.ReceiptHandle, 0);
    expect(await again).toEqual(['now']);
    const later = bench.receive(url, { WaitTimeSeconds: 5 });
    await settled();
    await bench.advance(1);
    const [back] = await later;
    expect(back?.Body).toBe('now');
    await bench.remove(url, back);
    const vain = bench.receive(url, { WaitTimeSeconds: 5 });
    await settled();
    await bench.advance(5);
    expect(await vain).toEqual([]);
    expect(arrivals).toEqual(['ring', 'ring', 'ring']);
    unlisten();
    const orphan = bench.receive(url);
    await settled();
    await Promise.all([
      expect(orphan).rejects.toMatchObject({ name: 'QueueDoesNotExist' }),
      bench.sqs.send(new DeleteQueueCommand({ QueueUrl: url })),
    ]);
  });

  it('a receiver that has gone away takes nothing', async () => {
    const url = await bench.queue();
    const gone = new AbortController();
    const waits = bench.sqs.send(
      new (await import('@aws-sdk/client-sqs')).ReceiveMessageCommand({
        QueueUrl: url,
        WaitTimeSeconds: 20,
      }),
      { abortSignal: gone.signal },
    );
    await settled();
    gone.abort();
    await expect(waits).rejects.toThrow();
    await settled();
    await bench.send(url, 'still here');
    expect(await bench.bodies(url)).toEqual(['still here']);
  });

  it.each([
    [
      { MaxNumberOfMessages: 11 },
      'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
    ],
    [{ MaxNumberOfMessages: 0 }, /MaxNumberOfMessages/],
    [
      { WaitTimeSeconds: 21 },
      'Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.',
    ],
    [{ VisibilityTimeout: 43_201 }, /VisibilityTimeout/],
    [{ ReceiveRequestAttemptId: 'a' }, /not valid for this queue type/],
  ])('refuses to receive with %o', async (more, why) => {
    const url = await bench.queue();
    await expect(bench.receive(url, more)).rejects.toThrow(why);
  });
});

/** Requests that wait have reached the cloud. */
const settled = async () => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('a batch', () => {
  const batch = (QueueUrl: string, Entries: SendMessageBatchRequestEntry[]) =>
    bench.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));

  it('succeeds and fails entry by entry', async () => {
    const url = await bench.queue({ MaximumMessageSize: '1024' });
    const answer = await batch(url, [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'large', MessageBody: 'x'.repeat(1025) },
      { Id: 'bell', MessageBody: '\u0007' },
      { Id: 'also-good', MessageBody: 'b', DelaySeconds: 5 },
    ]);
    expect(answer.Successful).toEqual([
      {
        Id: 'good',
        MessageId: expect.any(String),
        MD5OfMessageBody: createHash('md5').update('a').digest('hex'),
      },
      expect.objectContaining({ Id: 'also-good' }),
    ]);
    expect(answer.Failed).toEqual([
      {
        Id: 'large',
        SenderFault: true,
        Code: 'InvalidParameterValue',
        Message: expect.stringMatching(/1024 bytes/),
      },
      expect.objectContaining({ Id: 'bell', Code: 'InvalidMessageContents' }),
    ]);
    const messages = await bench.receive(url);
    const deleted = await bench.sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: [
          { Id: 'a', ReceiptHandle: messages[0]?.ReceiptHandle },
          { Id: 'b', ReceiptHandle: 'nonsense' },
        ],
      }),
    );
    expect(deleted.Successful).toEqual([{ Id: 'a' }]);
    expect(deleted.Failed).toMatchObject([{ Id: 'b', Code: 'ReceiptHandleIsInvalid' }]);
    await bench.advance(5);
    const [delayed] = await bench.receive(url);
    const shown = await bench.sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: url,
        Entries: [
          { Id: 'a', ReceiptHandle: delayed?.ReceiptHandle, VisibilityTimeout: 0 },
          { Id: 'b', ReceiptHandle: messages[0]?.ReceiptHandle, VisibilityTimeout: 0 },
          { Id: 'c', ReceiptHandle: delayed?.ReceiptHandle },
        ],
      }),
    );
    expect(shown.Successful).toEqual([{ Id: 'a' }]);
    expect(shown.Failed).toMatchObject([
      { Id: 'b', Code: 'InvalidParameterValue' },
      { Id: 'c', Code: 'MissingParameter' },
    ]);
    expect(await bench.bodies(url)).toEqual(['b']);
  });

  it('is refused whole for its own form', async () => {
    const url = await bench.queue();
    const entry = (Id: string, MessageBody = 'x') => ({ Id, MessageBody });
    await expect(batch(url, [])).rejects.toMatchObject({
      name: 'EmptyBatchRequest',
      message: 'There should be at least one SendMessageBatchRequestEntry in the request.',
    });
    await expect(
      batch(
        url,
        Array.from({ length: 20 }, (_, n) => entry(`m${n}`)),
      ),
    ).rejects.toMatchObject({
      name: 'TooManyEntriesInBatchRequest',
      message: 'Maximum number of entries per request are 10. You have sent 20.',
    });
    await expect(batch(url, [entry('a'), entry('a')])).rejects.toMatchObject({
      name: 'BatchEntryIdsNotDistinct',
      message: 'Id a repeated.',
    });
    for (const id of ['', 'a:b', 'x'.repeat(81)])
      await expect(batch(url, [entry(id)])).rejects.toMatchObject({ name: 'InvalidBatchEntryId' });
    await expect(
      batch(url, [entry('a', 'x'.repeat(1_000_000)), entry('b', 'x'.repeat(48_577))]),
    ).rejects.toMatchObject({
      name: 'BatchRequestTooLong',
      message: 'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
    });
    expect(await bench.bodies(url)).toEqual([]);
  });
});

describe('a standard queue', () => {
  it('gives a quiet tenant’s messages before a noisy one’s', async () => {
    const url = await bench.queue();
    for (let n = 0; n < 60; n += 1) await bench.send(url, `loud ${n}`, { MessageGroupId: 'loud' });
    for (let n = 0; n < 3; n += 1) expect(await bench.receive(url)).toHaveLength(10);
    await bench.send(url, 'calm', { MessageGroupId: 'calm' });
    await bench.send(url, 'alone');
    const next = await bench.receive(url, {
      MaxNumberOfMessages: 4,
      MessageSystemAttributeNames: ['MessageGroupId'],
    });
    expect(next.map(({ Body }) => Body)).toEqual(['calm', 'alone', 'loud 30', 'loud 31']);
    expect(next[0]?.Attributes).toEqual({ MessageGroupId: 'calm' });
  });

  it('has 120,000 messages in flight at most', async () => {
    const url = await bench.queue({}, 'crowded');
    const call = (operation: string, input: object) =>
      bench.cloud.dispatch({
        service: 'sqs',
        operation,
        input: { QueueUrl: url, ...input },
        principal: {
          kind: 'root',
          accountId: ACCOUNT,
          arn: `arn:aws:iam::${ACCOUNT}:root`,
          userId: ACCOUNT,
        },
        accountId: ACCOUNT,
        region: 'us-east-1',
        requestId: 'r',
      });
    const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: `e${n}`, MessageBody: 'x' }));
    for (let n = 0; n < 12_000; n += 1) {
      await call('SendMessageBatch', { Entries });
      await call('ReceiveMessage', { MaxNumberOfMessages: 10, VisibilityTimeout: 600 });
    }
    await bench.send(url, 'one more');
    await expect(bench.receive(url)).rejects.toMatchObject({ name: 'OverLimit' });
    const waits = bench.receive(url, { WaitTimeSeconds: 1 });
    await settled();
    await bench.advance(1);
    expect(await waits).toEqual([]);
    await bench.sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
  });

  it('knows a handle of its own alone', async () => {
    const url = await bench.queue();
    await expect(
      bench.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: 'AQEBxyz' })),
    ).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
  });
});
