import type * as Cfn from '@aws-sdk/client-cloudformation';
import { isNoEcho } from './parameters.ts';
import { parseTemplate } from './parse-template.ts';
import type { ChangeSet, Stack, StackEvent, StackResource, Target } from './state.ts';

const parametersOf = (target: Target | undefined): Cfn.Parameter[] => {
  if (target === undefined) return [];
  const { Parameters } = parseTemplate(target.templateBody);
  return Object.entries(target.parameters).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: isNoEcho(Parameters[ParameterKey]) ? '****' : value,
  }));
};

export const describeStack = (stack: Stack): Cfn.Stack => {
  const target = stack.current ?? stack.operation?.target;
  const parameters = parametersOf(target);
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    ...(stack.changeSetId === undefined ? {} : { ChangeSetId: stack.changeSetId }),
    ...(stack.description === undefined ? {} : { Description: stack.description }),
    ...(parameters.length > 0 ? { Parameters: parameters } : {}),
    CreationTime: new Date(stack.createdAt),
    ...(stack.updatedAt === undefined ? {} : { LastUpdatedTime: new Date(stack.updatedAt) }),
    ...(stack.deletedAt === undefined ? {} : { DeletionTime: new Date(stack.deletedAt) }),
    RollbackConfiguration: {},
    StackStatus: stack.status as Cfn.StackStatus,
    ...(stack.statusReason === undefined ? {} : { StackStatusReason: stack.statusReason }),
    DisableRollback: stack.disableRollback,
    NotificationARNs: [...(target?.notificationArns ?? [])],
    ...((target?.capabilities.length ?? 0) > 0
      ? { Capabilities: [...(target?.capabilities ?? [])] as Cfn.Capability[] }
      : {}),
    ...(stack.outputs.length > 0
      ? { Outputs: stack.outputs.map((output) => ({ ...output })) }
      : {}),
    ...(target?.roleArn === undefined ? {} : { RoleARN: target.roleArn }),
    Tags: (target?.tags ?? []).map((tag) => ({ ...tag })),
    ...(stack.deletedAt === undefined
      ? { EnableTerminationProtection: stack.terminationProtection }
      : {}),
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
};

export const describeResource = (stack: Stack, resource: StackResource) => ({
  StackName: stack.stackName,
  StackId: stack.stackId,
  LogicalResourceId: resource.logicalId,
  PhysicalResourceId: resource.physicalId,
  ResourceType: resource.type,
  ResourceStatus: resource.status as Cfn.ResourceStatus,
  ...(resource.statusReason === undefined ? {} : { ResourceStatusReason: resource.statusReason }),
  DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' as const },
});

export const describeEvent = (event: StackEvent): Cfn.StackEvent => ({
  StackId: event.stackId,
  EventId: event.eventId,
  StackName: event.stackName,
  LogicalResourceId: event.logicalId,
  PhysicalResourceId: event.physicalId,
  ResourceType: event.type,
  Timestamp: new Date(event.at),
  ResourceStatus: event.status as Cfn.ResourceStatus,
  ...(event.reason === undefined ? {} : { ResourceStatusReason: event.reason }),
  ...(event.properties === undefined ? {} : { ResourceProperties: event.properties }),
  ...(event.token === undefined ? {} : { ClientRequestToken: event.token }),
});

/** What only a description with property values tells. */
const VALUES = ['BeforeValue', 'AfterValue', 'Path', 'AttributeChangeType'];

const withoutValues = (
  change: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const { BeforeContext: _b, AfterContext: _a, ...rest } = change;
  const { Replacement, ...added } = rest;
  const details = (rest['Details'] as readonly Readonly<Record<string, unknown>>[]).map(
    (detail) => ({
      ...detail,
      Target: Object.fromEntries(
        Object.entries(detail['Target'] as object).filter(([name]) => !VALUES.includes(name)),
      ),
    }),
  );
  // Without values an added resource says nothing of its replacement.
  return rest['Action'] === 'Add'
    ? { ...added, Details: details }
    : { ...added, ...(Replacement === undefined ? {} : { Replacement }), Details: details };
};

export const describeChangeSet = (
  set: ChangeSet,
  includeValues: boolean,
): Cfn.DescribeChangeSetOutput => {
  const parameters = parametersOf(set.target);
  return {
    ChangeSetName: set.name,
    ChangeSetId: set.changeSetId,
    StackId: set.stackId,
    StackName: set.stackName,
    ...(set.description === undefined ? {} : { Description: set.description }),
    ...(parameters.length > 0 ? { Parameters: parameters } : {}),
    CreationTime: new Date(set.createdAt),
    ExecutionStatus: set.executionStatus as Cfn.ExecutionStatus,
    Status: set.status as Cfn.ChangeSetStatus,
    ...(set.statusReason === undefined ? {} : { StatusReason: set.statusReason }),
    NotificationARNs: [...set.target.notificationArns],
    RollbackConfiguration: {},
    Capabilities: [...set.target.capabilities] as Cfn.Capability[],
    ...(set.target.tags.length > 0 ? { Tags: set.target.tags.map((tag) => ({ ...tag })) } : {}),
    Changes: set.changes.map((change) => ({
      Type: 'Resource' as const,
      ResourceChange: (includeValues ? change : withoutValues(change)) as Cfn.ResourceChange,
    })),
    IncludeNestedStacks: false,
    ...(set.onFailure === undefined ? {} : { OnStackFailure: set.onFailure }),
  };
};
