import { createHash } from 'node:crypto';
import type { EngineProviderContext } from './engine-provider.ts';
import type { Context } from './context.ts';

/** Where custom resources and wait conditions are answered: `/_aws/cloudformation/ACCOUNT/REGION/KEY`. */
export const SIGNAL_PREFIX = '/_aws/cloudformation/';

/** A key that only who is told can know, the same when a killed cloud runs the provider again. */
export const signalKey = ({ run, clientRequestToken }: EngineProviderContext): string =>
  createHash('sha256')
    .update(`${run.stack.id}|${run.logicalId}|${run.purpose}|${clientRequestToken}`)
    .digest('hex');

/** Opens a place for signals, and answers with its URL. */
export const openSignals = (context: EngineProviderContext, key: string): string => {
  const { engine, accountId, region, endpoint } = context;
  if (!engine.state.signals.has(key)) engine.state.signals.set(key, []);
  engine.commit();
  return `${endpoint}${SIGNAL_PREFIX}${accountId}/${region}/${key}`;
};

/**
 * Waits until what was signalled is enough.
 * @param read - Answers undefined while it is not
 * @returns undefined when the time is over
 */
export const awaitSignals = async <R>(
  { state, clock }: Context,
  key: string,
  timeoutMs: number,
  read: (bodies: readonly string[]) => R | undefined,
): Promise<R | undefined> => {
  let late = false;
  const timer = clock.after(timeoutMs, () => {
    late = true;
    state.bell.ring(key);
  });
  try {
    for (;;) {
      const heard = state.bell.heard(key);
      const found = read(state.signals.get(key) ?? []);
      if (found !== undefined || late) return found;
      await heard;
    }
  } finally {
    timer.cancel();
  }
};
