import type { Value, ValueObject } from '../evaluate/values.ts';
import { toJson } from '../evaluate/values.ts';
import type { Json, JsonObject } from '../json.ts';
import { own, sameValue } from '../json.ts';
import type { ResourceDrift, StackResource, Tag } from '../state.ts';
import type { ResourceDefinition } from '../template/model.ts';
import { NESTED_STACK, resourceType } from '../../../schema/index.ts';
import type { Cause, CauseFacts, Decision } from './causes.ts';
import { causesOf, replacementBy, textAt } from './causes.ts';
import type { PropertyChange, Recreation } from './property-changes.ts';
import { propertyChanges, stronger } from './property-changes.ts';

/** A resource as the new template has it, evaluated as far as it can be. */
export interface PlannedResource {
  readonly id: string;
  readonly definition: ResourceDefinition;
  readonly properties: ValueObject;
  /** The same, fit to be shown. */
  readonly shownProperties: JsonObject;
  readonly metadata: Json | undefined;
}

/** One change of one attribute of a resource, and why. */
export interface Detail {
  readonly attribute: Attribute;
  readonly name?: string;
  readonly path?: string;
  readonly kind?: PropertyChange['kind'] | 'SyncWithActual';
  /** Where drift is looked at and has been found here: what the template said before, and what is. */
  readonly drift?: { readonly previous: string; readonly actual: string; readonly at: number };
  readonly before?: Value;
  readonly after?: Value;
  readonly recreation: Recreation;
  readonly cause: Cause;
}

export type Attribute =
  | 'Properties'
  | 'Metadata'
  | 'CreationPolicy'
  | 'UpdatePolicy'
  | 'DeletionPolicy'
  | 'UpdateReplacePolicy'
  | 'Tags';

export interface Comparison {
  readonly current: StackResource & { readonly physicalId: string };
  readonly decision: Decision;
  readonly replacement: 'True' | 'False' | 'Conditional';
  readonly details: readonly Detail[];
  /** What was found, where drift is looked at. */
  readonly drift: ResourceDrift | undefined;
}

interface CompareInput {
  readonly current: StackResource & { readonly physicalId: string };
  readonly desired: PlannedResource;
  readonly previous: ResourceDefinition | undefined;
  readonly stackTags: readonly Tag[];
  readonly withValues: boolean;
  readonly facts: CauseFacts;
  /** Given where drift is looked at: the change is from what is, not from what the template said. */
  readonly drift: ResourceDrift | undefined;
}

/** What changes in a resource that is there. */
export const compareResource = (input: CompareInput): Comparison => {
  const { current, desired, withValues, drift } = input;
  const type = resourceType(desired.definition.type);
  const before = drift?.live ?? current.properties;
  const changes = propertyChanges(before, desired.properties, type);
  const tagsProperty = type?.tagsProperty;
  const found = withValues ? detailsWithValues(input, changes) : detailsByProperty(input, changes);
  const details = [
    ...(drift === undefined ? found : withDrift(found, drift, changes)),
    ...attributeDetails(input),
  ].map((detail) =>
    // Tags are an attribute of their own, wherever a type keeps them.
    tagsProperty !== undefined && detail.name === tagsProperty ? asTags(detail) : detail,
  );
  const retagged =
    tagsProperty !== undefined &&
    !sameValue(current.stackTags ?? [], input.stackTags) &&
    !details.some(({ attribute }) => attribute === 'Tags');
  const told = retagged ? [...details, TAGS_DETAIL] : details;
  const all =
    told.length === 0 && desired.definition.type === NESTED_STACK ? [AUTOMATIC_DETAIL] : told;
  const replacement = strongestReplacement(all);
  return { current, details: all, replacement, decision: decide(all, replacement), drift };
};

/** A drifted property that the template did not touch is reverted; one that the template now says as it is, is synchronised. */
const withDrift = (
  details: readonly Detail[],
  { differences, checkedAt }: ResourceDrift,
  changes: readonly PropertyChange[],
): readonly Detail[] => {
  const reverted = details.map((detail): Detail => {
    const difference = differences.find(({ path }) =>
      detail.path === undefined
        ? path.split('/')[1] === detail.name
        : `/Properties${path}` === detail.path,
    );
    if (difference === undefined) return detail;
    const { expected: previous, actual } = difference;
    const { cause } = detail;
    const untouched = cause.source === 'DirectModification' && cause.evaluation === 'Static';
    const after = detail.after === undefined ? 'null' : textOf(detail.after);
    return {
      ...detail,
      drift: { previous, actual, at: checkedAt },
      ...(untouched && (detail.path === undefined || after === previous)
        ? { cause: { source: 'NoModification', evaluation: 'Static' } }
        : {}),
    };
  });
  const synchronised = differences
    .filter(({ path }) => !changes.some((change) => change.path === `/Properties${path}`))
    .map(
      ({ path, expected: previous, actual }): Detail => ({
        attribute: 'Properties',
        name: path.split('/')[1] ?? '',
        path: `/Properties${path}`,
        kind: 'SyncWithActual',
        before: actual,
        after: actual,
        recreation: 'Never',
        cause: { source: 'DirectModification', evaluation: 'Static' },
        drift: { previous, actual, at: checkedAt },
      }),
    );
  return [...reverted, ...synchronised];
};

