import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSeededRandom } from '../../core/random.ts';
import type { QueueBench } from './fixtures/queue-bench.ts';
import { startQueueBench } from './fixtures/queue-bench.ts';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench();
});
afterAll(() => bench.stop());

let ids = 0;
/** Sends to a group, under a deduplication id of its own. */
const send = (url: string, group: string, body: string) =>
  bench.send(url, body, { MessageGroupId: group, MessageDeduplicationId: `d${(ids += 1)}` });
const contentBased = { ContentBasedDeduplication: 'true' };

it('keeps a group in order, one receiver at a time, and as much of a group as it can', async () => {
  const url = await bench.fifo();
  for (const body of ['a1', 'b1', 'a2', 'b2', 'a3', 'c1']) await send(url, body.slice(0, 1), body);
  const held = await bench.receive(url, { MaxNumberOfMessages: 2 });
  expect(held.map(({ Body }) => Body)).toEqual(['a1', 'a2']);
  expect(await bench.bodies(url)).toEqual(['b1', 'b2', 'c1']);
  expect(await bench.bodies(url)).toEqual([]);
  await bench.remove(url, held[0]);
  expect(await bench.bodies(url)).toEqual([]);
  await bench.remove(url, held[1]);
  expect(await bench.bodies(url)).toEqual(['a3']);
});

