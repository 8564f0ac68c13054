import { handler } from './handler.ts';
import type * as Cfn from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import type { Providers } from '../engine/context.ts';
import { setExecutionStatus } from '../engine/end-operation.ts';
import { setStackStatus } from '../engine/record-event.ts';
import {
  changeSetDoesNotExist,
  invalidChangeSetStatus,
  stackBusy,
  stackDoesNotExist,
  validationError,
} from '../errors.ts';
import type { ChangeSet, CloudFormationState, Stack } from '../state.ts';
import { beginOperation } from './begin-operation.ts';
import { beginUpdate, disablesRollback, refuseUnlessUpdatable } from './change-stacks.ts';
import { describeChangeSet, summarizeChangeSet } from './describe.ts';
import {
  checkStackName,
  findChangeSet,
  findStack,
  newChangeSetId,
  newStack,
  requireLiving,
} from './find-stack.ts';
import { readImports } from './imports.ts';
import { deleteNested, familyOf, keepNested, refuseNested } from './nested-change-sets.ts';
import { pageOf } from './pages.ts';
import { acceptedSpec, readRequest } from './read-request.ts';
import { reviewChanges } from './review-changes.ts';

type State = CloudFormationState;
type Context = OperationContext<State>;

type Named = {
  readonly ChangeSetName?: string | undefined;
  readonly StackName?: string | undefined;
};

