import type * as Cfn from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import type { Revision } from '../change-set/compute-changes.ts';
import { computeChanges } from '../change-set/compute-changes.ts';
import { livingResource } from '../engine/apply-template.ts';
import type { Providers } from '../engine/context.ts';
import { asIfMoved, moveResources } from '../engine/move-resources.ts';
import { stackDoesNotExist, validationError } from '../errors.ts';
import { isObject, sameValue } from '../json.ts';
import type { CloudFormationState, ResourceMove, Stack, StackRefactor } from '../state.ts';
import { readTemplate } from '../template/read-template.ts';
import { findStack, newStack, requireLiving } from './find-stack.ts';
import { handler } from './handler.ts';
import { pageOf } from './pages.ts';
import type { ReadRequest } from './read-request.ts';
import { acceptedSpec, deployedRevision, readRequest } from './read-request.ts';

type State = CloudFormationState;
type Context = OperationContext<State>;

/** A stack of a refactor: as it is, and as it is to be. */
interface Definition {
  readonly stack: Stack;
  readonly before: Revision | undefined;
  readonly request: ReadRequest;
}

/**
 * Operations that rename resources and move them between stacks, without touching them.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html
 */
export const refactors = (providers: Providers) => ({
  CreateStackRefactor: handler<State, Cfn.CreateStackRefactorInput, Cfn.CreateStackRefactorOutput>(
    async (input, context) => {
      const definitions: Definition[] = [];
      for (const definition of input.StackDefinitions ?? [])
        definitions.push(await readDefinition(definition, input.EnableStackCreation, context));
      if (definitions.length === 0)
        throw validationError('StackDefinitions must have at least one stack.');
      const moves =
        input.ResourceMappings === undefined
          ? detectMoves(context, definitions)
          : readMoves(input.ResourceMappings, definitions);
      const failure = failureOf(context, providers, definitions, moves);
      const refactor: StackRefactor = {
        id: context.random.uuid(),
        createdAt: context.clock.now(),
        moves,
        stacks: definitions.map(({ stack, request }) => ({
          stack,
          spec: acceptedSpec(context, request),
        })),
        status: failure === undefined ? 'CREATE_COMPLETE' : 'CREATE_FAILED',
        executionStatus: failure === undefined ? 'AVAILABLE' : 'UNAVAILABLE',
        detection: input.ResourceMappings === undefined ? 'AUTO' : 'MANUAL',
        ...(failure === undefined ? {} : { statusReason: failure }),
        ...(input.Description === undefined ? {} : { description: input.Description }),
      };
      context.state.refactors.set(refactor.id, refactor);
      return { StackRefactorId: refactor.id };
    },
  ),

  DescribeStackRefactor: handler<
    State,
    Cfn.DescribeStackRefactorInput,
    Cfn.DescribeStackRefactorOutput
  >(({ StackRefactorId }, context) => {
    const refactor = requireRefactor(context, StackRefactorId);
    return { ...summary(refactor), StackIds: refactor.stacks.map(({ stack }) => stack.id) };
  }),

  ListStackRefactors: handler<State, Cfn.ListStackRefactorsInput, Cfn.ListStackRefactorsOutput>(
    ({ ExecutionStatusFilter = [], NextToken }, { state }) => {
      const wanted = new Set<string>(ExecutionStatusFilter);
      const all = [...state.refactors.values()]
        .filter(({ executionStatus }) => wanted.size === 0 || wanted.has(executionStatus))
        .sort((one, other) => other.createdAt - one.createdAt);
      const page = pageOf(all, NextToken);
      return { StackRefactorSummaries: page.items.map(summary), ...page.next };
    },
  ),

  ListStackRefactorActions: handler<
    State,
    Cfn.ListStackRefactorActionsInput,
    Cfn.ListStackRefactorActionsOutput
  >(({ StackRefactorId, NextToken }, context) => {
    const refactor = requireRefactor(context, StackRefactorId);
    const page = pageOf(actionsOf(context, refactor), NextToken);
    return { StackRefactorActions: [...page.items], ...page.next };
  }),

  ExecuteStackRefactor: handler<State, Cfn.ExecuteStackRefactorInput, object>(
    async ({ StackRefactorId }, context) => {
      const refactor = requireRefactor(context, StackRefactorId);
      if (refactor.executionStatus !== 'AVAILABLE')
        throw validationError(
          `StackRefactor [${refactor.id}] cannot be executed in its current status of [${refactor.executionStatus}]`,
        );
      const stacks: { readonly stack: Stack; readonly revision: Revision }[] = [];
      for (const { stack, spec } of refactor.stacks) {
        const template = await readTemplate(
          context.state.templates.get(spec.processedKey ?? spec.templateKey) ?? '',
        );
        stacks.push({
          stack: context.state.stacks.get(stack.id) ?? stack,
          revision: { template, spec },
        });
      }
      const busy = stacks.find(({ stack }) => stack.status.endsWith('_IN_PROGRESS'));
      if (busy !== undefined)
        throw validationError(
          `Stack [${busy.stack.name}] is in ${busy.stack.status} state and can not be refactored.`,
        );
      moveResources(context, refactor.moves, stacks);
      context.state.refactors.set(refactor.id, {
        ...refactor,
        executionStatus: 'EXECUTE_COMPLETE',
      });
      return {};
    },
  ),
});

