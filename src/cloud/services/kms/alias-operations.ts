import type * as Kms from '@aws-sdk/client-kms';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import {
  aliasNotFound,
  alreadyExists,
  invalidAliasName,
  limitExceeded,
  validation,
} from './errors.ts';
import { aliasArn, findKeyItself } from './find-key.ts';
import { LIMITS, PAGE } from './limits.ts';
import { needById, needOfAccount } from './needs.ts';
import { page } from './page.ts';
import type { Alias, KmsState } from './state.ts';
import { assertCustomerKey } from './key-operations.ts';
import { assertNotPendingDeletion } from './usable.ts';

type Context = OperationContext<KmsState>;

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html#KMS-CreateAlias-request-AliasName */
const checkName = (name: string): void => {
  if (!name.startsWith('alias/')) throw validation('Invalid identifier');
  if (name.startsWith('alias/aws/'))
    throw new AwsError('NotAuthorizedException', 'Aliases that begin with alias/aws/ are for AWS.');
  if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(name) || name.length > 256)
    throw invalidAliasName(
      'Alias name must contain only alphanumeric characters, forward slashes (/), underscores (_), and dashes (-).',
    );
};

const requireAlias = ({ state, ...place }: Context, name: string): Alias => {
  const alias = state.aliases.get(name);
  if (alias === undefined) throw aliasNotFound(aliasArn(place, name));
  return alias;
};

const describe = ({ name, arn, keyId, createdAt, updatedAt }: Alias): Kms.AliasListEntry => ({
  AliasName: name,
  AliasArn: arn,
  TargetKeyId: keyId,
  CreationDate: new Date(createdAt),
  LastUpdatedDate: new Date(updatedAt),
});

const needOnAlias = (action: string, context: Context, name: string) =>
  needOfAccount(action, context, aliasArn(context, name));

/** Names of keys. */
export const aliasOperations: OperationTable<KmsState> = {
  CreateAlias: operation<KmsState, Kms.CreateAliasRequest, object>({
    needs: ({ AliasName = '', TargetKeyId }, context) => [
      needOnAlias('CreateAlias', context, AliasName),
      needById('CreateAlias', context, TargetKeyId),
    ],
    handle: ({ AliasName = '', TargetKeyId }, context) => {
      checkName(AliasName);
      const key = findKeyItself(context, TargetKeyId ?? '');
      assertNotPendingDeletion(key);
      assertCustomerKey(key);
      const { aliases } = context.state;
      const arn = aliasArn(context, AliasName);
      if (aliases.has(AliasName)) throw alreadyExists(arn);
      if (
        [...aliases.values()].filter(({ keyId }) => keyId === key.id).length >= LIMITS.aliasesOfKey
      )
        throw limitExceeded(`A key can have at most ${LIMITS.aliasesOfKey} aliases.`);
      const now = context.clock.now();
      aliases.set(AliasName, {
        name: AliasName,
        arn,
        keyId: key.id,
        createdAt: now,
        updatedAt: now,
      });
      return {};
    },
  }),

  UpdateAlias: operation<KmsState, Kms.UpdateAliasRequest, object>({
    needs: ({ AliasName = '', TargetKeyId }, context) => {
      const alias = context.state.aliases.get(AliasName);
      return [
        needOnAlias('UpdateAlias', context, AliasName),
        ...(alias === undefined ? [] : [needById('UpdateAlias', context, alias.keyId)]),
        needById('UpdateAlias', context, TargetKeyId),
      ];
    },
    handle: ({ AliasName = '', TargetKeyId }, context) => {
      checkName(AliasName);
      const alias = requireAlias(context, AliasName);
      const key = findKeyItself(context, TargetKeyId ?? '');
      assertNotPendingDeletion(key);
      const before = context.state.keys.get(alias.keyId);
      if (
        before !== undefined &&
        (before.usage !== key.usage || before.spec.split('_')[0] !== key.spec.split('_')[0])
      )
        throw validation(
          `Alias ${AliasName} can only move between keys of one type and usage: ${before.spec} for ${before.usage} is not ${key.spec} for ${key.usage}.`,
        );
      context.state.aliases.set(AliasName, {
        ...alias,
        keyId: key.id,
        updatedAt: context.clock.now(),
      });
      return {};
    },
  }),

  DeleteAlias: operation<KmsState, Kms.DeleteAliasRequest, object>({
    needs: ({ AliasName = '' }, context) => {
      const alias = context.state.aliases.get(AliasName);
      return [
        needOnAlias('DeleteAlias', context, AliasName),
        ...(alias === undefined ? [] : [needById('DeleteAlias', context, alias.keyId)]),
      ];
    },
    handle: ({ AliasName = '' }, context) => {
      checkName(AliasName);
      requireAlias(context, AliasName);
      context.state.aliases.delete(AliasName);
      return {};
    },
  }),

  ListAliases: operation<KmsState, Kms.ListAliasesRequest, Kms.ListAliasesResponse>({
    needs: (_input, context) => needOfAccount('ListAliases', context),
    handle: (input, context) => {
      const keyId = input.KeyId === undefined ? undefined : findKeyItself(context, input.KeyId).id;
      const found = [...context.state.aliases.values()]
        .filter((alias) => keyId === undefined || alias.keyId === keyId)
        .sort((one, other) => (one.name < other.name ? -1 : 1));
      const { items, more } = page(found, input, PAGE.aliases);
      return { Aliases: items.map(describe), ...more };
    },
  }),
};
