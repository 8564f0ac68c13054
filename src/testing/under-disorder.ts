import type { DisorderChoice, DisorderOptions } from '../cloud/index.ts';
import { DisorderError } from './disorder-error.ts';
import type { CloudDisorder, WatchedDisorder } from './disorder.ts';
import { readDisorder, WATCHER } from './disorder.ts';
import { durationMs } from './duration.ts';
import { shrink } from './shrink.ts';
import { TestingError } from './testing-error.ts';

/** How hard a failure is looked for. */
export interface UnderDisorderOptions extends Pick<DisorderOptions, 'points' | 'rate'> {
  /** How many seeds are tried, from 1; or which. @defaultValue 100 */
  readonly seeds?: number | readonly number[];
  /** Greatest number of runs for making a failure small. @defaultValue 200 */
  readonly shrinkRuns?: number;
  /** Longest that a run may take, of the machine's time: `10 seconds`, or milliseconds. @defaultValue '10 seconds' */
  readonly runLimit?: string | number;
}

/** What was tried, all of it in vain. */
export interface DisorderReport {
  /** Number of runs, the one in order included. */
  readonly runs: number;
  /** Number of things that went out of order in all of them. */
  readonly choices: number;
}

/** The body of a test: given what its cloud is to be started or forked with. */
export type DisorderedTest = (disorder: DisorderOptions) => unknown;

/** What one run came to. */
interface Run {
  readonly choices: readonly DisorderChoice[];
  readonly failure: { readonly error: unknown } | undefined;
}

/** Names one run in place of all: a seed, or `{"seed":7,"only":["…"]}`. */
const REPLAY = 'SPARTA_DISORDER';

/**
 * Runs a test in order once, and then under many seeds of disorder. The first failure is made small: what went out of order is left out
 * piece by piece for as long as the test still fails. What is left is told in sentences, with the line that replays it.
 *
 * With the environment variable `SPARTA_DISORDER` (a seed, or the options in JSON) that run alone is made.
 *
 * @throws {FAILS_UNDER_DISORDER} with the smallest schedule; the cause is the test's own error
 * @throws {FAILS_IN_ORDER} when disorder has nothing to do with it
 * @throws {DISORDER} when the test starts no cloud with what it is given
 * @example
 * ```ts
 * import { startCloud, underDisorder } from 'sparta/testing';
 * import { bucket, service } from 'sparta';
 *
 * const photos = bucket('Photos');
 * await using provisioned = await startCloud();
 * await provisioned.provision(service('Album', { functions: [], resources: [photos] }));
 *
 * await underDisorder(async (disorder) => {
 *   await using cloud = await provisioned.fork({ disorder });
 *   await cloud.use(photos).put('a.png', 'x');
 *   await cloud.settle();
 * });
 * ```
 */
export const underDisorder = async (
  body: DisorderedTest,
  options: UnderDisorderOptions = {},
): Promise<DisorderReport> => {
  const { seeds = 100, shrinkRuns = 200, runLimit = '10 seconds' } = options;
  const { points, rate } = options;
  const kinds = {
    ...(points === undefined ? {} : { points }),
    ...(rate === undefined ? {} : { rate }),
  };
  const limitMs = durationMs(runLimit);
  let runs = 0;
  const run = (disorder: DisorderOptions): Promise<Run> => {
    runs += 1;
    return runOnce(body, { ...kinds, ...disorder }, limitMs);
  };

  const replayed = process.env[REPLAY];
  if (replayed !== undefined && replayed !== '') {
    const given = readReplay(replayed);
    const { choices, failure } = await run(given);
    if (failure !== undefined) throw failed(given.seed, choices, failure.error, 'as replayed');
    return { runs, choices: choices.length };
  }

  const inOrder = await run({ seed: 0, only: [] });
  if (inOrder.failure !== undefined)
    throw new TestingError(
      'FAILS_IN_ORDER',
      `The test fails with everything in order, so disorder has nothing to do with it: ${messageOf(inOrder.failure.error)}`,
      { cause: inOrder.failure.error },
    );
  let choices = 0;
  const tried =
    typeof seeds === 'number' ? Array.from({ length: seeds }, (_, at) => at + 1) : seeds;
  for (const seed of tried) {
    const found = await run({ seed });
    choices += found.choices.length;
    if (found.failure === undefined) continue;
    const before = runs;
    const small = await makeSmall(seed, found, run, shrinkRuns);
    const how = `found in run ${before}; ${small.how(found.choices.length, runs - before)}`;
    throw failed(seed, small.run.choices, small.run.failure?.error, how);
  }
  return { runs, choices };
};