it('gives back what was not deleted in its old place', async () => {
  const url = await bench.fifo();
  for (const body of ['1', '2', '3']) await send(url, 'g', body);
  const held = await bench.receive(url, { MaxNumberOfMessages: 2, VisibilityTimeout: 10 });
  await bench.advance(10);
  expect(await bench.bodies(url, { VisibilityTimeout: 0 })).toEqual(['1', '2', '3']);
  for (const message of held)
    await expect(bench.remove(url, message)).rejects.toThrow(
      `Value ${message.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    );
  const [first] = await bench.receive(url, { MaxNumberOfMessages: 1 });
  await bench.sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: url,
      ReceiptHandle: first?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  expect(await bench.bodies(url, { MaxNumberOfMessages: 1 })).toEqual(['1']);
});

it('wakes who waits when a group is free again', async () => {
  const url = await bench.fifo();
  await send(url, 'g', '1');
  await send(url, 'g', '2');
  const [first] = await bench.receive(url, { MaxNumberOfMessages: 1 });
  const next = bench.bodies(url, { WaitTimeSeconds: 20 });
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  await bench.remove(url, first);
  expect(await next).toEqual(['2']);
});

it('takes a message once in five minutes, by its id or by its content', async () => {
  const url = await bench.fifo(contentBased);
  const post = async (body: string, id?: string, group = 'g') => {
    const { MessageId, SequenceNumber } = await bench.sqs.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: body,
        MessageGroupId: group,
        MessageDeduplicationId: id,
      }),
    );
    return { MessageId, SequenceNumber };
  };
  const first = await post('same');
  expect(first.SequenceNumber).toMatch(/^\d{20}$/);
  expect(await post('same')).toEqual(first);
  const other = await post('same', 'own-id');
  expect(other.MessageId).not.toBe(first.MessageId);
  expect(BigInt(other.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(first.SequenceNumber ?? 0));
  const messages = await bench.receive(url, { MessageSystemAttributeNames: ['All'] });
  expect(messages.map(({ Attributes }) => Attributes?.MessageDeduplicationId)).toEqual([
    '0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5',
    'own-id',
  ]);
  expect(messages[0]?.Attributes).toMatchObject({
    MessageGroupId: 'g',
    SequenceNumber: first.SequenceNumber,
  });
  // It counts after the message is deleted, too.
  for (const message of messages) await bench.remove(url, message);
  await bench.advance(299);
  await post('same');
  expect(await bench.bodies(url)).toEqual([]);
  await bench.advance(1);
  await post('same');
  expect(await bench.bodies(url)).toEqual(['same']);
});

it('deduplicates within the group where that is the scope', async () => {
  const url = await bench.fifo({ ...contentBased, DeduplicationScope: 'messageGroup' });
  for (const group of ['a', 'b', 'a']) await bench.send(url, 'same', { MessageGroupId: group });
  expect(await bench.bodies(url)).toEqual(['same', 'same']);
});

it('says what a message lacks or has too much', async () => {
  const url = await bench.fifo();
  await expect(bench.send(url, 'x', { MessageDeduplicationId: 'd' })).rejects.toMatchObject({
    name: 'MissingParameter',
    message: 'The request must contain the parameter MessageGroupId.',
  });
  await expect(bench.send(url, 'x', { MessageGroupId: 'g' })).rejects.toMatchObject({
    name: 'InvalidParameterValue',
    message:
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  });
  const both = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
  await expect(bench.send(url, 'x', { ...both, DelaySeconds: 2 })).rejects.toThrow(
    'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
  );
  await expect(bench.send(url, 'x', { ...both, MessageGroupId: 'a b' })).rejects.toThrow(
    /MessageGroupId can only include alphanumeric and punctuation characters/,
  );
  const batch = (entry: object) =>
    bench.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: [
          { Id: 'a', MessageBody: 'a', ...both },
          { Id: 'b', MessageBody: 'b', ...entry },
        ],
      }),
    );
  await expect(batch({ MessageGroupId: 'g' })).rejects.toThrow(/ContentBasedDeduplication/);
  await expect(batch({ MessageDeduplicationId: 'e' })).rejects.toThrow(/MessageGroupId/);
  expect(await bench.bodies(url)).toEqual([]);
  const standard = await bench.queue();
  await expect(bench.send(standard, 'x', { MessageDeduplicationId: 'd' })).rejects.toThrow(
    /not valid for this queue type/,
  );
});

it('answers an attempt that is made again with the same messages', async () => {
  const url = await bench.fifo();
  await send(url, 'g', '1');
  await send(url, 'g', '2');
  const attempt = { ReceiveRequestAttemptId: 'try', VisibilityTimeout: 20 };
  const first = await bench.receive(url, { ...attempt, MaxNumberOfMessages: 1 });
  await bench.advance(15);
  const again = await bench.receive(url, {
    ...attempt,
    MessageSystemAttributeNames: ['ApproximateReceiveCount'],
  });
  expect(again.map(({ ReceiptHandle }) => ReceiptHandle)).toEqual(
    first.map(({ ReceiptHandle }) => ReceiptHandle),
  );
  expect(again[0]?.Attributes).toEqual({ ApproximateReceiveCount: '1' });
  // The timeout began again.
  await bench.advance(15);
  expect(await bench.bodies(url)).toEqual([]);
  await bench.remove(url, again[0]);
  expect(await bench.bodies(url, attempt)).toEqual(['2']);
});

it('delays all, what waits already, too, when the delay changes', async () => {
  const url = await bench.fifo({ DelaySeconds: '100' });
  await send(url, 'g', '1');
  await bench.advance(10);
  await send(url, 'g', '2');
  await bench.sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: '12' } }),
  );
  await bench.advance(2);
  expect(await bench.bodies(url, { VisibilityTimeout: 0 })).toEqual(['1']);
  await bench.advance(10);
  expect(await bench.bodies(url)).toEqual(['1', '2']);
});

it('holds its order through any mix of receives, deletes and timeouts', async () => {
  const url = await bench.fifo();
  const random = createSeededRandom(11);
  const pick = (below: number) => Math.floor(random.fraction() * below);
  /** What each group still has, in order; what is in flight, and until when. */
  const groups = new Map<string, string[]>();
  const inFlight = new Map<
    string,
    { readonly handle: string | undefined; readonly until: number }
  >();
  const groupOf = (body: string) => body.slice(0, 2);
  const isLocked = (group: string) => [...inFlight.keys()].some((body) => groupOf(body) === group);
  for (let round = 0; round < 400; round += 1) {
    const action = pick(10);
    if (action < 4) {
      const group = `g${pick(4)}`;
      const body = `${group}-${round}`;
      await send(url, group, body);
      groups.set(group, [...(groups.get(group) ?? []), body]);
    } else if (action < 7) {
      const timeout = 1 + pick(20);
      const got = await bench.receive(url, {
        MaxNumberOfMessages: 1 + pick(5),
        VisibilityTimeout: timeout,
      });
      const byGroup = Map.groupBy(got, ({ Body = '' }) => groupOf(Body));
      for (const [group, messages] of byGroup) {
        expect(isLocked(group)).toBe(false);
        const bodies = messages.map(({ Body }) => Body);
        expect(bodies).toEqual((groups.get(group) ?? []).slice(0, bodies.length));
      }
      if (got.length === 0)
        for (const [group, left] of groups) expect(left.length === 0 || isLocked(group)).toBe(true);
      for (const { Body = '', ReceiptHandle: handle } of got)
        inFlight.set(Body, { handle, until: bench.clock.now() + timeout * 1000 });
    } else if (action < 9) {
      const body = [...inFlight.keys()][pick(inFlight.size)];
      if (body === undefined) continue;
      await bench.remove(url, { ReceiptHandle: inFlight.get(body)?.handle });
      inFlight.delete(body);
      groups.set(
        groupOf(body),
        (groups.get(groupOf(body)) ?? []).filter((one) => one !== body),
      );
    } else {
      await bench.advance(1 + pick(10));
      for (const [body, { until }] of inFlight)
        if (until <= bench.clock.now()) inFlight.delete(body);
    }
    const left = [...groups.values()].reduce((sum, bodies) => sum + bodies.length, 0);
    expect(Number(await bench.attribute(url, 'ApproximateNumberOfMessages'))).toBe(
      left - inFlight.size,
    );
  }
});
