import { AwsError } from '../../core/aws-error.ts';
import { UPPER_ALPHANUMERIC } from '../../core/random.ts';
import type { Changes, NestedPlan } from '../change-set/compute-changes.ts';
import type { OperationContext } from '../../core/define-service.ts';
import { livingResource } from '../engine/apply-template.ts';
import type { Providers } from '../engine/context.ts';
import { driftOf } from '../engine/detect-drift.ts';
import { isList, isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type {
  ChangeSet,
  CloudFormationState,
  ImportedResource,
  ResourceDrift,
  Stack,
  StackSpec,
} from '../state.ts';
import { newChangeSetId, newStack } from './find-stack.ts';
import { asImports, existingResources, isAutomatic } from './imports.ts';
import type { ReadRequest } from './read-request.ts';
import { changesOf, readRequest } from './read-request.ts';

type Context = OperationContext<CloudFormationState>;

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** Of a change set with its nested stacks: what is above. */
interface Tree {
  readonly id: string;
  readonly rootId: string;
  readonly name: string;
}

/** A change set of a nested stack, with the stack where only the change set has made it. */
export interface NestedReview {
  readonly stack: Stack;
  readonly request: ReadRequest | undefined;
  readonly changeSet: Omit<ChangeSet, 'spec'>;
  readonly spec: StackSpec;
}

type Outcome = Pick<
  ChangeSet,
  | 'status'
  | 'statusReason'
  | 'executionStatus'
  | 'changes'
  | 'changesWithValues'
  | 'imports'
  | 'drift'
> & { readonly nested: readonly NestedReview[] };

interface ReviewRequest {
  readonly context: Context;
  readonly providers: Providers;
  readonly stack: Stack;
  readonly request: ReadRequest;
  readonly type: ChangeSet['type'];
  readonly imports?: readonly ImportedResource[];
  readonly importsExisting: boolean;
  readonly revertsDrift: boolean;
  readonly tree?: Tree;
}

/**
 * What a change set tells, and those of its nested stacks.
 * Differs: AWS answers first and works the changes out afterwards; here they are there at once.
 */
export const reviewChanges = async (asked: ReviewRequest): Promise<Outcome> => {
  const { context, providers, stack, request, type } = asked;
  if (request.failure !== undefined) return failed(request.failure);
  try {
    const drifts = asked.revertsDrift ? await driftsOf(asked) : undefined;
    const { plain, withValues } = await changesOf(
      { context, providers },
      stack,
      request.revision,
      drifts,
    );
    const inside = await reviewNested(asked, withValues.nested);
    const unsuccessful = inside.reviews.find(({ changeSet }) => changeSet.status === 'FAILED');
    if (unsuccessful !== undefined)
      return failed(
        `Nested change set ${unsuccessful.changeSet.id} was not successfully created: Currently in FAILED.`,
        inside.reviews,
      );
    const shown = (all: Changes): Changes => ({
      ...all,
      changes: all.changes
        .filter((change) => !isUnchangedNested(change, inside.unchanged))
        .map((change) => withChangeSet(change, inside.reviews)),
    });
    const told = { plain: shown(plain), withValues: shown(withValues) };
    if (type === 'UPDATE' && told.plain.changes.length === 0 && !plain.outputsChange)
      return failed(NO_CHANGES);
    const imports = asked.imports ?? (await importsOf(asked, withValues.changes));
    return {
      status: 'CREATE_COMPLETE',
      executionStatus: 'AVAILABLE',
      ...(imports.length === 0 ? {} : { imports }),
      changes: asImports(told.plain.changes, imports, type === 'IMPORT'),
      changesWithValues: asImports(told.withValues.changes, imports, type === 'IMPORT'),
      nested: inside.reviews,
      ...(drifts === undefined ? {} : { drift: foundOf(drifts) }),
    };
  } catch (error) {
    if (error instanceof AwsError && error.message.startsWith('No export named '))
      return failed(error.message);
    throw error;
  }
};

const failed = (statusReason: string, nested: readonly NestedReview[] = []): Outcome => ({
  status: 'FAILED',
  statusReason,
  executionStatus: 'UNAVAILABLE',
  changes: [],
  changesWithValues: [],
  nested,
});

/** What each resource has become. */
const driftsOf = async ({
  context,
  providers,
  stack,
}: ReviewRequest): Promise<ReadonlyMap<string, ResourceDrift>> => {
  const { principal } = context;
  const found = new Map<string, ResourceDrift>();
  for (const resource of context.state.resources(stack.id))
    if (livingResource(resource)?.physicalId !== undefined)
      found.set(
        resource.logicalId,
        await driftOf({ context, providers, stack, principal }, resource),
      );
  return found;
};

const foundOf = (drifts: ReadonlyMap<string, ResourceDrift>): NonNullable<ChangeSet['drift']> => {
  const live: Record<string, JsonObject | null> = {};
  for (const { logicalId, status, live: is } of drifts.values())
    if (status === 'DELETED') live[logicalId] = null;
    else if (is !== undefined) live[logicalId] = is;
  return { status: Object.keys(live).length === 0 ? 'IN_SYNC' : 'DRIFTED', live };
};

const importsOf = (
  { context, providers, stack, request, importsExisting }: ReviewRequest,
  changes: readonly JsonObject[],
): Promise<readonly ImportedResource[]> =>
  importsExisting
    ? existingResources({
        context,
        providers,
        stack,
        template: request.revision.template,
        changes,
      })
    : Promise.resolve([]);

interface Inside {
  readonly reviews: readonly NestedReview[];
  /** Logical ids of the nested stacks in which nothing changes. */
  readonly unchanged: ReadonlySet<string>;
}

const reviewNested = async (
  asked: ReviewRequest,
  plans: readonly NestedPlan[],
): Promise<Inside> => {
  const { tree } = asked;
  if (tree === undefined) return { reviews: [], unchanged: new Set() };
  const reviews: NestedReview[] = [];
  const unchanged = new Set<string>();
  for (const plan of plans) {
    const review = await reviewPlan(asked, tree, plan);
    if (review.changeSet.statusReason === NO_CHANGES) unchanged.add(plan.logicalId);
    else reviews.push(review);
    reviews.push(...review.nested);
  }
  return { reviews, unchanged };
};

/** `<change set>-<logical id>-<12 letters>`, the form that AWS gives the names of nested change sets. */
const nestedName = ({ name }: Tree, logicalId: string, context: Context): string => {
  const suffix = `-${context.random.text(12, UPPER_ALPHANUMERIC)}`;
  return `${`${name}-${logicalId}`.slice(0, 128 - suffix.length)}${suffix}`;
};

const reviewPlan = async (
  { context, providers, stack: parent, request: asking, revertsDrift }: ReviewRequest,
  tree: Tree,
  { logicalId, properties, stackId }: NestedPlan,
): Promise<NestedReview & { readonly nested: readonly NestedReview[] }> => {
  const name = nestedName(tree, logicalId, context);
  const id = newChangeSetId(context, name);
  const existing = stackId === undefined ? undefined : context.state.stacks.get(stackId);
  const stack = existing ?? {
    ...newStack(context, nestedName({ ...tree, name: parent.name }, logicalId, context)),
    parentId: parent.id,
    rootId: parent.rootId ?? parent.id,
    nestedAs: logicalId,
  };
  const type = existing === undefined ? 'CREATE' : 'UPDATE';
  const { spec } = asking.revision;
  let request: ReadRequest | undefined;
  let outcome: Outcome;
  try {
    request = await readRequest(inputOf(properties, spec), context, existing, 'review');
    const under = { id, rootId: tree.rootId, name };
    outcome = await reviewChanges({
      context,
      providers,
      stack,
      request,
      type,
      importsExisting: false,
      revertsDrift,
      tree: under,
    });
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    outcome = failed(error.message);
  }
  const { nested, ...told } = outcome;
  const changeSet = {
    id,
    name,
    stackId: stack.id,
    stackName: stack.name,
    type,
    createdAt: context.clock.now(),
    includeNestedStacks: true,
    parentChangeSetId: tree.id,
    rootChangeSetId: tree.rootId,
    ...told,
  } as const;
  return {
    stack,
    request,
    changeSet,
    spec: request?.revision.spec ?? { ...spec, parameters: [] },
    nested,
  };
};

/** What its parent will ask for; the parent's capabilities and tags hold for what it contains. */
const inputOf = (properties: JsonObject, parent: StackSpec) => {
  const parameters = isObject(properties['Parameters']) ? properties['Parameters'] : {};
  const tags = isList(properties['Tags']) ? properties['Tags'].filter(isObject) : [];
  const own = tags.map(({ Key, Value }) => ({ Key: String(Key), Value: String(Value) }));
  const names = new Set(own.map(({ Key }) => Key));
  return {
    TemplateURL: String(properties['TemplateURL']),
    Parameters: Object.entries(parameters).map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: isList(value) ? value.join(',') : String(value),
    })),
    Capabilities: [...parent.capabilities],
    NotificationARNs: isList(properties['NotificationARNs'])
      ? properties['NotificationARNs'].map(String)
      : [],
    Tags: [...own, ...parent.tags.filter(({ Key }) => !names.has(Key))],
  };
};

const isUnchangedNested = (change: JsonObject, unchanged: ReadonlySet<string>): boolean => {
  const { ResourceChange: resource } = change;
  return (
    isObject(resource) &&
    unchanged.has(String(resource['LogicalResourceId'])) &&
    isAutomatic(change)
  );
};

/** Names the nested stack's own change set, and the stack that it has made. */
const withChangeSet = (change: JsonObject, reviews: readonly NestedReview[]): JsonObject => {
  const { ResourceChange: resource } = change;
  if (!isObject(resource)) return change;
  const review = reviews.find(
    ({ stack, changeSet }) =>
      stack.id === resource['PhysicalResourceId'] ||
      (resource['Action'] === 'Add' &&
        changeSet.type === 'CREATE' &&
        stack.nestedAs === resource['LogicalResourceId']),
  );
  if (review === undefined) return change;
  return {
    ...change,
    ResourceChange: {
      ...resource,
      PhysicalResourceId: review.stack.id,
      ChangeSetId: review.changeSet.id,
    },
  };
};
