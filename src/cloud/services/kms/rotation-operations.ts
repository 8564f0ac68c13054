import type * as Kms from '@aws-sdk/client-kms';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { disabled, limitExceeded, unsupported, validation } from './errors.ts';
import { findKeyItself } from './find-key.ts';
import { assertCustomerKey } from './key-operations.ts';
import { newMaterial } from './key-material.ts';
import { DAY_MS, LIMITS, PAGE } from './limits.ts';
import { needById } from './needs.ts';
import { page } from './page.ts';
import type { Key, KmsState } from './state.ts';
import { assertNotPendingDeletion } from './usable.ts';

type Context = OperationContext<KmsState>;

/** Only symmetric keys for encryption rotate. https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html */
const rotatable = (context: Context, keyId: string | undefined): Key => {
  const key = findKeyItself(context, keyId ?? '');
  if (key.spec !== 'SYMMETRIC_DEFAULT')
    throw unsupported(`${key.arn} key spec is ${key.spec} which is not valid for this operation.`);
  assertNotPendingDeletion(key);
  return key;
};

const enabledKey = (context: Context, keyId: string | undefined): Key => {
  const key = rotatable(context, keyId);
  assertCustomerKey(key);
  if (!key.enabled) throw disabled(key.arn);
  return key;
};

/** Rotation of keys: by time, on the cloud's clock, and on demand. */
export const rotationOperations: OperationTable<KmsState> = {
  EnableKeyRotation: operation<KmsState, Kms.EnableKeyRotationRequest, object>({
    needs: ({ KeyId, RotationPeriodInDays }, context) =>
      needById('EnableKeyRotation', context, KeyId, {
        'kms:RotationPeriodInDays': String(RotationPeriodInDays ?? LIMITS.rotationDays.usual),
      }),
    handle: ({ KeyId, RotationPeriodInDays: days = LIMITS.rotationDays.usual }, context) => {
      const key = enabledKey(context, KeyId);
      const { least, most } = LIMITS.rotationDays;
      if (days < least || days > most)
        throw validation(
          `1 validation error detected: Value '${days}' at 'rotationPeriodInDays' failed to satisfy constraint: Member must have value ${days < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`}`,
        );
      const nextAt = context.clock.now() + days * DAY_MS;
      context.state.keys.set(key.id, { ...key, rotation: { periodDays: days, nextAt } });
      return {};
    },
  }),

  DisableKeyRotation: operation<KmsState, Kms.DisableKeyRotationRequest, object>({
    needs: ({ KeyId }, context) => needById('DisableKeyRotation', context, KeyId),
    handle: ({ KeyId }, context) => {
      const { rotation: _, ...key } = enabledKey(context, KeyId);
      context.state.keys.set(key.id, key);
      return {};
    },
  }),

  GetKeyRotationStatus: operation<
    KmsState,
    Kms.GetKeyRotationStatusRequest,
    Kms.GetKeyRotationStatusResponse
  >({
    needs: ({ KeyId }, context) => needById('GetKeyRotationStatus', context, KeyId),
    handle: ({ KeyId }, context) => {
      const key = rotatable(context, KeyId);
      return {
        KeyRotationEnabled: key.rotation !== undefined,
        KeyId: key.arn,
        ...(key.rotation === undefined
          ? {}
          : {
              RotationPeriodInDays: key.rotation.periodDays,
              NextRotationDate: new Date(key.rotation.nextAt),
            }),
      };
    },
  }),

  RotateKeyOnDemand: operation<
    KmsState,
    Kms.RotateKeyOnDemandRequest,
    Kms.RotateKeyOnDemandResponse
  >({
    needs: ({ KeyId }, context) => needById('RotateKeyOnDemand', context, KeyId),
    handle: ({ KeyId }, context) => {
      const key = enabledKey(context, KeyId);
      const done = key.materials.filter(({ rotation }) => rotation === 'ON_DEMAND').length;
      if (done >= LIMITS.rotationsOnDemand)
        throw limitExceeded(
          `A key can be rotated on demand ${LIMITS.rotationsOnDemand} times; ${key.arn} has been.`,
        );
      const added = newMaterial(context.random, 32, context.clock.now(), 'ON_DEMAND');
      context.state.keys.set(key.id, { ...key, materials: [...key.materials, added] });
      return { KeyId: key.arn };
    },
  }),

  ListKeyRotations: operation<KmsState, Kms.ListKeyRotationsRequest, Kms.ListKeyRotationsResponse>({
    needs: ({ KeyId }, context) => needById('ListKeyRotations', context, KeyId),
    handle: (input, context) => {
      const key = rotatable(context, input.KeyId);
      const all = input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL';
      const found = key.materials.filter(({ rotation }) => all || rotation !== undefined);
      const { items, more } = page(found, input, PAGE.keys);
      return {
        Rotations: items.map(
          ({ id, createdAt, rotation }): Kms.RotationsListEntry => ({
            KeyId: key.arn,
            KeyMaterialId: id,
            KeyMaterialState: id === key.materials.at(-1)?.id ? 'CURRENT' : 'NON_CURRENT',
            ...(rotation === undefined
              ? {}
              : { RotationDate: new Date(createdAt), RotationType: rotation }),
          }),
        ),
        ...more,
      };
    },
  }),
};
