import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { DeployError } from '../errors.ts';
import { isAbort, readFailure } from '../failure/explain-failure.ts';
import type { PlannedChange } from '../plan/plan.ts';
import type { OnProgress } from '../progress.ts';
import type { StackState } from '../stack/stack-state.ts';
import { situationOf } from '../stack/stack-state.ts';
import type { Detection } from './detect-drift.ts';
import { awaitDrift, beginDrift } from './detect-drift.ts';
import type { DriftPolicy, DriftedResource } from './drift.ts';
import { readDrift } from './read-drift.ts';

/** Who asks, and what they do about what is found. */
export interface DriftOptions {
  /** @defaultValue `ignore` */
  readonly drift?: DriftPolicy;
  readonly command: (verb: string) => string;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Tells of what was changed by hand, beside what a plan changes; an empty plan leaves all of it. */
export type ReportDrift = (changes: readonly PlannedChange[]) => Promise<void>;

/**
 * How long a deployment that only warns waits for the answer, counted from the start. Making a change set takes AWS about as
 * long, so small stacks are told of in time; a big one, which takes minutes, is not worth holding a deployment up for.
 */
const PATIENCE_MS = 10_000;

/**
 * Starts to look for changes that were made by hand, beside whatever else a deployment prepares.
 *
 * @returns what waits for the answer and tells of it; with `stop` it throws `DRIFTED`, or `DRIFT_UNKNOWN` when there is none
 */
export const lookForDrift = (
  api: CloudFormationApi,
  stack: StackState | undefined,
  options: DriftOptions,
): ReportDrift => {
  const { drift: policy = 'ignore', signal, onProgress } = options;
  if (policy === 'ignore' || stack === undefined || situationOf(stack) !== 'updatable')
    return async () => undefined;
  const start = performance.now();
  const begun = beginDrift(api, stack.stackId, signal).catch(whyNot);
  // It is awaited later, or never, when something else fails before.
  begun.catch(() => undefined);
  return async (changes) => {
    const left = PATIENCE_MS - (performance.now() - start);
    const detection = await awaitDrift(api, stack.stackId, await begun, {
      signal,
      ...(policy === 'warn' ? { patienceMs: Math.max(0, left) } : {}),
    }).catch(whyNot);
    signal.throwIfAborted();
    if (detection.kind === 'unknown') {
      if (policy === 'stop') throw unknown(stack, detection.why, options);
      return onProgress({ kind: 'drift-unknown', why: detection.why });
    }
    const resources = readDrift(detection.drifts, changes);
    if (resources.length === 0) return undefined;
    onProgress({ kind: 'drift', resources });
    if (policy === 'stop') throw drifted(stack, resources, options);
    return undefined;
  };
};

/** A look that fails is no reason not to deploy: throttled, not allowed, already under way by somebody else. */
const whyNot = (error: unknown): Detection & { readonly kind: 'unknown' } => {
  if (isAbort(error)) throw error;
  return { kind: 'unknown', why: readFailure(error).message };
};

const drifted = (
  { stackName }: StackState,
  resources: readonly DriftedResource[],
  { command }: DriftOptions,
): DeployError =>
  new DeployError(
    'DRIFTED',
    `${resources.map(({ logicalId }) => logicalId).join(', ')} of ${stackName} ${resources.length === 1 ? 'was' : 'were'} changed by hand, so nothing was deployed.`,
    {
      hint: `Say the same in the program, or put it back by hand. "${command('provision --drift warn')}" deploys over it.`,
    },
  );

const unknown = ({ stackName }: StackState, why: string, { command }: DriftOptions): DeployError =>
  new DeployError(
    'DRIFT_UNKNOWN',
    `Whether ${stackName} was changed by hand could not be found out, so nothing was deployed: ${why}`,
    { hint: `Try again, or deploy without looking: ${command('provision --drift ignore')}` },
  );
