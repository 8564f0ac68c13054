import type { OpenWindow } from '../mapping.ts';
import type { StreamRecord } from './stream-source.ts';

/** What the event of a function with a tumbling window has beside its records. */
export interface WindowFacts {
  readonly window: { readonly start: string; readonly end: string };
  readonly state: Readonly<Record<string, unknown>>;
  readonly shardId: string;
  readonly eventSourceARN: string;
  readonly isFinalInvokeForWindow: boolean;
  readonly isWindowTerminatedEarly: boolean;
}

/** Start of the window that a record belongs to: windows stand side by side from the epoch on. */
export const windowStart = ({ arrivedAt }: StreamRecord, lengthMs: number): number =>
  Math.floor(arrivedAt / lengthMs) * lengthMs;

const print = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html#streams-tumbling-processing */
export const windowFacts = (
  { startMs, state }: OpenWindow,
  about: {
    readonly lengthMs: number;
    readonly shardId: string;
    readonly arn: string;
    readonly final: 'no' | 'over' | 'early';
  },
): WindowFacts => ({
  window: { start: print(startMs), end: print(startMs + about.lengthMs) },
  state,
  shardId: about.shardId,
  eventSourceARN: about.arn,
  isFinalInvokeForWindow: about.final !== 'no',
  isWindowTerminatedEarly: about.final === 'early',
});
