import type { ResourceProvider } from '../../core/resource-provider.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Leftover, ResourceChange, StackResource } from '../state.ts';
import { checkProperties, propertiesFailed } from '../types/check-properties.ts';
import { resourceType } from '../../../schema/index.ts';
import { resolveDynamic } from './dynamic-references.ts';
import { leftBy } from './left-behind.ts';
import { failureReason, resourceFailure } from './failure-reason.ts';
import type { ResourcePlan } from './plan-resource.ts';
import { refuseCustomNamed } from './plan-resource.ts';
import { runProvider } from './provider-context.ts';
import { recordResourceEvent, setResourceStatus } from './record-event.ts';
import type { Work } from './work.ts';
import { operationOf, providerOf, providerRun } from './work.ts';

/** A resource on its way to what its template says. */
export interface StepInput {
  readonly work: Work;
  readonly plan: Exclude<ResourcePlan, 'none'>;
  /** As it is; undefined when it is to be made. */
  readonly existing: StackResource | undefined;
  /** As it is to be; its status and ids are filled in here. */
  readonly desired: StackResource;
  /** As they may be shown in events. */
  readonly shown: Json;
  /** What its template says beside the properties, and nothing here acts on. */
  readonly notActedOn: readonly string[];
  /** Whether the operation has given up meanwhile, and told so of this resource. */
  isCancelled(): boolean;
}

/** Makes, changes or replaces one resource. Answers whether it is now as its template says. */
export const runStep = async (input: StepInput): Promise<boolean> => {
  const { work, plan, existing, desired } = input;
  const { state } = work.context;
  const operation = operationOf(work);
  const earlier = state.changesOf(work.stackId).get(desired.logicalId);
  const change = changeRecord(input, operation.id, earlier);
  const resumes = earlier?.operationId === operation.id && earlier.state === 'running';
  state.putChange(change);
  const verb = plan === 'create' ? 'CREATE' : 'UPDATE';
  const begun = resumes ? (existing ?? desired) : tellBegin(input, verb);
  try {
    const provider = providerOf(work, desired.type);
    // A reference may stand for a number, so types are looked at when it has been resolved.
    const resolved = await resolveDynamic(desired.properties, desired.type, work);
    const checked = typed({ ...desired, properties: resolved });
    const done =
      plan === 'update'
        ? await update(input, provider, checked, earlier)
        : await create(input, provider, checked);
    state.putResource(done);
    state.putChange({ ...change, state: 'done' });
    if (input.isCancelled()) state.putResource({ ...done, status: `${verb}_FAILED` });
    else tellEnd(input, verb, done, provider);
    return true;
  } catch (error) {
    state.putChange({ ...change, state: 'failed', attempted: desired.properties });
    const left = leftBy(error);
    const failed =
      left === undefined ? begun : { ...begun, physicalId: left, properties: desired.properties };
    if (!input.isCancelled())
      setResourceStatus(work.context, failed, {
        status: `${verb}_FAILED`,
        reason: failureReason(error, desired.type, work.context),
        properties: input.shown,
      });
    else if (left !== undefined)
      state.putResource({
        ...failed,
        ...state.resource(work.stackId, desired.logicalId),
        physicalId: left,
      });
    return false;
  } finally {
    work.context.commit();
  }
};

/** What the first of several operations began counts: a resource that was made since is to be unmade. */
const changeRecord = (
  { plan, existing, desired }: StepInput,
  operationId: string,
  earlier: ResourceChange | undefined,
): ResourceChange => {
  const before = earlier === undefined ? existing : earlier.before;
  const action =
    earlier?.action === 'create' || earlier?.action === 'replace' ? earlier.action : plan;
  return {
    stackId: desired.stackId,
    logicalId: desired.logicalId,
    operationId,
    action,
    state: 'running',
    ...(before === undefined ? {} : { before }),
  };
};

const tellBegin = (
  { work, plan, existing, desired, shown }: StepInput,
  verb: string,
): StackResource =>
  setResourceStatus(work.context, existing?.physicalId === undefined ? desired : existing, {
    status: `${verb}_IN_PROGRESS`,
    properties: shown,
    ...(plan === 'replace'
      ? {
          reason:
            'Requested update requires the creation of a new physical resource; hence creating one.',
        }
      : {}),
  });

