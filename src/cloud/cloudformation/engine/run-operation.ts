import { AwsError } from '../../core/aws-error.ts';
import type { Principal } from '../../core/principals.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { LIMITS } from '../limits.ts';
import type { OperationPhase, StackOperation, StackResource } from '../state.ts';
import { readTemplate } from '../template/read-template.ts';
import { actingPrincipal } from './acting-principal.ts';
import type { Applied } from './apply-template.ts';
import { applyTemplate, livingResource } from './apply-template.ts';
import type { Context, Providers } from './context.ts';
import type { Fate } from './delete-resources.ts';
import { deleteLeftovers, deleteResources } from './delete-resources.ts';
import { endOperation } from './end-operation.ts';
import { importersOf } from './outputs.ts';
import { setStackStatus } from './record-event.ts';
import { leftoverOf } from './resource-steps.ts';
import { monitor } from './rollback-triggers.ts';
import { rollbackUpdate } from './rollback-update.ts';
import { deployedText } from './templates.ts';
import type { Work } from './work.ts';
import { changeOperation, operationOf, specOf, stackOfWork } from './work.ts';

/**
 * Runs a stack's operation from where its record stands to its end. What is done is committed before the next step, so
 * that a cloud that was killed takes it up again here.
 */
export const runOperation = async (
  context: Context,
  providers: Providers,
  stackId: string,
): Promise<void> => {
  const operation = context.state.operations.get(stackId);
  if (operation === undefined || operation.halted === true) return;
  const base = {
    context,
    providers,
    stackId,
    ...(operation.cause === undefined ? {} : { cause: operation.cause }),
  };
  const roleArn = operation.roleArn ?? context.state.stacks.get(stackId)?.spec?.roleArn;
  const work: Work = { ...base, principal: await principalOf(context, operation, roleArn) };
  switch (operation.phase) {
    case 'apply':
      return apply(work);
    case 'rollback':
      return operation.kind === 'create' ? rollbackCreate(work) : rollback(work);
    case 'cleanup':
      return cleanUp(work);
    case 'delete':
      return deleteStack(work);
  }
};

/** The role was there when the request was taken; when it has gone since, nothing is done as the caller instead. */
const principalOf = async (
  context: Context,
  { principal }: StackOperation,
  roleArn: string | undefined,
): Promise<Principal> => {
  try {
    return await actingPrincipal(context, principal, roleArn);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    context.journal.note('cloudformation', error.message, { outcome: 'denied' });
    return servicePrincipal('cloudformation.amazonaws.com', { sourceAccount: context.accountId });
  }
};

const apply = async (work: Work): Promise<void> => {
  const applied = await applyOrFailure(work);
  const { kind, onFailure } = operationOf(work);
  if (kind === 'import')
    return applied.ok ? endOperation(work, 'IMPORT_COMPLETE') : letGo(work, applied.reason);
  if (applied.ok)
    return kind === 'create'
      ? endOperation(work, 'CREATE_COMPLETE')
      : beginCleanUp(work, applied.active);
  const { reason } = applied;
  if (onFailure === 'DO_NOTHING')
    return endOperation(work, kind === 'create' ? 'CREATE_FAILED' : 'UPDATE_FAILED', {
      reason: reason.trim(),
      halted: true,
    });
  if (kind === 'update') {
    enterPhase(work, 'rollback', 'UPDATE_ROLLBACK_IN_PROGRESS', reason.trim());
    return rollback(work);
  }
  if (onFailure === 'DELETE') {
    // A stack that was deleted while it was created has told so already.
    if (stackOfWork(work).status === 'DELETE_IN_PROGRESS')
      changeOperation(work, { phase: 'delete' });
    else enterPhase(work, 'delete', 'DELETE_IN_PROGRESS', `${reason}Delete requested by user.`);
    return deleteStack(work);
  }
  enterPhase(work, 'rollback', 'ROLLBACK_IN_PROGRESS', `${reason}Rollback requested by user.`);
  return rollbackCreate(work);
};

/** What a failed import had taken in is no longer the stack's; nothing is deleted. */
const letGo = (work: Work, reason: string): void => {
  const { state } = work.context;
  enterPhase(work, 'apply', 'IMPORT_ROLLBACK_IN_PROGRESS', reason.trim());
  for (const { logicalId } of operationOf(work).imports ?? [])
    state.dropResource(work.stackId, logicalId);
  const { previous, previousImports } = operationOf(work);
  if (previous !== undefined)
    state.putStack({ ...stackOfWork(work), spec: previous, imports: previousImports ?? [] });
  endOperation(work, 'IMPORT_ROLLBACK_COMPLETE');
};