/** Operations on change sets. */
export const changeSets = (providers: Providers) => ({
  CreateChangeSet: handler<State, Cfn.CreateChangeSetInput, Cfn.CreateChangeSetOutput>(
    async (input, context) => {
      const type = readType(input);
      const { StackName = '', ChangeSetName = '' } = input;
      checkNames(StackName, ChangeSetName);
      const known = findChangeSet(context, ChangeSetName, StackName);
      if (known !== undefined) {
        if (input.ClientToken !== undefined && known.token === input.ClientToken)
          return { Id: known.id, StackId: known.stackId };
        throw new AwsError('AlreadyExistsException', `ChangeSet ${ChangeSetName} already exists`);
      }
      const existing = stackFor(context, type, StackName, ChangeSetName);
      const request = await readRequest(input, context, existing, 'review');
      const stack = existing ?? newStack(context, StackName);
      const imports =
        type === 'IMPORT'
          ? readImports(input.ResourcesToImport, request.revision.template)
          : undefined;
      const id = newChangeSetId(context, ChangeSetName);
      const { nested, ...outcome } = await reviewChanges({
        context,
        providers,
        stack,
        request,
        type,
        ...(imports === undefined ? {} : { imports }),
        importsExisting: input.ImportExistingResources === true,
        revertsDrift: input.DeploymentMode === 'REVERT_DRIFT',
        ...(input.IncludeNestedStacks === true
          ? { tree: { id, rootId: id, name: ChangeSetName } }
          : {}),
      });
      // Whoever else made the stack meanwhile was first.
      stackFor(context, type, StackName, ChangeSetName);
      const spec = acceptedSpec(context, request);
      if (findStack(context, StackName) === undefined) {
        context.state.putStack(stack);
        setStackStatus(context, stack.id, 'REVIEW_IN_PROGRESS', 'User Initiated');
      }
      const changeSet: ChangeSet = {
        id,
        name: ChangeSetName,
        stackId: stack.id,
        stackName: stack.name,
        type,
        createdAt: context.clock.now(),
        spec,
        includeNestedStacks: input.IncludeNestedStacks ?? false,
        ...outcome,
        ...(input.ImportExistingResources === undefined
          ? {}
          : { importExistingResources: input.ImportExistingResources }),
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.OnStackFailure === undefined ? {} : { onStackFailure: input.OnStackFailure }),
        ...(input.ClientToken === undefined ? {} : { token: input.ClientToken }),
      };
      context.state.changeSets.set(changeSet.id, changeSet);
      keepNested(context, nested);
      return { Id: changeSet.id, StackId: stack.id };
    },
  ),

  DescribeChangeSet: handler<State, Cfn.DescribeChangeSetInput, Cfn.DescribeChangeSetOutput>(
    (input, context) => {
      const changeSet = requireChangeSet(context, input);
      const changes =
        input.IncludePropertyValues === true ? changeSet.changesWithValues : changeSet.changes;
      const page = pageOf(changes, input.NextToken);
      return { ...describeChangeSet(changeSet, page.items), ...page.next };
    },
  ),

  ListChangeSets: handler<State, Cfn.ListChangeSetsInput, Cfn.ListChangeSetsOutput>(
    ({ StackName = '', NextToken }, context) => {
      const stack = requireLiving(context, StackName, stackDoesNotExist);
      const all = [...context.state.changeSets.values()]
        .filter(({ stackId }) => stackId === stack.id)
        .sort((one, other) => one.createdAt - other.createdAt);
      const page = pageOf(all, NextToken);
      return { Summaries: page.items.map(summarizeChangeSet), ...page.next };
    },
  ),

  ExecuteChangeSet: handler<State, Cfn.ExecuteChangeSetInput, Cfn.ExecuteChangeSetOutput>(
    (input, context) => {
      const changeSet = requireChangeSet(context, input);
      refuseNested(changeSet);
      const stack = requireLiving(context, changeSet.stackId, stackDoesNotExist);
      if (changeSet.executionStatus !== 'AVAILABLE')
        throw invalidChangeSetStatus(
          changeSet.id,
          changeSet.status === 'CREATE_COMPLETE' ? changeSet.executionStatus : changeSet.status,
        );
      const isUpdate = changeSet.type === 'UPDATE' || stack.spec !== undefined;
      if (isUpdate) refuseUnlessUpdatable(stack, disablesRollback(input));
      else if (stack.status !== 'REVIEW_IN_PROGRESS') throw stackBusy(stack.id, stack.status);
      // The right to pass the role was checked when the change set was made; whoever executes it needs it as well.
      const { roleArn } = changeSet.spec;
      if (roleArn !== undefined)
        context.authorise({
          action: 'iam:PassRole',
          resource: roleArn,
          conditions: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
        });
      setExecutionStatus(context.state, changeSet.id, 'EXECUTE_IN_PROGRESS');
      for (const one of familyOf(context, changeSet.id)) acknowledgeDrift(context, one);
      execute(context, providers, { input, changeSet, stack });
      return {};
    },
  ),

  DeleteChangeSet: handler<State, Cfn.DeleteChangeSetInput, Cfn.DeleteChangeSetOutput>(
    (input, context) => {
      const changeSet = findChangeSet(context, input.ChangeSetName ?? '', input.StackName);
      // What is not there is deleted already, unless the stack is not there either.
      if (changeSet === undefined) {
        if (input.StackName !== undefined)
          requireLiving(context, input.StackName, stackDoesNotExist);
        return {};
      }
      if (changeSet.executionStatus === 'EXECUTE_IN_PROGRESS')
        throw new AwsError(
          'InvalidChangeSetStatus',
          `ChangeSet [${changeSet.id}] cannot be deleted in its current status of [${changeSet.executionStatus}]`,
        );
      refuseNested(changeSet);
      context.state.changeSets.delete(changeSet.id);
      deleteNested(context, changeSet.id);
      return {};
    },
  ),
});

const requireChangeSet = (
  context: Context,
  { ChangeSetName = '', StackName }: Named,
): ChangeSet => {
  const changeSet = findChangeSet(context, ChangeSetName, StackName);
  if (changeSet !== undefined) return changeSet;
  if (!ChangeSetName.startsWith('arn:')) {
    if (StackName === undefined)
      throw validationError(
        'StackName must be specified if ChangeSetName is not specified as an ARN.',
      );
    requireLiving(context, StackName, stackDoesNotExist);
  }
  throw changeSetDoesNotExist(ChangeSetName);
};

const readType = (input: Cfn.CreateChangeSetInput) => {
  const { ChangeSetType, ResourcesToImport, DeploymentMode } = input;
  if (ChangeSetType !== 'IMPORT' && (ResourcesToImport ?? []).length > 0)
    throw validationError('ResourcesToImport is only for change sets of the type IMPORT.');
  if (DeploymentMode !== undefined && (ChangeSetType ?? 'UPDATE') !== 'UPDATE')
    throw validationError(
      `DeploymentMode ${DeploymentMode} is only for change sets of the type UPDATE: a stack that is not there has not drifted.`,
    );
  return ChangeSetType ?? 'UPDATE';
};

