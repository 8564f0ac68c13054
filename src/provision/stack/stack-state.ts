import type { Output, Parameter, Stack, Tag } from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { readFailure } from '../failure/explain-failure.ts';

/** A stack as it is now. */
export interface StackState {
  readonly stackName: string;
  /** The ARN; it names this life of the stack, where the name can come again. */
  readonly stackId: string;
  /** `CREATE_COMPLETE` */
  readonly status: string;
  readonly statusReason?: string;
  readonly description?: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAt?: Date;
  readonly updatedAt?: Date;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly outputs: readonly StackOutput[];
  readonly terminationProtection: boolean;
  /** The service role under which CloudFormation works on it. */
  readonly roleArn?: string;
  /** The change set that was executed last. */
  readonly changeSetId?: string;
  /** The stack that this one is nested in. */
  readonly parentId?: string;
}

/** An output of a stack. */
export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

/** Reads a stack by name or ARN; undefined when there is none. */
export const describeStack = async (
  api: CloudFormationApi,
  nameOrId: string,
  signal?: AbortSignal,
): Promise<StackState | undefined> => {
  try {
    const { Stacks } = await api.describeStacks({ StackName: nameOrId }, signal);
    const stack = Stacks?.[0];
    return stack === undefined ? undefined : readStack(stack);
  } catch (error) {
    if (isNoSuchStack(error)) return undefined;
    throw error;
  }
};

/** "Stack with id X does not exist", a ValidationError: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
export const isNoSuchStack = (error: unknown): boolean => {
  const { code, message } = readFailure(error);
  return (
    (code === 'ValidationError' || code === 'StackNotFoundException') &&
    /does not exist/i.test(message)
  );
};

const readStack = (stack: Stack): StackState => {
  const stackId = stack.StackId ?? '';
  // arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID
  const [, , , region = '', accountId = ''] = stackId.split(':');
  return {
    stackName: stack.StackName ?? '',
    stackId,
    status: stack.StackStatus ?? 'UNKNOWN',
    accountId,
    region,
    parameters: pairs(stack.Parameters ?? [], (p: Parameter) => [p.ParameterKey, p.ParameterValue]),
    tags: pairs(stack.Tags ?? [], (t: Tag) => [t.Key, t.Value]),
    outputs: (stack.Outputs ?? []).map(readOutput),
    terminationProtection: stack.EnableTerminationProtection ?? false,
    ...(stack.StackStatusReason === undefined ? {} : { statusReason: stack.StackStatusReason }),
    ...(stack.Description === undefined ? {} : { description: stack.Description }),
    ...(stack.CreationTime === undefined ? {} : { createdAt: stack.CreationTime }),
    ...(stack.LastUpdatedTime === undefined ? {} : { updatedAt: stack.LastUpdatedTime }),
    ...(stack.RoleARN ? { roleArn: stack.RoleARN } : {}),
    ...(stack.ChangeSetId ? { changeSetId: stack.ChangeSetId } : {}),
    ...(stack.ParentId ? { parentId: stack.ParentId } : {}),
  };
};

const readOutput = (output: Output): StackOutput => ({
  key: output.OutputKey ?? '',
  value: output.OutputValue ?? '',
  ...(output.Description === undefined ? {} : { description: output.Description }),
  ...(output.ExportName === undefined ? {} : { exportName: output.ExportName }),
});

const pairs = <T>(
  list: readonly T[],
  read: (item: T) => readonly [string | undefined, string | undefined],
): Record<string, string> =>
  Object.fromEntries(
    list.map(read).flatMap(([key, value]) => (key === undefined ? [] : [[key, value ?? '']])),
  );

/** What a stack's status allows. */
export type StackSituation =
  | 'absent' // nothing, or a shell that was never executed
  | 'updatable'
  | 'busy' // an operation runs
  | 'must-be-deleted' // the first creation failed; there is nothing to go back to
  | 'must-finish-delete' // a delete failed half way
  | 'must-finish-rollback'; // an update failed, and is not rolled back, or not wholly

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes
const SITUATIONS: Readonly<Record<string, StackSituation>> = {
  REVIEW_IN_PROGRESS: 'absent',
  DELETE_COMPLETE: 'absent',
  CREATE_COMPLETE: 'updatable',
  UPDATE_COMPLETE: 'updatable',
  UPDATE_ROLLBACK_COMPLETE: 'updatable',
  IMPORT_COMPLETE: 'updatable',
  IMPORT_ROLLBACK_COMPLETE: 'updatable',
  CREATE_FAILED: 'must-be-deleted',
  ROLLBACK_COMPLETE: 'must-be-deleted',
  ROLLBACK_FAILED: 'must-be-deleted',
  DELETE_FAILED: 'must-finish-delete',
  // An update without rollback: CloudFormation takes the next one only without rollback too, or after RollbackStack.
  UPDATE_FAILED: 'must-finish-rollback',
  UPDATE_ROLLBACK_FAILED: 'must-finish-rollback',
  IMPORT_ROLLBACK_FAILED: 'must-finish-rollback',
};

/** What can be done with a stack. An unknown status counts as updatable: CloudFormation has the last word. */
export const situationOf = (stack: StackState | undefined): StackSituation => {
  if (stack === undefined) return 'absent';
  const known = SITUATIONS[stack.status];
  if (known !== undefined) return known;
  return stack.status.endsWith('_IN_PROGRESS') ? 'busy' : 'updatable';
};

/** Whether an operation that we watch is over. */
export const isSettled = (status: string): boolean =>
  !status.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS';

/** Whether a settled stack is as it was asked to be. */
export const isSuccess = (status: string): boolean =>
  status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE' || status === 'IMPORT_COMPLETE';
