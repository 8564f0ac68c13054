import type * as Kms from '@aws-sdk/client-kms';
import { AwsError } from '../../core/aws-error.ts';
import type { Need, OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { disabled, grantNotFound, limitExceeded, outOfEnum, validation } from './errors.ts';
import { findKeyItself } from './find-key.ts';
import { LIMITS, PAGE } from './limits.ts';
import { needById, needOfAccount, needOnKey } from './needs.ts';
import { page } from './page.ts';
import type { Grant, KmsState } from './state.ts';
import { assertNotPendingDeletion, checkAsides } from './usable.ts';

type Context = OperationContext<KmsState>;

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html#KMS-CreateGrant-request-Operations */
const GRANT_OPERATIONS: readonly string[] = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'Sign',
  'Verify',
  'GetPublicKey',
  'CreateGrant',
  'RetireGrant',
  'DescribeKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateMac',
  'VerifyMac',
  'DeriveSharedSecret',
];

const describe = (grant: Grant, { state }: Context): Kms.GrantListEntry => ({
  KeyId: state.keys.get(grant.keyId)?.arn ?? grant.keyId,
  GrantId: grant.id,
  ...(grant.name === undefined ? {} : { Name: grant.name }),
  CreationDate: new Date(grant.createdAt),
  GranteePrincipal: grant.grantee,
  ...(grant.retiring === undefined ? {} : { RetiringPrincipal: grant.retiring }),
  IssuingAccount: grant.issuer,
  Operations: [...grant.operations] as Kms.GrantOperation[],
  ...(grant.contextEquals === undefined && grant.contextSubset === undefined
    ? {}
    : {
        Constraints: {
          ...(grant.contextEquals === undefined
            ? {}
            : { EncryptionContextEquals: { ...grant.contextEquals } }),
          ...(grant.contextSubset === undefined
            ? {}
            : { EncryptionContextSubset: { ...grant.contextSubset } }),
        },
      }),
});

const constraintKeys = ({ Constraints }: Kms.CreateGrantRequest): Need['conditions'] =>
  Constraints?.EncryptionContextEquals !== undefined
    ? { 'kms:GrantConstraintType': 'EncryptionContextEquals' }
    : Constraints?.EncryptionContextSubset !== undefined
      ? { 'kms:GrantConstraintType': 'EncryptionContextSubset' }
      : {};

/** A grant that a request means, by its token or by its key and id. */
const grantOf = (
  input: Pick<Kms.RetireGrantRequest, 'GrantToken' | 'KeyId' | 'GrantId'>,
  context: Context,
): Grant => {
  const { grants } = context.state;
  if (input.GrantToken !== undefined) {
    const found = [...grants.values()].find(({ token }) => token === input.GrantToken);
    if (found === undefined)
      throw new AwsError('InvalidGrantTokenException', 'The grant token is not valid.');
    return found;
  }
  if (input.KeyId === undefined || input.GrantId === undefined)
    throw validation('Either a GrantToken, or a KeyId and a GrantId, must be specified.');
  const key = findKeyItself(context, input.KeyId);
  const found = grants.get(input.GrantId);
  if (found === undefined || found.keyId !== key.id) throw grantNotFound(input.GrantId);
  return found;
};

const sameGrant = (one: Grant, other: Grant): boolean => {
  const facts = ({ id: _i, token: _t, createdAt: _c, ...rest }: Grant) => JSON.stringify(rest);
  return one.name !== undefined && facts(one) === facts(other);
};

const checkPrincipal = (member: string, arn: string): void => {
  if (
    !/^arn:aws[\w-]*:(iam|sts)::\d{12}:(root$|(user|role|assumed-role|federated-user)\/.+)/.test(
      arn,
    )
  )
    throw new AwsError('InvalidArnException', `${member} ${arn} is not the ARN of a principal.`);
};

