import type { Leftover, StackResource } from '../state.ts';
import type { Dependencies } from '../template/dependency-graph.ts';
import { livingResource } from './apply-template.ts';
import { failureReason } from './failure-reason.ts';
import { runProvider } from './provider-context.ts';
import { recordResourceEvent, setResourceStatus } from './record-event.ts';
import { typedAsIs } from './resource-steps.ts';
import { reversed, runGraph } from './run-graph.ts';
import type { Work } from './work.ts';
import { operationOf, providerOf, providerRun } from './work.ts';

/** What becomes of a resource when its stack goes. */
export type Fate = 'delete' | 'retain';

/**
 * Deletes the stack's resources, what depends on others first. Answers with those that could not be; what those need
 * stays too.
 */
export const deleteResources = async (
  work: Work,
  fateOf: (resource: StackResource) => Fate,
): Promise<readonly string[]> => {
  const { state } = work.context;
  const resources = new Map(
    state
      .resources(work.stackId)
      .filter((resource) => livingResource(resource) !== undefined)
      .map((resource) => [resource.logicalId, resource]),
  );
  const failed: string[] = [];
  await runGraph({
    dependencies: reversed(dependenciesBetween(resources)),
    stopped: () => false,
    work: async (id) => {
      const resource = resources.get(id);
      if (resource === undefined) return true;
      const deleted = await deleteResource(work, resource, fateOf(resource));
      if (!deleted) failed.push(id);
      work.context.commit();
      return deleted;
    },
  });
  return failed;
};

const dependenciesBetween = (resources: ReadonlyMap<string, StackResource>): Dependencies =>
  new Map(
    [...resources].map(([id, { dependsOn }]) => [
      id,
      dependsOn.filter((name) => resources.has(name) && name !== id),
    ]),
  );

const deleteResource = async (
  work: Work,
  resource: StackResource,
  fate: Fate,
): Promise<boolean> => {
  const { context } = work;
  // What failed before it got an id has nothing behind it.
  if (resource.physicalId === undefined) {
    setResourceStatus(context, resource, { status: 'DELETE_COMPLETE' });
    return true;
  }
  if (fate === 'retain') {
    setResourceStatus(context, resource, { status: 'DELETE_SKIPPED' });
    return true;
  }
  const resumes = resource.status === 'DELETE_IN_PROGRESS';
  const begun = resumes
    ? resource
    : setResourceStatus(context, resource, { status: 'DELETE_IN_PROGRESS' });
  try {
    await deletePhysical(work, { ...resource, physicalId: resource.physicalId });
  } catch (error) {
    const reason = failureReason(error, resource.type, context);
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html, DeletionMode
    if (operationOf(work).force === true) {
      setResourceStatus(context, begun, { status: 'DELETE_SKIPPED', reason });
      return true;
    }
    setResourceStatus(context, begun, { status: 'DELETE_FAILED', reason });
    return false;
  }
  setResourceStatus(context, begun, { status: 'DELETE_COMPLETE' });
  return true;
};

const deletePhysical = async (
  work: Work,
  resource: Pick<StackResource, 'logicalId' | 'type' | 'properties' | 'stackTags'> & {
    readonly physicalId: string;
  },
): Promise<void> => {
  const provider = providerOf(work, resource.type);
  const run = providerRun(
    work,
    resource.logicalId,
    `delete ${resource.physicalId}`,
    resource.stackTags ?? [],
  );
  await runProvider(work.context, run, (context) =>
    provider.delete(resource.physicalId, typedAsIs(resource.type, resource.properties), context),
  );
};

/** Deletes what the stack has given up. Answers whether all of it is gone; what is not is told and let go, as AWS does. */
export const deleteLeftovers = async (work: Work): Promise<boolean> => {
  const { state } = work.context;
  const leftovers = new Map(state.leftovers(work.stackId).map((left) => [left.key, left]));
  let complete = true;
  await runGraph({
    dependencies: reversed(dependenciesOfLeftovers([...leftovers.values()])),
    stopped: () => false,
    work: async (key) => {
      const leftover = leftovers.get(key);
      if (leftover === undefined) return true;
      if (!(await deleteLeftover(work, leftover))) complete = false;
      state.dropLeftover(leftover);
      work.context.commit();
      return true;
    },
  });
  return complete;
};

const dependenciesOfLeftovers = (leftovers: readonly Leftover[]): Dependencies =>
  new Map(
    leftovers.map(({ key, logicalId, dependsOn }) => [
      key,
      leftovers
        .filter((other) => other.logicalId !== logicalId && dependsOn.includes(other.logicalId))
        .map((other) => other.key),
    ]),
  );

const deleteLeftover = async (work: Work, leftover: Leftover): Promise<boolean> => {
  const { context } = work;
  const tell = (status: string, reason?: string) =>
    recordResourceEvent(context, leftover, {
      status,
      ...(reason === undefined ? {} : { reason }),
    });
  if (leftover.physicalId === '') {
    tell('DELETE_COMPLETE');
    return true;
  }
  if (leftover.retain) {
    tell('DELETE_SKIPPED');
    return true;
  }
  tell('DELETE_IN_PROGRESS');
  try {
    await deletePhysical(work, leftover);
  } catch (error) {
    tell('DELETE_FAILED', failureReason(error, leftover.type, context));
    return false;
  }
  tell('DELETE_COMPLETE');
  return true;
};
