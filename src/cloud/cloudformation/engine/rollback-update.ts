import type { Json } from '../json.ts';
import type { ResourceChange, StackResource } from '../state.ts';
import type { Dependencies } from '../template/dependency-graph.ts';
import { failureReason } from './failure-reason.ts';
import { runProvider } from './provider-context.ts';
import { setResourceStatus } from './record-event.ts';
import { leftoverOf, typedAsIs } from './resource-steps.ts';
import { runGraph } from './run-graph.ts';
import type { Work } from './work.ts';
import { operationOf, providerOf, providerRun, stackOfWork } from './work.ts';

/**
 * Puts every resource back to what it was before the update; what was made becomes a leftover to clean up.
 * Answers with those that could not be put back.
 */
export const rollbackUpdate = async (work: Work): Promise<readonly string[]> => {
  const { state } = work.context;
  const changes = new Map(state.changesOf(work.stackId));
  const failed: string[] = [];
  await runGraph({
    dependencies: dependenciesOfChanges(changes),
    stopped: () => false,
    work: async (id) => {
      const change = changes.get(id);
      if (change === undefined) return true;
      const reverted = await revert(work, change);
      if (reverted) state.dropChange(work.stackId, id);
      else failed.push(id);
      work.context.commit();
      return reverted;
    },
  });
  return failed;
};

const dependenciesOfChanges = (changes: ReadonlyMap<string, ResourceChange>): Dependencies =>
  new Map(
    [...changes].map(([id, { before }]) => [
      id,
      (before?.dependsOn ?? []).filter((name) => changes.has(name) && name !== id),
    ]),
  );

const revert = (work: Work, change: ResourceChange): Promise<boolean> => {
  const { state } = work.context;
  const { before } = change;
  const current = state.resource(work.stackId, change.logicalId);
  if (before === undefined) {
    if (current !== undefined) {
      state.putLeftover(leftoverOf(current, retainsWhenUnmade(work, current)));
      state.dropResource(work.stackId, change.logicalId);
    }
    return Promise.resolve(true);
  }
  if (operationOf(work).skip.includes(change.logicalId)) {
    setResourceStatus(
      work.context,
      { ...before, physicalId: current?.physicalId ?? '' },
      {
        status: 'UPDATE_COMPLETE',
        reason: 'Resource update skipped: left as it is on request',
      },
    );
    return Promise.resolve(true);
  }
  return restore(work, change, before, current ?? before);
};

/** RetainExceptOnCreate deletes what a failed operation has made. */
const retainsWhenUnmade = (work: Work, { deletionPolicy }: StackResource): boolean =>
  deletionPolicy === 'Retain' && stackOfWork(work).retainExceptOnCreate !== true;

const restore = async (
  work: Work,
  change: ResourceChange,
  before: StackResource,
  current: StackResource,
): Promise<boolean> => {
  const { context } = work;
  const properties: Json = before.properties;
  const replaced = current.physicalId !== before.physicalId;
  if (replaced) {
    for (const leftover of context.state.leftovers(work.stackId))
      if (leftover.logicalId === before.logicalId && leftover.physicalId === before.physicalId)
        context.state.dropLeftover(leftover);
    context.state.putLeftover(leftoverOf(current, false));
  }
  const begun = setResourceStatus(context, before, { status: 'UPDATE_IN_PROGRESS', properties });
  try {
    const attributes = replaced
      ? before.attributes
      : await updateBack(work, change, before, current);
    setResourceStatus(context, { ...begun, attributes }, { status: 'UPDATE_COMPLETE', properties });
    return true;
  } catch (error) {
    // As it is, not as it should be: the next attempt starts from here.
    setResourceStatus(context, current, {
      status: 'UPDATE_FAILED',
      reason: failureReason(error, before.type, context),
      properties,
    });
    return false;
  }
};

const updateBack = async (
  work: Work,
  change: ResourceChange,
  before: StackResource,
  current: StackResource,
): Promise<StackResource['attributes']> => {
  const provider = providerOf(work, before.type);
  if (provider.update === undefined || change.action === 'replace') return before.attributes;
  const update = provider.update.bind(provider);
  const run = providerRun(work, before.logicalId, 'rollback', before.stackTags ?? []);
  const restored = await runProvider(work.context, run, (context) =>
    update(
      before.physicalId ?? '',
      typedAsIs(before.type, before.properties),
      typedAsIs(before.type, change.attempted ?? current.properties),
      context,
    ),
  );
  return restored.attributes ?? before.attributes;
};
