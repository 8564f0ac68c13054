import type { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { isNestedStack } from '../nested/nested-stack.ts';
import { readResources } from './template-resources.ts';

/** A resource of a stack as it is now. */
export interface StackResource {
  readonly logicalId: string;
  /** The nested stack that it is in, by that stack's logical id; left out in the stack itself. */
  readonly nestedIn?: string;
  readonly resourceType: string;
  readonly physicalId?: string;
  /** `CREATE_COMPLETE` */
  readonly status: string;
  readonly statusReason?: string;
  readonly updatedAt?: Date;
}

/** Every resource of a stack and of the stacks nested in it; those of one stack in CloudFormation's order. */
export const listAllResources = async (
  api: CloudFormationApi,
  stackId: string,
  signal: AbortSignal,
): Promise<readonly StackResource[]> => {
  const own = await listResources(api, stackId, signal);
  const inside = await Promise.all(
    own.map(async (resource) => {
      const { physicalId, status, logicalId } = resource;
      if (physicalId === undefined || !isNestedStack(resource) || status === 'DELETE_COMPLETE')
        return [];
      const found = await listAllResources(api, physicalId, signal);
      return found.map((one) => ({ nestedIn: logicalId, ...one }));
    }),
  );
  return [...own, ...inside.flat()];
};

/** Every resource of a stack, in CloudFormation's order. */
export const listResources = async (
  api: CloudFormationApi,
  stackId: string,
  signal: AbortSignal,
): Promise<readonly StackResource[]> => {
  const resources: StackResource[] = [];
  let next: string | undefined;
  do {
    const page = await api.listStackResources(
      { StackName: stackId, ...(next === undefined ? {} : { NextToken: next }) },
      signal,
    );
    resources.push(...(page.StackResourceSummaries ?? []).map(readResource));
    next = page.NextToken;
  } while (next !== undefined);
  return resources;
};

const readResource = (summary: StackResourceSummary): StackResource => ({
  logicalId: summary.LogicalResourceId ?? '',
  resourceType: summary.ResourceType ?? '',
  status: summary.ResourceStatus ?? '',
  ...(summary.PhysicalResourceId ? { physicalId: summary.PhysicalResourceId } : {}),
  ...(summary.ResourceStatusReason ? { statusReason: summary.ResourceStatusReason } : {}),
  ...(summary.LastUpdatedTimestamp === undefined
    ? {}
    : { updatedAt: summary.LastUpdatedTimestamp }),
});

/**
 * Logical ids whose deletion policy keeps the physical resource. A template that is not JSON (another tool's YAML)
 * is not looked into: then undefined.
 */
export const retainedByPolicy = async (
  api: CloudFormationApi,
  stackId: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> => {
  const { TemplateBody } = await api.getTemplate({ StackName: stackId }, signal);
  const resources = readResources(TemplateBody ?? '');
  if (resources === undefined) return undefined;
  return new Set(
    Object.entries(resources).flatMap(([logicalId, resource]) =>
      ['Retain', 'RetainExceptOnCreate', 'Snapshot'].includes(String(resource.DeletionPolicy))
        ? [logicalId]
        : [],
    ),
  );
};
