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

/** What is there, in the template's order: the order of such a list means nothing, so another one is no drift. */
export const asListed = (
  there: readonly (string | undefined)[],
  properties: ResourceProperties,
  name: string,
): readonly string[] => {
  const [listed, found] = [texts(properties, name), there.map(String)];
  return [...listed.filter((item) => found.includes(item)), ...without(found, listed)];
};

/** Asks for something that may be gone: undefined then. */
export const unlessGone = async <T>(question: Promise<unknown>): Promise<T | undefined> => {
  try {
    return (await question) as T;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'NoSuchEntity') return undefined;
    throw error;
  }
};

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

const inlinePolicies = (properties: ResourceProperties): readonly InlinePolicy[] =>
  (properties['Policies'] as readonly InlinePolicy[] | undefined) ?? [];

/** Brings the attached and inline policies of a role, user or group from what they were to what the template says. */
export const putPolicies = async (
  holder: { readonly noun: 'Role' | 'User' | 'Group'; readonly name: string },
  now: ResourceProperties,
  before: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  const { noun, name } = holder;
  const call = (verb: string, input: object) =>
    context.call('iam', `${verb}${noun}Policy`, { [`${noun}Name`]: name, ...input });
  const [arns, arnsBefore] = [texts(now, 'ManagedPolicyArns'), texts(before, 'ManagedPolicyArns')];
  for (const PolicyArn of without(arnsBefore, arns))
    await ignoringGone(call('Detach', { PolicyArn }));
  for (const PolicyArn of without(arns, arnsBefore)) await call('Attach', { PolicyArn });

  const [policies, were] = [inlinePolicies(now), inlinePolicies(before)];
  const names = policies.map(({ PolicyName }) => PolicyName);
  for (const { PolicyName } of were)
    if (!names.includes(PolicyName)) await ignoringGone(call('Delete', { PolicyName }));
  for (const { PolicyName, PolicyDocument } of policies) {
    const old = were.find((policy) => policy.PolicyName === PolicyName);
    const document = documentText(PolicyDocument);
    if (old !== undefined && documentText(old.PolicyDocument) === document) continue;
    await call('Put', { PolicyName, PolicyDocument: document });
  }
};
