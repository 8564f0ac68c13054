import type { KeyObject } from 'node:crypto';
import { constants, createHash, privateEncrypt, publicDecrypt } from 'node:crypto';
import type { Random } from '../../core/random.ts';

/** DER of a DigestInfo before the digest. https://datatracker.ietf.org/doc/html/rfc8017#section-9.2, note 1 */
const DIGEST_INFO: Readonly<Record<string, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

const TRAILER = 0xbc;

const modulusBytes = (key: KeyObject) => (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;

const hashOf = (hash: string, ...parts: readonly Uint8Array[]) => {
  const digest = createHash(hash);
  for (const part of parts) digest.update(part);
  return digest.digest();
};

/** https://datatracker.ietf.org/doc/html/rfc8017#appendix-B.2.1 */
const mask = (hash: string, seed: Uint8Array, length: number): Buffer => {
  const pieces: Buffer[] = [];
  for (let counter = 0, made = 0; made < length; counter++) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const piece = hashOf(hash, seed, count);
    pieces.push(piece);
    made += piece.length;
  }
  return Buffer.concat(pieces).subarray(0, length);
};

const xor = (one: Uint8Array, other: Uint8Array) =>
  Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));

const EIGHT_ZEROS = Buffer.alloc(8);

/** https://datatracker.ietf.org/doc/html/rfc8017#section-9.1.1, the salt as long as the digest */
const encodePss = (hash: string, digest: Uint8Array, size: number, random: Random): Buffer => {
  const salt = random.bytes(digest.length);
  const inner = hashOf(hash, EIGHT_ZEROS, digest, salt);
  const block = Buffer.alloc(size - inner.length - 1);
  block[block.length - salt.length - 1] = 1;
  block.set(salt, block.length - salt.length);
  const masked = xor(block, mask(hash, inner, block.length));
  // The modulus has 8 bits a byte here, so the encoding is one bit shorter.
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return Buffer.concat([masked, inner, Buffer.from([TRAILER])]);
};

const isPss = (hash: string, digest: Uint8Array, encoded: Buffer): boolean => {
  const end = encoded.length - digest.length - 1;
  const inner = encoded.subarray(end, -1);
  if (encoded.at(-1) !== TRAILER || ((encoded[0] ?? 0) & 0x80) !== 0) return false;
  const block = xor(encoded.subarray(0, end), mask(hash, inner, end));
  block[0] = (block[0] ?? 0) & 0x7f;
  const start = block.length - digest.length - 1;
  if (block[start] !== 1 || block.subarray(0, start).some((byte) => byte !== 0)) return false;
  return hashOf(hash, EIGHT_ZEROS, digest, block.subarray(start + 1)).equals(inner);
};

/** RSA over a digest that the caller made: Node signs messages alone. */
export const signRsaDigest = (
  key: KeyObject,
  digest: Uint8Array,
  how: { readonly hash: string; readonly pss: boolean },
  random: Random,
): Uint8Array =>
  how.pss
    ? privateEncrypt(
        { key, padding: constants.RSA_NO_PADDING },
        encodePss(how.hash, digest, modulusBytes(key), random),
      )
    : privateEncrypt(
        { key, padding: constants.RSA_PKCS1_PADDING },
        Buffer.concat([Buffer.from(DIGEST_INFO[how.hash] ?? '', 'hex'), digest]),
      );

/** Whether the signature is this key's over this digest. */
export const verifyRsaDigest = (
  key: KeyObject,
  digest: Uint8Array,
  signature: Uint8Array,
  how: { readonly hash: string; readonly pss: boolean },
): boolean => {
  try {
    const padding = how.pss ? constants.RSA_NO_PADDING : constants.RSA_PKCS1_PADDING;
    const opened = publicDecrypt({ key, padding }, signature);
    if (how.pss) return isPss(how.hash, digest, opened);
    return opened.equals(Buffer.concat([Buffer.from(DIGEST_INFO[how.hash] ?? '', 'hex'), digest]));
  } catch {
    return false;
  }
};
