import type { Grant, Key, KmsState } from './state.ts';
import { VIA_NAMES } from './via-services.ts';

const rootOf = (accountId: string) => `arn:aws:iam::${accountId}:root`;

/**
 * The policy that a key has when its maker says none: it leaves the decision to the account's IAM policies.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export const defaultPolicy = (accountId: string): string =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: rootOf(accountId) },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    undefined,
    2,
  );

/**
 * The policy of an AWS managed key: everyone in the account may use it through its service, and look at it.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-policies
 */
export const managedPolicy = (service: string, accountId: string, region: string): string => {
  const sid = `Allow access through ${service} for all principals in the account that are authorized to use ${service}`;
  const name = VIA_NAMES[`${service}.amazonaws.com`] ?? service;
  return JSON.stringify(
    {
      Version: '2012-10-17',
      Id: `auto-${service}-1`,
      Statement: [
        {
          Sid: sid,
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: [
            'kms:Encrypt',
            'kms:Decrypt',
            'kms:ReEncrypt*',
            'kms:GenerateDataKey*',
            'kms:CreateGrant',
            'kms:DescribeKey',
          ],
          Resource: '*',
          Condition: {
            StringEquals: {
              'kms:CallerAccount': accountId,
              'kms:ViaService': `${name}.${region}.amazonaws.com`,
            },
          },
        },
        {
          Sid: 'Allow direct access to key metadata to the account',
          Effect: 'Allow',
          Principal: { AWS: rootOf(accountId) },
          Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
          Resource: '*',
        },
      ],
    },
    undefined,
    2,
  );
};

/** Constraints of a grant as conditions. https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html */
const conditionOf = ({ contextEquals, contextSubset }: Grant) => {
  const pairs = contextEquals ?? contextSubset;
  if (pairs === undefined) return {};
  const each = Object.fromEntries(
    Object.entries(pairs).map(([key, value]) => [`kms:EncryptionContext:${key}`, value]),
  );
  return {
    Condition: {
      StringEquals: each,
      ...(contextEquals === undefined
        ? {}
        : {
            'ForAllValues:StringEquals': {
              'kms:EncryptionContextKeys': Object.keys(contextEquals),
            },
          }),
    },
  };
};

/** Operations on an encryption context; a grant's constraint bounds only these. */
const WITH_CONTEXT = new Set([
  'Encrypt',
  'Decrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
]);

const statementsOf = (grant: Grant): readonly object[] => {
  const statement = (operations: readonly string[], condition: object) =>
    operations.length === 0
      ? []
      : [
          {
            Effect: 'Allow',
            Principal: { AWS: grant.grantee },
            Action: operations.map((operation) => `kms:${operation}`),
            Resource: '*',
            ...condition,
          },
        ];
  return [
    ...statement(
      grant.operations.filter((operation) => WITH_CONTEXT.has(operation)),
      conditionOf(grant),
    ),
    ...statement(
      grant.operations.filter((operation) => !WITH_CONTEXT.has(operation)),
      {},
    ),
  ];
};

interface Document {
  readonly Statement?: object | readonly object[];
}

/** A key's policy with its grants, which allow as the policy does. */
export const effectivePolicy = (key: Key, { grants }: KmsState): string => {
  if (grants.size === 0) return key.policy;
  const added = [...grants.values()]
    .filter(({ keyId }) => keyId === key.id)
    .flatMap((grant) => statementsOf(grant));
  if (added.length === 0) return key.policy;
  const document = JSON.parse(key.policy) as Document;
  const own = document.Statement ?? [];
  return JSON.stringify({
    ...document,
    Statement: [...(Array.isArray(own) ? (own as readonly object[]) : [own]), ...added],
  });
};
