import type { Clock, Timer } from '../../../core/clock.ts';
import { succeeded } from '../../environment/invocation.ts';
import { LIMITS } from '../../limits.ts';
import type { Verdict } from '../batch-response.ts';
import { readAnswer, readBatchResponse } from '../batch-response.ts';
import type { MappingDisorder } from '../disorder.ts';
import type { Handover } from '../invoke-batch.ts';
import { POLLING } from '../limits.ts';
import type { MappingSettings, OpenWindow } from '../mapping.ts';
import type { Discarded } from './failure-record.ts';
import type { StreamRecord } from './stream-source.ts';
import { windowStart } from './windows.ts';

/** What a lane needs of the shard that it is a part of. */
export interface LaneHost {
  readonly settings: MappingSettings;
  readonly disorder: MappingDisorder;
  readonly clock: Clock;
  /** Records older than this are given up, milliseconds. */
  readonly mostAgeMs: number;
  /** Whether nothing is handed over any more. */
  readonly stopped: boolean;
  work(task: () => Promise<void>): void;
  invoke(
    records: readonly StreamRecord[],
    window: { readonly open: OpenWindow; readonly final: 'no' | 'over' | 'early' } | undefined,
  ): Promise<Handover>;
  discard(discarded: Discarded): Promise<void>;
  /** These have been dealt with. */
  done(records: readonly StreamRecord[]): void;
  result(text: string): void;
  readonly window: OpenWindow | undefined;
  keepWindow(window: OpenWindow | undefined): void;
  /** There is room for more records. */
  more(): void;
}

/** Batches in order, one at a time. A shard has one lane for each batch that may run at one time. */
export interface Lane {
  add(record: StreamRecord): void;
  /** Nothing more will be added. */
  end(): void;
  /** Hands over what is due. */
  kick(): void;
  stop(): void;
}

/** Records that are handed over together, and what became of them so far. */
interface Attempt {
  readonly records: readonly StreamRecord[];
  readonly failures: number;
  readonly invokes: number;
  readonly last?: Handover;
  /** Whether they were handled already, and are handed over all the same. */
  readonly repeated?: true;
}

type Step =
  | { readonly kind: 'batch'; readonly attempt: Attempt }
  | { readonly kind: 'final'; readonly how: 'over' | 'early'; readonly open: OpenWindow };

const OK = 'OK';
const FAILED = 'PROBLEM: Function call failed';

/** Room that the rest of an event takes: the envelope, and a window without its state. */
const ENVELOPE_BYTES = 512;

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value)) + 1;

