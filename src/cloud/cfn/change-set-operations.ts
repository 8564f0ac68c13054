import type * as Cfn from '@aws-sdk/client-cloudformation';
import { notSupported } from '../core/aws-error.ts';
import type { OperationTable } from '../core/define-service.ts';
import { operation } from '../core/define-service.ts';
import { describeChangeSet } from './describe.ts';
import { diffStack, same } from './diff.ts';
import type { Engine } from './engine.ts';
import {
  alreadyExists,
  changeSetNotFound,
  invalidChangeSetStatus,
  stackNotFound,
  validationError,
} from './errors.ts';
import { changeStack, tellStack } from './journal.ts';
import { parseTemplate } from './parse-template.ts';
import type { Providers } from './provider-calls.ts';
import {
  checkStackName,
  checkUpdatable,
  newStackId,
  requireStack,
  stackNeed,
} from './stack-operations.ts';
import type { CfnContext } from './stack-request.ts';
import { readTarget } from './stack-request.ts';
import { createStackScope } from './stack-scope.ts';
import type { ChangeSet, CloudFormationState, Stack, Target } from './state.ts';

/** AWS's reason for a change set without changes. */
const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

const find = (
  state: CloudFormationState,
  name: string | undefined,
  stackName: string | undefined,
): ChangeSet => {
  const isArn = name?.startsWith('arn:') === true;
  if (!isArn && stackName === undefined)
    throw validationError(
      'StackName must be specified if ChangeSetName is not specified as an ARN.',
    );
  const stack = stackName === undefined ? undefined : state.find(stackName);
  if (!isArn && stack === undefined) throw changeSetNotFound(name ?? '');
  for (const set of [...state.changeSets.values()].reverse())
    if (
      set.deleted !== true &&
      (isArn ? set.changeSetId === name : set.name === name && set.stackId === stack?.stackId)
    )
      return set;
  throw changeSetNotFound(name ?? '');
};

const changesOf = (context: CfnContext, stack: Stack, target: Target) => {
  const { state } = context;
  const existing = state.resourcesOf(stack.stackId);
  const byId = new Map(existing.map((resource) => [resource.logicalId, resource]));
  const scope = createStackScope(
    parseTemplate(target.templateBody),
    target,
    stack,
    context,
    state,
    (id) => {
      const resource = byId.get(id);
      return resource?.physicalId === undefined ? undefined : resource;
    },
  );
  return diffStack(
    scope,
    target,
    existing,
    stack.status === 'REVIEW_IN_PROGRESS' ? undefined : stack.current,
  );
};

/** A stack that has only been reviewed, to hang the change set on. */
const reviewStack = (context: CfnContext, name: string, description: string | undefined): Stack => {
  const stackId = newStackId(context, name);
  context.state.stacks.set(stackId, {
    stackId,
    stackName: name,
    status: 'REVIEW_IN_PROGRESS',
    ...(description === undefined ? {} : { description }),
    createdAt: context.clock.now(),
    disableRollback: false,
    terminationProtection: false,
    outputs: [],
  });
  tellStack(context, stackId, 'REVIEW_IN_PROGRESS', 'User Initiated');
  return requireStack(context.state, stackId);
};

