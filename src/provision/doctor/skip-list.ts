import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { isCancellation, plainReason } from '../failure/resource-reason.ts';
import type { StackResource } from '../stack/describe-contents.ts';
import { listResources } from '../stack/describe-contents.ts';
import { isOfStack, lastOperation } from '../stack/last-operation.ts';
import { describeStack } from '../stack/stack-state.ts';
import type { StuckResource } from './diagnosis.ts';

const NESTED = 'AWS::CloudFormation::Stack';

/** What the reading of one stack, and of those nested in it, needs. */
interface Reading {
  readonly api: CloudFormationApi;
  readonly signal: AbortSignal;
  readonly placeOf: (logicalId: string) => string | undefined;
}

/**
 * The resources that a rollback has to leave as they are, to come to its end: the fewest, since each one is then no
 * longer as its template says. That is what is in UPDATE_FAILED because of the rollback; what was only called off beside
 * it goes back by itself. A resource of a nested stack is named by that stack's name; a nested stack may be skipped as a
 * whole only when it is being deleted.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html
 */
export const computeSkipList = async (
  reading: Reading,
  resources: readonly StackResource[],
  events: readonly StackEvent[],
  prefix = '',
): Promise<readonly StuckResource[]> => {
  const found: StuckResource[] = [];
  for (const resource of resources) {
    if (resource.status !== 'UPDATE_FAILED') continue;
    const reason = rollbackFailure(resource, events);
    if (reason === undefined) continue;
    const beneath =
      resource.resourceType === NESTED && resource.physicalId !== undefined
        ? await insideNested(reading, resource.physicalId)
        : undefined;
    if (beneath === undefined) found.push(stuck(reading, resource, reason, prefix));
    else found.push(...beneath);
  }
  return found;
};

/** Undefined when the nested stack itself may be named. */
const insideNested = async (
  reading: Reading,
  stackId: string,
): Promise<readonly StuckResource[] | undefined> => {
  const { api, signal } = reading;
  const nested = await describeStack(api, stackId, signal);
  if (nested === undefined || nested.status.startsWith('DELETE_')) return undefined;
  const [resources, events] = await Promise.all([
    listResources(api, stackId, signal),
    lastOperation(api, stackId, signal),
  ]);
  return await computeSkipList(reading, resources, events, `${nested.stackName}.`);
};

/** Why the rollback failed at a resource; undefined when it did not. */
const rollbackFailure = (
  resource: StackResource,
  events: readonly StackEvent[],
): string | undefined => {
  const begun = events.findIndex(
    (event) => isOfStack(event) && (event.ResourceStatus ?? '').includes('ROLLBACK'),
  );
  const last = events.findLast(
    (event, index) =>
      index > begun &&
      begun >= 0 &&
      event.LogicalResourceId === resource.logicalId &&
      event.ResourceStatus === 'UPDATE_FAILED',
  );
  const reason = last?.ResourceStatusReason ?? '';
  if (last === undefined || isCancellation(reason)) return undefined;
  return plainReason(reason || 'CloudFormation gives no reason').text;
};

const stuck = (
  { placeOf }: Reading,
  { logicalId, resourceType, physicalId }: StackResource,
  reason: string,
  prefix: string,
): StuckResource => {
  const place = prefix === '' ? placeOf(logicalId) : undefined;
  return {
    id: `${prefix}${logicalId}`,
    resourceType,
    reason,
    ...(physicalId === undefined ? {} : { physicalId }),
    ...(place === undefined ? {} : { place }),
  };
};

/** The resources that a deletion could not get rid of. */
export const notDeleted = (
  resources: readonly StackResource[],
  placeOf: (logicalId: string) => string | undefined,
): readonly StuckResource[] =>
  resources
    .filter(({ status }) => status === 'DELETE_FAILED')
    .map((resource) => {
      const place = placeOf(resource.logicalId);
      return {
        id: resource.logicalId,
        resourceType: resource.resourceType,
        reason: plainReason(resource.statusReason ?? 'CloudFormation gives no reason').text,
        ...(resource.physicalId === undefined ? {} : { physicalId: resource.physicalId }),
        ...(place === undefined ? {} : { place }),
      };
    });