/** A phase and the status that tells of it are one commit: a killed cloud finds both or neither. */
const enterPhase = (work: Work, phase: OperationPhase, status: string, reason?: string): void => {
  changeOperation(work, { phase });
  setStackStatus(work.context, work.stackId, status, reason);
  work.context.commit();
};

const applyOrFailure = async (work: Work): Promise<Applied> => {
  try {
    const text = deployedText(work.context, specOf(work));
    const applied = await applyTemplate(work, await readTemplate(text));
    const reason = applied.ok ? await monitor(work) : undefined;
    return reason === undefined ? applied : { ok: false, reason };
  } catch (error) {
    if (error instanceof AwsError) return { ok: false, reason: `${error.message}. ` };
    throw error;
  }
};

const keeps = ({ deletionPolicy }: StackResource) =>
  deletionPolicy === 'Retain' || deletionPolicy === 'RetainExceptOnCreate';

/** What the update has replaced or left out is deleted once all the rest stands. */
const beginCleanUp = (work: Work, active: ReadonlySet<string>): Promise<void> => {
  const { state } = work.context;
  for (const resource of state.resources(work.stackId)) {
    if (active.has(resource.logicalId)) continue;
    if (livingResource(resource) !== undefined)
      state.putLeftover(leftoverOf(resource, keeps(resource)));
    state.dropResource(work.stackId, resource.logicalId);
  }
  enterPhase(work, 'cleanup', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  return cleanUp(work);
};

const cleanUp = async (work: Work): Promise<void> => {
  const rolledBack = stackOfWork(work).status.startsWith('UPDATE_ROLLBACK');
  const complete = await deleteLeftovers(work);
  const verb = rolledBack ? 'Rollback' : 'Update';
  endOperation(
    work,
    rolledBack ? 'UPDATE_ROLLBACK_COMPLETE' : 'UPDATE_COMPLETE',
    complete ? {} : { reason: `${verb} successful. One or more resources could not be deleted.` },
  );
};

const rollback = async (work: Work): Promise<void> => {
  const failed = await rollbackUpdate(work);
  if (failed.length > 0)
    return endOperation(work, 'UPDATE_ROLLBACK_FAILED', {
      reason: `The following resource(s) failed to update: [${failed.join(', ')}].`,
      halted: true,
    });
  enterPhase(work, 'cleanup', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  return cleanUp(work);
};

const rollbackCreate = async (work: Work): Promise<void> => {
  const spares = stackOfWork(work).retainExceptOnCreate === true;
  const fateOf = ({ deletionPolicy }: StackResource): Fate =>
    deletionPolicy === 'Retain' && !spares ? 'retain' : 'delete';
  const failed = await deleteResources(work, fateOf);
  endOperation(
    work,
    failed.length === 0 ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED',
    failed.length === 0 ? {} : { reason: failedToDelete(failed), halted: true },
  );
};

const failedToDelete = (ids: readonly string[]) =>
  `The following resource(s) failed to delete: [${ids.join(', ')}].`;

const deleteStack = async (work: Work): Promise<void> => {
  const { context, stackId } = work;
  const { name, outputs } = stackOfWork(work);
  for (const { ExportName } of outputs) {
    if (ExportName === undefined) continue;
    const users = importersOf(context, ExportName).filter((user) => user !== name);
    if (users.length > 0)
      return endOperation(work, 'DELETE_FAILED', {
        reason: `Export ${ExportName} cannot be deleted as it is in use by ${users.join(', ')}`,
      });
  }
  const { skip } = operationOf(work);
  const failed = await deleteResources(work, (resource) =>
    keeps(resource) || skip.includes(resource.logicalId) ? 'retain' : 'delete',
  );
  // What an update that failed had replaced belongs to nobody else.
  const complete = failed.length > 0 || (await deleteLeftovers(work));
  if (failed.length > 0 || !complete)
    return endOperation(work, 'DELETE_FAILED', { reason: failedToDelete(failed) });
  context.state.putStack({ ...stackOfWork(work), deletedAt: context.clock.now() });
  endOperation(work, 'DELETE_COMPLETE');
  forgetOldStacks(context, stackId);
};

/** Deleted stacks can be described by their id for a time. */
const forgetOldStacks = ({ state, clock }: Context, justDeleted: string): void => {
  const DAY_MS = 86_400_000;
  const horizon = clock.now() - LIMITS.deletedStackDays * DAY_MS;
  for (const { id, deletedAt } of state.stacks.values())
    if (deletedAt !== undefined && deletedAt < horizon && id !== justDeleted) state.forgetStack(id);
};
