import type { KeyObject } from 'node:crypto';
import { generateKeyPair, generateKeyPairSync } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from './clock.ts';
import { isVirtual } from './clock.ts';

/** What kind of keys. */
export type KeyKind =
  | { readonly kind: 'rsa'; readonly bits: number }
  | { readonly kind: 'ec'; readonly curve: string };

const generate = promisify(generateKeyPair);

/**
 * A fresh pair of keys, by Node's own source of chance: a seed does not repeat it. It is made beside the event loop, and there when it is
 * there; on a clock that stands still at once, since what happens in what order is to replay.
 */
export const makeKeyPair = async (
  clock: Clock,
  make: KeyKind,
): Promise<{ readonly privateKey: KeyObject; readonly publicKey: KeyObject }> => {
  const atOnce = isVirtual(clock);
  if (make.kind === 'rsa') {
    const options = { modulusLength: make.bits };
    return atOnce ? generateKeyPairSync('rsa', options) : generate('rsa', options);
  }
  const options = { namedCurve: make.curve };
  return atOnce ? generateKeyPairSync('ec', options) : generate('ec', options);
};