const EVERY_CAPABILITY = [
  'CAPABILITY_IAM',
  'CAPABILITY_NAMED_IAM',
  'CAPABILITY_AUTO_EXPAND',
] as const;

const readDefinition = async (
  { StackName = '', TemplateBody, TemplateURL }: Cfn.StackDefinition,
  mayCreate: boolean | undefined,
  context: Context,
): Promise<Definition> => {
  const existing = findStack(context, StackName);
  if (existing === undefined && mayCreate !== true) throw stackDoesNotExist(StackName);
  if (existing !== undefined) requireLiving(context, StackName, stackDoesNotExist);
  const stack: Stack = existing ?? newStack(context, StackName);
  // Parameters stay as they are.
  const Parameters = (existing?.spec?.parameters ?? []).map(({ ParameterKey, ParameterValue }) => ({
    ParameterKey,
    ParameterValue,
  }));
  const request = await readRequest(
    {
      ...(TemplateBody === undefined ? {} : { TemplateBody }),
      ...(TemplateURL === undefined ? {} : { TemplateURL }),
      Parameters,
      Capabilities: [...EVERY_CAPABILITY],
    },
    context,
    existing,
    'review',
  );
  const before = existing === undefined ? undefined : await deployedRevision(context, existing);
  return { stack, before, request };
};

const readMoves = (
  mappings: readonly Cfn.ResourceMapping[],
  definitions: readonly Definition[],
): readonly ResourceMove[] => {
  const idOf = (name = '') => {
    const found = definitions.find(({ stack }) => stack.name === name || stack.id === name);
    if (found === undefined)
      throw validationError(`Stack [${name}] of ResourceMappings is not in StackDefinitions.`);
    return found.stack.id;
  };
  return mappings.map(({ Source, Destination }) => ({
    fromStackId: idOf(Source?.StackName),
    fromId: Source?.LogicalResourceId ?? '',
    toStackId: idOf(Destination?.StackName),
    toId: Destination?.LogicalResourceId ?? '',
  }));
};

