import type {
  Change,
  DescribeChangeSetCommandOutput,
  ResourceChange,
} from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { listResources } from '../stack/describe-contents.ts';
import { isNestedStack } from './nested-stack.ts';

/** Every page of a change set after the first. */
export const restOfChanges = async (
  api: CloudFormationApi,
  first: DescribeChangeSetCommandOutput,
  signal: AbortSignal,
): Promise<readonly Change[]> => {
  const changes = [...(first.Changes ?? [])];
  for (let next = first.NextToken; next !== undefined; ) {
    const page = await describe(api, first.ChangeSetId ?? '', signal, next);
    changes.push(...(page.Changes ?? []));
    next = page.NextToken;
  }
  return changes;
};

const describe = (
  api: CloudFormationApi,
  ChangeSetName: string,
  signal: AbortSignal,
  NextToken?: string,
): Promise<DescribeChangeSetCommandOutput> =>
  api.describeChangeSet(
    {
      ChangeSetName,
      IncludePropertyValues: true,
      ...(NextToken === undefined ? {} : { NextToken }),
    },
    signal,
  );

/**
 * The changes of a change set with those of its nested change sets in the place of "the nested stack changes". A nested stack that goes has no
 * change set of its own: what is in it goes.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html
 */
export const withNestedChanges = async (
  api: CloudFormationApi,
  changes: readonly Change[],
  signal: AbortSignal,
): Promise<readonly Change[]> =>
  (await Promise.all(changes.map((change) => expand(api, change, signal)))).flat();

const expand = async (
  api: CloudFormationApi,
  change: Change,
  signal: AbortSignal,
): Promise<readonly Change[]> => {
  const resource = change.ResourceChange;
  if (resource?.ResourceType !== 'AWS::CloudFormation::Stack') return [change];
  if (resource.ChangeSetId !== undefined) {
    const first = await describe(api, resource.ChangeSetId, signal);
    const inside = await withNestedChanges(api, await restOfChanges(api, first, signal), signal);
    // A new stack is a resource too; one that stays is only the way to what changes in it.
    return resource.Action === 'Add' ? [change, ...inside] : inside;
  }
  if (resource.Action !== 'Remove' || resource.PhysicalResourceId === undefined) return [change];
  return [change, ...(await removed(api, resource.PhysicalResourceId, signal))];
};

const removed = async (
  api: CloudFormationApi,
  stackId: string,
  signal: AbortSignal,
): Promise<readonly Change[]> => {
  const found: Change[] = [];
  for (const { logicalId, resourceType, physicalId, status } of await listResources(
    api,
    stackId,
    signal,
  )) {
    if (status === 'DELETE_COMPLETE') continue;
    const gone: ResourceChange = {
      Action: 'Remove',
      LogicalResourceId: logicalId,
      ResourceType: resourceType,
      ...(physicalId === undefined ? {} : { PhysicalResourceId: physicalId }),
    };
    found.push({ Type: 'Resource', ResourceChange: gone });
    if (isNestedStack({ resourceType, physicalId }) && physicalId !== undefined)
      found.push(...(await removed(api, physicalId, signal)));
  }
  return found;
};

/** The reason of the nested change set that made its root fail; the root names it, and says no more. */
export const nestedReason = async (
  api: CloudFormationApi,
  reason: string,
  signal: AbortSignal,
): Promise<string> => {
  const [inner] = /arn:[^\s:]+:cloudformation:\S+:changeSet\/[^\s\].,]+/.exec(reason) ?? [];
  if (inner === undefined) return reason;
  try {
    const { StatusReason, StackName } = await describe(api, inner, signal);
    if (StatusReason === undefined || StatusReason === reason) return reason;
    return `${StackName ?? 'a nested stack'}: ${await nestedReason(api, StatusReason, signal)}`;
  } catch {
    // It goes with its root; the root's own words remain.
    return reason;
  }
};
