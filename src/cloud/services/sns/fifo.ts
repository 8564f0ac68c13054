import { createHash } from 'node:crypto';
import { DEDUPLICATION_MS } from './limits.ts';
import type { Outgoing } from './message-input.ts';
import type { Accepted, SnsState, Topic } from './state.ts';

/** What a FIFO topic gives a message: its place, or the place of the one that it repeats. */
export interface Place extends Omit<Accepted, 'at'> {
  readonly deduplicationId: string;
  readonly isRepeat: boolean;
}

// A sequence number has 20 digits: https://docs.aws.amazon.com/sns/latest/api/API_PublishResponse.html
const FIRST = 10_000_000_000_000_000_000n;
const sequenceNumber = (place: number): string => String(FIRST + BigInt(place));

/** "The MessageDeduplicationId is generated using a SHA-256 hash of the body of the message." */
export const deduplicationIdOf = ({ Message = '', MessageDeduplicationId }: Outgoing): string =>
  MessageDeduplicationId ?? createHash('sha256').update(Message).digest('hex');

/**
 * Numbers a message, unless it was accepted within the last five minutes: then it is accepted again, and goes nowhere.
 * @see https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
 */
export const takePlace = (
  state: SnsState,
  topic: Topic,
  message: Outgoing,
  { now, messageId }: { readonly now: number; readonly messageId: string },
): Place => {
  forget(state, now);
  const deduplicationId = deduplicationIdOf(message);
  // https://docs.aws.amazon.com/sns/latest/dg/fifo-high-throughput.html
  const scope =
    topic.attributes['FifoThroughputScope'] === 'MessageGroup'
      ? (message.MessageGroupId ?? '')
      : '';
  const key = `${topic.arn}\n${scope}\n${deduplicationId}`;
  const known = state.accepted.get(key);
  if (known !== undefined) return { ...known, deduplicationId, isRepeat: true };
  const place = (state.sequences.get(topic.arn) ?? 0) + 1;
  state.sequences.set(topic.arn, place);
  const accepted = { messageId, sequenceNumber: sequenceNumber(place), at: now };
  state.accepted.set(key, accepted);
  return { ...accepted, deduplicationId, isRepeat: false };
};

/** The oldest come first, so only those that are forgotten are looked at. */
const forget = ({ accepted }: SnsState, now: number) => {
  for (const [key, { at }] of accepted.entries()) {
    if (now - at < DEDUPLICATION_MS) return;
    accepted.delete(key);
  }
};
