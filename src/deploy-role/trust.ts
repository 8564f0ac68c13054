import { DeployRoleError } from './deploy-role-error.ts';

/** Who may take the role on. */
export type Trust =
  | {
      readonly kind: 'github';
      /** `OWNER/REPO`, as GitHub's tokens name it. */
      readonly repository: string;
      /** `branch`, or a deployment environment of GitHub's. */
      readonly from: { readonly branch: string } | { readonly environment: string };
    }
  | {
      readonly kind: 'principal' /** An account's number, or an ARN. */;
      readonly principal: string;
    };

const ISSUER = 'token.actions.githubusercontent.com';

/** The provider of GitHub's tokens: a template's parameter names the account's own, or one is made. */
export const PROVIDER_PARAMETER = 'GitHubProviderArn';
const PROVIDER = 'GitHubProvider';

/**
 * The trust policy of the role, and what a template needs beside it.
 *
 * @throws {TRUST_INVALID} when the repository or the principal cannot be one
 */
export const trustOf = (
  trust: Trust,
): { readonly policy: object; readonly needsProvider: boolean } =>
  trust.kind === 'github'
    ? { policy: gitHubTrust(trust), needsProvider: true }
    : { policy: principalTrust(trust.principal), needsProvider: false };

/**
 * A token's audience and subject, both, in full: a subject with a wildcard would let any branch deploy.
 * @see https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub
 */
const gitHubTrust = ({ repository, from }: Extract<Trust, { kind: 'github' }>): object => {
  // Repositories made or renamed since the middle of 2026 have their ids in the subject: octo-org@123456/octo-repo@456789.
  if (!/^[\w.-]+(@\d+)?\/[\w.-]+(@\d+)?$/.test(repository))
    throw new DeployRoleError(
      'TRUST_INVALID',
      `--github is ${JSON.stringify(repository)}, which is no repository.`,
      'Pass OWNER/REPO, or OWNER@ID/REPO@ID for a repository whose tokens carry ids.',
    );
  const place =
    'branch' in from ? `ref:refs/heads/${from.branch}` : `environment:${from.environment}`;
  if (/[*?\s]/.test(place))
    throw new DeployRoleError(
      'TRUST_INVALID',
      `${JSON.stringify(place)} has a space or a wildcard: whoever can make such a branch could deploy.`,
      'Name one branch or one environment.',
    );
  return policyFor({
    Principal: {
      Federated: {
        'Fn::If': ['MakeProvider', { Ref: PROVIDER }, { Ref: PROVIDER_PARAMETER }],
      },
    },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        [`${ISSUER}:aud`]: 'sts.amazonaws.com',
        [`${ISSUER}:sub`]: `repo:${repository}:${place}`,
      },
    },
  });
};

const principalTrust = (principal: string): object => {
  const isAccount = /^\d{12}$/.test(principal);
  if (!isAccount && !/^arn:aws[\w-]*:(iam|sts)::\d{12}:\S+$/.test(principal))
    throw new DeployRoleError(
      'TRUST_INVALID',
      `--trust is ${JSON.stringify(principal)}, which is neither an account nor the ARN of a user or role.`,
      'Pass twelve digits, or arn:aws:iam::ACCOUNT:user/NAME or role/NAME.',
    );
  return policyFor({
    Principal: {
      AWS: isAccount ? { 'Fn::Sub': `arn:\${AWS::Partition}:iam::${principal}:root` } : principal,
    },
    Action: 'sts:AssumeRole',
  });
};

const policyFor = (statement: object): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', ...statement }],
});

/** One provider serves an account, so the template makes one only where none is named. */
export const providerSections = {
  Parameters: {
    [PROVIDER_PARAMETER]: {
      Type: 'String',
      Default: '',
      Description: `ARN of the account's OIDC provider of ${ISSUER}; empty: one is made`,
    },
  },
  Conditions: { MakeProvider: { 'Fn::Equals': [{ Ref: PROVIDER_PARAMETER }, ''] } },
  Resources: {
    [PROVIDER]: {
      Type: 'AWS::IAM::OIDCProvider',
      Condition: 'MakeProvider',
      // The roles of other repositories may rely on it.
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { Url: `https://${ISSUER}`, ClientIdList: ['sts.amazonaws.com'] },
    },
  },
} as const;
