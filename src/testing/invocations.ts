import type { EndedInvocation } from '../cloud/index.ts';
import { JOURNAL_ENTRIES } from '../cloud/index.ts';

/** A run of a function. */
export interface Invocation {
  /** What it is called in the function's log. */
  readonly requestId: string;
  /** When it ended, by the cloud's clock. */
  readonly at: Date;
  /** What Lambda handed over, before the source's own form of it. */
  readonly event: unknown;
  /** What Lambda got back; undefined when it failed. */
  readonly result?: unknown;
  /** Why it failed: what the handler threw, or what Lambda says of it. */
  readonly error?: InvocationError;
  /** Who is behind it: the declaration that its event came from, or the function that called; `test` for the test itself. */
  readonly from: string;
  /** Milliseconds, by the machine's clock. */
  readonly durationMs: number;
  /** Whether an environment was made for it. */
  readonly coldStart: boolean;
}

/** An error of a function, as Lambda tells it. */
export interface InvocationError {
  /** `TypeError`, `Sandbox.Timedout` … */
  readonly type: string;
  /** What it says. */
  readonly message: string;
  /** Where it was thrown, line by line, if the runtime tells. */
  readonly trace: readonly string[];
}

/** An invocation as it is kept, before anybody wants to see it. */
export interface KeptInvocation {
  readonly functionName: string;
  readonly requestId: string;
  /** Journal id. */
  readonly entry: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** JSON */
  readonly event: string;
  /** JSON */
  readonly answer: string;
  readonly failed: boolean;
  readonly errorType: string | undefined;
  readonly durationMs: number;
  readonly coldStart: boolean;
}

/** Every invocation that has ended, oldest first; as many as the journal has entries. */
export interface InvocationLog {
  witness(ended: EndedInvocation): void;
  all(): readonly KeptInvocation[];
  /** The invocation that an entry of the journal was. */
  byEntry(id: number): KeptInvocation | undefined;
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

/** @param earlier - Those of the cloud that this one is a fork of. */
export const createInvocationLog = (
  now: () => number,
  earlier: readonly KeptInvocation[] = [],
): InvocationLog => {
  const kept = new Map(earlier.map((one) => [one.entry, one]));
  return {
    witness: ({ functionName, requestId, entry, event, outcome }) => {
      kept.set(entry, {
        functionName,
        requestId,
        entry,
        at: now(),
        event: textOf(event),
        answer: textOf(outcome.payload),
        failed: outcome.status !== 'success',
        errorType: outcome.errorType,
        durationMs: outcome.durationMs,
        coldStart: outcome.coldStart === true,
      });
      const [oldest] = kept.keys();
      if (kept.size > JOURNAL_ENTRIES && oldest !== undefined) kept.delete(oldest);
    },
    all: () => [...kept.values()],
    byEntry: (id) => kept.get(id),
  };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** The error of an invocation; undefined when it succeeded. */
export const errorOf = ({
  failed,
  errorType,
  answer,
}: KeptInvocation): InvocationError | undefined => {
  if (!failed) return undefined;
  const said = Object(parsed(answer)) as Readonly<Record<string, unknown>>;
  const trace = said['trace'] ?? said['stackTrace'];
  return {
    type: errorType ?? String(said['errorType'] ?? 'Error'),
    message: String(said['errorMessage'] ?? answer),
    trace: Array.isArray(trace) ? trace.map(String) : [],
  };
};

/** As a test is told of it. @param from - Who is behind it. */
export const describeInvocation = (kept: KeptInvocation, from: string): Invocation => {
  const { requestId, at, event, answer, durationMs, coldStart } = kept;
  const error = errorOf(kept);
  return {
    requestId,
    from,
    at: new Date(at),
    event: parsed(event),
    ...(error === undefined ? { result: parsed(answer) } : { error }),
    durationMs,
    coldStart,
  };
};
