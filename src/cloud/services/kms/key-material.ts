import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
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

const generate = promisify(generateKeyPair);

const derOf = (pair: {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}): KeyPair => ({
  privateKey: Uint8Array.from(pair.privateKey.export({ type: 'pkcs8', format: 'der' })),
  publicKey: Uint8Array.from(pair.publicKey.export({ type: 'spki', format: 'der' })),
});

/** A fresh pair of keys. Node's own source of chance makes it: a seed does not repeat it. */
export const newPair = async (
  make: Exclude<KeySpecFacts['make'], { kind: 'secret' }>,
): Promise<KeyPair> =>
  derOf(
    make.kind === 'rsa'
      ? await generate('rsa', { modulusLength: make.bits })
      : await generate('ec', { namedCurve: make.curve }),
  );

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
