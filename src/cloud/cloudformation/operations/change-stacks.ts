import { handler } from './handler.ts';
import type {
  CancelUpdateStackInput,
  ContinueUpdateRollbackInput,
  ContinueUpdateRollbackOutput,
  CreateStackInput,
  CreateStackOutput,
  DeleteStackInput,
  DeploymentConfig,
  RollbackStackInput,
  RollbackStackOutput,
  UpdateStackInput,
  UpdateStackOutput,
} from '@aws-sdk/client-cloudformation';
import type { OperationContext } from '../../core/define-service.ts';
import type { Providers } from '../engine/context.ts';
import { setStackStatus } from '../engine/record-event.ts';
import {
  noUpdates,
  stackAlreadyExists,
  stackBusy,
  stackDoesNotExist,
  validationError,
} from '../errors.ts';
import type { CloudFormationState, ImportedResource, Stack, StackOperation } from '../state.ts';
import { beginOperation } from './begin-operation.ts';
import { checkStackName, findStack, newStackId, requireLiving } from './find-stack.ts';
import { endReviews } from './nested-change-sets.ts';
import { acceptedSpec, changesOf, readRequest } from './read-request.ts';
import { policyText } from './template-source.ts';

type State = CloudFormationState;
type Context = OperationContext<State>;