const createChangeSet = (providers: Providers) =>
  operation<CloudFormationState, Cfn.CreateChangeSetInput, Cfn.CreateChangeSetOutput>({
    needs: stackNeed('CreateChangeSet'),
    handle: async (input, context) => {
      const { state, clock, random, region, accountId } = context;
      const name = input.ChangeSetName ?? '';
      const stackName = input.StackName ?? '';
      const kind = input.ChangeSetType ?? 'UPDATE';
      if (kind === 'IMPORT') throw notSupported('A change set of the type IMPORT');
      if (input.IncludeNestedStacks === true) throw notSupported('IncludeNestedStacks');
      if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name))
        throw validationError(
          `1 validation error detected: Value '${name}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
        );
      const before = state.find(stackName);
      if (kind === 'CREATE') {
        checkStackName(before?.stackName ?? stackName);
        if (before !== undefined && before.status !== 'REVIEW_IN_PROGRESS')
          throw validationError(
            `Stack [${before.stackName}] already exists and cannot be created again with the changeSet [${name}].`,
          );
      } else {
        if (before === undefined || before.status === 'REVIEW_IN_PROGRESS')
          throw stackNotFound(stackName);
        checkUpdatable(before);
      }
      const { target, template } = await readTarget(
        input,
        context,
        kind === 'CREATE' ? undefined : before,
        providers,
      );
      const stack = state.find(stackName) ?? reviewStack(context, stackName, template.Description);
      for (const other of state.changeSets.values())
        if (other.deleted !== true && other.stackId === stack.stackId && other.name === name)
          throw alreadyExists(`ChangeSet ${name}`);
      const changes = changesOf(context, stack, target);
      const unchanged =
        changes.length === 0 &&
        kind === 'UPDATE' &&
        same(outputsText(stack.current), outputsText(target)) &&
        same(stack.current?.tags, target.tags);
      const changeSetId = `arn:aws:cloudformation:${region}:${accountId}:changeSet/${name}/${random.uuid()}`;
      state.changeSets.set(changeSetId, {
        changeSetId,
        name,
        stackId: stack.stackId,
        stackName: stack.stackName,
        kind,
        ...(input.Description === undefined ? {} : { description: input.Description }),
        status: unchanged ? 'FAILED' : 'CREATE_COMPLETE',
        ...(unchanged ? { statusReason: NO_CHANGES } : {}),
        executionStatus: unchanged ? 'UNAVAILABLE' : 'AVAILABLE',
        createdAt: clock.now(),
        target,
        ...(input.OnStackFailure === undefined ? {} : { onFailure: input.OnStackFailure }),
        changes: changes as unknown as ChangeSet['changes'],
      });
      return { Id: changeSetId, StackId: stack.stackId };
    },
  });

/** A change of outputs alone is a change. */
const outputsText = (target: Target | undefined) =>
  target === undefined
    ? undefined
    : [parseTemplate(target.templateBody).Outputs, target.parameters];

const executeChangeSet = (engine: Engine) =>
  operation<CloudFormationState, Cfn.ExecuteChangeSetInput, object>({
    needs: (input, context) =>
      stackNeed('ExecuteChangeSet')(
        { StackName: input.StackName ?? nameOfSet(context.state, input.ChangeSetName) },
        context,
      ),
    handle: (input, context) => {
      const { state, clock } = context;
      const set = find(state, input.ChangeSetName, input.StackName);
      if (set.executionStatus !== 'AVAILABLE')
        throw invalidChangeSetStatus(
          `ChangeSet [${set.changeSetId}] cannot be executed in its current status of [${set.status}]`,
        );
      const stack = requireStack(state, set.stackId);
      if (set.kind === 'UPDATE') checkUpdatable(stack);
      for (const other of state.changeSets.values())
        if (
          other.stackId === stack.stackId &&
          other.changeSetId !== set.changeSetId &&
          other.executionStatus === 'AVAILABLE'
        )
          state.changeSets.set(other.changeSetId, { ...other, executionStatus: 'OBSOLETE' });
      state.changeSets.set(set.changeSetId, { ...set, executionStatus: 'EXECUTE_COMPLETE' });
      const creates = set.kind === 'CREATE';
      const onFailure =
        set.onFailure ?? (input.DisableRollback === true ? 'DO_NOTHING' : 'ROLLBACK');
      const description = parseTemplate(set.target.templateBody).Description;
      changeStack(context, stack.stackId, {
        changeSetId: set.changeSetId,
        updatedAt: clock.now(),
        disableRollback: input.DisableRollback ?? false,
        ...(description === undefined ? {} : { description }),
        ...(creates ? { current: set.target } : {}),
        operation: {
          kind: creates ? 'create' : 'update',
          principal: context.principal,
          target: set.target,
          ...(creates || stack.current === undefined ? {} : { previous: stack.current }),
          onFailure,
          ...(input.ClientRequestToken === undefined ? {} : { token: input.ClientRequestToken }),
        },
      });
      tellStack(
        context,
        stack.stackId,
        creates ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS',
        'User Initiated',
      );
      engine.run(context, stack.stackId);
      return {};
    },
  });

const nameOfSet = (state: CloudFormationState, id: string | undefined) =>
  state.changeSets.get(id ?? '')?.stackName;

/** Operations on change sets. */
export const changeSetOperations = (
  providers: Providers,
  engine: Engine,
): OperationTable<CloudFormationState> => ({
  CreateChangeSet: createChangeSet(providers),
  ExecuteChangeSet: executeChangeSet(engine),
  DescribeChangeSet: operation<
    CloudFormationState,
    Cfn.DescribeChangeSetInput,
    Cfn.DescribeChangeSetOutput
  >({
    needs: (input, context) =>
      stackNeed('DescribeChangeSet')(
        { StackName: input.StackName ?? nameOfSet(context.state, input.ChangeSetName) },
        context,
      ),
    handle: (input, { state }) =>
      describeChangeSet(
        find(state, input.ChangeSetName, input.StackName),
        input.IncludePropertyValues === true,
      ),
  }),
  DeleteChangeSet: operation<CloudFormationState, Cfn.DeleteChangeSetInput, object>({
    needs: (input, context) =>
      stackNeed('DeleteChangeSet')(
        { StackName: input.StackName ?? nameOfSet(context.state, input.ChangeSetName) },
        context,
      ),
    handle: (input, { state }) => {
      const set = find(state, input.ChangeSetName, input.StackName);
      state.changeSets.set(set.changeSetId, {
        ...set,
        deleted: true,
        executionStatus: 'UNAVAILABLE',
      });
      return {};
    },
  }),
  ListChangeSets: operation<CloudFormationState, Cfn.ListChangeSetsInput, Cfn.ListChangeSetsOutput>(
    {
      needs: stackNeed('ListChangeSets'),
      handle: (input, { state }) => {
        const stack = requireStack(state, input.StackName);
        return {
          Summaries: [...state.changeSets.values()]
            .filter(
              ({ stackId, deleted, executionStatus }) =>
                stackId === stack.stackId &&
                deleted !== true &&
                executionStatus !== 'EXECUTE_COMPLETE',
            )
            .map((set) => ({
              StackId: set.stackId,
              StackName: set.stackName,
              ChangeSetId: set.changeSetId,
              ChangeSetName: set.name,
              ExecutionStatus: set.executionStatus as Cfn.ExecutionStatus,
              Status: set.status as Cfn.ChangeSetStatus,
              StatusReason: set.statusReason,
              CreationTime: new Date(set.createdAt),
              Description: set.description,
            })),
        };
      },
    },
  ),
});
