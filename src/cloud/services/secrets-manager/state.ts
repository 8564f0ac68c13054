import type { Timer } from '../../core/clock.ts';
import type { StateTools } from '../../core/define-service.ts';
import type { Table } from '../../core/store.ts';

/** A value under a data key of its own, which a KMS key encrypts. */
export interface SealedValue {
  /** ARN of the KMS key, or {@link DEFAULT_KEY}. */
  readonly keyId: string;
  /** As KMS encrypted it. */
  readonly dataKey: Uint8Array;
  readonly iv: Uint8Array;
  readonly tag: Uint8Array;
  readonly bytes: Uint8Array;
}

/** What AWS calls its own key in lists of versions. */
export const DEFAULT_KEY = 'DefaultEncryptionKey';

export interface SecretVersion {
  readonly id: string;
  /** Staging labels. A version without any is deprecated. */
  readonly stages: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly accessedAt?: number;
  readonly kind?: 'string' | 'binary';
  /** The newest first; none for a version that a rotation has yet to fill. */
  readonly copies: readonly SealedValue[];
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html */
export interface RotationRules {
  readonly AutomaticallyAfterDays?: number;
  readonly Duration?: string;
  readonly ScheduleExpression?: string;
}

export interface Rotation {
  readonly enabled: boolean;
  readonly lambdaArn: string;
  readonly rules: RotationRules;
  /** Milliseconds since the epoch. */
  readonly rotatedAt?: number;
  readonly nextAt?: number;
  /** The version that is being made, while a rotation runs. */
  readonly running?: string;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  /** As it was given; left out for AWS's own key. */
  readonly kmsKeyId?: string;
  readonly type?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly changedAt: number;
  /** The day, as AWS tells it no closer. */
  readonly accessedAt?: number;
  /** When it goes for good, once it is deleted. */
  readonly purgeAt?: number;
  readonly tags: Readonly<Record<string, string>>;
  /** JSON. */
  readonly policy?: string;
  readonly versions: readonly SecretVersion[];
  readonly rotation?: Rotation;
}

export interface SecretsState {
  readonly accountId: string;
  readonly region: string;
  /** By name. */
  readonly secrets: Table<Secret>;
  /** What wakes the next rotation, by name of the secret. */
  readonly timers: Map<string, Timer>;
  /** Is asked for the time where only the state is at hand. */
  now(): number;
}

export const createSecretsState = ({
  table,
  accountId,
  region,
  clock,
}: StateTools): SecretsState => ({
  accountId,
  region,
  secrets: table<Secret>('secrets'),
  timers: new Map(),
  now: () => clock.now(),
});
