import type { Context, Providers } from '../engine/context.ts';
import { livingResource } from '../engine/apply-template.ts';
import { importOf } from '../engine/live-references.ts';
import { outputsOf } from '../engine/outputs.ts';
import { notHere, validationError } from '../errors.ts';
import type { References } from '../evaluate/create-scope.ts';
import {
  attributeOf,
  createScope,
  evaluateProperties,
  isActive,
} from '../evaluate/create-scope.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Scope } from '../evaluate/scope.ts';
import type { ValueObject } from '../evaluate/values.ts';
import { toJson, UNKNOWN } from '../evaluate/values.ts';
import type { JsonObject } from '../json.ts';
import { sameValue } from '../json.ts';
import type { ResourceDrift, Stack, StackResource, StackSpec } from '../state.ts';
import { dependenciesOf } from '../template/check-references.ts';
import { inOrder } from '../template/dependency-graph.ts';
import type { Template } from '../template/model.ts';
import { MASK } from '../template/parameters.ts';
import { NESTED_STACK } from '../../../schema/index.ts';
import type { Decision } from './causes.ts';
import { compareResource } from './compare-resource.ts';
import { renderAdd, renderModify, renderRemove } from './render-change.ts';

/** A template and what it is evaluated with. */
export interface Revision {
  readonly template: Template;
  readonly spec: StackSpec;
}

/** What a stack is asked to become. */
export interface ChangeRequest {
  readonly context: Context;
  readonly providers: Providers;
  readonly stack: Pick<Stack, 'id' | 'name' | 'outputs'>;
  /** As deployed; undefined for a stack that has no resources yet. */
  readonly before?: Revision;
  readonly after: Revision;
  /** What was found of each resource, where drift is to be reverted. */
  readonly drifts?: ReadonlyMap<string, ResourceDrift>;
}

/** A stack inside the stack that is made or may change. */
export interface NestedPlan {
  readonly logicalId: string;
  /** What is not known yet is written as AWS writes it. */
  readonly properties: JsonObject;
  /** Of the one that is there. */
  readonly stackId?: string;
}

/** What will change, as DescribeChangeSet tells it. */
export interface Changes {
  readonly changes: readonly JsonObject[];
  readonly outputsChange: boolean;
  readonly nested: readonly NestedPlan[];
}

/**
 * What executing would do.
 *
 * With values, what a function comes to is worked out from the resources as they are, so that a change that only might
 * follow from another's attribute is not told; without, it is. Recorded: the two answers of one change set differ so.
 *
 * @throws {AwsError} when the template cannot be evaluated, or would change the type of a resource
 */
export const computeChanges = (request: ChangeRequest, withValues: boolean): Changes => {
  const { context, stack, before, after } = request;
  const deployed = new Map(
    context.state
      .resources(stack.id)
      .filter((resource) => livingResource(resource) !== undefined)
      .filter(({ logicalId }) => request.drifts?.get(logicalId)?.status !== 'DELETED')
      .map((resource) => [resource.logicalId, resource]),
  );
  const decisions = new Map<string, Decision>();
  const decisionOf = (id: string) => decisions.get(id) ?? 'none';
  const references = plannedReferences(context, deployed, decisionOf);
  const scope = scopeOf(request, after.spec.parameters, references);
  const shown = shownScope(request, scope, references);
  refuseUnprovided(request, scope);
  refuseOtherTypes(after.template, deployed, scope);
  const facts = {
    changedParameters: changedParameters(before?.spec, after.spec),
    decisionOf,
  };
  const found = new Map<string, JsonObject>();
  const nested: NestedPlan[] = [];
  for (const id of inOrder(dependenciesOf(after.template, (name) => isActive(scope, name)))) {
    const definition = after.template.resources.get(id);
    if (definition === undefined) continue;
    const properties = evaluateProperties(definition.properties, scope) as ValueObject;
    const metadata =
      definition.metadata === undefined ? undefined : toJson(evaluate(definition.metadata, shown));
    const shownProperties = toJson(
      shown === scope ? properties : evaluateProperties(definition.properties, shown),
    ) as JsonObject;
    const desired = { id, definition, properties, shownProperties, metadata };
    const current = deployed.get(id);
    if (definition.type === NESTED_STACK)
      nested.push({
        logicalId: id,
        properties: toJson(properties) as JsonObject,
        ...(current?.physicalId === undefined ? {} : { stackId: current.physicalId }),
      });
    if (current?.physicalId === undefined) {
      decisions.set(id, 'add');
      found.set(id, renderAdd(desired, withValues, request.drifts?.get(id)));
      continue;
    }
    const comparison = compareResource({
      current: { ...current, physicalId: current.physicalId },
      desired,
      previous: before?.template.resources.get(id),
      stackTags: after.spec.tags,
      withValues,
      facts,
      drift: request.drifts?.get(id),
    });
    decisions.set(id, comparison.decision);
    if (comparison.decision !== 'none')
      found.set(
        id,
        renderModify(desired, comparison, { withValues, secrets: secretsOf(before, after) }),
      );
  }
  for (const [id, resource] of deployed)
    if (!after.template.resources.has(id) || !isActive(scope, id))
      found.set(id, renderRemove(resource, withValues, secretsOf(before, after)));
  return {
    changes: [...found]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, change]) => change),
    outputsChange: !sameValue(outputsOf(scope), stack.outputs),
    nested,
  };
};

