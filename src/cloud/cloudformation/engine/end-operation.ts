import { setStackStatus } from './record-event.ts';
import type { Work } from './work.ts';
import { changeOperation, operationOf, stackOfWork } from './work.ts';
import { dropUnusedTemplates } from './templates.ts';
import type { CloudFormationState } from '../state.ts';

/** Sets it for a change set, and for those of its nested stacks. */
export const setExecutionStatus = (
  { changeSets }: CloudFormationState,
  rootId: string,
  executionStatus: string,
): void => {
  for (const changeSet of changeSets.values())
    if (changeSet.id === rootId || changeSet.rootChangeSetId === rootId)
      changeSets.set(changeSet.id, { ...changeSet, executionStatus });
};

/** Ends an operation: the stack's status, its change set's, and nothing left to take up again. */
export const endOperation = (
  work: Work,
  status: string,
  how: {
    readonly reason?: string;
    /** Keeps what is needed to roll back or go on later. */
    readonly halted?: boolean;
  } = {},
): void => {
  const { context, stackId } = work;
  const { state } = context;
  const operation = operationOf(work);
  if (status === 'UPDATE_ROLLBACK_COMPLETE' && operation.previous !== undefined)
    state.putStack({
      ...stackOfWork(work),
      spec: operation.previous,
      imports: operation.previousImports ?? [],
    });
  setStackStatus(context, stackId, status, how.reason);
  const { changeSetId } = operation;
  if (changeSetId !== undefined)
    setExecutionStatus(
      state,
      changeSetId,
      /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status) ? 'EXECUTE_COMPLETE' : 'EXECUTE_FAILED',
    );
  if (how.halted === true) changeOperation(work, { halted: true });
  else {
    state.operations.delete(stackId);
    for (const id of state.changesOf(stackId).keys()) state.dropChange(stackId, id);
  }
  dropUnusedTemplates(context);
  context.commit();
};
