import type * as Cfn from '@aws-sdk/client-cloudformation';
import type { Need, OperationTable } from '../core/define-service.ts';
import { operation } from '../core/define-service.ts';
import { describeEvent, describeResource, describeStack } from './describe.ts';
import type { Engine } from './engine.ts';
import { alreadyExists, stackDoesNotExist, stackNotFound, validationError } from './errors.ts';
import { changeStack, tellStack } from './journal.ts';
import { same } from './diff.ts';
import { isNoEcho } from './parameters.ts';
import type { Providers } from './provider-calls.ts';
import type { CfnContext } from './stack-request.ts';
import { capabilitiesOf, checkTemplate, readTarget, templateOf } from './stack-request.ts';
import type { CloudFormationState, Stack } from './state.ts';

interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html */
export const stackNeed =
  (action: string) =>
  (
    input: { readonly StackName?: string | undefined },
    { region, accountId, state }: Place & { readonly state: CloudFormationState },
  ): Need => {
    const name = input.StackName;
    const arn = (stack: string) => `arn:aws:cloudformation:${region}:${accountId}:stack/${stack}`;
    if (name === undefined) return { action: `cloudformation:${action}`, resource: '*' };
    const known = state.find(name);
    return {
      action: `cloudformation:${action}`,
      resource: known?.stackId ?? (name.startsWith('arn:') ? name : arn(`${name}/*`)),
    };
  };

const STACK_NAME = /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/;

export const checkStackName = (name: string): void => {
  if (!STACK_NAME.test(name))
    throw validationError(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
};

export const requireStack = (state: CloudFormationState, name: string | undefined): Stack => {
  const stack = state.find(name ?? '');
  if (stack === undefined) throw stackDoesNotExist(name ?? '');
  return stack;
};

export const newStackId = ({ region, accountId, random }: CfnContext, name: string): string =>
  `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/${random.uuid()}`;

const UPDATABLE = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_FAILED',
  'CREATE_FAILED',
  'IMPORT_COMPLETE',
];

export const checkUpdatable = (stack: Stack): void => {
  if (!UPDATABLE.includes(stack.status))
    throw validationError(
      `Stack:${stack.stackId} is in ${stack.status} state and can not be updated.`,
    );
};

const PAGE = 100;
const paged = <T>(items: readonly T[], token: string | undefined) => {
  const at = Number(token ?? 0);
  if (!Number.isInteger(at) || at < 0) throw validationError('NextToken is invalid');
  return {
    page: items.slice(at, at + PAGE),
    next: items.length > at + PAGE ? { NextToken: String(at + PAGE) } : {},
  };
};

const importers = (state: CloudFormationState, name: string): readonly string[] =>
  [...state.stacks.values()]
    .filter(
      ({ status, current }) =>
        status !== 'DELETE_COMPLETE' &&
        current?.templateBody.includes('ImportValue') === true &&
        current.templateBody.includes(name),
    )
    .map(({ stackName }) => stackName);

const createStack = (providers: Providers, engine: Engine) =>
  operation<CloudFormationState, Cfn.CreateStackInput, Cfn.CreateStackOutput>({
    needs: stackNeed('CreateStack'),
    handle: async (input, context) => {
      const name = input.StackName ?? '';
      checkStackName(name);
      const { target, template } = await readTarget(input, context, undefined, providers);
      // Looked for after the last wait, so that of two at once one wins.
      const existing = context.state.find(name);
      if (existing !== undefined) throw alreadyExists(`Stack [${name}]`);
      const stackId = newStackId(context, name);
      context.state.stacks.set(stackId, {
        stackId,
        stackName: name,
        status: 'CREATE_IN_PROGRESS',
        current: target,
        ...(template.Description === undefined ? {} : { description: template.Description }),
        createdAt: context.clock.now(),
        disableRollback: input.DisableRollback ?? input.OnFailure === 'DO_NOTHING',
        terminationProtection: input.EnableTerminationProtection ?? false,
        outputs: [],
        operation: {
          kind: 'create',
          principal: context.principal,
          target,
          onFailure:
            input.DisableRollback === true ? 'DO_NOTHING' : (input.OnFailure ?? 'ROLLBACK'),
          ...(input.ClientRequestToken === undefined ? {} : { token: input.ClientRequestToken }),
        },
      });
      tellStack(context, stackId, 'CREATE_IN_PROGRESS', 'User Initiated');
      engine.run(context, stackId);
      return { StackId: stackId };
    },
  });

