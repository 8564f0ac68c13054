import { handler } from './handler.ts';
import type * as Cfn from '@aws-sdk/client-cloudformation';
import type { OperationContext } from '../../core/define-service.ts';
import { livingResource } from '../engine/apply-template.ts';
import { allExports, importersOf } from '../engine/outputs.ts';
import { stackDoesNotExist, stackWithIdDoesNotExist, validationError } from '../errors.ts';
import type { CloudFormationState, Stack } from '../state.ts';
import {
  describeEvent,
  describeResource,
  describeStack,
  detailResource,
  summarizeResource,
  summarizeStack,
} from './describe.ts';
import { requireLiving, requireStack } from './find-stack.ts';
import { pageOf } from './pages.ts';

type State = CloudFormationState;
type Context = OperationContext<State>;

const newestFirst = (one: Stack, other: Stack) => other.createdAt - one.createdAt;

/** Operations that only look. */
export const readStacks = {
  DescribeStacks: handler<State, Cfn.DescribeStacksInput, Cfn.DescribeStacksOutput>(
    ({ StackName, NextToken }, context) => {
      if (StackName !== undefined && StackName !== '')
        return { Stacks: [describeStack(requireStack(context, StackName))] };
      const living = [...context.state.stacks.values()]
        .filter(({ status }) => status !== 'DELETE_COMPLETE')
        .sort(newestFirst);
      const page = pageOf(living, NextToken);
      return { Stacks: page.items.map(describeStack), ...page.next };
    },
  ),

  ListStacks: handler<State, Cfn.ListStacksInput, Cfn.ListStacksOutput>(
    ({ NextToken, StackStatusFilter = [] }, { state }) => {
      const wanted = new Set<string>(StackStatusFilter);
      const stacks = [...state.stacks.values()]
        .filter(({ status }) => wanted.size === 0 || wanted.has(status))
        .sort(newestFirst);
      const page = pageOf(stacks, NextToken);
      return { StackSummaries: page.items.map(summarizeStack), ...page.next };
    },
  ),

  DescribeStackEvents: handler<State, Cfn.DescribeStackEventsInput, Cfn.DescribeStackEventsOutput>(
    ({ StackName = '', NextToken }, context) => {
      const stack = requireStack(context, StackName, stackDoesNotExist);
      const page = pageOf([...context.state.events(stack.id)].reverse(), NextToken);
      return { StackEvents: page.items.map((event) => describeEvent(stack, event)), ...page.next };
    },
  ),

  DescribeStackResources: handler<
    State,
    Cfn.DescribeStackResourcesInput,
    Cfn.DescribeStackResourcesOutput
  >(({ StackName, LogicalResourceId, PhysicalResourceId }, context) => {
    const stack =
      StackName === undefined
        ? stackWithPhysical(context, PhysicalResourceId)
        : requireStack(context, StackName);
    return {
      StackResources: context.state
        .resources(stack.id)
        .filter(
          ({ logicalId, physicalId }) =>
            (LogicalResourceId === undefined || logicalId === LogicalResourceId) &&
            (PhysicalResourceId === undefined || physicalId === PhysicalResourceId),
        )
        .map((resource) => describeResource(stack, resource)),
    };
  }),

  DescribeStackResource: handler<
    State,
    Cfn.DescribeStackResourceInput,
    Cfn.DescribeStackResourceOutput
  >(({ StackName = '', LogicalResourceId = '' }, context) => {
    const stack = requireStack(context, StackName, (name) =>
      validationError(`Stack '${name}' does not exist`),
    );
    const resource = context.state.resource(stack.id, LogicalResourceId);
    if (resource === undefined)
      throw validationError(`Resource ${LogicalResourceId} does not exist for stack ${stack.name}`);
    return { StackResourceDetail: detailResource(stack, resource) };
  }),

  ListStackResources: handler<State, Cfn.ListStackResourcesInput, Cfn.ListStackResourcesOutput>(
    ({ StackName = '', NextToken }, context) => {
      const stack = requireStack(context, StackName);
      const page = pageOf(context.state.resources(stack.id), NextToken);
      return { StackResourceSummaries: page.items.map(summarizeResource), ...page.next };
    },
  ),

  GetTemplate: handler<State, Cfn.GetTemplateInput, Cfn.GetTemplateOutput>(
    ({ StackName, ChangeSetName, TemplateStage }, context) => {
      const { templates, changeSets } = context.state;
      const changeSet =
        ChangeSetName === undefined
          ? undefined
          : [...changeSets.values()].find(
              ({ id, name, stackName, stackId }) =>
                id === ChangeSetName ||
                (name === ChangeSetName && (stackName === StackName || stackId === StackName)),
            );
      if (ChangeSetName !== undefined && changeSet === undefined)
        throw validationError(`ChangeSet [${ChangeSetName}] does not exist`);
      const spec = changeSet?.spec ?? requireStack(context, StackName ?? '').spec;
      const processed = TemplateStage === 'Processed' ? spec?.processedKey : undefined;
      const text = templates.get(processed ?? spec?.templateKey ?? '');
      return {
        StagesAvailable: ['Original', 'Processed'],
        ...(text === undefined ? {} : { TemplateBody: text }),
      };
    },
  ),

  ListExports: handler<State, Cfn.ListExportsInput, Cfn.ListExportsOutput>(
    ({ NextToken }, context) => {
      const page = pageOf(
        [...allExports(context)].sort((one, other) => (one.name < other.name ? -1 : 1)),
        NextToken,
      );
      return {
        Exports: page.items.map(({ name, value, stack }) => ({
          ExportingStackId: stack.id,
          Name: name,
          Value: value,
        })),
        ...page.next,
      };
    },
  ),

  ListImports: handler<State, Cfn.ListImportsInput, Cfn.ListImportsOutput>(
    ({ ExportName = '', NextToken }, context) => {
      const users = importersOf(context, ExportName);
      if (users.length === 0)
        throw validationError(`Export '${ExportName}' is not imported by any stack.`);
      const page = pageOf(users, NextToken);
      return { Imports: [...page.items], ...page.next };
    },
  ),

  GetStackPolicy: handler<State, Cfn.GetStackPolicyInput, Cfn.GetStackPolicyOutput>(
    ({ StackName = '' }, context) => {
      const { stackPolicy } = requireLiving(context, StackName, stackWithIdDoesNotExist);
      return stackPolicy === undefined ? {} : { StackPolicyBody: stackPolicy };
    },
  ),
};

const stackWithPhysical = (context: Context, physicalId: string | undefined): Stack => {
  if (physicalId === undefined)
    throw validationError(
      'Either StackName or PhysicalResourceId must be specified, and neither was.',
    );
  for (const stack of context.state.stacks.values())
    for (const resource of context.state.resources(stack.id))
      if (resource.physicalId === physicalId && livingResource(resource) !== undefined)
        return requireStack(context, stack.id);
  throw validationError(`Stack for ${physicalId} does not exist`);
};
