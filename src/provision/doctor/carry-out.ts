import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { DeployError } from '../errors.ts';
import { readFailure } from '../failure/explain-failure.ts';
import { interruptedDuring } from '../failure/interrupted.ts';
import type { OnProgress } from '../progress.ts';
import type { StackState } from '../stack/stack-state.ts';
import { describeStack, situationOf } from '../stack/stack-state.ts';
import { eventsSoFar, watchStack } from '../stack/watch-stack.ts';
import type { Diagnosis, WayName, WayOut } from './diagnosis.ts';

/** Who is told, and how the next way out is spelled for them. */
export interface CarryOutOptions {
  readonly command: (verb: string) => string;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

type Operation = 'update' | 'delete' | 'rollback';

/**
 * Takes one of the ways out of a diagnosis, and waits until it is done. `start-over` only deletes here, and `keep-export`
 * does nothing: for both the deployment that follows is the caller's.
 *
 * @throws {WAY_CLOSED} when the diagnosis does not have this way
 * @throws {STACK_STUCK} when it did not lead out
 */
export const carryOut = async (
  api: CloudFormationApi,
  diagnosis: Diagnosis,
  name: WayName,
  options: CarryOutOptions,
): Promise<void> => {
  const way = diagnosis.ways.find((one) => one.name === name);
  const { stack } = diagnosis;
  if (way === undefined || stack === undefined) throw wayClosed(diagnosis, name, options);
  const { stackId } = stack;
  const follow = (operation: Operation, begin: () => Promise<unknown>, good: RegExp) =>
    followOperation(api, stack, { operation, begin, good }, options);
  switch (name) {
    case 'wait':
      return await waitFor(api, stack, options);
    case 'cancel-update':
      return await follow(
        'rollback',
        () => api.cancelUpdateStack({ StackName: stackId, ClientRequestToken: token() }),
        /^UPDATE_(ROLLBACK_)?COMPLETE$/,
      );
    case 'roll-back':
      return await follow(
        'rollback',
        () => api.rollbackStack({ StackName: stackId, ClientRequestToken: token() }),
        /^UPDATE_ROLLBACK_COMPLETE$/,
      );
    case 'retry-rollback':
    case 'continue-rollback':
      return await follow(
        'rollback',
        () =>
          api.continueUpdateRollback({
            StackName: stackId,
            ClientRequestToken: token(),
            ...(name === 'continue-rollback' ? { ResourcesToSkip: [...way.subjects] } : {}),
          }),
        /^(UPDATE|IMPORT)_ROLLBACK_COMPLETE$/,
      );
    case 'start-over':
    case 'retry-delete':
    case 'delete-retaining':
      return await follow(
        'delete',
        () =>
          api.deleteStack({
            StackName: stackId,
            ClientRequestToken: token(),
            ...(name === 'delete-retaining' ? { RetainResources: [...way.subjects] } : {}),
          }),
        /^DELETE_COMPLETE$/,
      );
    case 'remove-shell':
      return await api.deleteStack({ StackName: stackId }).then(() => undefined);
    case 'remove-change-sets':
    case 'remove-foreign-change-sets':
      return await removeChangeSets(api, stackId, way);
    case 'unprotect':
      return await api
        .updateTerminationProtection({ StackName: stackId, EnableTerminationProtection: false })
        .then(() => undefined);
    case 'keep-export':
      return undefined;
    default:
      return name satisfies never;
  }
};

/** It marks the operation as Sparta's, and makes a request whose answer was lost the same request when it is sent again. */
const token = (): string => `sparta-${crypto.randomUUID()}`;

const removeChangeSets = async (
  api: CloudFormationApi,
  StackName: string,
  { subjects }: WayOut,
): Promise<void> => {
  for (const ChangeSetName of subjects) await api.deleteChangeSet({ ChangeSetName, StackName });
};

const waitFor = async (
  api: CloudFormationApi,
  { stackName, stackId, status }: StackState,
  { signal, onProgress, command }: CarryOutOptions,
): Promise<void> => {
  const operation = status.startsWith('DELETE')
    ? 'delete'
    : status.includes('ROLLBACK')
      ? 'rollback'
      : status.startsWith('CREATE')
        ? 'create'
        : 'update';
  const seen = await eventsSoFar(api, stackId, signal);
  await watchStack(api, { stackName, stackId, seen, signal, onProgress }).catch(
    (error: unknown) => {
      throw signal.aborted ? interruptedDuring(stackName, operation, command, error) : error;
    },
  );
};

const followOperation = async (
  api: CloudFormationApi,
  { stackName, stackId, status }: StackState,
  what: {
    readonly operation: Operation;
    readonly begin: () => Promise<unknown>;
    /** How it has to end. */
    readonly good: RegExp;
  },
  { signal, onProgress, command }: CarryOutOptions,
): Promise<void> => {
  const { operation, begin, good } = what;
  onProgress({ kind: 'recovering', stackName, from: status });
  const seen = await eventsSoFar(api, stackId, signal);
  signal.throwIfAborted();
  try {
    await begin();
  } catch (error) {
    if (readFailure(error).code !== 'ValidationError') throw error;
    const now = await describeStack(api, stackId);
    // An answer that was lost makes the SDK ask again, and the second time it runs already.
    if (situationOf(now) !== 'busy') throw elsewhere(stackName, status, now, command, error);
  }
  onProgress({ kind: 'executing', stackName, stackId, operation });
  const outcome = await watchStack(api, { stackName, stackId, seen, signal, onProgress }).catch(
    (error: unknown) => {
      throw signal.aborted ? interruptedDuring(stackName, operation, command, error) : error;
    },
  );
  if (good.test(outcome.status)) return;
  const failure = outcome.failures[0] ?? outcome.rollbackFailures[0];
  const why =
    failure === undefined
      ? outcome.statusReason
      : `${failure.logicalId} (${failure.resourceType}) ${failure.reason}`;
  throw new DeployError(
    'STACK_STUCK',
    `Stack ${stackName} is still ${outcome.status}${why === undefined ? '' : `: ${why}`}`,
    {
      hint: `Put that right and try the same again, or see what else there is: ${command('doctor')}`,
      stackStatus: outcome.status,
      ...(failure === undefined ? {} : { failure }),
    },
  );
};

/** What was found is no longer so: somebody was faster, or the operation came to its end. */
const elsewhere = (
  stackName: string,
  found: string,
  now: StackState | undefined,
  command: (verb: string) => string,
  cause: unknown,
): unknown =>
  now?.status === found
    ? cause
    : new DeployError(
        'STACK_OVERTAKEN',
        `${stackName} was ${found} when it was looked at, and is ${now?.status ?? 'gone'} now, so nothing was done.`,
        { hint: `Look again: ${command('doctor')}`, cause },
      );

const wayClosed = (
  { ways, stackName, status }: Diagnosis,
  name: WayName,
  { command }: CarryOutOptions,
): DeployError =>
  new DeployError(
    'WAY_CLOSED',
    `${name} is no way out of the state that ${stackName} is in (${status}).`,
    {
      hint:
        ways.length === 0
          ? 'There is nothing for the doctor to do.'
          : `There ${ways.length === 1 ? 'is' : 'are'} ${ways.map((way) => way.name).join(', ')}; "${command('doctor')}" says what each does.`,
    },
  );
