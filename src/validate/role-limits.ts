import { intrinsicOf, isList, isObject, mayBeAbsent } from './json.ts';
import { leastSize } from './policy-text.ts';
import type { Report } from './report.ts';
import type { ResourceFacts, TemplateFacts } from './template-facts.ts';

/**
 * Characters, without white space. An account can raise the defaults of two of them; sources differ on how far, so only the highest figure stops.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const LIMITS = {
  inlinePolicies: { 'AWS::IAM::Role': 10_240, 'AWS::IAM::User': 2_048, 'AWS::IAM::Group': 5_120 },
  managedPolicy: 6_144,
  trustPolicy: { usual: 2_048, most: 8_192 },
  attachedPolicies: { usual: 10, most: 25 },
} as const;

type Identity = keyof typeof LIMITS.inlinePolicies;

const isIdentity = (type: string): type is Identity => Object.hasOwn(LIMITS.inlinePolicies, type);

/** The properties by which policies name whom they are attached to. */
const ATTACHED: readonly (readonly [property: string, type: Identity])[] = [
  ['Roles', 'AWS::IAM::Role'],
  ['RoleName', 'AWS::IAM::Role'],
  ['Users', 'AWS::IAM::User'],
  ['UserName', 'AWS::IAM::User'],
  ['Groups', 'AWS::IAM::Group'],
  ['GroupName', 'AWS::IAM::Group'],
];

const INLINE = [
  'AWS::IAM::Policy',
  'AWS::IAM::RolePolicy',
  'AWS::IAM::UserPolicy',
  'AWS::IAM::GroupPolicy',
];

const inEnglish = (count: number): string => count.toLocaleString('en');

/** Sizes of policies, alone and together, and how many an identity has. */
export const checkRoleLimits = (facts: TemplateFacts, report: Report): void => {
  const inline = new Map<string, number>();
  const managed = new Map<string, number>();
  const add = (to: Map<string, number>, id: string, count: number) =>
    to.set(id, (to.get(id) ?? 0) + count);
  for (const resource of facts.resources.values()) {
    const { id, type, properties } = resource;
    if (resource.origin?.unchecked === true || !type.startsWith('AWS::IAM::')) continue;
    if (isIdentity(type)) {
      for (const policy of listOf(properties['Policies']))
        if (isObject(policy)) add(inline, id, leastSize(policy['PolicyDocument']));
      add(
        managed,
        id,
        listOf(properties['ManagedPolicyArns']).filter((arn) => !mayBeAbsent(arn)).length,
      );
      checkTrustPolicy(resource, report);
    }
    if (type === 'AWS::IAM::ManagedPolicy') checkManagedPolicy(resource, report);
    if (type === 'AWS::IAM::ManagedPolicy' || INLINE.includes(type))
      for (const target of attachedTo(resource))
        if (type === 'AWS::IAM::ManagedPolicy') add(managed, target, 1);
        else add(inline, target, leastSize(properties['PolicyDocument']));
  }
  for (const [id, size] of inline) {
    const type = facts.resources.get(id)?.type ?? '';
    const most = isIdentity(type) ? LIMITS.inlinePolicies[type] : Number.POSITIVE_INFINITY;
    if (size > most)
      report.problem(
        'OVER_LIMIT',
        { id, path: { up: undefined, key: 'Policies' } },
        `The inline policies of ${id} are at least ${inEnglish(size)} characters together; IAM takes ${inEnglish(most)}. Name fewer resources one by one, or move statements into an AWS::IAM::ManagedPolicy.`,
      );
  }
  for (const [id, count] of managed) checkAttached(id, count, report);
};

const listOf = (value: unknown): readonly unknown[] => (isList(value) ? value : []);

/** Identities of this template that a policy is attached to. */
const attachedTo = ({ properties }: ResourceFacts): readonly string[] =>
  ATTACHED.flatMap(([property]) => {
    const value = properties[property];
    return (isList(value) ? value : [value]).flatMap((one) => {
      const call = intrinsicOf(one);
      return call?.name === 'Ref' && typeof call.argument === 'string' ? [call.argument] : [];
    });
  });

const checkTrustPolicy = ({ id, properties }: ResourceFacts, report: Report): void => {
  const size = leastSize(properties['AssumeRolePolicyDocument'] ?? '');
  const { usual, most } = LIMITS.trustPolicy;
  if (size <= usual) return;
  const where = { id, path: { up: undefined, key: 'AssumeRolePolicyDocument' } };
  const fact = `The trust policy of ${id} is at least ${inEnglish(size)} characters; IAM takes ${inEnglish(usual)}`;
  if (size > most)
    report.problem(
      'OVER_LIMIT',
      where,
      `${fact}, and ${inEnglish(most)} at most. Name fewer principals.`,
    );
  else
    report.warning(
      'OVER_LIMIT',
      where,
      `${fact} unless the account's quota was raised. Name fewer principals.`,
    );
};

const checkManagedPolicy = ({ id, properties }: ResourceFacts, report: Report): void => {
  const size = leastSize(properties['PolicyDocument']);
  if (size > LIMITS.managedPolicy)
    report.problem(
      'OVER_LIMIT',
      { id, path: { up: undefined, key: 'PolicyDocument' } },
      `The policy ${id} is at least ${inEnglish(size)} characters; IAM takes ${inEnglish(LIMITS.managedPolicy)}. Split it.`,
    );
};

const checkAttached = (id: string, count: number, report: Report): void => {
  const { usual, most } = LIMITS.attachedPolicies;
  if (count <= usual) return;
  const where = { id, path: { up: undefined, key: 'ManagedPolicyArns' } };
  const fact = `${id} has ${count} managed policies; IAM takes ${usual}`;
  if (count > most)
    report.problem(
      'OVER_LIMIT',
      where,
      `${fact} by default, and ${most} at most. Join some into one.`,
    );
  else
    report.warning(
      'OVER_LIMIT',
      where,
      `${fact} by default, and up to ${most} where the account's quota was raised. Join some into one.`,
    );
};