/** What is no longer where it was, and is somewhere else now with the same text. */
const detectMoves = (
  { state }: Context,
  definitions: readonly Definition[],
): readonly ResourceMove[] => {
  const gone = definitions.flatMap(({ stack, before, request }) =>
    state
      .resources(stack.id)
      .filter((resource) => livingResource(resource) !== undefined)
      .filter(({ logicalId }) => !request.revision.template.resources.has(logicalId))
      .map(({ logicalId }) => ({
        stackId: stack.id,
        logicalId,
        definition: before?.template.resources.get(logicalId),
      })),
  );
  const come = definitions.flatMap(({ stack, request }) =>
    [...request.revision.template.resources]
      .filter(([logicalId]) => livingResource(state.resource(stack.id, logicalId)) === undefined)
      .map(([logicalId, definition]) => ({ stackId: stack.id, logicalId, definition })),
  );
  const taken = new Set<object>();
  return gone.flatMap((from) => {
    const to = come.find(
      (one) =>
        !taken.has(one) &&
        one.definition.type === from.definition?.type &&
        sameValue(one.definition.properties, from.definition.properties),
    );
    if (to === undefined) return [];
    taken.add(to);
    return [
      {
        fromStackId: from.stackId,
        fromId: from.logicalId,
        toStackId: to.stackId,
        toId: to.logicalId,
      },
    ];
  });
};

/** Why the refactor cannot be: it would do more than move. */
const failureOf = (
  context: Context,
  providers: Providers,
  definitions: readonly Definition[],
  moves: readonly ResourceMove[],
): string | undefined => {
  const missing = moves.find(
    ({ fromStackId, fromId }) =>
      livingResource(context.state.resource(fromStackId, fromId)) === undefined,
  );
  if (missing !== undefined) return `Resource ${missing.fromId} does not exist in its stack.`;
  try {
    const others = asIfMoved(context, moves, () =>
      definitions.flatMap(({ stack, before, request }) =>
        computeChanges(
          {
            context,
            providers,
            stack,
            after: request.revision,
            ...(before === undefined ? {} : { before }),
          },
          true,
        ).changes.flatMap(({ ResourceChange: change }) =>
          isObject(change)
            ? [`${String(change['Action'])} ${stack.name}.${String(change['LogicalResourceId'])}`]
            : [],
        ),
      ),
    );
    return others.length === 0
      ? undefined
      : `Stack Refactor does not support modifications to resources: [${others.join(', ')}]. Only names and stacks may change.`;
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
};

const requireRefactor = ({ state }: Context, id = ''): StackRefactor => {
  const refactor = state.refactors.get(id);
  if (refactor === undefined)
    throw new AwsError('StackRefactorNotFound', `StackRefactor [${id}] does not exist`, {
      status: 404,
    });
  return refactor;
};

const summary = (refactor: StackRefactor) => ({
  StackRefactorId: refactor.id,
  Status: refactor.status,
  ExecutionStatus: refactor.executionStatus,
  ...(refactor.statusReason === undefined ? {} : { StatusReason: refactor.statusReason }),
  ...(refactor.description === undefined ? {} : { Description: refactor.description }),
});

const actionsOf = ({ state }: Context, refactor: StackRefactor): Cfn.StackRefactorAction[] => {
  const nameOf = (id: string) => refactor.stacks.find(({ stack }) => stack.id === id)?.stack.name;
  const created = refactor.stacks
    .filter(({ stack }) => stack.spec === undefined)
    .map(
      ({ stack }): Cfn.StackRefactorAction => ({
        Action: 'CREATE',
        Entity: 'STACK',
        PhysicalResourceId: stack.id,
        Description: `Stack ${stack.name} created.`,
        Detection: 'AUTO',
      }),
    );
  const moved = refactor.moves.map((move): Cfn.StackRefactorAction => {
    const { fromStackId, fromId, toStackId, toId } = move;
    const resource = state.resource(fromStackId, fromId) ?? state.resource(toStackId, toId);
    return {
      Action: 'MOVE',
      Entity: 'RESOURCE',
      PhysicalResourceId: resource?.physicalId,
      Detection: refactor.detection,
      ResourceMapping: {
        Source: { StackName: nameOf(fromStackId), LogicalResourceId: fromId },
        Destination: { StackName: nameOf(toStackId), LogicalResourceId: toId },
      },
    };
  });
  return [...created, ...moved];
};
