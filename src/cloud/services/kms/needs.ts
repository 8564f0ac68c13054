import type { Need, OperationContext } from '../../core/define-service.ts';
import { findKey, findKeyItself } from './find-key.ts';
import type { FoundKey } from './find-key.ts';
import { factsOf } from './key-specs.ts';
import { defaultPolicy } from './policies.ts';
import type { Key, KmsState } from './state.ts';
import { VIA_NAMES } from './via-services.ts';

type Context = OperationContext<KmsState>;
type Conditions = NonNullable<Need['conditions']>;

/** https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-caller-account and -via-service */
const callerKeys = ({ principal, accountId, via, region }: Context): Conditions => {
  const service = via === undefined ? undefined : VIA_NAMES[via];
  return {
    'kms:CallerAccount': 'accountId' in principal ? principal.accountId : accountId,
    ...(service === undefined ? {} : { 'kms:ViaService': `${service}.${region}.amazonaws.com` }),
  };
};

const keyKeys = (key: Key, { state }: Context): Conditions => ({
  'kms:KeySpec': key.spec,
  'kms:KeyUsage': key.usage,
  'kms:KeyOrigin': 'AWS_KMS',
  'kms:MultiRegion': 'false',
  'kms:ResourceAliases': [...state.aliases.values()]
    .filter(({ keyId }) => keyId === key.id)
    .map(({ name }) => name),
  ...Object.fromEntries(
    Object.entries(key.tags).map(([name, value]) => [`aws:ResourceTag/${name}`, value]),
  ),
});

/** https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context */
export const encryptionContextKeys = (
  encryptionContext: Readonly<Record<string, string>> | undefined,
): Conditions => {
  const pairs = Object.entries(encryptionContext ?? {});
  if (pairs.length === 0) return {};
  return {
    'kms:EncryptionContextKeys': pairs.map(([name]) => name),
    ...Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
  };
};

/** Condition keys of a request that brings tags. */
export const tagKeys = (
  tags: readonly { readonly TagKey?: string | undefined; readonly TagValue?: string | undefined }[],
): Conditions =>
  tags.length === 0
    ? {}
    : {
        'aws:TagKeys': tags.map(({ TagKey = '' }) => TagKey),
        ...Object.fromEntries(
          tags.map(({ TagKey = '', TagValue = '' }) => [`aws:RequestTag/${TagKey}`, TagValue]),
        ),
      };

/** A need on a key that is at hand. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html */
export const needOnKey = (
  action: string,
  { key, alias }: FoundKey,
  context: Context,
  conditions: Conditions = {},
): Need => ({
  action: `kms:${action}`,
  resource: key.arn,
  conditions: {
    ...callerKeys(context),
    ...keyKeys(key, context),
    ...(alias === undefined ? {} : { 'kms:RequestAlias': alias }),
    ...conditions,
  },
});

/** A need of an operation that takes a key by id, ARN or alias. @throws {NotFoundException} */
export const needByName = (
  action: string,
  context: Context,
  keyId: string | undefined,
  conditions?: Conditions,
): Need => needOnKey(action, findKey(context, keyId ?? ''), context, conditions);

/** A need of an operation that takes a key by id or ARN alone. @throws {NotFoundException} */
export const needById = (
  action: string,
  context: Context,
  keyId: string | undefined,
  conditions?: Conditions,
): Need => needOnKey(action, { key: findKeyItself(context, keyId ?? '') }, context, conditions);

/** A need that no key policy decides: on the ring of keys as a whole, or on an alias. */
export const needOfAccount = (
  action: string,
  context: Context,
  resource = '*',
  conditions: Conditions = {},
): Need => ({
  action: `kms:${action}`,
  resource,
  // Aliases and keys that are yet to be made have no policy; IAM alone decides.
  resourcePolicy: defaultPolicy(context.accountId),
  conditions: { ...callerKeys(context), ...conditions },
});

/** What a new key would be, as condition keys. */
export const newKeyKeys = (
  spec: string,
  usage: string,
  bypass: boolean | undefined,
): Conditions => ({
  'kms:KeySpec': spec,
  'kms:KeyUsage': usage,
  'kms:KeyOrigin': 'AWS_KMS',
  'kms:MultiRegion': 'false',
  'kms:BypassPolicyLockoutSafetyCheck': String(bypass === true),
});

/** The algorithm that a key uses when the request says none. */
export const usualAlgorithm = ({ spec }: Key): string =>
  (factsOf(spec).encryption ?? ['SYMMETRIC_DEFAULT'])[0] ?? 'SYMMETRIC_DEFAULT';
