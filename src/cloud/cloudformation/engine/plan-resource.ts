import type { ResourceProvider } from '../../core/resource-provider.ts';
import type { Recreation } from '../change-set/property-changes.ts';
import { propertyChanges } from '../change-set/property-changes.ts';
import type { JsonObject } from '../json.ts';
import { own, sameValue } from '../json.ts';
import type { StackResource, Tag } from '../state.ts';
import type { ResourceType } from '../../../schema/index.ts';
import { NESTED_STACK, resourceType } from '../../../schema/index.ts';
import { resourceFailure } from './failure-reason.ts';

/** What is to be done so that a resource is as its template says. */
export type ResourcePlan = 'create' | 'update' | 'replace' | 'none';

/** A resource as its template says, everything evaluated. */
export interface DesiredResource {
  readonly type: string;
  readonly properties: JsonObject;
  readonly metadata?: string;
  readonly stackTags: readonly Tag[];
}

/**
 * @param attempted - What a failed update was to make of the resource: it may have got half of it
 */
export const planResource = (
  existing: StackResource | undefined,
  desired: DesiredResource,
  provider: ResourceProvider,
  attempted: JsonObject | undefined,
): ResourcePlan => {
  if (existing?.physicalId === undefined) return 'create';
  const type = resourceType(desired.type);
  const changes = propertyChanges(existing.properties, desired.properties, type);
  const retagged =
    type?.tagsProperty !== undefined && !sameValue(existing.stackTags ?? [], desired.stackTags);
  const unfinished = existing.status.endsWith('_FAILED') || attempted !== undefined;
  if (changes.length === 0) {
    // The template behind a nested stack's URL may have changed.
    if (desired.type === NESTED_STACK) return 'update';
    const same = existing.metadata === desired.metadata && !retagged && !unfinished;
    return same ? 'none' : 'update';
  }
  const recreations = new Set<Recreation>(changes.map(({ recreation }) => recreation));
  if (recreations.has('Always') || provider.update === undefined) return 'replace';
  return 'update';
};

/**
 * A name of one's own cannot be taken twice, so a resource that has one cannot be replaced beside itself.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
 * @throws {AwsError} in CloudFormation's words
 */
export const refuseCustomNamed = (
  existing: StackResource,
  desired: Pick<StackResource, 'type' | 'properties'>,
): void => {
  const type = resourceType(desired.type);
  if (type === undefined) return;
  const names = nameProperties(type);
  const kept =
    names.length > 0 &&
    names.every((name) => {
      const now = own(desired.properties, name);
      return now !== undefined && sameValue(now, own(existing.properties, name));
    });
  if (kept)
    throw resourceFailure(
      `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${names.map((name) => String(desired.properties[name])).join('|')} and update the stack again.`,
    );
};

/** The properties that identify a resource, when its template may choose all of them. */
const nameProperties = (type: ResourceType): readonly string[] => {
  const { primaryIdentifier, properties, name } = type;
  if (primaryIdentifier.length > 0 && primaryIdentifier.every((part) => properties.has(part)))
    return primaryIdentifier;
  const own = `${name.split('::').at(-1) ?? ''}Name`;
  return properties.has(own) ? [own] : [];
};
