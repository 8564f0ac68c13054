import type { ResourceType, PropertySchemas, PropertyType } from '../../../schema/index.ts';
import type { Value, ValueObject } from '../evaluate/values.ts';
import { isValueList, isValueObject, UNKNOWN } from '../evaluate/values.ts';

/** Whether a change makes a new physical resource. */
export type Recreation = 'Never' | 'Conditionally' | 'Always';

/** A difference of one value within a resource's properties. */
export interface PropertyChange {
  /** The property of the resource that it is in. */
  readonly name: string;
  /** `/Properties/Environment/Variables/STAGE` */
  readonly path: string;
  readonly kind: 'Add' | 'Remove' | 'Modify';
  readonly before?: Value;
  readonly after?: Value;
  readonly recreation: Recreation;
}

const RECREATION = { yes: 'Always', maybe: 'Conditionally', no: 'Never' } as const;

/** Differences between two states of a resource's properties, each at the deepest place that both have. */
export const propertyChanges = (
  before: ValueObject,
  after: ValueObject,
  type: ResourceType | undefined,
): readonly PropertyChange[] => {
  const found: PropertyChange[] = [];
  for (const name of namesOf(before, after)) {
    const schema = type?.properties.get(name);
    compare(before[name], after[name], {
      type,
      found,
      name,
      path: `/Properties/${name}`,
      recreation: RECREATION[schema?.replaces ?? 'no'],
      shape: schema?.type,
    });
  }
  return found;
};

interface Place {
  readonly type: ResourceType | undefined;
  readonly found: PropertyChange[];
  readonly name: string;
  readonly path: string;
  readonly recreation: Recreation;
  readonly shape: PropertyType | undefined;
}

const compare = (before: Value | undefined, after: Value | undefined, place: Place): void => {
  const { name, path, recreation } = place;
  if (before === undefined && after === undefined) return;
  if (before === undefined) {
    if (after !== undefined) place.found.push({ name, path, kind: 'Add', after, recreation });
  } else if (after === undefined) {
    place.found.push({ name, path, kind: 'Remove', before, recreation });
  } else if (isValueObject(before) && isValueObject(after)) {
    const members = membersOf(place);
    for (const member of namesOf(before, after)) {
      const schema = members?.get(member);
      compare(before[member], after[member], {
        ...place,
        path: `${path}/${member}`,
        recreation: stronger(recreation, RECREATION[schema?.replaces ?? 'no']),
        shape: schema?.type ?? elementOf(place.shape, 'map'),
      });
    }
  } else if (isValueList(before) && isValueList(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++)
      compare(before[index], after[index], {
        ...place,
        path: `${path}/${index}`,
        shape: elementOf(place.shape, 'list'),
      });
  } else if (differs(before, after))
    place.found.push({ name, path, kind: 'Modify', before, after, recreation });
};

const membersOf = ({ type, shape }: Place): PropertySchemas | undefined =>
  shape?.kind === 'object' ? type?.definition(shape.name) : undefined;

const elementOf = (
  shape: PropertyType | undefined,
  kind: 'list' | 'map',
): PropertyType | undefined => (shape?.kind === kind ? shape.element : undefined);

const namesOf = (before: ValueObject, after: ValueObject): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();

const ORDER: readonly Recreation[] = ['Never', 'Conditionally', 'Always'];

/** The one that has more impact. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html */
export const stronger = (one: Recreation, other: Recreation): Recreation =>
  ORDER.indexOf(one) >= ORDER.indexOf(other) ? one : other;

/** Scalars are text to CloudFormation; a value that is not known yet is taken to differ. */
const differs = (before: Value, after: Value): boolean => {
  if (before === UNKNOWN || after === UNKNOWN) return true;
  if (typeof before === 'object' || typeof after === 'object') return before !== after;
  return String(before) !== String(after);
};