const textOf = (value: Value): string => {
  const json = toJson(value);
  return typeof json === 'object' ? JSON.stringify(json) : String(json);
};

const TAGS_DETAIL: Detail = {
  attribute: 'Tags',
  recreation: 'Never',
  cause: { source: 'DirectModification', evaluation: 'Static' },
};

/** The template behind a nested stack's URL may have changed. */
const AUTOMATIC_DETAIL: Detail = {
  attribute: 'Properties',
  recreation: 'Never',
  cause: { source: 'Automatic', evaluation: 'Dynamic' },
};

const asTags = (detail: Detail): Detail => {
  const { name: _name, ...rest } = detail;
  return { ...rest, attribute: 'Tags' };
};

const decide = (details: readonly Detail[], replacement: Comparison['replacement']): Decision => {
  if (details.length === 0) return 'none';
  return ({ True: 'replace', Conditional: 'conditional', False: 'modify' } as const)[replacement];
};

const strongestReplacement = (details: readonly Detail[]): Comparison['replacement'] => {
  const all = new Set(
    details.map(({ recreation, cause }) => replacementBy(recreation, cause.evaluation)),
  );
  if (all.has('True')) return 'True';
  return all.has('Conditional') ? 'Conditional' : 'False';
};

/** One entry for each property and cause, and for properties that might change with another resource's attributes. */
const detailsByProperty = (
  { desired, previous, facts }: CompareInput,
  changes: readonly PropertyChange[],
): readonly Detail[] => {
  const type = resourceType(desired.definition.type);
  const recreations = new Map<string, Recreation>();
  for (const { name, recreation } of changes)
    recreations.set(name, stronger(recreation, recreations.get(name) ?? 'Never'));
  const after = desired.definition.properties;
  const names = new Set([...Object.keys(previous?.properties ?? {}), ...Object.keys(after)]);
  for (const { name } of changes) names.add(name);
  return [...names].sort().flatMap((name) => {
    const text = own(after, name);
    const textChanged = !sameValue(text, own(previous?.properties ?? {}, name));
    const causes = causesOf(text, textChanged, facts);
    const recreation = recreations.get(name);
    if (recreation !== undefined)
      return causes.map((cause) => ({ attribute: 'Properties' as const, name, recreation, cause }));
    const replaces = type?.properties.get(name)?.replaces ?? 'no';
    return causes
      .filter(
        ({ source, evaluation }) => source === 'ResourceAttribute' && evaluation === 'Dynamic',
      )
      .map((cause) => ({
        attribute: 'Properties' as const,
        name,
        recreation: ({ yes: 'Always', maybe: 'Conditionally', no: 'Never' } as const)[replaces],
        cause,
      }));
  });
};

/** One entry for each value and cause, what is certain first. */
const detailsWithValues = (
  { desired, previous, facts }: CompareInput,
  changes: readonly PropertyChange[],
): readonly Detail[] =>
  changes.flatMap((change) => {
    const after = textAt(desired.definition.properties, change.path);
    const before = textAt(previous?.properties ?? {}, change.path);
    const causes = causesOf(after, !sameValue(after, before), facts);
    const [first, ...rest] = causes;
    const ordered =
      first?.source === 'DirectModification' && rest.length > 0 ? [...rest, first] : causes;
    return ordered.map((cause) => ({
      attribute: 'Properties' as const,
      name: change.name,
      path: change.path,
      kind: change.kind,
      recreation: change.recreation,
      cause,
      ...(change.before === undefined ? {} : { before: change.before }),
      ...(change.after === undefined ? {} : { after: change.after }),
    }));
  });

const attributeDetails = ({ current, desired, previous }: CompareInput): readonly Detail[] => {
  const { definition, metadata } = desired;
  const changed: Attribute[] = [];
  if ((current.metadata ?? '') !== (metadata === undefined ? '' : JSON.stringify(metadata)))
    changed.push('Metadata');
  if (current.deletionPolicy !== definition.deletionPolicy) changed.push('DeletionPolicy');
  if (current.updateReplacePolicy !== definition.updateReplacePolicy)
    changed.push('UpdateReplacePolicy');
  if (previous !== undefined && !sameValue(previous.creationPolicy, definition.creationPolicy))
    changed.push('CreationPolicy');
  if (previous !== undefined && !sameValue(previous.updatePolicy, definition.updatePolicy))
    changed.push('UpdatePolicy');
  return changed.map((attribute) => ({
    attribute,
    recreation: 'Never',
    cause: { source: 'DirectModification', evaluation: 'Static' },
  }));
};
