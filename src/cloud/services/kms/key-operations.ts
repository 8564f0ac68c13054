import type * as Kms from '@aws-sdk/client-kms';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { describeKey } from './describe-key.ts';
import {
  notPendingDeletion,
  outOfEnum,
  systemTag,
  tooManyTags,
  unsupported,
  validation,
} from './errors.ts';
import { allKeys, findKey, findKeyItself, keyArn } from './find-key.ts';
import { newMaterial, newPair } from './key-material.ts';
import { checkPolicy } from './key-policy.ts';
import { factsOf, isKeySpec, KEY_SPECS, KEY_USAGES, SPECS_NOT_HERE } from './key-specs.ts';
import type { KeySpec, KeyUsage } from './key-specs.ts';
import { DAY_MS, LIMITS, PAGE } from './limits.ts';
import { needByName, needById, needOfAccount, newKeyKeys, tagKeys } from './needs.ts';
import { page } from './page.ts';
import { defaultPolicy } from './policies.ts';
import type { Key, KmsState } from './state.ts';
import { assertNotPendingDeletion } from './usable.ts';

const specOf = ({ KeySpec, CustomerMasterKeySpec }: Kms.CreateKeyRequest): string =>
  KeySpec ?? CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';

const checkSpec = (spec: string): KeySpec => {
  if (SPECS_NOT_HERE.includes(spec)) throw notSupported(`A key of the spec ${spec}`);
  if (!isKeySpec(spec)) throw outOfEnum('keySpec', spec, Object.keys(KEY_SPECS));
  return spec;
};

