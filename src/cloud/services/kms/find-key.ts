import type { Random } from '../../core/random.ts';
import { aliasNotFound, invalidArn, invalidKeyId, keyNotFound } from './errors.ts';
import { newMaterial, withDueRotations } from './key-material.ts';
import { managedPolicy } from './policies.ts';
import type { Alias, Key, KmsState } from './state.ts';
import { MANAGED_ALIASES } from './via-services.ts';

/** What finding a key needs of an operation's context. */
export interface KeyRing {
  readonly state: KmsState;
  readonly accountId: string;
  readonly region: string;
  readonly random: Random;
}

interface Place {
  readonly accountId: string;
  readonly region: string;
}

export const keyArn = ({ region, accountId }: Place, id: string): string =>
  `arn:aws:kms:${region}:${accountId}:key/${id}`;

export const aliasArn = ({ region, accountId }: Place, name: string): string =>
  `arn:aws:kms:${region}:${accountId}:${name}`;

const KEY_ID = /^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** A key, its pending deletion and rotations taken account of. */
export const keyById = ({ state, random }: KeyRing, id: string): Key | undefined => {
  const key = state.keys.get(id);
  if (key === undefined) return undefined;
  const now = state.now();
  if (key.deletionAt !== undefined && key.deletionAt <= now) {
    forget(state, id);
    return undefined;
  }
  const current = withDueRotations(key, now, random);
  if (current !== key) state.keys.set(id, current);
  return current;
};

/** A deleted key takes its aliases and grants along. https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html */
const forget = (state: KmsState, id: string): void => {
  state.keys.delete(id);
  for (const [name, { keyId }] of state.aliases.entries())
    if (keyId === id) state.aliases.delete(name);
  for (const [grantId, { keyId }] of state.grants.entries())
    if (keyId === id) state.grants.delete(grantId);
};

/** An alias, and the key that AWS makes when one of its own aliases is named for the first time. */
const aliasNamed = (ring: KeyRing, name: string): Alias | undefined => {
  const known = ring.state.aliases.get(name);
  const service = MANAGED_ALIASES[name];
  if (known !== undefined || service === undefined) return known;
  const now = ring.state.now();
  const id = ring.random.uuid();
  ring.state.keys.set(id, {
    id,
    arn: keyArn(ring, id),
    // https://docs.aws.amazon.com/kms/latest/developerguide/viewing-keys-console.html shows such a description
    description: `Default key that protects my ${service} data when no other key is defined`,
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    enabled: true,
    manager: 'AWS',
    createdAt: now,
    policy: managedPolicy(service, ring.accountId, ring.region),
    tags: {},
    materials: [newMaterial(ring.random, 32, now)],
    // "AWS KMS automatically rotates AWS managed keys every year": https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    rotation: { periodDays: 365, nextAt: now + 365 * 86_400_000 },
  });
  const alias: Alias = {
    name,
    arn: aliasArn(ring, name),
    keyId: id,
    createdAt: now,
    updatedAt: now,
  };
  ring.state.aliases.set(name, alias);
  return alias;
};

/** A key and, where it was named by one, its alias. */
export interface FoundKey {
  readonly key: Key;
  readonly alias?: string;
}

/**
 * The key that a request names by its id, its ARN, an alias or an alias' ARN.
 * @throws {NotFoundException}
 */
export const findKey = (ring: KeyRing, given: string): FoundKey => {
  if (given === '') throw invalidKeyId('');
  let rest = given;
  if (given.startsWith('arn:')) {
    const [, , service, region = '', account = '', ...last] = given.split(':');
    if (service !== 'kms') throw invalidArn(given);
    if (region !== ring.region) throw invalidArn(region);
    if (account !== ring.accountId) throw keyNotFound(given);
    rest = last.join(':').replace(/^key\//, '');
  }
  if (rest.startsWith('alias/')) {
    const alias = aliasNamed(ring, rest);
    const key = alias === undefined ? undefined : keyById(ring, alias.keyId);
    if (key === undefined) throw aliasNotFound(aliasArn(ring, rest));
    return { key, alias: rest };
  }
  if (!KEY_ID.test(rest)) throw invalidKeyId(given);
  const key = keyById(ring, rest);
  if (key === undefined) throw keyNotFound(keyArn(ring, rest));
  return { key };
};

/**
 * The key that a request names by its id or ARN: operations that manage a key take no alias.
 * @throws {NotFoundException}
 */
export const findKeyItself = (ring: KeyRing, given: string): Key => {
  if (/^(arn:.*:)?alias\//.test(given)) throw invalidKeyId(given);
  return findKey(ring, given).key;
};

/** Keys that there are, in the order in which they were made. */
export const allKeys = (ring: KeyRing): readonly Key[] =>
  [...ring.state.keys.keys()].flatMap((id) => keyById(ring, id) ?? []);
