import { windowEnd } from './schedule.ts';
import type { Secret } from './state.ts';

/** What descriptions and lists tell alike. */
export const describeSecret = (secret: Secret) => {
  const { rotation } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description === undefined ? {} : { Description: secret.description }),
    ...(secret.kmsKeyId === undefined ? {} : { KmsKeyId: secret.kmsKeyId }),
    ...(rotation === undefined
      ? {}
      : {
          RotationEnabled: rotation.enabled,
          RotationLambdaARN: rotation.lambdaArn,
          RotationRules: { ...rotation.rules },
          ...(rotation.rotatedAt === undefined
            ? {}
            : { LastRotatedDate: new Date(rotation.rotatedAt) }),
          ...(rotation.nextAt === undefined
            ? {}
            : { NextRotationDate: new Date(windowEnd(rotation.rules, rotation.nextAt)) }),
        }),
    LastChangedDate: new Date(secret.changedAt),
    ...(secret.accessedAt === undefined ? {} : { LastAccessedDate: new Date(secret.accessedAt) }),
    ...(secret.purgeAt === undefined ? {} : { DeletedDate: new Date(secret.purgeAt) }),
    ...(Object.keys(secret.tags).length === 0
      ? {}
      : { Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })) }),
    CreatedDate: new Date(secret.createdAt),
  };
};