const checkUsage = (spec: KeySpec, usage: string | undefined): KeyUsage => {
  const { usages } = factsOf(spec);
  if (usage === undefined) {
    if (spec === 'SYMMETRIC_DEFAULT') return 'ENCRYPT_DECRYPT';
    throw validation(
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
  }
  const found = usages.find((one) => one === usage);
  if (found !== undefined) return found;
  if (!KEY_USAGES.some((one) => one === usage)) throw outOfEnum('keyUsage', usage, KEY_USAGES);
  throw validation(`KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
};

const refuseUnsupported = (input: Kms.CreateKeyRequest): void => {
  if ((input.Origin ?? 'AWS_KMS') !== 'AWS_KMS')
    throw notSupported(`A key of the origin ${input.Origin}`);
  if (input.MultiRegion === true) throw notSupported('A multi-Region key (MultiRegion)');
  if (input.CustomKeyStoreId !== undefined) throw notSupported('CustomKeyStoreId');
  if (input.XksKeyId !== undefined) throw notSupported('XksKeyId');
};

const createKey = async (
  input: Kms.CreateKeyRequest,
  context: OperationContext<KmsState>,
): Promise<Key> => {
  refuseUnsupported(input);
  const spec = checkSpec(specOf(input));
  const usage = checkUsage(spec, input.KeyUsage);
  const tags = input.Tags ?? [];
  assertNoSystemTags(tags, context);
  if (tags.length > LIMITS.tags) throw tooManyTags(LIMITS.tags);
  const id = context.random.uuid();
  const arn = keyArn(context, id);
  const policy = input.Policy ?? defaultPolicy(context.accountId);
  if (input.Policy !== undefined)
    checkPolicy(policy, arn, context, input.BypassPolicyLockoutSafetyCheck);
  const { make } = factsOf(spec);
  const createdAt = context.clock.now();
  return {
    id,
    arn,
    description: input.Description ?? '',
    spec,
    usage,
    enabled: true,
    manager: 'CUSTOMER',
    createdAt,
    policy,
    tags: Object.fromEntries(tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue])),
    materials: make.kind === 'secret' ? [newMaterial(context.random, make.bytes, createdAt)] : [],
    ...(make.kind === 'secret' ? {} : { pair: await newPair(context.clock, make) }),
  };
};

/** Tags of AWS are CloudFormation's to set. @throws {TagException} */
export const assertNoSystemTags = (
  tags: readonly Kms.Tag[],
  { via }: OperationContext<KmsState>,
): void => {
  const system = tags.find(({ TagKey = '' }) => /^aws:/i.test(TagKey));
  if (system !== undefined && via !== 'cloudformation.amazonaws.com')
    throw systemTag(system.TagKey ?? '');
};

/** AWS's own keys are not the customer's to change. */
export const assertCustomerKey = (key: Key): void => {
  if (key.manager === 'AWS')
    throw unsupported(`${key.arn} is an AWS managed key, which is not valid for this operation.`);
};

const setEnabled =
  (enabled: boolean) =>
  ({ KeyId }: { readonly KeyId: string | undefined }, context: OperationContext<KmsState>) => {
    const key = findKeyItself(context, KeyId ?? '');
    assertNotPendingDeletion(key);
    assertCustomerKey(key);
    context.state.keys.set(key.id, { ...key, enabled });
    return {};
  };

/** Keys: made, looked at, switched on and off, deleted. */
export const keyOperations: OperationTable<KmsState> = {
  CreateKey: operation<KmsState, Kms.CreateKeyRequest, Kms.CreateKeyResponse>({
    needs: (input, context) => {
      const conditions = {
        ...newKeyKeys(
          specOf(input),
          input.KeyUsage ?? 'ENCRYPT_DECRYPT',
          input.BypassPolicyLockoutSafetyCheck,
        ),
        ...tagKeys(input.Tags ?? []),
      };
      return [
        needOfAccount('CreateKey', context, '*', conditions),
        // CloudFormation's own tags ask for no permission of the deployer.
        ...((input.Tags ?? []).every(({ TagKey = '' }) => TagKey.startsWith('aws:'))
          ? []
          : [needOfAccount('TagResource', context, keyArn(context, '*'), conditions)]),
      ];
    },
    handle: async (input, context) => {
      const key = await createKey(input, context);
      context.state.keys.set(key.id, key);
      return { KeyMetadata: describeKey(key, context.accountId) };
    },
  }),

  DescribeKey: operation<KmsState, Kms.DescribeKeyRequest, Kms.DescribeKeyResponse>({
    needs: ({ KeyId }, context) => needByName('DescribeKey', context, KeyId),
    handle: ({ KeyId }, context) => ({
      KeyMetadata: describeKey(findKey(context, KeyId ?? '').key, context.accountId),
    }),
  }),

  ListKeys: operation<KmsState, Kms.ListKeysRequest, Kms.ListKeysResponse>({
    needs: (_input, context) => needOfAccount('ListKeys', context),
    handle: (input, context) => {
      const { items, more } = page(allKeys(context), input, PAGE.keys);
      return { Keys: items.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })), ...more };
    },
  }),

  EnableKey: operation<KmsState, Kms.EnableKeyRequest, object>({
    needs: ({ KeyId }, context) => needById('EnableKey', context, KeyId),
    handle: setEnabled(true),
  }),

  DisableKey: operation<KmsState, Kms.DisableKeyRequest, object>({
    needs: ({ KeyId }, context) => needById('DisableKey', context, KeyId),
    handle: setEnabled(false),
  }),

  UpdateKeyDescription: operation<KmsState, Kms.UpdateKeyDescriptionRequest, object>({
    needs: ({ KeyId }, context) => needById('UpdateKeyDescription', context, KeyId),
    handle: ({ KeyId, Description = '' }, context) => {
      const key = findKeyItself(context, KeyId ?? '');
      assertNotPendingDeletion(key);
      assertCustomerKey(key);
      context.state.keys.set(key.id, { ...key, description: Description });
      return {};
    },
  }),

  ScheduleKeyDeletion: operation<
    KmsState,
    Kms.ScheduleKeyDeletionRequest,
    Kms.ScheduleKeyDeletionResponse
  >({
    needs: ({ KeyId, PendingWindowInDays }, context) =>
      needById('ScheduleKeyDeletion', context, KeyId, {
        'kms:ScheduleKeyDeletionPendingWindowInDays': String(
          PendingWindowInDays ?? LIMITS.deletionDays.most,
        ),
      }),
    handle: ({ KeyId, PendingWindowInDays = LIMITS.deletionDays.most }, context) => {
      const key = findKeyItself(context, KeyId ?? '');
      assertNotPendingDeletion(key);
      assertCustomerKey(key);
      const { least, most } = LIMITS.deletionDays;
      if (PendingWindowInDays < least || PendingWindowInDays > most)
        throw validation(
          `1 validation error detected: Value '${PendingWindowInDays}' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value ${PendingWindowInDays < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`}`,
        );
      const deletionAt = context.clock.now() + PendingWindowInDays * DAY_MS;
      context.state.keys.set(key.id, { ...key, deletionAt });
      return {
        KeyId: key.arn,
        DeletionDate: new Date(deletionAt),
        KeyState: 'PendingDeletion',
        PendingWindowInDays,
      };
    },
  }),

  CancelKeyDeletion: operation<
    KmsState,
    Kms.CancelKeyDeletionRequest,
    Kms.CancelKeyDeletionResponse
  >({
    needs: ({ KeyId }, context) => needById('CancelKeyDeletion', context, KeyId),
    handle: ({ KeyId }, context) => {
      const { deletionAt, ...key } = findKeyItself(context, KeyId ?? '');
      if (deletionAt === undefined) throw notPendingDeletion(key.arn);
      // A key whose deletion was called off is disabled: https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html
      context.state.keys.set(key.id, { ...key, enabled: false });
      return { KeyId: key.arn };
    },
  }),
};