const checkNames = (stackName: string, changeSetName: string): void => {
  if (!stackName.startsWith('arn:')) checkStackName(stackName);
  if (!/^[a-zA-Z][-a-zA-Z0-9]*$/.test(changeSetName))
    throw validationError(
      `1 validation error detected: Value '${changeSetName}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
};

const isDeployed = (context: Context, stackName: string): boolean => {
  const stack = findStack(context, stackName);
  return stack !== undefined && stack.status !== 'REVIEW_IN_PROGRESS';
};

/** The stack that a change set is for: one in review, or none yet, to create it. */
const stackFor = (
  context: Context,
  type: ChangeSet['type'],
  stackName: string,
  changeSetName: string,
): Stack | undefined => {
  if (type === 'UPDATE' || (type === 'IMPORT' && isDeployed(context, stackName))) {
    const stack = requireLiving(context, stackName, stackDoesNotExist);
    refuseUnlessUpdatable(stack, true);
    return stack;
  }
  const stack = findStack(context, stackName);
  if (stack !== undefined && stack.status !== 'REVIEW_IN_PROGRESS')
    throw validationError(
      `Stack [${stack.name}] already exists and cannot be created again with the changeSet [${changeSetName}].`,
    );
  return stack;
};

/** The update begins at what is, so that it reverts what has drifted, and a rollback ends there too. */
const acknowledgeDrift = (context: Context, { stackId, drift }: ChangeSet): void => {
  const { state } = context;
  for (const [id, live] of Object.entries(drift?.live ?? {})) {
    const resource = state.resource(stackId, id);
    if (resource === undefined) continue;
    if (live === null) state.dropResource(stackId, id);
    else state.putResource({ ...resource, properties: live });
  }
};

const execute = (
  context: Context,
  providers: Providers,
  what: {
    readonly input: Cfn.ExecuteChangeSetInput;
    readonly changeSet: ChangeSet;
    readonly stack: Stack;
  },
): void => {
  const { input, changeSet, stack } = what;
  const { spec, onStackFailure } = changeSet;
  const token = input.ClientRequestToken === undefined ? {} : { token: input.ClientRequestToken };
  const keepsFailed =
    disablesRollback({ ...input, DeploymentConfig: spec.deploymentConfig }) === true ||
    onStackFailure === 'DO_NOTHING';
  const patch =
    input.RetainExceptOnCreate === undefined
      ? {}
      : { retainExceptOnCreate: input.RetainExceptOnCreate };
  if (changeSet.type === 'IMPORT') {
    beginOperation(context, providers, {
      stack: { ...stack, spec, updatedAt: context.clock.now(), changeSetId: changeSet.id },
      operation: {
        kind: 'import',
        phase: 'apply',
        onFailure: 'ROLLBACK',
        imports: changeSet.imports ?? [],
        changeSetId: changeSet.id,
        ...(stack.spec === undefined
          ? {}
          : { previous: stack.spec, previousImports: stack.imports }),
        ...token,
      },
      status: 'IMPORT_IN_PROGRESS',
      type: 'UPDATE_STACK',
    });
    return;
  }
  if (changeSet.type === 'UPDATE') {
    beginUpdate(context, providers, stack, {
      spec,
      disableRollback: keepsFailed,
      changeSetId: changeSet.id,
      ...(changeSet.imports === undefined ? {} : { imports: changeSet.imports }),
      patch,
      ...token,
    });
    return;
  }
  const onFailure = onStackFailure === 'DELETE' ? 'DELETE' : 'ROLLBACK';
  beginOperation(context, providers, {
    stack: {
      ...stack,
      ...patch,
      spec,
      disableRollback: keepsFailed,
      updatedAt: context.clock.now(),
      changeSetId: changeSet.id,
    },
    operation: {
      kind: 'create',
      phase: 'apply',
      onFailure: keepsFailed ? 'DO_NOTHING' : onFailure,
      changeSetId: changeSet.id,
      ...(changeSet.imports === undefined ? {} : { imports: changeSet.imports }),
      ...token,
    },
    status: 'CREATE_IN_PROGRESS',
    type: 'CREATE_STACK',
  });
};
