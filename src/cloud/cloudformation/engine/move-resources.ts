import type { Revision } from '../change-set/compute-changes.ts';
import { createScope, isActive } from '../evaluate/create-scope.ts';
import type { ResourceMove, Stack, StackResource } from '../state.ts';
import { dependenciesOf } from '../template/check-references.ts';
import type { Context } from './context.ts';
import { liveReferences } from './live-references.ts';
import { evaluateOutputs } from './outputs.ts';
import { setResourceStatus, setStackStatus, stackOf } from './record-event.ts';

/** The record of a resource under its new stack and name. */
const moved = (resource: StackResource, { toStackId, toId }: ResourceMove): StackResource => ({
  ...resource,
  stackId: toStackId,
  logicalId: toId,
});

/** Everything is taken out before anything is put in: names may be exchanged. */
const relocate = ({ state }: Context, moves: readonly ResourceMove[]): void => {
  const taken = moves.flatMap((move) => {
    const resource = state.resource(move.fromStackId, move.fromId);
    return resource === undefined ? [] : [{ move, resource }];
  });
  for (const { move } of taken) state.dropResource(move.fromStackId, move.fromId);
  for (const { move, resource } of taken) state.putResource(moved(resource, move));
};

const reversed = (moves: readonly ResourceMove[]): readonly ResourceMove[] =>
  moves.map(({ fromStackId, fromId, toStackId, toId }) => ({
    fromStackId: toStackId,
    fromId: toId,
    toStackId: fromStackId,
    toId: fromId,
  }));

/** What `look` sees once the resources have moved; they move back before it answers. It must not wait for anything. */
export const asIfMoved = <R>(
  context: Context,
  moves: readonly ResourceMove[],
  look: () => R,
): R => {
  relocate(context, moves);
  try {
    return look();
  } finally {
    relocate(context, reversed(moves));
  }
};

/** Moves resources between stacks and names; nothing is made, changed or deleted. */
export const moveResources = (
  context: Context,
  moves: readonly ResourceMove[],
  stacks: readonly { readonly stack: Stack; readonly revision: Revision }[],
): void => {
  const { state, clock } = context;
  relocate(context, moves);
  for (const { stack, revision } of stacks) {
    const isNew = !state.stacks.has(stack.id);
    state.putStack({ ...stack, spec: revision.spec, updatedAt: clock.now() });
    const verb = isNew ? 'CREATE' : 'UPDATE';
    setStackStatus(context, stack.id, `${verb}_IN_PROGRESS`, 'Stack refactor');
    const scope = createScope(
      revision.template,
      revision.spec.parameters,
      {
        accountId: context.accountId,
        region: context.region,
        stackId: stack.id,
        stackName: stack.name,
        notificationArns: revision.spec.notificationArns,
      },
      liveReferences(context, stack.id),
    );
    const dependencies = dependenciesOf(revision.template, (id) => isActive(scope, id));
    for (const resource of state.resources(stack.id)) {
      const dependsOn = dependencies.get(resource.logicalId) ?? [];
      state.putResource({ ...resource, dependsOn });
    }
    for (const { toStackId, toId } of moves) {
      const resource = toStackId === stack.id ? state.resource(stack.id, toId) : undefined;
      if (resource !== undefined)
        setResourceStatus(context, resource, {
          status: 'UPDATE_COMPLETE',
          reason: 'Stack refactor',
        });
    }
    const outputs = evaluateOutputs(context, stack.id, scope);
    state.putStack({ ...stackOf(context, stack.id), outputs });
    setStackStatus(context, stack.id, `${verb}_COMPLETE`);
  }
};
