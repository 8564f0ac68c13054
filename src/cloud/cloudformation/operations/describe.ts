import type {
  Change,
  ChangeSetSummary,
  DescribeChangeSetOutput,
  Stack as SdkStack,
  StackEvent as SdkStackEvent,
  StackResource as SdkStackResource,
  StackResourceDetail,
  StackResourceSummary,
  StackSummary,
} from '@aws-sdk/client-cloudformation';
import type { ChangeSet, Stack, StackEvent, StackResource } from '../state.ts';
import { shownParameters } from '../template/parameters.ts';

// Records as the API tells them. Which fields are left out when they are empty is as recorded on AWS.

/** The member under its name, unless there is nothing to tell. */
const given = <K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined || (Array.isArray(value) && value.length === 0)
    ? {}
    : ({ [name]: value } as { readonly [P in K]: V });

const date = (at: number): Date => new Date(at);
const dateOrNone = (at: number | undefined): Date | undefined =>
  at === undefined ? undefined : date(at);

const driftInformation = ({ drift }: Stack) =>
  drift === undefined
    ? { StackDriftStatus: 'NOT_CHECKED' as const }
    : { StackDriftStatus: drift.status, LastCheckTimestamp: date(drift.checkedAt) };

export const describeStack = (stack: Stack): SdkStack => {
  const { spec } = stack;
  const isDeleted = stack.status === 'DELETE_COMPLETE';
  return {
    StackId: stack.id,
    StackName: stack.name,
    CreationTime: date(stack.createdAt),
    StackStatus: stack.status as SdkStack['StackStatus'],
    DisableRollback: stack.disableRollback,
    NotificationARNs: [...(spec?.notificationArns ?? [])],
    RollbackConfiguration: spec?.rollbackConfiguration ?? {},
    Tags: [...(spec?.tags ?? [])],
    DriftInformation: driftInformation(stack),
    ...(isDeleted ? {} : { EnableTerminationProtection: stack.terminationProtection }),
    ...(isDeleted ? {} : given('ChangeSetId', stack.changeSetId)),
    ...given('Description', spec?.description),
    ...given('LastUpdatedTime', dateOrNone(stack.updatedAt)),
    ...given('DeletionTime', dateOrNone(stack.deletedAt)),
    ...given('StackStatusReason', stack.statusReason),
    ...given('Capabilities', [...(spec?.capabilities ?? [])] as SdkStack['Capabilities']),
    ...given(
      'Parameters',
      spec === undefined
        ? []
        : [...shownParameters(spec.parameters, new Set(spec.secretParameters))],
    ),
    ...given('Outputs', [...stack.outputs]),
    ...given('RoleARN', spec?.roleArn),
    ...given('ParentId', stack.parentId),
    ...given('RootId', stack.rootId),
    ...given('TimeoutInMinutes', stack.timeoutMinutes),
    ...given('RetainExceptOnCreate', stack.retainExceptOnCreate),
    ...given('DeletionMode', stack.deletionMode as SdkStack['DeletionMode']),
    ...given('DeploymentConfig', spec?.deploymentConfig),
    ...given('LastOperations', [...stack.lastOperations] as SdkStack['LastOperations']),
  };
};

export const summarizeStack = (stack: Stack): StackSummary => ({
  StackId: stack.id,
  StackName: stack.name,
  CreationTime: date(stack.createdAt),
  StackStatus: stack.status as SdkStack['StackStatus'],
  DriftInformation: driftInformation(stack),
  ...given('TemplateDescription', stack.spec?.description),
  ...given('LastUpdatedTime', dateOrNone(stack.updatedAt)),
  ...given('DeletionTime', dateOrNone(stack.deletedAt)),
  ...given('StackStatusReason', stack.statusReason),
  ...given('LastOperations', [...stack.lastOperations] as StackSummary['LastOperations']),
});

export const describeEvent = (stack: Stack, event: StackEvent): SdkStackEvent => ({
  StackId: stack.id,
  StackName: stack.name,
  EventId: event.eventId,
  Timestamp: date(event.at),
  LogicalResourceId: event.logicalId,
  PhysicalResourceId: event.physicalId,
  ResourceType: event.type,
  ResourceStatus: event.status as SdkStackEvent['ResourceStatus'],
  ...given('ResourceStatusReason', event.reason),
  ...given('ResourceProperties', event.properties),
  ...given('ClientRequestToken', event.token),
  ...given('OperationId', event.operationId),
});

