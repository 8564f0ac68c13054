import {
  documentText,
  tagsOf as allTags,
  unlessGone as unlessGoneBy,
} from '../../../core/provider-input.ts';
import type { ProviderContext, ResourceProperties } from '../../../core/resource-provider.ts';
import type { Tag } from '../state.ts';

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
  const byKey = new Map(allTags(properties, context).map(({ Key, Value }) => [Key, String(Value)]));
  return [...byKey]
    .filter(([key]) => !key.startsWith('aws:'))
    .map(([Key, Value]) => ({ Key, Value }));
};

/** The answer of a call on what may be gone: undefined then. */
export const unlessGone = <Answer = undefined>(
  call: Promise<unknown>,
): Promise<Answer | undefined> => unlessGoneBy<Answer>(call, 'NoSuchEntity');

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
    await unlessGone(call('Detach', { PolicyArn }));
  for (const PolicyArn of without(arns, arnsBefore)) await call('Attach', { PolicyArn });

  const [policies, were] = [inlinePolicies(now), inlinePolicies(before)];
  const names = policies.map(({ PolicyName }) => PolicyName);
  for (const { PolicyName } of were)
    if (!names.includes(PolicyName)) await unlessGone(call('Delete', { PolicyName }));
  for (const { PolicyName, PolicyDocument } of policies) {
    const old = were.find((policy) => policy.PolicyName === PolicyName);
    const document = documentText(PolicyDocument);
    if (old !== undefined && documentText(old.PolicyDocument) === document) continue;
    await call('Put', { PolicyName, PolicyDocument: document });
  }
};