const updateStack = (providers: Providers, engine: Engine) =>
  operation<CloudFormationState, Cfn.UpdateStackInput, Cfn.UpdateStackOutput>({
    needs: stackNeed('UpdateStack'),
    handle: async (input, context) => {
      const { state, clock } = context;
      const name = input.StackName ?? '';
      const found = state.find(name);
      if (found === undefined) throw stackNotFound(name);
      checkUpdatable(found);
      const { target, template } = await readTarget(input, context, found, providers);
      const stack = requireStack(state, found.stackId);
      checkUpdatable(stack);
      const before = stack.current;
      if (
        before !== undefined &&
        stack.status !== 'UPDATE_FAILED' &&
        same(
          [before.templateBody, before.parameters, before.tags],
          [target.templateBody, target.parameters, target.tags],
        )
      )
        throw validationError('No updates are to be performed.');
      changeStack(context, stack.stackId, {
        updatedAt: clock.now(),
        ...(template.Description === undefined ? {} : { description: template.Description }),
        operation: {
          kind: 'update',
          principal: context.principal,
          target,
          ...(before === undefined ? {} : { previous: before }),
          onFailure: input.DisableRollback === true ? 'DO_NOTHING' : 'ROLLBACK',
          ...(input.ClientRequestToken === undefined ? {} : { token: input.ClientRequestToken }),
        },
      });
      tellStack(context, stack.stackId, 'UPDATE_IN_PROGRESS', 'User Initiated');
      engine.run(context, stack.stackId);
      return { StackId: stack.stackId };
    },
  });

const deleteStack = (engine: Engine) =>
  operation<CloudFormationState, Cfn.DeleteStackInput, object>({
    needs: stackNeed('DeleteStack'),
    handle: (input, context) => {
      const { state } = context;
      const stack = state.find(input.StackName ?? '');
      if (
        stack === undefined ||
        stack.status === 'DELETE_COMPLETE' ||
        stack.status === 'DELETE_IN_PROGRESS'
      )
        return {};
      if (stack.terminationProtection)
        throw validationError(
          `Stack [${stack.stackName}] cannot be deleted while TerminationProtection is enabled`,
        );
      if (
        stack.status.endsWith('_IN_PROGRESS') &&
        stack.status !== 'REVIEW_IN_PROGRESS' &&
        stack.status !== 'CREATE_IN_PROGRESS'
      )
        throw validationError(
          `Stack [${stack.stackId}] cannot be deleted while in status ${stack.status}`,
        );
      const retain = input.RetainResources ?? [];
      if (retain.length > 0 && stack.status !== 'DELETE_FAILED')
        throw validationError(
          `Invalid operation on stack [${stack.stackId}]. RetainResources is only valid for stacks in DELETE_FAILED state.`,
        );
      for (const { ExportName } of stack.outputs) {
        const users = ExportName === undefined ? [] : importers(state, ExportName);
        if (users.length > 0)
          throw validationError(
            `Delete canceled. Cannot delete export ${ExportName} as it is in use by ${users.join(', ')}.`,
          );
      }
      const roleArn = input.RoleARN;
      changeStack(context, stack.stackId, {
        operation: {
          kind: 'delete',
          principal: context.principal,
          ...(stack.current === undefined
            ? {}
            : { previous: { ...stack.current, ...(roleArn === undefined ? {} : { roleArn }) } }),
          onFailure: 'ROLLBACK',
          retain,
          ...(input.ClientRequestToken === undefined ? {} : { token: input.ClientRequestToken }),
        },
      });
      tellStack(context, stack.stackId, 'DELETE_IN_PROGRESS', 'User Initiated');
      engine.run(context, stack.stackId);
      return {};
    },
  });