/** Operations that create, change and delete stacks. */
export const changeStacks = (providers: Providers) => ({
  CreateStack: handler<State, CreateStackInput, CreateStackOutput>(async (input, context) => {
    const name = input.StackName ?? '';
    checkStackName(name);
    const known = sameRequest(findStack(context, name), input.ClientRequestToken);
    if (known !== undefined) return known;
    refuseExisting(context, name);
    const request = await readRequest(input, context);
    const stackPolicy = await policyText(input.StackPolicyBody, input.StackPolicyURL, context);
    const id = findStack(context, name)?.id ?? newStackId(context, name);
    await changesOf({ context, providers }, { id, name, outputs: [] }, request.revision);
    refuseExisting(context, name);
    const onFailure = readOnFailure(input);
    const stack: Stack = {
      id,
      name,
      status: '',
      createdAt: context.clock.now(),
      spec: acceptedSpec(context, request),
      outputs: [],
      imports: [],
      disableRollback: onFailure === 'DO_NOTHING',
      terminationProtection: input.EnableTerminationProtection ?? false,
      lastOperations: [],
      ...(input.TimeoutInMinutes === undefined ? {} : { timeoutMinutes: input.TimeoutInMinutes }),
      ...(stackPolicy === undefined ? {} : { stackPolicy }),
      ...(input.RetainExceptOnCreate === undefined
        ? {}
        : { retainExceptOnCreate: input.RetainExceptOnCreate }),
      ...(input.ClientRequestToken === undefined
        ? {}
        : { creationToken: input.ClientRequestToken }),
    };
    const OperationId = beginOperation(context, providers, {
      stack,
      operation: { kind: 'create', phase: 'apply', onFailure, ...tokenOf(input) },
      status: 'CREATE_IN_PROGRESS',
      type: 'CREATE_STACK',
    });
    return { StackId: id, OperationId };
  }),

  UpdateStack: handler<State, UpdateStackInput, UpdateStackOutput>(async (input, context) => {
    const name = input.StackName ?? '';
    const stack = requireLiving(context, name, stackDoesNotExist);
    if (input.ClientRequestToken !== undefined && stack.lastToken === input.ClientRequestToken)
      return { StackId: stack.id };
    refuseUnlessUpdatable(stack, disablesRollback(input));
    const request = await readRequest(input, context, stack);
    const stackPolicy = await policyText(input.StackPolicyBody, input.StackPolicyURL, context);
    const policyDuringUpdate = await policyText(
      input.StackPolicyDuringUpdateBody,
      input.StackPolicyDuringUpdateURL,
      context,
    );
    const { plain } = await changesOf({ context, providers }, stack, request.revision);
    if (plain.changes.length === 0 && !plain.outputsChange && !stack.status.endsWith('_FAILED'))
      throw noUpdates();
    const now = requireLiving(context, name, stackDoesNotExist);
    refuseUnlessUpdatable(now, disablesRollback(input));
    const OperationId = beginUpdate(context, providers, now, {
      spec: acceptedSpec(context, request),
      disableRollback: disablesRollback(input) ?? false,
      ...(policyDuringUpdate === undefined ? {} : { policyDuringUpdate }),
      patch: {
        ...(stackPolicy === undefined ? {} : { stackPolicy }),
        ...(input.RetainExceptOnCreate === undefined
          ? {}
          : { retainExceptOnCreate: input.RetainExceptOnCreate }),
      },
      ...tokenOf(input),
    });
    return { StackId: stack.id, OperationId };
  }),

  DeleteStack: handler<State, DeleteStackInput, void>((input, context) => {
    const stack = findStack(context, input.StackName ?? '');
    // What is not there is deleted already; so is one that is being deleted.
    if (stack === undefined || /^DELETE_(COMPLETE|IN_PROGRESS)$/.test(stack.status)) return;
    if (stack.terminationProtection)
      throw validationError(
        `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
      );
    const skip = input.RetainResources ?? [];
    if (skip.length > 0) checkRetained(context, stack, skip);
    if (input.RoleARN !== undefined)
      context.authorise({
        action: 'iam:PassRole',
        resource: input.RoleARN,
        conditions: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
      });
    endReviews(context, stack.id);
    if (stack.status === 'CREATE_IN_PROGRESS') return deleteWhileCreating(context, stack);
    if (stack.status.endsWith('_IN_PROGRESS') && stack.status !== 'REVIEW_IN_PROGRESS')
      throw validationError(
        `Stack [${stack.name}] cannot be deleted while in status ${stack.status}`,
      );
    beginOperation(context, providers, {
      stack: {
        ...stack,
        ...(input.DeletionMode === undefined ? {} : { deletionMode: input.DeletionMode }),
      },
      operation: {
        kind: 'delete',
        phase: 'delete',
        onFailure: 'ROLLBACK',
        skip,
        force: input.DeletionMode === 'FORCE_DELETE_STACK',
        ...(input.RoleARN === undefined ? {} : { roleArn: input.RoleARN }),
        ...tokenOf(input),
      },
      status: 'DELETE_IN_PROGRESS',
      type: 'DELETE_STACK',
    });
  }),

  CancelUpdateStack: handler<State, CancelUpdateStackInput, void>((input, context) => {
    const stack = requireLiving(context, input.StackName ?? '', stackDoesNotExist);
    const running = context.state.operations.get(stack.id);
    if (stack.status !== 'UPDATE_IN_PROGRESS' || running === undefined)
      throw validationError('CancelUpdateStack cannot be called from current stack status');
    context.state.operations.set(stack.id, { ...running, cancelled: true, onFailure: 'ROLLBACK' });
  }),

  ContinueUpdateRollback: handler<State, ContinueUpdateRollbackInput, ContinueUpdateRollbackOutput>(
    (input, context) => {
      const stack = requireLiving(context, input.StackName ?? '', stackDoesNotExist);
      const halted = context.state.operations.get(stack.id);
      if (stack.status !== 'UPDATE_ROLLBACK_FAILED' || halted === undefined)
        throw validationError(
          `Stack:${stack.id} is in ${stack.status} state and can not continue the rollback of an update.`,
        );
      const skip = input.ResourcesToSkip ?? [];
      checkSkipped(context, stack, skip);
      beginOperation(context, providers, {
        stack,
        operation: { ...goOn(halted), skip, ...tokenOf(input) },
        status: 'UPDATE_ROLLBACK_IN_PROGRESS',
        type: 'CONTINUE_ROLLBACK',
      });
      return {};
    },
  ),

  RollbackStack: handler<State, RollbackStackInput, RollbackStackOutput>((input, context) => {
    const stack = requireLiving(context, input.StackName ?? '', stackDoesNotExist);
    const halted = context.state.operations.get(stack.id);
    if (!/^(CREATE|UPDATE)_FAILED$/.test(stack.status) || halted === undefined)
      throw validationError(
        `Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`,
      );
    const OperationId = beginOperation(context, providers, {
      stack,
      operation: { ...goOn(halted), onFailure: 'ROLLBACK', ...tokenOf(input) },
      status: halted.kind === 'create' ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS',
      type: 'ROLLBACK',
    });
    return { StackId: stack.id, OperationId };
  }),
});

const tokenOf = (input: { readonly ClientRequestToken?: string | undefined }) =>
  input.ClientRequestToken === undefined ? {} : { token: input.ClientRequestToken };

/** A halted operation that goes on backwards. */
const goOn = (halted: StackOperation): StackOperation => {
  const { halted: _, ...operation } = halted;
  return { ...operation, phase: 'rollback' };
};

/** The same token again is the same request. */
const sameRequest = (
  stack: Stack | undefined,
  token: string | undefined,
): CreateStackOutput | undefined =>
  stack !== undefined && token !== undefined && stack.creationToken === token
    ? { StackId: stack.id }
    : undefined;

const refuseExisting = (context: Context, name: string): void => {
  const stack = findStack(context, name);
  if (stack !== undefined && !isReviewedNested(stack)) throw stackAlreadyExists(name);
};

/** A nested stack that only a change set has named so far: its parent creates it under its id. */
const isReviewedNested = ({ nestedAs, status }: Stack): boolean =>
  nestedAs !== undefined && status === 'REVIEW_IN_PROGRESS';

/**
 * Said in either place. The modes themselves come to the same here: a resource is ready when it is there.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentConfig.html
 */
export const disablesRollback = (input: {
  readonly DisableRollback?: boolean | undefined;
  readonly DeploymentConfig?: DeploymentConfig | undefined;
}): boolean | undefined => input.DisableRollback ?? input.DeploymentConfig?.DisableRollback;

const readOnFailure = (input: CreateStackInput): 'ROLLBACK' | 'DELETE' | 'DO_NOTHING' => {
  const disabled = disablesRollback(input);
  if (input.OnFailure !== undefined && disabled !== undefined)
    throw validationError('You can specify either OnFailure or DisableRollback, but not both.');
  if (disabled === true) return 'DO_NOTHING';
  return input.OnFailure ?? 'ROLLBACK';
};

const UPDATABLE =
  /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|IMPORT_COMPLETE|IMPORT_ROLLBACK_COMPLETE)$/;

/** @throws {AwsError} `Stack:… is in … state and can not be updated.` */
export const refuseUnlessUpdatable = (stack: Stack, disableRollback: boolean | undefined): void => {
  if (UPDATABLE.test(stack.status)) return;
  if (/^(CREATE|UPDATE)_FAILED$/.test(stack.status)) {
    if (disableRollback === true) return;
    throw validationError(
      `This stack is currently in a non-terminal [${stack.status}] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API`,
    );
  }
  throw stackBusy(stack.id, stack.status);
};

/** What an update is begun with. */
export interface UpdateBeginning {
  readonly spec: NonNullable<Stack['spec']>;
  readonly disableRollback: boolean;
  readonly token?: string;
  readonly changeSetId?: string;
  readonly patch?: Partial<Stack>;
  readonly policyDuringUpdate?: string;
  readonly imports?: readonly ImportedResource[];
}

/** Begins an update; one that follows a failed one is still measured against what was there before that. */
export const beginUpdate = (
  context: Context,
  providers: Providers,
  stack: Stack,
  beginning: UpdateBeginning,
): string => {
  const {
    spec,
    disableRollback,
    token,
    changeSetId,
    policyDuringUpdate,
    imports,
    patch = {},
  } = beginning;
  const failed = context.state.operations.get(stack.id);
  const previous = failed === undefined ? stack.spec : failed.previous;
  return beginOperation(context, providers, {
    stack: {
      ...stack,
      ...patch,
      spec,
      disableRollback,
      updatedAt: context.clock.now(),
      ...(changeSetId === undefined ? {} : { changeSetId }),
    },
    operation: {
      kind: 'update',
      phase: 'apply',
      onFailure: disableRollback ? 'DO_NOTHING' : 'ROLLBACK',
      previousImports: failed?.previousImports ?? stack.imports,
      ...(previous === undefined ? {} : { previous }),
      ...(policyDuringUpdate === undefined ? {} : { policyDuringUpdate }),
      ...(imports === undefined ? {} : { imports }),
      ...(token === undefined ? {} : { token }),
      ...(changeSetId === undefined ? {} : { changeSetId }),
    },
    status: 'UPDATE_IN_PROGRESS',
    type: 'UPDATE_STACK',
  });
};

const checkRetained = (context: Context, stack: Stack, ids: readonly string[]): void => {
  if (stack.status !== 'DELETE_FAILED')
    throw validationError(
      `Stack [${stack.name}] is in ${stack.status} state; RetainResources can be given only for a stack in DELETE_FAILED state.`,
    );
  const unknown = ids.filter((id) => context.state.resource(stack.id, id) === undefined);
  if (unknown.length > 0)
    throw validationError(
      `Resources [${unknown.join(', ')}] of RetainResources are not in the stack ${stack.name}.`,
    );
};

const checkSkipped = (context: Context, stack: Stack, ids: readonly string[]): void => {
  const failed = context.state
    .resources(stack.id)
    .filter(({ status }) => status === 'UPDATE_FAILED')
    .map(({ logicalId }) => logicalId);
  const other = ids.filter((id) => !failed.includes(id));
  if (other.length > 0)
    throw validationError(
      `ResourcesToSkip: [${other.join(', ')}] are not in UPDATE_FAILED state. Those that are: [${failed.join(', ')}].`,
    );
};

/** What is being created is called off; what is made already is deleted. */
const deleteWhileCreating = (context: Context, stack: Stack): void => {
  const { state } = context;
  const running = state.operations.get(stack.id);
  if (running !== undefined)
    state.operations.set(stack.id, { ...running, cancelled: true, onFailure: 'DELETE' });
  setStackStatus(context, stack.id, 'DELETE_IN_PROGRESS', 'User Initiated');
};
