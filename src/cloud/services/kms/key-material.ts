import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { makeKeyPair } from '../../core/key-pair.ts';
import type { Random } from '../../core/random.ts';
import type { KeySpecFacts } from './key-specs.ts';
import { DAY_MS } from './limits.ts';
import type { Key, KeyMaterial, KeyPair } from './state.ts';

const MATERIAL_ID_DIGITS = 64;

/** Fresh secret bytes. */
export const newMaterial = (
  random: Random,
  bytes: number,
  createdAt: number,
  rotation?: 'AUTOMATIC' | 'ON_DEMAND',
): KeyMaterial => ({
  id: random.hex(MATERIAL_ID_DIGITS),
  bytes: Uint8Array.from(random.bytes(bytes)),
  createdAt,
  ...(rotation === undefined ? {} : { rotation }),
});

const derOf = (pair: {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}): KeyPair => ({
  privateKey: Uint8Array.from(pair.privateKey.export({ type: 'pkcs8', format: 'der' })),
  publicKey: Uint8Array.from(pair.publicKey.export({ type: 'spki', format: 'der' })),
});

/** A fresh pair of keys. */
export const newPair = async (
  clock: Clock,
  make: Exclude<KeySpecFacts['make'], { kind: 'secret' }>,
): Promise<KeyPair> => derOf(await makeKeyPair(clock, make));

/** The private half of an asymmetric key. */
export const privateKeyOf = ({ privateKey }: KeyPair): KeyObject =>
  createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });

/** The public half of an asymmetric key. */
export const publicKeyOf = ({ publicKey }: KeyPair): KeyObject =>
  createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });

/** The key with the rotations that have fallen due since it was last looked at. */
export const withDueRotations = (key: Key, now: number, random: Random): Key => {
  let { rotation } = key;
  if (rotation === undefined || rotation.nextAt > now || key.deletionAt !== undefined) return key;
  const materials = [...key.materials];
  while (rotation.nextAt <= now) {
    materials.push(newMaterial(random, 32, rotation.nextAt, 'AUTOMATIC'));
    rotation = { ...rotation, nextAt: rotation.nextAt + rotation.periodDays * DAY_MS };
  }
  return { ...key, materials, rotation };
};