/** Grants: what a principal may do with a key beside the key's policy. */
export const grantOperations: OperationTable<KmsState> = {
  CreateGrant: operation<KmsState, Kms.CreateGrantRequest, Kms.CreateGrantResponse>({
    needs: (input, context) =>
      needById('CreateGrant', context, input.KeyId, {
        'kms:GrantIsForAWSResource': String(context.via !== undefined),
        'kms:GrantOperations': input.Operations ?? [],
        'kms:GranteePrincipal': input.GranteePrincipal ?? '',
        ...(input.RetiringPrincipal === undefined
          ? {}
          : { 'kms:RetiringPrincipal': input.RetiringPrincipal }),
        ...constraintKeys(input),
      }),
    handle: (input, context) => {
      const key = findKeyItself(context, input.KeyId ?? '');
      assertNotPendingDeletion(key);
      if (!key.enabled) throw disabled(key.arn);
      const operations = input.Operations ?? [];
      const unknown = operations.find((name) => !GRANT_OPERATIONS.includes(name));
      if (unknown !== undefined) throw outOfEnum('operations', unknown, GRANT_OPERATIONS);
      if (operations.length === 0) throw validation('A grant has at least one operation.');
      checkPrincipal('GranteePrincipal', input.GranteePrincipal ?? '');
      if (input.RetiringPrincipal !== undefined)
        checkPrincipal('RetiringPrincipal', input.RetiringPrincipal);
      const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } =
        input.Constraints ?? {};
      if (equals !== undefined && subset !== undefined)
        throw validation(
          'A grant has EncryptionContextEquals or EncryptionContextSubset, not both.',
        );
      checkAsides(input);
      const { grants } = context.state;
      const { principal } = context;
      const grant: Grant = {
        id: context.random.hex(64),
        token: Buffer.from(context.random.bytes(48)).toString('base64'),
        keyId: key.id,
        ...(input.Name === undefined ? {} : { name: input.Name }),
        grantee: input.GranteePrincipal ?? '',
        ...(input.RetiringPrincipal === undefined ? {} : { retiring: input.RetiringPrincipal }),
        issuer: `arn:aws:iam::${'accountId' in principal ? principal.accountId : context.accountId}:root`,
        operations,
        ...(equals === undefined ? {} : { contextEquals: equals }),
        ...(subset === undefined ? {} : { contextSubset: subset }),
        createdAt: context.clock.now(),
      };
      const ofKey = [...grants.values()].filter(({ keyId }) => keyId === key.id);
      // A named grant made again is the same grant: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html#KMS-CreateGrant-request-Name
      const known = ofKey.find((other) => sameGrant(other, grant));
      if (known !== undefined) return { GrantToken: known.token, GrantId: known.id };
      if (ofKey.length >= LIMITS.grantsOfKey)
        throw limitExceeded(`A key can have at most ${LIMITS.grantsOfKey} grants.`);
      grants.set(grant.id, grant);
      return { GrantToken: grant.token, GrantId: grant.id };
    },
  }),

  ListGrants: operation<KmsState, Kms.ListGrantsRequest, Kms.ListGrantsResponse>({
    needs: ({ KeyId }, context) => needById('ListGrants', context, KeyId),
    handle: (input, context) => {
      const key = findKeyItself(context, input.KeyId ?? '');
      const found = [...context.state.grants.values()].filter(
        ({ keyId, id, grantee }) =>
          keyId === key.id &&
          (input.GrantId === undefined || input.GrantId === id) &&
          (input.GranteePrincipal === undefined || input.GranteePrincipal === grantee),
      );
      const { items, more } = page(found, input, PAGE.grants);
      return { Grants: items.map((grant) => describe(grant, context)), ...more };
    },
  }),

  ListRetirableGrants: operation<KmsState, Kms.ListRetirableGrantsRequest, Kms.ListGrantsResponse>({
    needs: (_input, context) => needOfAccount('ListRetirableGrants', context),
    handle: (input, context) => {
      const found = [...context.state.grants.values()].filter(
        ({ retiring }) => retiring === input.RetiringPrincipal,
      );
      const { items, more } = page(found, input, PAGE.grants);
      return { Grants: items.map((grant) => describe(grant, context)), ...more };
    },
  }),

  RevokeGrant: operation<KmsState, Kms.RevokeGrantRequest, object>({
    needs: ({ KeyId }, context) => needById('RevokeGrant', context, KeyId),
    handle: (input, context) => {
      const { id } = grantOf({ KeyId: input.KeyId, GrantId: input.GrantId }, context);
      checkAsides(input);
      context.state.grants.delete(id);
      return {};
    },
  }),

  RetireGrant: operation<KmsState, Kms.RetireGrantRequest, object>({
    needs: (input, context) => {
      const grant = grantOf(input, context);
      const { principal } = context;
      const arns =
        principal.kind === 'session'
          ? [principal.arn, principal.roleArn]
          : 'arn' in principal
            ? [principal.arn]
            : [];
      // "the retiring principal, and the grantee when RetireGrant is among the operations": https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html
      const isNamed =
        (grant.retiring !== undefined && arns.includes(grant.retiring)) ||
        (grant.operations.includes('RetireGrant') && arns.includes(grant.grantee));
      const key = context.state.keys.get(grant.keyId);
      if (isNamed || key === undefined) return [];
      return needOnKey('RetireGrant', { key }, context);
    },
    handle: (input, context) => {
      const { id } = grantOf(input, context);
      checkAsides(input);
      context.state.grants.delete(id);
      return {};
    },
  }),
};
