import { createHmac } from 'node:crypto';
import { createHmac256 } from './hmac.ts';
import type { SignatureClaim } from './signature-claim.ts';

/** The key that signs a day, a region and a service. */
export interface SigningKey {
  readonly bytes: Uint8Array;
  /** The signature of a text, in hexadecimal digits. */
  sign(text: string): string;
}

/** Days, regions and services by secret: four HMACs are worth keeping. */
const KEYS = new Map<string, Map<string, SigningKey>>();
const CAPACITY = 1_000;

const hmac = (key: string | Uint8Array, data: string) =>
  createHmac('sha256', key).update(data).digest();

const derive = (secret: string, { day, region, service }: SignatureClaim): SigningKey => {
  const bytes = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), 'aws4_request');
  return { bytes, sign: createHmac256(bytes) };
};

/**
 * The key of a secret for the scope of a claim.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key
 */
export const signingKey = (secret: string, claim: SignatureClaim): SigningKey => {
  let ofSecret = KEYS.get(secret);
  if (ofSecret === undefined) {
    if (KEYS.size >= CAPACITY) KEYS.clear();
    KEYS.set(secret, (ofSecret = new Map()));
  }
  let key = ofSecret.get(claim.scope);
  if (key === undefined) {
    if (ofSecret.size >= CAPACITY) ofSecret.clear();
    ofSecret.set(claim.scope, (key = derive(secret, claim)));
  }
  return key;
};
