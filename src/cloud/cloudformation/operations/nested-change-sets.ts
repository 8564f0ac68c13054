import type { OperationContext } from '../../core/define-service.ts';
import { setStackStatus } from '../engine/record-event.ts';
import { validationError } from '../errors.ts';
import type { ChangeSet, CloudFormationState } from '../state.ts';
import { acceptedSpec } from './read-request.ts';
import type { NestedReview } from './review-changes.ts';

type Context = OperationContext<CloudFormationState>;

/**
 * Keeps the change sets of the stacks inside a stack, and the stacks that they are the first to name.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html
 */
export const keepNested = (context: Context, reviews: readonly NestedReview[]): void => {
  const { state } = context;
  for (const { stack, request, changeSet, spec } of reviews) {
    if (state.stacks.get(stack.id) === undefined) {
      state.putStack(stack);
      setStackStatus(context, stack.id, 'REVIEW_IN_PROGRESS', 'User Initiated');
    }
    const accepted = request === undefined ? spec : acceptedSpec(context, request);
    state.changeSets.set(changeSet.id, { ...changeSet, spec: accepted });
  }
};

/** A change set and those below it. */
export const familyOf = ({ state }: Context, rootId: string): readonly ChangeSet[] =>
  [...state.changeSets.values()].filter(
    ({ id, rootChangeSetId }) => id === rootId || rootChangeSetId === rootId,
  );

/** Deletes the change sets below one, and the stacks that were there for them alone. */
export const deleteNested = (context: Context, rootId: string): void => {
  const { changeSets } = context.state;
  for (const { id, stackId, rootChangeSetId } of changeSets.values()) {
    if (rootChangeSetId !== rootId) continue;
    changeSets.delete(id);
    endReview(context, stackId);
  }
};

/** Ends the nested stacks that were only looked at, of a stack that goes. */
export const endReviews = (context: Context, parentId: string): void => {
  for (const stack of context.state.stacks.values())
    if (stack.parentId === parentId) endReview(context, stack.id);
};

const endReview = (context: Context, stackId: string): void => {
  const stack = context.state.stacks.get(stackId);
  if (stack?.status !== 'REVIEW_IN_PROGRESS') return;
  endReviews(context, stackId);
  setStackStatus(context, stackId, 'DELETE_IN_PROGRESS', 'User Initiated');
  setStackStatus(context, stackId, 'DELETE_COMPLETE');
};

/** @throws {AwsError} on a nested change set: it is executed and deleted with its root */
export const refuseNested = ({ id, rootChangeSetId }: ChangeSet): void => {
  if (rootChangeSetId !== undefined)
    throw validationError(
      `ChangeSet [${id}] belongs to a nested stack; it is executed or deleted with its root change set [${rootChangeSetId}].`,
    );
};
