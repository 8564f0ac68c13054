import { AwsError } from '../../../core/aws-error.ts';
import type { ProviderContext, ResourceProperties } from '../../../core/resource-provider.ts';
import type { Tag } from '../state.ts';

/** A policy in a template: an object, or JSON in a text. */
export const documentText = (document: unknown): string =>
  typeof document === 'string' ? document : JSON.stringify(document);

export const text = (properties: ResourceProperties, name: string): string | undefined => {
  const value = properties[name];
  return value === undefined ? undefined : String(value);
};

export const texts = (properties: ResourceProperties, name: string): readonly string[] => {
  const value = properties[name];
  return Array.isArray(value) ? value.map(String) : [];
};

/**
 * Tags of the resource over those of the stack. CloudFormation's own `aws:` tags stay out: IAM takes no key with that
 * prefix (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules_creating).
 */
export const tagsOf = (
  properties: ResourceProperties,
  context: ProviderContext,
): readonly Tag[] => {
  const own = (properties['Tags'] as readonly Tag[] | undefined) ?? [];
  const byKey = new Map([...context.tags, ...own].map(({ Key, Value }) => [Key, String(Value)]));
  return [...byKey]
    .filter(([key]) => !key.startsWith('aws:'))
    .map(([Key, Value]) => ({ Key, Value }));
};

/** Runs a deletion; what is gone already is deleted. */
export const ignoringGone = async (deletion: Promise<unknown>): Promise<void> => {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'NoSuchEntity')) throw error;
  }
};

/** What is in the first list and not in the second. */
export const without = (list: readonly string[], other: readonly string[]): readonly string[] =>
  list.filter((item) => !other.includes(item));

/** @throws {ValidationError} for members of a template that only groups could satisfy */
export const refuseGroups = (properties: ResourceProperties): void => {
  if (texts(properties, 'Groups').length === 0) return;
  throw new AwsError(
    'ValidationError',
    'Groups are not supported by the embedded cloud. Attach the policy to Roles or Users, or deploy to AWS.',
  );
};