const scopeOf = (
  { context, stack, after }: ChangeRequest,
  parameters: StackSpec['parameters'],
  references: References,
): Scope =>
  createScope(
    after.template,
    parameters,
    {
      accountId: context.accountId,
      region: context.region,
      stackId: stack.id,
      stackName: stack.name,
      notificationArns: after.spec.notificationArns,
    },
    references,
  );

/** The scope in which parameters with NoEcho are masked. */
const shownScope = (request: ChangeRequest, scope: Scope, references: References): Scope => {
  const { parameters, secretParameters } = request.after.spec;
  if (secretParameters.length === 0) return scope;
  const masked = parameters.map((parameter) =>
    secretParameters.includes(parameter.ParameterKey)
      ? { ...parameter, ParameterValue: MASK }
      : parameter,
  );
  return { ...scopeOf(request, masked, references), conditions: scope.conditions };
};

const secretsOf = (before: Revision | undefined, after: Revision): ReadonlySet<string> =>
  new Set(
    [before?.spec, after.spec].flatMap((spec) =>
      (spec?.parameters ?? [])
        .filter(({ ParameterKey }) => spec?.secretParameters.includes(ParameterKey))
        .map(({ ParameterValue }) => ParameterValue)
        .filter((value) => value !== ''),
    ),
  );

/** References as they are now, except to what will only be there afterwards. */
const plannedReferences = (
  context: Context,
  deployed: ReadonlyMap<string, StackResource>,
  decisionOf: (id: string) => Decision,
): References => {
  const current = (id: string): StackResource | undefined => {
    const decision = decisionOf(id);
    if (decision === 'add' || decision === 'replace' || decision === 'conditional')
      return undefined;
    return deployed.get(id);
  };
  return {
    ref: (id) => current(id)?.physicalId ?? UNKNOWN,
    attribute: (id, name) => {
      const resource = current(id);
      return resource === undefined ? UNKNOWN : attributeOf(resource, name);
    },
    importValue: (name) => importOf(context, name),
  };
};

const valueOf = ({ ParameterValue, ResolvedValue }: StackSpec['parameters'][number]) =>
  ResolvedValue ?? ParameterValue;

const changedParameters = (
  before: StackSpec | undefined,
  after: StackSpec,
): ReadonlySet<string> => {
  const old = new Map(before?.parameters.map((value) => [value.ParameterKey, valueOf(value)]));
  return new Set(
    after.parameters
      .filter((value) => old.get(value.ParameterKey) !== valueOf(value))
      .map(({ ParameterKey }) => ParameterKey),
  );
};

/** What the cloud has no behaviour for is refused before anything is created; AWS's own text would not be true here. */
const refuseUnprovided = ({ providers, after }: ChangeRequest, scope: Scope): void => {
  const without = [...after.template.resources].filter(
    ([id, { type }]) =>
      isActive(scope, id) && providers.get(type, after.spec.inertTypes) === undefined,
  );
  if (without.length === 0) return;
  const types = [...new Set(without.map(([, { type }]) => type))].join(', ');
  throw notHere(
    `The embedded cloud has no behaviour for the resource types [${types}] of [${without.map(([id]) => id).join(', ')}]: that`,
  );
};

const refuseOtherTypes = (
  template: Template,
  deployed: ReadonlyMap<string, StackResource>,
  scope: Scope,
): void => {
  const other = [...template.resources]
    .filter(([id, { type }]) => {
      const current = deployed.get(id);
      return current?.physicalId !== undefined && current.type !== type && isActive(scope, id);
    })
    .map(([id]) => id);
  if (other.length > 0)
    throw validationError(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${other.join(', ')}]`,
    );
};