const tellEnd = (
  { work, plan, shown, notActedOn }: StepInput,
  verb: string,
  done: StackResource,
  provider: ResourceProvider,
): void => {
  if (plan !== 'update')
    recordResourceEvent(work.context, done, {
      status: `${verb}_IN_PROGRESS`,
      reason: 'Resource creation Initiated',
      properties: shown,
    });
  const properties = (provider.inert ?? []).filter((name) => name in done.properties);
  const inert = [...properties, ...notActedOn];
  setResourceStatus(work.context, done, {
    status: `${verb}_COMPLETE`,
    properties: shown,
    ...(inert.length === 0
      ? {}
      : {
          reason: `Kept but not acted on by the embedded cloud: ${inert.join(', ')}`,
        }),
  });
};

const typed = ({ type, logicalId, properties }: StackResource): JsonObject => {
  const schema = resourceType(type);
  if (schema === undefined) return properties;
  const checked = checkProperties(properties, schema);
  if (checked.problems.length > 0)
    throw resourceFailure(propertiesFailed(logicalId, checked.problems));
  return checked.properties;
};

/** Properties of a resource that is there already; what was let in then is not refused now. */
export const typedAsIs = (type: string, properties: JsonObject): JsonObject => {
  const schema = resourceType(type);
  return schema === undefined ? properties : checkProperties(properties, schema).properties;
};

const create = async (
  { work, plan, existing, desired }: StepInput,
  provider: ResourceProvider,
  properties: JsonObject,
): Promise<StackResource> => {
  if (plan === 'replace' && existing !== undefined) refuseCustomNamed(existing, desired);
  const run = providerRun(work, desired.logicalId, plan, desired.stackTags ?? []);
  const made = await runProvider(work.context, run, (context) =>
    provider.create(properties, context),
  );
  if (plan === 'replace' && existing?.physicalId !== undefined) {
    if (existing.physicalId === made.physicalId)
      throw resourceFailure(
        `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${made.physicalId} and update the stack again.`,
      );
    work.context.state.putLeftover(
      leftoverOf(
        existing,
        desired.updateReplacePolicy === 'Retain' ||
          desired.updateReplacePolicy === 'RetainExceptOnCreate',
      ),
    );
  }
  return { ...desired, physicalId: made.physicalId, attributes: made.attributes ?? {} };
};

const update = async (
  { work, existing, desired }: StepInput,
  provider: ResourceProvider,
  properties: JsonObject,
  earlier: ResourceChange | undefined,
): Promise<StackResource> => {
  const physicalId = existing?.physicalId ?? '';
  const run = providerRun(work, desired.logicalId, 'update', desired.stackTags ?? []);
  const previous = typedAsIs(
    desired.type,
    earlier?.attempted ?? existing?.properties ?? desired.properties,
  );
  // Only the metadata or the stack's tags changed, and the type can do nothing about either.
  if (provider.update === undefined)
    return { ...desired, physicalId, attributes: existing?.attributes ?? {} };
  const change = provider.update.bind(provider);
  const made = await runProvider(work.context, run, (context) =>
    change(physicalId, properties, previous, context),
  );
  // A custom resource may answer an update with another id: what it had before is deleted when all the rest stands.
  if (existing !== undefined && made.physicalId !== physicalId)
    work.context.state.putLeftover(leftoverOf(existing, desired.updateReplacePolicy === 'Retain'));
  return {
    ...desired,
    physicalId: made.physicalId,
    attributes: made.attributes ?? existing?.attributes ?? {},
  };
};

/** A physical resource that the stack gives up. */
export const leftoverOf = (resource: StackResource, retain: boolean): Leftover => ({
  key: `${resource.logicalId}|${resource.physicalId ?? ''}`,
  stackId: resource.stackId,
  logicalId: resource.logicalId,
  type: resource.type,
  physicalId: resource.physicalId ?? '',
  properties: resource.properties,
  dependsOn: resource.dependsOn,
  retain,
  ...(resource.stackTags === undefined ? {} : { stackTags: resource.stackTags }),
});
