import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { DeployError } from '../errors.ts';
import { interruptedDuring } from '../failure/interrupted.ts';
import type { OnProgress } from '../progress.ts';
import type { StackState } from '../stack/stack-state.ts';
import { describeStack, situationOf, stackBusy } from '../stack/stack-state.ts';
import { eventsSoFar, watchStack } from '../stack/watch-stack.ts';

/** Who asks, and how the way out is spelled for them. */
export interface RecoverOptions {
  /** Whether to take the way out, or only to name it. */
  readonly recover: boolean;
  readonly command: (verb: string) => string;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * Answers with a stack that can be changed (or undefined for none), after what its state needs first.
 *
 * @throws {STACK_BUSY} when another operation runs
 * @throws {STACK_STUCK} when something has to be done first and `recover` is off, or it failed
 */
export const ensureChangeable = async (
  api: CloudFormationApi,
  stack: StackState | undefined,
  options: RecoverOptions,
): Promise<StackState | undefined> => {
  if (stack === undefined) return undefined;
  const situation = situationOf(stack);
  switch (situation) {
    case 'absent':
    case 'updatable':
      return stack;
    case 'busy':
      throw stackBusy(stack.stackName, stack.status, options.command);
    case 'must-be-deleted':
    case 'must-finish-delete':
      if (!options.recover) throw stuck(stack, situation, options);
      await recoverBy('delete', api, stack, options);
      return undefined;
    case 'must-finish-rollback':
      if (!options.recover) throw stuck(stack, situation, options);
      await recoverBy('rollback', api, stack, options);
      return await describeStack(api, stack.stackId, options.signal);
    default:
      return situation satisfies never;
  }
};

const stuck = (
  stack: StackState,
  situation: 'must-be-deleted' | 'must-finish-delete' | 'must-finish-rollback',
  { command }: RecoverOptions,
): DeployError => {
  const again = command('provision --recover');
  const ways: Readonly<Record<typeof situation, { readonly why: string; readonly how: string }>> = {
    'must-be-deleted': {
      why: 'its first creation failed, and CloudFormation changes such a stack no more. It holds nothing that was ever in use',
      how: `"${again}" deletes the remains and creates it anew; "${command('delete')}" only deletes.`,
    },
    'must-finish-delete': {
      why: 'a deletion of it stopped half way',
      how: `"${command('delete')}" goes on with the deletion; "${again}" does so and creates it anew.`,
    },
    'must-finish-rollback': {
      why: 'the rollback of an update stopped half way, and nothing else can be done before it is finished',
      how: `Put right what stopped it ("${command('status')}" shows it), then "${again}": it finishes the rollback and goes on.`,
    },
  };
  const { why, how } = ways[situation];
  return new DeployError(
    'STACK_STUCK',
    `Stack ${stack.stackName} is ${stack.status}: ${why}. Nothing was changed.`,
    { hint: how, stackStatus: stack.status },
  );
};

const recoverBy = async (
  way: 'delete' | 'rollback',
  api: CloudFormationApi,
  stack: StackState,
  { signal, onProgress, command }: RecoverOptions,
): Promise<void> => {
  const { stackName, stackId, status } = stack;
  onProgress({ kind: 'recovering', stackName, from: status });
  const seen = await eventsSoFar(api, stackId, signal);
  if (way === 'delete') await api.deleteStack({ StackName: stackId });
  else await api.continueUpdateRollback({ StackName: stackId });
  onProgress({ kind: 'executing', stackName, stackId, operation: way });
  const outcome = await watchStack(api, { stackName, stackId, seen, signal, onProgress }).catch(
    (error: unknown) => {
      if (signal.aborted) throw interruptedDuring(stackName, way, command, error);
      throw error;
    },
  );
  if (outcome.status === (way === 'delete' ? 'DELETE_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE'))
    return;
  const failure = outcome.failures[0] ?? outcome.rollbackFailures[0];
  throw new DeployError(
    'STACK_STUCK',
    `Stack ${stackName} is still ${outcome.status}${
      failure === undefined
        ? ''
        : `: ${failure.logicalId} (${failure.resourceType}) ${failure.reason}`
    }.`,
    {
      hint: `Put that right, then "${command('provision --recover')}" again.`,
      stackStatus: outcome.status,
      ...(failure === undefined ? {} : { failure }),
    },
  );
};
