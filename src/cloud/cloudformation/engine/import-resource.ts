import type { ResourceProvider } from '../../core/resource-provider.ts';
import type { StackResource } from '../state.ts';
import { failureReason, resourceFailure } from './failure-reason.ts';
import { runProvider } from './provider-context.ts';
import { setResourceStatus } from './record-event.ts';
import { typedAsIs } from './resource-steps.ts';
import type { Work } from './work.ts';
import { operationOf, providerOf, providerRun } from './work.ts';

/**
 * Takes a resource that is there into the stack, as it is: what its template says of it beside that is drift.
 * Answers whether it is in.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html
 */
export const importResource = async (
  work: Work,
  desired: StackResource,
  physicalId: string,
): Promise<boolean> => {
  const { context } = work;
  const named = { ...desired, physicalId };
  const begun = setResourceStatus(context, named, {
    status: 'IMPORT_IN_PROGRESS',
    reason: 'Resource import started.',
  });
  context.state.putChange({
    stackId: work.stackId,
    logicalId: desired.logicalId,
    operationId: operationOf(work).id,
    action: 'create',
    state: 'running',
  });
  try {
    const provider = providerOf(work, desired.type);
    const attributes = await look(work, provider, named);
    setResourceStatus(
      context,
      { ...begun, attributes },
      {
        status: 'IMPORT_COMPLETE',
        reason: 'Resource import completed.',
      },
    );
    context.state.putChange({
      stackId: work.stackId,
      logicalId: desired.logicalId,
      operationId: operationOf(work).id,
      action: 'create',
      state: 'done',
    });
    return true;
  } catch (error) {
    setResourceStatus(context, begun, {
      status: 'IMPORT_FAILED',
      reason: failureReason(error, desired.type, context),
    });
    return false;
  } finally {
    context.commit();
  }
};

/** @throws {AwsError} when it is not there, or its type cannot be looked at */
const look = async (
  work: Work,
  provider: ResourceProvider,
  {
    logicalId,
    type,
    physicalId,
    properties,
    stackTags,
  }: StackResource & { readonly physicalId: string },
): Promise<StackResource['attributes']> => {
  if (provider.read === undefined)
    throw resourceFailure(
      `The embedded CloudFormation cannot look at resources of the type ${type}, so it cannot import them. Deploy to AWS to do so.`,
    );
  const read = provider.read.bind(provider);
  const run = providerRun(work, logicalId, 'import', stackTags ?? []);
  const found = await runProvider(work.context, run, (context) =>
    read(physicalId, context, properties),
  );
  if (found === undefined)
    throw resourceFailure(
      `Resource of type '${type}' with identifier '${physicalId}' was not found.`,
    );
  if (provider.update === undefined) return {};
  // What it is now, told as an update from itself to itself: nothing changes, and the attributes are known.
  const now = typedAsIs(type, { ...properties });
  const same = provider.update.bind(provider);
  const again = providerRun(work, logicalId, 'import attributes', stackTags ?? []);
  const made = await runProvider(work.context, again, (context) =>
    same(physicalId, now, now, context),
  );
  return made.attributes ?? {};
};
