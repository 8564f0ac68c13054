import { LIMITS } from '../../limits.ts';
import type { QueueRecord } from './message-event.ts';

/** Room that the envelope of an event takes: `{"Records":[]}`. */
const ENVELOPE_BYTES = 16;

/** Messages on their way into a batch. */
export interface Gathering {
  add(records: readonly QueueRecord[], now: number): void;
  /** Messages that a batch of `size` lacks; 0 when it is full by number or by bytes. */
  lacks(size: number): number;
  readonly length: number;
  /** When the first of them came, milliseconds since the epoch. */
  readonly since: number;
  /** Takes a batch of at most `size` messages and 6 MB away. */
  take(size: number, now: number): readonly QueueRecord[];
}

export const createGathering = (): Gathering => {
  let held: { readonly record: QueueRecord; readonly bytes: number }[] = [];
  let bytes = 0;
  let since = 0;
  return {
    add: (records, now) => {
      if (held.length === 0) since = now;
      for (const record of records) {
        const size = Buffer.byteLength(JSON.stringify(record)) + 1;
        held.push({ record, bytes: size });
        bytes += size;
      }
    },
    lacks: (size) =>
      bytes + ENVELOPE_BYTES >= LIMITS.syncPayloadBytes ? 0 : Math.max(0, size - held.length),
    get length() {
      return held.length;
    },
    get since() {
      return since;
    },
    take: (size, now) => {
      let room = LIMITS.syncPayloadBytes - ENVELOPE_BYTES;
      let count = 0;
      for (const one of held.slice(0, size)) {
        // One message is always taken: SQS has none that is larger than an event.
        if (count > 0 && one.bytes > room) break;
        room -= one.bytes;
        bytes -= one.bytes;
        count += 1;
      }
      const batch = held.slice(0, count).map(({ record }) => record);
      held = held.slice(count);
      since = now;
      return batch;
    },
  };
};