const runOnce = async (
  body: DisorderedTest,
  disorder: DisorderOptions,
  limitMs: number,
): Promise<Run> => {
  readDisorder(disorder);
  const clouds: CloudDisorder[] = [];
  const watched: WatchedDisorder = { ...disorder, [WATCHER]: (one) => void clouds.push(one) };
  const over = new AbortController();
  let failure: Run['failure'];
  try {
    await Promise.race([body(watched), late(limitMs, over.signal)]);
  } catch (error) {
    failure = { error };
  } finally {
    over.abort();
  }
  if (clouds.length === 0 && failure === undefined)
    throw new TestingError(
      'DISORDER',
      'The test started no cloud with the disorder that it was given, so it would pass whatever AWS does. Start or fork one: await provisioned.fork({ disorder }).',
    );
  return { choices: clouds.flatMap(({ taken }) => taken), failure };
};

const late = (limitMs: number, signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(
      () => reject(new TestingError('FAILS_UNDER_DISORDER', `It did not end in ${limitMs} ms.`)),
      limitMs,
    );
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });

interface Small {
  readonly run: Run;
  how(before: number, runs: number): string;
}

/** Leaves out what is not needed for the failure. */
const makeSmall = async (
  seed: number,
  found: Run,
  run: (disorder: DisorderOptions) => Promise<Run>,
  most: number,
): Promise<Small> => {
  let last = found;
  let runs = 0;
  const known = new Set<string>();
  const trial = async (only: readonly string[]): Promise<readonly string[] | undefined> => {
    const key = only.join('\n');
    if (known.has(key) || runs >= most) return undefined;
    known.add(key);
    runs += 1;
    const tried = await run({ seed, only });
    if (tried.failure === undefined) return undefined;
    last = tried;
    return idsOf(tried);
  };
  const again = await trial(idsOf(found));
  if (again === undefined)
    return {
      run: found,
      how: () =>
        'it did not fail when it was replayed, so something beside the cloud decides too: time, chance or what an earlier run left',
    };
  await shrink(again, trial);
  return {
    run: last,
    how: (before, spent) =>
      `shrunk from ${before} things out of order to ${last.choices.length} in ${spent} run${spent === 1 ? '' : 's'}${runs >= most ? ', which is as many as there may be: fewer may do' : ''}`,
  };
};

const idsOf = ({ choices }: Run) => [...new Set(choices.map(({ id }) => id))];

const messageOf = (error: unknown) =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** As it stands in a program. */
const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

const failed = (
  seed: number,
  choices: readonly DisorderChoice[],
  error: unknown,
  how: string,
): DisorderError => {
  const ids = idsOf({ choices, failure: undefined });
  const lines = choices.map(({ says }, at) => `  ${at + 1}. ${says}`);
  return new DisorderError(
    [
      `The test fails under disorder, seed ${seed} (${how}):`,
      ...lines,
      'To replay it:',
      `  startCloud({ disorder: { seed: ${seed}, only: [${ids.map(quoted).join(', ')}] } }), or the same for fork`,
      `  ${REPLAY}=${quoted(JSON.stringify({ seed, only: ids }))} for this test as it is`,
      `It failed with ${messageOf(error)}`,
    ].join('\n'),
    { seed, choices },
    error,
  );
};

/** @throws {DISORDER} for what is neither a seed nor options */
const readReplay = (text: string): DisorderOptions => {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    given = undefined;
  }
  const options = readDisorder(given as number | DisorderOptions | undefined);
  if (options !== undefined) return options;
  throw new TestingError(
    'DISORDER',
    `${REPLAY} is ${text}. Give a seed, such as 7, or options in JSON: {"seed":7,"only":["…"]}.`,
  );
};
