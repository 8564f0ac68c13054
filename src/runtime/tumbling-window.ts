import type { StreamWindow } from '../spec/stream-batch.ts';
import type { BatchAnswer } from './handle-records.ts';
import type { StreamPlan } from './stream-records.ts';
import { handleTogether } from './stream-records.ts';

/** What an event of a function with a tumbling window has beside its records. https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html */
export interface WindowEvent {
  /** ISO 8601, to the second. */
  readonly window: { readonly start: string; readonly end: string };
  /** What the function answered last; empty when the window begins. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly shardId: string;
  readonly eventSourceARN: string;
  readonly isFinalInvokeForWindow: boolean;
  readonly isWindowTerminatedEarly: boolean;
}

/** An answer that lacks `state` is a failure to Lambda. */
export interface WindowAnswer extends BatchAnswer {
  readonly state: unknown;
}

/**
 * Handles the records of one window with its state. A handler that throws leaves the state as it was: the records come again with it.
 * @param initialState - What is known when a window begins
 */
export const handleWindow = async <R, Item>(
  event: WindowEvent,
  initialState: unknown,
  plan: StreamPlan<R, Item>,
  handle: (window: StreamWindow<Item, unknown>) => Promise<unknown>,
): Promise<WindowAnswer> => {
  let state: unknown =
    Object.keys(event.state).length === 0 ? structuredClone(initialState) : event.state;
  const answer = await handleTogether(
    plan,
    async (batch) => {
      const given = await handle({
        ...batch,
        state,
        start: new Date(event.window.start),
        end: new Date(event.window.end),
        isFinal: event.isFinalInvokeForWindow,
        endedEarly: event.isWindowTerminatedEarly,
        shardId: event.shardId,
      });
      if (given !== undefined) state = given;
    },
    event.isFinalInvokeForWindow,
  );
  return { ...answer, state };
};
