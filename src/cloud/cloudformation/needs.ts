import type * as Cfn from '@aws-sdk/client-cloudformation';
import type { Need, OperationContext } from '../core/define-service.ts';
import { findChangeSet, needOnStack, tagConditions } from './operations/find-stack.ts';
import type { CloudFormationState } from './state.ts';

type Context = OperationContext<CloudFormationState>;
type NeedsOf<Input> = (input: Input, context: Context) => Need;

const onStack =
  (action: string) =>
  (input: { readonly StackName?: string | undefined }, context: Context): Need =>
    needOnStack(action, context, input.StackName);

const onAll = (action: string) => (): Need => ({
  action: `cloudformation:${action}`,
  resource: '*',
});

const onChangeSet =
  (action: string) =>
  (
    input: {
      readonly ChangeSetName?: string | undefined;
      readonly StackName?: string | undefined;
    },
    context: Context,
  ): Need => {
    const changeSet = findChangeSet(context, input.ChangeSetName ?? '', input.StackName);
    return needOnStack(action, context, changeSet?.stackId ?? input.StackName, {
      'cloudformation:ChangeSetName': changeSet?.name ?? input.ChangeSetName,
    });
  };

/** Requests that carry a template. */
const withTemplate =
  (
    action: string,
  ): NeedsOf<Cfn.CreateStackInput | Cfn.UpdateStackInput | Cfn.CreateChangeSetInput> =>
  (input, context) =>
    needOnStack(action, context, input.StackName, {
      'cloudformation:TemplateUrl': input.TemplateURL,
      'cloudformation:RoleArn': input.RoleARN,
      'cloudformation:ResourceTypes': input.ResourceTypes,
      ...('ChangeSetName' in input ? { 'cloudformation:ChangeSetName': input.ChangeSetName } : {}),
      ...('StackPolicyURL' in input
        ? { 'cloudformation:StackPolicyUrl': input.StackPolicyURL }
        : {}),
      ...tagConditions(input.Tags),
    });

const withRole =
  (
    action: string,
  ): NeedsOf<{ readonly StackName?: string | undefined; readonly RoleARN?: string | undefined }> =>
  (input, context) =>
    needOnStack(action, context, input.StackName, { 'cloudformation:RoleArn': input.RoleARN });

/**
 * What each operation needs; its work is loaded with the first request.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
 */
export const NEEDS = {
  CreateStack: withTemplate('CreateStack'),
  UpdateStack: withTemplate('UpdateStack'),
  DeleteStack: withRole('DeleteStack'),
  CancelUpdateStack: onStack('CancelUpdateStack'),
  ContinueUpdateRollback: withRole('ContinueUpdateRollback'),
  RollbackStack: withRole('RollbackStack'),
  CreateChangeSet: withTemplate('CreateChangeSet'),
  DescribeChangeSet: onChangeSet('DescribeChangeSet'),
  ListChangeSets: onStack('ListChangeSets'),
  ExecuteChangeSet: onChangeSet('ExecuteChangeSet'),
  DeleteChangeSet: onChangeSet('DeleteChangeSet'),
  DescribeStacks: onStack('DescribeStacks'),
  ListStacks: onAll('ListStacks'),
  DescribeStackEvents: onStack('DescribeStackEvents'),
  DescribeStackResources: onStack('DescribeStackResources'),
  DescribeStackResource: onStack('DescribeStackResource'),
  ListStackResources: onStack('ListStackResources'),
  DetectStackDrift: onStack('DetectStackDrift'),
  DetectStackResourceDrift: onStack('DetectStackResourceDrift'),
  DescribeStackDriftDetectionStatus: onAll('DescribeStackDriftDetectionStatus'),
  DescribeStackResourceDrifts: onStack('DescribeStackResourceDrifts'),
  CreateStackRefactor: onAll('CreateStackRefactor'),
  DescribeStackRefactor: onAll('DescribeStackRefactor'),
  ExecuteStackRefactor: onAll('ExecuteStackRefactor'),
  ListStackRefactors: onAll('ListStackRefactors'),
  ListStackRefactorActions: onAll('ListStackRefactorActions'),
  GetTemplate: onStack('GetTemplate'),
  ListExports: onAll('ListExports'),
  ListImports: onAll('ListImports'),
  GetStackPolicy: onStack('GetStackPolicy'),
  ValidateTemplate: onAll('ValidateTemplate'),
  GetTemplateSummary: onStack('GetTemplateSummary'),
  SetStackPolicy: onStack('SetStackPolicy'),
  SignalResource: onStack('SignalResource'),
  UpdateTerminationProtection: onStack('UpdateTerminationProtection'),
} as const;

export type OperationName = keyof typeof NEEDS;
