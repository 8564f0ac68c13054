import type { PropertyChange } from '../change-set/property-changes.ts';
import { propertyChanges } from '../change-set/property-changes.ts';
import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';
import type { PropertyDifference, ResourceDrift, Stack, StackResource } from '../state.ts';
import { resourceType } from '../../../schema/index.ts';
import { livingResource } from './apply-template.ts';
import type { Context, Providers } from './context.ts';
import { withReferences } from './dynamic-references.ts';
import type { ProviderRun } from './provider-context.ts';
import { runProvider } from './provider-context.ts';
import { typedAsIs } from './resource-steps.ts';

/** Who looks, and for what. */
export interface DriftRequest {
  readonly context: Context;
  readonly providers: Providers;
  readonly stack: Stack;
  readonly principal: ProviderRun['principal'];
}

/** Looks at every resource of a stack, and keeps what it found. Answers with how many have drifted. */
export const detectDrift = async (
  request: DriftRequest,
  logicalIds: readonly string[] = [],
): Promise<number> => {
  const { state } = request.context;
  let drifted = 0;
  for (const resource of state.resources(request.stack.id)) {
    if (livingResource(resource)?.physicalId === undefined) continue;
    if (logicalIds.length > 0 && !logicalIds.includes(resource.logicalId)) continue;
    const drift = await driftOf(request, resource);
    state.putDrift(drift);
    if (drift.status === 'MODIFIED' || drift.status === 'DELETED') drifted += 1;
  }
  return drifted;
};

/**
 * What a resource is, beside what its template says. Only properties that the template sets count, as on AWS.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
 */
export const driftOf = async (
  { context, providers, stack, principal }: DriftRequest,
  resource: StackResource,
): Promise<ResourceDrift> => {
  const { logicalId, type, physicalId = '' } = resource;
  const expected = typedAsIs(type, resource.properties);
  const base = {
    stackId: stack.id,
    logicalId,
    type,
    physicalId,
    checkedAt: context.clock.now(),
    expected,
    differences: [],
  };
  const provider = providers.get(type, stack.spec?.inertTypes);
  if (provider?.read === undefined) return { ...base, status: 'NOT_CHECKED' };
  const look = provider.read.bind(provider);
  const run: ProviderRun = {
    stack,
    logicalId,
    purpose: 'drift',
    principal,
    tags: resource.stackTags ?? [],
  };
  const found = await runProvider(context, run, (own) => look(physicalId, own, expected));
  if (found === undefined) return { ...base, status: 'DELETED' };
  const actual = withReferences(known(found), expected) as JsonObject;
  const tagsProperty = resourceType(type)?.tagsProperty;
  const compared = Object.keys(expected).filter((name) => name in found);
  const [before, after] = [pick(expected, compared), pick(actual, compared)];
  if (tagsProperty !== undefined && after[tagsProperty] !== undefined)
    after[tagsProperty] = ownTags(after[tagsProperty], before[tagsProperty]);
  // What is set beside what the template says is a default; only an item that was added to a list is drift.
  const counts = ({ kind, path }: PropertyChange) => kind !== 'Add' || /\/\d+$/.test(path);
  const changes = propertyChanges(before, after, resourceType(type)).filter(counts);
  const differences = changes.map(
    ({ path, kind, before: was, after: is }): PropertyDifference => ({
      path: path.replace(/^\/Properties/, ''),
      type: ({ Modify: 'NOT_EQUAL', Remove: 'REMOVE', Add: 'ADD' } as const)[kind],
      expected: textOf(was),
      actual: textOf(is),
    }),
  );
  return {
    ...base,
    actual: { ...expected, ...after },
    ...(changes.length === 0 ? {} : { live: withChanges(expected, changes) }),
    differences,
    status: differences.length === 0 ? 'IN_SYNC' : 'MODIFIED',
  };
};

/** As JSON, without what is not set. */
const known = (found: Readonly<Record<string, unknown>>): JsonObject =>
  JSON.parse(JSON.stringify(found)) as JsonObject;

const pick = (object: JsonObject, names: readonly string[]): Record<string, Json> =>
  Object.fromEntries(
    names.flatMap((name) => (object[name] === undefined ? [] : [[name, object[name]]])),
  );

/** Tags that the stack added are no drift, and their order is none either. */
const ownTags = (actual: Json, expected: Json | undefined): Json => {
  if (!isList(actual) || !isList(expected)) return actual;
  const keyOf = (tag: Json) => (isObject(tag) ? tag['Key'] : undefined);
  const kept = expected.flatMap((tag) => actual.find((one) => keyOf(one) === keyOf(tag)) ?? []);
  return kept;
};

/** An object with each change made at its path. */
const withChanges = (object: JsonObject, changes: readonly PropertyChange[]): JsonObject => {
  const copy = structuredClone(object) as Record<string, unknown>;
  // What is taken from the end of a list must not move what is taken from before it.
  for (const { path, after } of [...changes].reverse()) {
    const parts = path.split('/').slice(2);
    const last = parts.pop() ?? '';
    let place: unknown = copy;
    for (const part of parts) place = (place as Record<string, unknown>)[part];
    const holder = place as Record<string, unknown>;
    if (after !== undefined) holder[last] = after;
    else if (Array.isArray(place)) place.splice(Number(last), 1);
    else Reflect.deleteProperty(holder, last);
  }
  return copy as JsonObject;
};

const textOf = (value: unknown): string => {
  if (value === undefined) return 'null';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