/** Operations on stacks. */
export const stackOperations = (
  providers: Providers,
  engine: Engine,
): OperationTable<CloudFormationState> => ({
  CreateStack: createStack(providers, engine),
  UpdateStack: updateStack(providers, engine),
  DeleteStack: deleteStack(engine),
  CancelUpdateStack: operation<CloudFormationState, Cfn.CancelUpdateStackInput, object>({
    needs: stackNeed('CancelUpdateStack'),
    handle: (input, context) => {
      const stack = requireStack(context.state, input.StackName);
      if (stack.status !== 'UPDATE_IN_PROGRESS')
        throw validationError(`CancelUpdateStack cannot be called from current stack status`);
      changeStack(context, stack.stackId, { cancelRequested: true });
      return {};
    },
  }),
  ContinueUpdateRollback: operation<CloudFormationState, Cfn.ContinueUpdateRollbackInput, object>({
    needs: stackNeed('ContinueUpdateRollback'),
    handle: (input, context) => {
      const stack = requireStack(context.state, input.StackName);
      if (stack.status !== 'UPDATE_ROLLBACK_FAILED')
        throw validationError(
          `Stack:${stack.stackId} is in ${stack.status} state and can not continue rollback.`,
        );
      changeStack(context, stack.stackId, {
        operation: {
          kind: 'rollback-update',
          principal: context.principal,
          ...(stack.current === undefined ? {} : { previous: stack.current }),
          onFailure: 'ROLLBACK',
          retain: input.ResourcesToSkip ?? [],
        },
      });
      tellStack(context, stack.stackId, 'UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated');
      engine.run(context, stack.stackId);
      return {};
    },
  }),
  UpdateTerminationProtection: operation<
    CloudFormationState,
    Cfn.UpdateTerminationProtectionInput,
    Cfn.UpdateTerminationProtectionOutput
  >({
    needs: stackNeed('UpdateTerminationProtection'),
    handle: (input, context) => {
      const stack = requireStack(context.state, input.StackName);
      changeStack(context, stack.stackId, {
        terminationProtection: input.EnableTerminationProtection ?? false,
      });
      return { StackId: stack.stackId };
    },
  }),
  DescribeStacks: operation<CloudFormationState, Cfn.DescribeStacksInput, Cfn.DescribeStacksOutput>(
    {
      needs: stackNeed('DescribeStacks'),
      handle: (input, { state }) => {
        if (input.StackName !== undefined)
          return { Stacks: [describeStack(requireStack(state, input.StackName))] };
        const live = [...state.stacks.values()]
          .filter(({ status }) => status !== 'DELETE_COMPLETE')
          .reverse();
        const { page, next } = paged(live, input.NextToken);
        return { Stacks: page.map(describeStack), ...next };
      },
    },
  ),
  ListStacks: operation<CloudFormationState, Cfn.ListStacksInput, Cfn.ListStacksOutput>({
    needs: () => ({ action: 'cloudformation:ListStacks', resource: '*' }),
    handle: (input, { state }) => {
      const wanted = input.StackStatusFilter as readonly string[] | undefined;
      const found = [...state.stacks.values()]
        .filter(
          ({ status }) => wanted === undefined || wanted.length === 0 || wanted.includes(status),
        )
        .reverse();
      const { page, next } = paged(found, input.NextToken);
      return {
        StackSummaries: page.map((stack) => {
          const {
            StackId,
            StackName,
            CreationTime,
            LastUpdatedTime,
            DeletionTime,
            StackStatus,
            StackStatusReason,
            DriftInformation,
            Description,
          } = describeStack(stack);
          return {
            StackId,
            StackName,
            TemplateDescription: Description,
            CreationTime,
            LastUpdatedTime,
            DeletionTime,
            StackStatus,
            StackStatusReason,
            DriftInformation,
          } as Cfn.StackSummary;
        }),
        ...next,
      };
    },
  }),
  DescribeStackEvents: operation<
    CloudFormationState,
    Cfn.DescribeStackEventsInput,
    Cfn.DescribeStackEventsOutput
  >({
    needs: stackNeed('DescribeStackEvents'),
    handle: (input, { state }) => {
      const stack = state.find(input.StackName ?? '');
      if (stack === undefined) throw stackNotFound(input.StackName ?? '');
      const { page, next } = paged([...state.eventsOf(stack.stackId)].reverse(), input.NextToken);
      return { StackEvents: page.map(describeEvent), ...next };
    },
  }),
  DescribeStackResources: operation<
    CloudFormationState,
    Cfn.DescribeStackResourcesInput,
    Cfn.DescribeStackResourcesOutput
  >({
    needs: stackNeed('DescribeStackResources'),
    handle: (input, { state }) => {
      const stack = requireStack(state, input.StackName);
      return {
        StackResources: state
          .resourcesOf(stack.stackId)
          .filter(
            ({ logicalId }) =>
              input.LogicalResourceId === undefined || logicalId === input.LogicalResourceId,
          )
          .map((resource) => ({
            ...describeResource(stack, resource),
            Timestamp: new Date(resource.changedAt),
          })),
      };
    },
  }),
  DescribeStackResource: operation<
    CloudFormationState,
    Cfn.DescribeStackResourceInput,
    Cfn.DescribeStackResourceOutput
  >({
    needs: stackNeed('DescribeStackResource'),
    handle: (input, { state }) => {
      const stack = requireStack(state, input.StackName);
      const resource = state
        .resourcesOf(stack.stackId)
        .find(({ logicalId }) => logicalId === input.LogicalResourceId);
      if (resource === undefined)
        throw validationError(
          `Resource ${input.LogicalResourceId} does not exist for stack ${stack.stackName}`,
        );
      return {
        StackResourceDetail: {
          ...describeResource(stack, resource),
          LastUpdatedTimestamp: new Date(resource.changedAt),
          ...(resource.metadata === undefined
            ? {}
            : { Metadata: JSON.stringify(resource.metadata) }),
        },
      };
    },
  }),
  ListStackResources: operation<
    CloudFormationState,
    Cfn.ListStackResourcesInput,
    Cfn.ListStackResourcesOutput
  >({
    needs: stackNeed('ListStackResources'),
    handle: (input, { state }) => {
      const stack = requireStack(state, input.StackName);
      const { page, next } = paged(state.resourcesOf(stack.stackId), input.NextToken);
      return {
        StackResourceSummaries: page.map((resource) => ({
          ...describeResource(stack, resource),
          LastUpdatedTimestamp: new Date(resource.changedAt),
        })),
        ...next,
      };
    },
  }),
  GetTemplate: operation<CloudFormationState, Cfn.GetTemplateInput, Cfn.GetTemplateOutput>({
    needs: stackNeed('GetTemplate'),
    handle: (input, { state }) => {
      const set =
        input.ChangeSetName === undefined
          ? undefined
          : [...state.changeSets.values()].find(
              ({ name, changeSetId }) =>
                name === input.ChangeSetName || changeSetId === input.ChangeSetName,
            );
      const stack = requireStack(state, set?.stackId ?? input.StackName);
      return {
        TemplateBody:
          set?.target.templateBody ??
          stack.current?.templateBody ??
          stack.operation?.target?.templateBody ??
          '',
        StagesAvailable: ['Original', 'Processed'],
      };
    },
  }),
  ValidateTemplate: operation<
    CloudFormationState,
    Cfn.ValidateTemplateInput,
    Cfn.ValidateTemplateOutput
  >({
    needs: () => ({ action: 'cloudformation:ValidateTemplate', resource: '*' }),
    handle: async (input, context) => {
      const template = checkTemplate(await templateOf(input, context, undefined), providers);
      const { needed, reason } = capabilitiesOf(template);
      return {
        ...(template.Description === undefined ? {} : { Description: template.Description }),
        Parameters: Object.entries(template.Parameters).map(([ParameterKey, parameter]) => ({
          ParameterKey,
          NoEcho: isNoEcho(parameter),
          ...(parameter.Default === undefined ? {} : { DefaultValue: String(parameter.Default) }),
          ...(parameter.Description === undefined ? {} : { Description: parameter.Description }),
        })),
        ...(needed.length > 0
          ? { Capabilities: [...needed] as Cfn.Capability[], CapabilitiesReason: reason }
          : {}),
      };
    },
  }),
  GetTemplateSummary: operation<
    CloudFormationState,
    Cfn.GetTemplateSummaryInput,
    Cfn.GetTemplateSummaryOutput
  >({
    needs: stackNeed('GetTemplateSummary'),
    handle: async (input, context) => {
      const stack =
        input.StackName === undefined ? undefined : requireStack(context.state, input.StackName);
      const body = stack?.current?.templateBody ?? (await templateOf(input, context, undefined));
      const template = checkTemplate(body, providers);
      const { needed, reason } = capabilitiesOf(template);
      return {
        ...(template.Description === undefined ? {} : { Description: template.Description }),
        Parameters: Object.entries(template.Parameters).map(([ParameterKey, parameter]) => ({
          ParameterKey,
          ParameterType: parameter.Type,
          NoEcho: isNoEcho(parameter),
          ...(parameter.Default === undefined ? {} : { DefaultValue: String(parameter.Default) }),
          ...(parameter.Description === undefined ? {} : { Description: parameter.Description }),
          ParameterConstraints:
            parameter.AllowedValues === undefined
              ? {}
              : { AllowedValues: parameter.AllowedValues.map(String) },
        })),
        ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
        ...(needed.length > 0
          ? { Capabilities: [...needed] as Cfn.Capability[], CapabilitiesReason: reason }
          : {}),
      };
    },
  }),
  ListExports: operation<CloudFormationState, Cfn.ListExportsInput, Cfn.ListExportsOutput>({
    needs: () => ({ action: 'cloudformation:ListExports', resource: '*' }),
    handle: (input, { state }) => {
      const all = [...state.stacks.values()]
        .filter(({ status }) => status !== 'DELETE_COMPLETE')
        .flatMap(({ stackId, outputs }) =>
          outputs.flatMap(({ ExportName, OutputValue }) =>
            ExportName === undefined
              ? []
              : [{ ExportingStackId: stackId, Name: ExportName, Value: OutputValue }],
          ),
        );
      const { page, next } = paged(all, input.NextToken);
      return { Exports: [...page], ...next };
    },
  }),
  ListImports: operation<CloudFormationState, Cfn.ListImportsInput, Cfn.ListImportsOutput>({
    needs: () => ({ action: 'cloudformation:ListImports', resource: '*' }),
    handle: (input, { state }) => {
      const found = importers(state, input.ExportName ?? '');
      if (found.length === 0)
        throw validationError(`Export '${input.ExportName}' is not imported by any stack.`);
      return { Imports: [...found] };
    },
  }),
});