const NOT_CHECKED = { StackResourceDriftStatus: 'NOT_CHECKED' } as const;

type Status = SdkStackResource['ResourceStatus'];

export const describeResource = (stack: Stack, resource: StackResource): SdkStackResource => ({
  StackId: stack.id,
  StackName: stack.name,
  LogicalResourceId: resource.logicalId,
  ResourceType: resource.type,
  Timestamp: date(resource.changedAt),
  ResourceStatus: resource.status as Status,
  DriftInformation: NOT_CHECKED,
  ...given('PhysicalResourceId', resource.physicalId),
  ...given('ResourceStatusReason', resource.statusReason),
});

export const detailResource = (stack: Stack, resource: StackResource): StackResourceDetail => ({
  StackId: stack.id,
  StackName: stack.name,
  LogicalResourceId: resource.logicalId,
  ResourceType: resource.type,
  LastUpdatedTimestamp: date(resource.changedAt),
  ResourceStatus: resource.status as Status,
  Metadata: resource.metadata ?? '{}',
  DriftInformation: NOT_CHECKED,
  ...given('PhysicalResourceId', resource.physicalId),
  ...given('ResourceStatusReason', resource.statusReason),
});

export const summarizeResource = (resource: StackResource): StackResourceSummary => ({
  LogicalResourceId: resource.logicalId,
  ResourceType: resource.type,
  LastUpdatedTimestamp: date(resource.changedAt),
  ResourceStatus: resource.status as Status,
  DriftInformation: NOT_CHECKED,
  ...given('PhysicalResourceId', resource.physicalId),
  ...given('ResourceStatusReason', resource.statusReason),
});

export const describeChangeSet = (
  changeSet: ChangeSet,
  changes: readonly object[],
): DescribeChangeSetOutput => {
  const { spec } = changeSet;
  return {
    ChangeSetId: changeSet.id,
    ChangeSetName: changeSet.name,
    StackId: changeSet.stackId,
    StackName: changeSet.stackName,
    CreationTime: date(changeSet.createdAt),
    Status: changeSet.status as DescribeChangeSetOutput['Status'],
    ExecutionStatus: changeSet.executionStatus as DescribeChangeSetOutput['ExecutionStatus'],
    Changes: changes as Change[],
    Capabilities: [...spec.capabilities] as DescribeChangeSetOutput['Capabilities'],
    NotificationARNs: [...spec.notificationArns],
    RollbackConfiguration: spec.rollbackConfiguration,
    IncludeNestedStacks: changeSet.includeNestedStacks,
    ...given('DeploymentConfig', spec.deploymentConfig),
    ...given('ParentChangeSetId', changeSet.parentChangeSetId),
    ...given('RootChangeSetId', changeSet.rootChangeSetId),
    ...(changeSet.drift === undefined
      ? {}
      : { DeploymentMode: 'REVERT_DRIFT', StackDriftStatus: changeSet.drift.status }),
    ...given('Description', changeSet.description),
    ...given('StatusReason', changeSet.statusReason),
    ...given('Tags', [...spec.tags]),
    ...given('Parameters', [...shownParameters(spec.parameters, new Set(spec.secretParameters))]),
    ...given('ImportExistingResources', changeSet.importExistingResources),
    ...given(
      'OnStackFailure',
      changeSet.onStackFailure as DescribeChangeSetOutput['OnStackFailure'],
    ),
  };
};

export const summarizeChangeSet = (changeSet: ChangeSet): ChangeSetSummary => ({
  ChangeSetId: changeSet.id,
  ChangeSetName: changeSet.name,
  StackId: changeSet.stackId,
  StackName: changeSet.stackName,
  CreationTime: date(changeSet.createdAt),
  Status: changeSet.status as ChangeSetSummary['Status'],
  ExecutionStatus: changeSet.executionStatus as ChangeSetSummary['ExecutionStatus'],
  IncludeNestedStacks: changeSet.includeNestedStacks,
  ...given('ParentChangeSetId', changeSet.parentChangeSetId),
  ...given('RootChangeSetId', changeSet.rootChangeSetId),
  ...given('Description', changeSet.description),
  ...given('StatusReason', changeSet.statusReason),
});
