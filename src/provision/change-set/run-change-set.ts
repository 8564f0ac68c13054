import type { ChangeSet } from './change-set.ts';
import { createChangeSet, saysEmpty } from './change-set.ts';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { DeployError } from '../errors.ts';
import { readFailure } from '../failure/explain-failure.ts';
import { stackBusy } from '../doctor/recover.ts';
import { describeStack, situationOf } from '../stack/stack-state.ts';

/** Whose stack it is, and how they read its state. */
interface Owner {
  readonly stackName: string;
  readonly command: (verb: string) => string;
  readonly signal: AbortSignal;
  readonly placeOf?: (logicalId: string) => string | undefined;
}

/**
 * Asks for the changes. Of two deployments at once, the one that finds the stack taken is told so.
 *
 * @throws {STACK_BUSY} when another deployment runs
 * @throws {STACK_OVERTAKEN} when another deployment created the stack meanwhile
 */
export const planChangeSet = async (
  api: CloudFormationApi,
  request: Owner,
  input: Parameters<typeof createChangeSet>[1],
): Promise<ChangeSet | 'empty'> => {
  try {
    return await createChangeSet(api, input, request.stackName);
  } catch (error) {
    // Some implementations say at once what AWS says in the failed change set.
    if (saysEmpty(readFailure(error).message)) return 'empty';
    throw (await overtaken(api, request, error)) ?? error;
  }
};

/**
 * Starts what was planned.
 *
 * @throws {STACK_BUSY} when another deployment was faster and runs
 * @throws {STACK_OVERTAKEN} when another deployment was faster and is through
 */
export const executeChangeSet = async (
  api: CloudFormationApi,
  request: Owner,
  changeSet: ChangeSet,
): Promise<void> => {
  try {
    // Not abortable: whether it began must be known. The token makes a retry by the SDK the same request.
    await api.executeChangeSet({
      ChangeSetName: changeSet.id,
      StackName: changeSet.stackId,
      ClientRequestToken: changeSet.name,
    });
  } catch (error) {
    const { code } = readFailure(error);
    // An answer that was lost makes the SDK ask again, and the second time it is executed already: by ourselves.
    const own = await describeStack(api, changeSet.stackId).catch(() => undefined);
    if (own?.changeSetId === changeSet.id && own.status !== 'REVIEW_IN_PROGRESS') return;
    const lost = await overtaken(api, request, error);
    if (lost !== undefined) throw lost;
    if (code === 'ChangeSetNotFound' || code === 'InvalidChangeSetStatus')
      throw new DeployError(
        'STACK_OVERTAKEN',
        `Another deployment changed ${request.stackName} after this plan was made, so nothing of this one was done.`,
        { hint: 'Run the same command again: it plans from what is there now.', cause: error },
      );
    throw error;
  }
};

/** Whether a refusal means that another operation has the stack; CloudFormation words that in several ways. */
const overtaken = async (
  api: CloudFormationApi,
  owner: Owner,
  error: unknown,
): Promise<DeployError | undefined> => {
  const { code, message } = readFailure(error);
  if (
    ![
      'ValidationError',
      'InvalidChangeSetStatus',
      'ChangeSetNotFound',
      'OperationInProgressException',
      'AlreadyExistsException',
    ].includes(code)
  )
    return undefined;
  const now = await describeStack(api, owner.stackName);
  return now !== undefined && situationOf(now) === 'busy'
    ? await stackBusy(api, now, owner, error)
    : now !== undefined && CREATED_MEANWHILE.test(message)
      ? new DeployError(
          'STACK_OVERTAKEN',
          `Another deployment created ${owner.stackName} while this one was prepared, so nothing of this one was done.`,
          { hint: 'Run the same command again: it plans from what is there now.', cause: error },
        )
      : undefined;
};

/** What CloudFormation says to a creation of what somebody else has just created. */
const CREATED_MEANWHILE = /already exists and cannot be created again with the changeSet/;