export const createLane = (host: LaneHost): Lane => {
  const { settings, clock } = host;
  const windowMs = settings.windowSeconds * 1000;
  const tumblingMs = settings.tumblingSeconds * 1000;
  const queue: { readonly record: StreamRecord; readonly readAt: number }[] = [];
  /** Parts of a batch that failed, in order. */
  const again: Attempt[] = [];
  let busy = false;
  let ended = false;
  let early = false;
  /** Failures since the last success. */
  let strikes = 0;
  const timers = new Map<'batch' | 'window' | 'rest', Timer>();

  const later = (what: 'batch' | 'window' | 'rest', ms: number) => {
    if (timers.has(what)) return;
    const timer = clock.after(ms, () => {
      timers.delete(what);
      kick();
    });
    timers.set(what, timer);
  };

  const rest = () => {
    strikes += 1;
    const { first, most } = POLLING.retryMs;
    later('rest', Math.min(most, first * 2 ** (strikes - 1)));
  };

  /** A window ends with its time, with the first record of a later one, or with the shard. */
  const windowIsOver = ({ startMs }: OpenWindow): boolean => {
    const [head] = queue;
    if (head !== undefined) return windowStart(head.record, tumblingMs) > startMs;
    const left = startMs + tumblingMs - clock.now();
    if (ended || left <= 0) return true;
    later('window', left);
    return false;
  };

  const gather = (): Attempt | undefined => {
    const [head] = queue;
    if (head === undefined) return undefined;
    const start =
      tumblingMs === 0 ? 0 : (host.window?.startMs ?? windowStart(head.record, tumblingMs));
    let room = LIMITS.syncPayloadBytes - ENVELOPE_BYTES - sizeOf(host.window?.state ?? {});
    let count = 0;
    let full = ended;
    for (const { record } of queue) {
      room -= sizeOf(record.event);
      const outside = tumblingMs > 0 && windowStart(record, tumblingMs) > start;
      full ||= outside || (count > 0 && room < 0);
      if (outside || (count > 0 && room < 0)) break;
      count += 1;
      if (count === settings.batchSize) {
        full = true;
        break;
      }
    }
    const left = head.readAt + windowMs - clock.now();
    if (!full && left > 0) {
      later('batch', left);
      return undefined;
    }
    timers.get('batch')?.cancel();
    timers.delete('batch');
    // Only what has not to wait for a window: the rest would wait for the next.
    if (windowMs + tumblingMs === 0) count = host.disorder.smaller(count);
    const records = queue.splice(0, count).map(({ record }) => record);
    return { records, failures: 0, invokes: 0 };
  };

  const nextStep = (): Step | undefined => {
    const open = host.window;
    if (open !== undefined && early) return { kind: 'final', how: 'early', open };
    const failed = again.shift();
    if (failed !== undefined) return { kind: 'batch', attempt: failed };
    if (open !== undefined && tumblingMs > 0 && windowIsOver(open))
      return { kind: 'final', how: 'over', open };
    const attempt = gather();
    return attempt === undefined ? undefined : { kind: 'batch', attempt };
  };

  const stateOf = (handover: Handover): Readonly<Record<string, unknown>> | undefined => {
    const state =
      handover.kind === 'answered' ? readAnswer(handover.outcome.payload)?.['state'] : undefined;
    return typeof state === 'object' && state !== null
      ? (state as Readonly<Record<string, unknown>>)
      : undefined;
  };

  const judge = (handover: Handover, records: readonly StreamRecord[]): Verdict => {
    if (handover.kind === 'refused' || !succeeded(handover.outcome)) return { kind: 'failure' };
    // "If the response doesn't contain a state property, Lambda considers this a failed invocation."
    if (tumblingMs > 0 && stateOf(handover) === undefined) return { kind: 'failure' };
    if (!settings.reportsFailures) return { kind: 'success' };
    return readBatchResponse(
      handover.outcome.payload,
      new Set(records.map(({ sequenceNumber }) => sequenceNumber)),
    );
  };

  const giveUp = async (
    { records, invokes, last }: Attempt,
    condition: Discarded['condition'],
  ): Promise<void> => {
    await host.discard({ records, condition, invokes, last });
    host.done(records);
  };

  /** Tries again, in whole or in halves, as long as the settings allow. */
  const failed = async (attempt: Attempt, splits: boolean): Promise<void> => {
    host.result(FAILED);
    const { records } = attempt;
    // "Splitting a batch doesn't consume the retry quota."
    if (splits && settings.bisects && records.length > 1) {
      const half = Math.ceil(records.length / 2);
      again.unshift(
        { ...attempt, records: records.slice(0, half) },
        { ...attempt, records: records.slice(half) },
      );
      return rest();
    }
    const failures = attempt.failures + 1;
    if (settings.maximumRetries >= 0 && failures > settings.maximumRetries) {
      strikes = 0;
      return giveUp(attempt, 'RetryAttemptsExhausted');
    }
    again.unshift({ ...attempt, failures });
    rest();
  };

  const keepState = (open: OpenWindow | undefined, handover: Handover) => {
    const state = stateOf(handover);
    if (open === undefined || state === undefined) return;
    host.keepWindow({ ...open, state });
    early = sizeOf(state) > POLLING.stateBytes;
  };

  const handOver = async (given: Attempt): Promise<void> => {
    const late = given.invokes === 0 ? host.disorder.late(given.records.length) : undefined;
    if (late !== undefined) await late;
    const oldest = clock.now() - host.mostAgeMs;
    const expired = given.records.filter(({ arrivedAt }) => arrivedAt < oldest);
    if (expired.length > 0) await giveUp({ ...given, records: expired }, 'RecordAgeExceeded');
    const records = given.records.filter(({ arrivedAt }) => arrivedAt >= oldest);
    const [first] = records;
    if (first === undefined) return;
    const open =
      tumblingMs === 0
        ? undefined
        : (host.window ?? { startMs: windowStart(first, tumblingMs), state: {} });
    const last = await host.invoke(records, open === undefined ? undefined : { open, final: 'no' });
    if (last.kind === 'refused') {
      // No room, or no function: nothing that the records could be blamed for.
      host.result(FAILED);
      again.unshift({ ...given, records });
      return rest();
    }
    const attempt = { ...given, records, invokes: given.invokes + 1, last };
    const verdict = judge(last, records);
    if (verdict.kind === 'failure') return failed(attempt, true);
    keepState(open, last);
    if (verdict.kind === 'success') {
      // A window's state has counted them.
      if (tumblingMs === 0 && given.repeated !== true && host.disorder.again(records.length)) {
        again.unshift({ records, failures: 0, invokes: attempt.invokes, repeated: true });
        return;
      }
      strikes = 0;
      host.result(OK);
      return host.done(records);
    }
    // "Lambda uses the record with the lowest sequence number as the checkpoint": what stands before it is done.
    const at = records.findIndex(({ sequenceNumber }) => verdict.failed.has(sequenceNumber));
    if (at === 0) return failed(attempt, false);
    host.done(records.slice(0, at));
    const left = { ...attempt, records: records.slice(at), failures: 0 };
    if (!settings.bisects) return failed(left, false);
    // "The batch is bisected at the returned sequence number": a split, which costs no retry.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html#streams-batchfailurereporting-bisect
    host.result(FAILED);
    again.unshift(left);
    rest();
  };

  /** "If your final invoke fails, your function suspends further processing until it is successful." */
  const close = async (open: OpenWindow, how: 'over' | 'early'): Promise<void> => {
    const handover = await host.invoke([], { open, final: how });
    if (handover.kind === 'refused' || !succeeded(handover.outcome)) {
      host.result(FAILED);
      return rest();
    }
    strikes = 0;
    early = false;
    host.result(OK);
    host.keepWindow(how === 'early' ? { ...open, state: {} } : undefined);
  };

  const kick = () => {
    if (busy || host.stopped || timers.has('rest')) return;
    const step = nextStep();
    if (step === undefined) return;
    busy = true;
    host.work(async () => {
      try {
        await (step.kind === 'batch' ? handOver(step.attempt) : close(step.open, step.how));
      } finally {
        busy = false;
      }
      kick();
      host.more();
    });
  };

  return {
    add: (record) => void queue.push({ record, readAt: clock.now() }),
    end: () => {
      ended = true;
      kick();
    },
    kick,
    stop: () => {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
};
