import type { StateTools } from '../../core/define-service.ts';
import type { Table } from '../../core/store.ts';
import type { KeySpec, KeyUsage } from './key-specs.ts';

/** One generation of a symmetric key's secret bytes. Old ones stay, so that what they encrypted can be read. */
export interface KeyMaterial {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly rotation?: 'AUTOMATIC' | 'ON_DEMAND';
}

/** The two halves of an asymmetric key, DER. */
export interface KeyPair {
  /** PKCS #8. */
  readonly privateKey: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

export interface Key {
  readonly id: string;
  readonly arn: string;
  readonly description: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly enabled: boolean;
  readonly manager: 'CUSTOMER' | 'AWS';
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** When it goes, once its deletion is scheduled. Milliseconds since the epoch. */
  readonly deletionAt?: number;
  /** JSON. */
  readonly policy: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The newest last; none for asymmetric keys. */
  readonly materials: readonly KeyMaterial[];
  readonly pair?: KeyPair;
  /** Automatic rotation, when it is on. */
  readonly rotation?: { readonly periodDays: number; readonly nextAt: number };
}

export interface Alias {
  /** `alias/orders` */
  readonly name: string;
  readonly arn: string;
  readonly keyId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Grant {
  readonly id: string;
  readonly token: string;
  readonly keyId: string;
  readonly name?: string;
  readonly grantee: string;
  readonly retiring?: string;
  readonly issuer: string;
  readonly operations: readonly string[];
  readonly contextEquals?: Readonly<Record<string, string>>;
  readonly contextSubset?: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface KmsState {
  readonly accountId: string;
  readonly region: string;
  readonly keys: Table<Key>;
  readonly aliases: Table<Alias>;
  readonly grants: Table<Grant>;
  /** Is asked for the time where only the state is at hand. */
  now(): number;
}

export const createKmsState = ({ table, accountId, region, clock }: StateTools): KmsState => ({
  accountId,
  region,
  keys: table<Key>('keys'),
  aliases: table<Alias>('aliases'),
  grants: table<Grant>('grants'),
  now: () => clock.now(),
});
