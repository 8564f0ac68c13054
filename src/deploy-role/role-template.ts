import { DeployRoleError } from './deploy-role-error.ts';
import type { PolicyDocument } from './split-policy.ts';
import type { Trust } from './trust.ts';
import { providerSections, trustOf } from './trust.ts';

/** Managed policies that a role takes without asking AWS for more. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_POLICIES = 10;

/** An ARN with `${AWS::Region}` in it is one that CloudFormation fills in. */
const substituted = (value: unknown): unknown => {
  if (typeof value === 'string') return value.includes('${AWS::') ? { 'Fn::Sub': value } : value;
  if (Array.isArray(value)) return value.map(substituted);
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, substituted(member)]))
    : value;
};

/**
 * A template with the role that deploys a service. Role and policies have names of their own, which do not begin as the
 * service's do: what it may do to the service's roles it may not do to itself.
 *
 * @throws {TRUST_INVALID} when nobody can be trusted that way
 * @throws {POLICIES_TOO_MANY} when a role cannot take them all
 */
export const roleTemplate = (
  stackName: string,
  policies: readonly PolicyDocument[],
  trust: Trust,
): object => {
  const { policy, needsProvider } = trustOf(trust);
  if (policies.length > MAX_POLICIES)
    throw new DeployRoleError(
      'POLICIES_TOO_MANY',
      `What deploys ${stackName} is ${policies.length} managed policies, and a role takes ${MAX_POLICIES}.`,
      'Leave out stated names of resources, so that they begin with the name of the service and one pattern serves, or part the service.',
    );
  const name = `deploy-${stackName}`.slice(0, 60);
  const managed = policies.map((document, index): readonly [string, object] => [
    `Policy${index + 1}`,
    {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        ManagedPolicyName: `${name}-${index + 1}`,
        Description: `What a deployment of ${stackName} needs, part ${index + 1} of ${policies.length}`,
        PolicyDocument: substituted(document),
      },
    },
  ]);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `The role that deploys ${stackName}`,
    ...(needsProvider
      ? { Parameters: providerSections.Parameters, Conditions: providerSections.Conditions }
      : {}),
    Resources: {
      ...(needsProvider ? providerSections.Resources : {}),
      ...Object.fromEntries(managed),
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: name,
          Description: `Deploys ${stackName}`,
          AssumeRolePolicyDocument: policy,
          ManagedPolicyArns: managed.map(([id]) => ({ Ref: id })),
        },
      },
    },
    Outputs: {
      RoleArn: {
        Description: 'For role-to-assume of aws-actions/configure-aws-credentials, or --as',
        Value: { 'Fn::GetAtt': ['Role', 'Arn'] },
      },
    },
  };
};
