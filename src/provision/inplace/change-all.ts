import type { LambdaApi } from '../aws/lambda-api.ts';
import { DeployError } from '../errors.ts';
import { isAbort, readFailure } from '../failure/explain-failure.ts';
import type { OnProgress } from '../progress.ts';
import { awaitFunction, changeFunction } from './change-function.ts';
import { lackingOf } from './desired.ts';
import type { KnownValues } from './known-values.ts';

/** A function that is to be as its template says. */
export interface Wanted {
  readonly logicalId: string;
  readonly functionName: string;
  /** Of the template. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Those that may differ from what runs. */
  readonly names: readonly string[];
}

/** How one function came through. */
export interface FunctionOutcome {
  readonly logicalId: string;
  readonly kind: 'changed' | 'same' | 'failed' | 'not-begun';
  readonly properties: readonly string[];
  /** Milliseconds. */
  readonly durationMs: number;
  readonly error?: unknown;
}

/** Below Lambda's 15 control requests a second, with two or three of them per function. */
const AT_ONCE = 6;

/** Changes functions side by side. One that fails stops no other; an interruption lets those that began come to an end. */
export const changeAll = async (
  api: LambdaApi,
  wanted: readonly Wanted[],
  known: KnownValues,
  options: { readonly onProgress: OnProgress; readonly signal: AbortSignal },
): Promise<readonly FunctionOutcome[]> => {
  const waiting = [...wanted];
  const outcomes: FunctionOutcome[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      outcomes.push(await changeOne(api, next, known, options));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, wanted.length) }, work));
  return outcomes.sort((a, b) => b.durationMs - a.durationMs);
};

const changeOne = async (
  api: LambdaApi,
  { logicalId, functionName, properties, names }: Wanted,
  known: KnownValues,
  { onProgress, signal }: { readonly onProgress: OnProgress; readonly signal: AbortSignal },
): Promise<FunctionOutcome> => {
  if (signal.aborted) return { logicalId, kind: 'not-begun', properties: names, durationMs: 0 };
  const start = performance.now();
  let changing: readonly string[] = names;
  const elapsed = () => performance.now() - start;
  const tell = (phase: 'started' | 'done' | 'failed', reason?: string) =>
    onProgress({
      kind: 'in-place',
      logicalId,
      phase,
      properties: changing,
      elapsedMs: phase === 'started' ? 0 : elapsed(),
      ...(reason === undefined ? {} : { reason }),
    });
  try {
    const live = await awaitFunction(api, functionName, signal);
    const lacking = lackingOf(properties, names, live, known);
    changing = [
      ...(lacking.code === undefined ? [] : ['Code']),
      ...Object.keys(lacking.configuration ?? {}),
    ];
    if (changing.length === 0)
      return { logicalId, kind: 'same', properties: [], durationMs: elapsed() };
    tell('started');
    await changeFunction(api, functionName, { live, lacking }, signal);
    tell('done');
    return { logicalId, kind: 'changed', properties: changing, durationMs: elapsed() };
  } catch (error) {
    const interrupted = isAbort(error) || signal.aborted;
    tell('failed', interrupted ? 'interrupted' : reasonOf(error));
    return { logicalId, kind: 'failed', properties: changing, durationMs: elapsed(), error };
  }
};

const reasonOf = (error: unknown): string =>
  error instanceof DeployError ? error.message : readFailure(error).message;

/** What kept a function from its change, in words. */
export const failureText = ({ logicalId, error }: FunctionOutcome): string =>
  `${logicalId}: ${reasonOf(error)}`;
