import type * as Sqs from '@aws-sdk/client-sqs';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { withCause } from '../../core/provenance.ts';
import { moveIfDead } from './dead-letter.ts';
import { fewerOf, leavesCopy, outOfTurn } from './disorder.ts';
import { invalidValue, notForThisQueue, overLimit } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { Entry } from './line.ts';
import type { Message } from './message.ts';
import { receiptHandle } from './message.ts';
import { attributesMd5, printAttributes, selectAttributes } from './message-attributes.ts';
import { count } from './metrics.ts';
import type { Context } from './names.ts';
import { requireLane, urlNeed } from './names.ts';
import { open } from './seal.ts';
import type { Lane, SqsState } from './state.ts';
import { wake } from './wake.ts';

/** What a receiver asks for, read. */
interface Wanted {
  readonly most: number;
  readonly visibilityMs: number;
  readonly waitMs: number;
  readonly attemptId: string | undefined;
}

const within = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most;

const readWanted = (input: Sqs.ReceiveMessageRequest, { settings }: Lane['line']): Wanted => {
  const { MaxNumberOfMessages = 1, VisibilityTimeout, WaitTimeSeconds } = input;
  if (!within(MaxNumberOfMessages, 1, LIMITS.receivedMessages))
    throw invalidValue(
      MaxNumberOfMessages,
      'MaxNumberOfMessages',
      `Must be between 1 and ${LIMITS.receivedMessages}, if provided.`,
    );
  if (VisibilityTimeout !== undefined && !within(VisibilityTimeout, 0, LIMITS.visibilitySeconds))
    throw invalidValue(
      VisibilityTimeout,
      'VisibilityTimeout',
      `Must be between 0 and ${LIMITS.visibilitySeconds}, if provided.`,
    );
  if (WaitTimeSeconds !== undefined && !within(WaitTimeSeconds, 0, LIMITS.waitSeconds))
    throw invalidValue(
      WaitTimeSeconds,
      'WaitTimeSeconds',
      `Must be >= 0 and <= ${LIMITS.waitSeconds}, if provided.`,
    );
  const attemptId = input.ReceiveRequestAttemptId;
  if (attemptId !== undefined && !settings.fifo)
    throw notForThisQueue(attemptId, 'ReceiveRequestAttemptId');
  if (attemptId !== undefined && !/^[!-~]{1,128}$/.test(attemptId))
    throw invalidValue(
      attemptId,
      'ReceiveRequestAttemptId',
      'ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length.',
    );
  return {
    most: MaxNumberOfMessages,
    visibilityMs:
      VisibilityTimeout === undefined ? settings.visibilityMs : VisibilityTimeout * 1000,
    waitMs: WaitTimeSeconds === undefined ? settings.waitMs : WaitTimeSeconds * 1000,
    attemptId,
  };
};

const received = (message: Message, now: number, visibilityMs: number): Message => ({
  ...message,
  receives: message.receives + 1,
  receivesHere: message.receivesHere + 1,
  receipt: message.receivesHere + 1,
  receivedAt: now,
  firstReceivedAt: message.firstReceivedAt ?? now,
  visibleAt: now + visibilityMs,
});

/** Takes what can be had now, and hides it. */
const take = (context: Context, lane: Lane, wanted: Wanted): readonly Entry[] => {
  const { line } = lane;
  const now = context.clock.now();
  const taken: Entry[] = [];
  const copied: { readonly entry: Entry; readonly before: Message }[] = [];
  const most =
    context.disorder === undefined
      ? wanted.most
      : fewerOf(context, lane, wanted.most, wanted.waitMs === 0);
  let last: Entry | undefined;
  while (taken.length < most) {
    if (line.counts.inFlight >= LIMITS.inFlight) {
      if (taken.length > 0 || line.settings.fifo || wanted.waitMs > 0 || line.counts.ready === 0)
        break;
      throw overLimit(LIMITS.inFlight);
    }
    // "SQS first attempts to return as many messages with the same message group ID as possible" (FIFO-queues-understanding-logic.html).
    const ofGroup: Entry | undefined =
      last !== undefined && line.settings.fifo ? line.nextOf(last) : undefined;
    const entry: Entry | undefined = ofGroup ?? outOfTurn(context, lane) ?? line.next();
    if (entry === undefined) break;
    if (moveIfDead(context, lane, entry)) continue;
    const before = entry.message;
    const isCopied = leavesCopy(context, lane, entry);
    last = line.hide(entry, received(before, now, wanted.visibilityMs));
    if (isCopied) copied.push({ entry: last, before });
    // What a copy becomes is no longer what was taken.
    taken.push(isCopied ? { ...last } : last);
  }
  // The copy knows nothing of this receive, and its handle is none of the copy's.
  for (const { entry, before } of copied)
    line.show(line.hide(entry, { ...before, receipt: 0, visibleAt: now }));
  return taken;
};

