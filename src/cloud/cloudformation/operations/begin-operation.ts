import type { OperationContext } from '../../core/define-service.ts';
import type { Providers } from '../engine/context.ts';
import { setStackStatus } from '../engine/record-event.ts';
import { runOperation } from '../engine/run-operation.ts';
import type { CloudFormationState, Stack, StackOperation } from '../state.ts';

type Context = OperationContext<CloudFormationState>;

/** An operation that is about to begin. */
export interface Beginning {
  readonly stack: Stack;
  readonly operation: Pick<StackOperation, 'kind' | 'phase' | 'onFailure'> &
    Partial<Omit<StackOperation, 'id' | 'stackId' | 'principal'>>;
  readonly status: string;
  /** As DescribeStacks names it. */
  readonly type: string;
}

/**
 * Records an operation and lets it run once the request has been answered.
 * @returns the operation's id
 */
export const beginOperation = (
  context: Context,
  providers: Providers,
  { stack, operation, status, type }: Beginning,
): string => {
  const { state } = context;
  const id = context.random.uuid();
  state.putStack({
    ...stack,
    lastOperations: [{ OperationType: type, OperationId: id }],
    ...(operation.token === undefined ? {} : { lastToken: operation.token }),
  });
  state.operations.set(stack.id, {
    skip: [],
    cause: context.callId,
    ...operation,
    id,
    stackId: stack.id,
    principal: context.principal,
  });
  makeObsolete(context, stack.id, operation.changeSetId);
  setStackStatus(context, stack.id, status, 'User Initiated');
  context.background(`${type} ${stack.name}`, () => runOperation(context, providers, stack.id));
  return id;
};

/** Change sets of what the stack was before can no longer be executed. */
const makeObsolete = ({ state }: Context, stackId: string, executed: string | undefined): void => {
  for (const changeSet of state.changeSets.values())
    if (
      changeSet.stackId === stackId &&
      changeSet.id !== executed &&
      changeSet.executionStatus === 'AVAILABLE'
    )
      state.changeSets.set(changeSet.id, { ...changeSet, executionStatus: 'OBSOLETE' });
};