/** The messages of an attempt that is made again, as long as nothing has happened to them. */
const takeAgain = (
  context: Context,
  lane: Lane,
  { attemptId, visibilityMs }: Wanted,
): readonly Entry[] | undefined => {
  const now = context.clock.now();
  for (const [id, { at }] of lane.attempts) {
    if (at + LIMITS.deduplicationMs > now) break;
    lane.attempts.delete(id);
  }
  const attempt = attemptId === undefined ? undefined : lane.attempts.get(attemptId);
  if (attempt === undefined || attemptId === undefined) return undefined;
  const found: Entry[] = [];
  for (const { key, message } of attempt.received) {
    const entry = lane.line.find(key);
    if (entry === undefined || entry.message !== message || entry.place !== 'inFlight')
      return undefined;
    found.push(entry);
  }
  const again = found.map((entry) =>
    lane.line.hide(entry, { ...entry.message, visibleAt: now + visibilityMs }),
  );
  lane.attempts.set(attemptId, {
    ...attempt,
    received: again.map(({ key, message }) => ({ key, message })),
  });
  return again;
};

/** Resolves when something arrives, when the time is over, or when the client has gone. */
const arrival = ({ arrivals, clock, signal }: Context, arn: string, untilMs: number) =>
  new Promise<void>((resolve) => {
    const done = () => {
      stop();
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const stop = arrivals.listen(arn, done);
    const timer = clock.after(untilMs - clock.now(), done);
    signal?.addEventListener('abort', done, { once: true });
  });

const receive = async (
  context: Context,
  url: string | undefined,
  wanted: Wanted,
): Promise<readonly Entry[]> => {
  const until = context.clock.now() + wanted.waitMs;
  for (;;) {
    const { lane } = requireLane(context, url);
    const dataKey = lane.line.next()?.message.dataKey;
    if (dataKey !== undefined) await open(context, lane, dataKey);
    const taken = takeNow(context, lane, wanted);
    if (taken.length > 0 || context.clock.now() >= until) return taken;
    // Somebody waits: what was held back goes on.
    context.disorder?.latecomers.letAllOn();
    await arrival(context, lane.arn, until);
    if (context.signal?.aborted === true) return [];
  }
};

const takeNow = (context: Context, lane: Lane, wanted: Wanted): readonly Entry[] => {
  const again = takeAgain(context, lane, wanted);
  const taken = again ?? take(context, lane, wanted);
  if (again === undefined && wanted.attemptId !== undefined && taken.length > 0)
    lane.attempts.set(wanted.attemptId, {
      at: context.clock.now(),
      received: taken.map(({ key, message }) => ({ key, message })),
    });
  wake(context, lane);
  if (taken.length > 0)
    count(context, lane, (tally) => {
      tally.received += taken.length;
    });
  return taken;
};

type SystemAttributes = Partial<Record<Sqs.MessageSystemAttributeName, string>>;

const systemAttributes = (message: Message): SystemAttributes => ({
  SenderId: message.senderId,
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  ApproximateReceiveCount: String(message.receives),
  SentTimestamp: String(message.sentAt),
  ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
  ...(message.deduplicationId === undefined
    ? {}
    : { MessageDeduplicationId: message.deduplicationId }),
  ...(message.sequence === undefined ? {} : { SequenceNumber: message.sequence }),
  ...(message.traceHeader === undefined ? {} : { AWSTraceHeader: message.traceHeader }),
  ...(message.sourceArn === undefined ? {} : { DeadLetterQueueSourceArn: message.sourceArn }),
});

/** "Any other valid special request parameters are ignored": names of a queue's attributes, in the older parameter. */
const selectSystem = (message: Message, names: readonly string[]): SystemAttributes | undefined => {
  if (names.length === 0) return undefined;
  const all = systemAttributes(message);
  if (names.includes('All')) return all;
  const found = Object.entries(all).filter(([name]) => names.includes(name));
  return found.length === 0 ? undefined : Object.fromEntries(found);
};

const print = (
  { key, message }: Entry,
  systemNames: readonly string[],
  names: readonly string[],
): Sqs.Message => {
  const attributes = selectAttributes(message.attributes, names);
  const printed: Sqs.Message = {
    MessageId: message.id,
    ReceiptHandle: receiptHandle(key, message.receipt ?? 0),
    MD5OfBody: message.md5,
    Body: message.body,
    Attributes: selectSystem(message, systemNames),
    ...(attributes === undefined || Object.keys(attributes).length === 0
      ? {}
      : {
          MD5OfMessageAttributes: attributesMd5(attributes),
          MessageAttributes: printAttributes(attributes),
        }),
  };
  return withCause(printed, message.cause);
};

/** Operations that receive. */
export const receiveOperations: OperationTable<SqsState> = {
  ReceiveMessage: operation<SqsState, Sqs.ReceiveMessageRequest, Sqs.ReceiveMessageResult>({
    needs: urlNeed('ReceiveMessage'),
    handle: async (input, context) => {
      const { lane } = requireLane(context, input.QueueUrl);
      const wanted = readWanted(input, lane.line);
      const entries = await receive(context, input.QueueUrl, wanted);
      if (entries.length === 0) {
        count(context, lane, (tally) => {
          tally.emptyReceives += 1;
        });
        return {};
      }
      const systemNames = [
        ...(input.MessageSystemAttributeNames ?? []),
        ...(input.AttributeNames ?? []),
      ];
      const names = input.MessageAttributeNames ?? [];
      context.annotate({
        items: entries.length,
        causes: entries.flatMap(({ message: { cause } }) => cause ?? []),
      });
      return { Messages: entries.map((entry) => print(entry, systemNames, names)) };
    },
  }),
};
