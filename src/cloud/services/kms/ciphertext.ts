import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from '../../core/random.ts';
import { invalidCiphertext } from './errors.ts';
import type { Key } from './state.ts';

/** Pairs that a ciphertext is bound to. */
export type EncryptionContext = Readonly<Record<string, string>>;

const MARK = Buffer.from('KMS2');
/** Ciphertexts of earlier clouds, which say nothing of the account. */
const OLD_MARK = Buffer.from('KMS1');
const ACCOUNT_BYTES = 12;
const ID_BYTES = 36;
const MATERIAL_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Where the parts of a blob begin. @throws {InvalidCiphertextException} when it is none of ours */
const placesIn = (bytes: Uint8Array) => {
  const mark = Buffer.from(bytes.subarray(0, MARK.length));
  if (!mark.equals(MARK) && !mark.equals(OLD_MARK)) throw invalidCiphertext();
  const id = MARK.length + (mark.equals(MARK) ? ACCOUNT_BYTES : 0);
  const material = id + ID_BYTES;
  const iv = material + MATERIAL_BYTES;
  const tag = iv + IV_BYTES;
  const sealed = tag + TAG_BYTES;
  if (bytes.length < sealed) throw invalidCiphertext();
  return { id, material, iv, tag, sealed };
};

/** Text that stands for a context whatever the order of its pairs. */
const authenticated = (context: EncryptionContext | undefined, header: Uint8Array): Uint8Array =>
  Buffer.concat([
    header,
    Buffer.from(
      JSON.stringify(
        Object.entries(context ?? {}).sort(([one], [other]) => (one < other ? -1 : 1)),
      ),
    ),
  ]);

/**
 * AES-256-GCM under the newest generation of the key; the blob names key and generation, the context is authenticated
 * and not in it.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
 */
export const seal = (
  key: Key,
  plaintext: Uint8Array,
  context: EncryptionContext | undefined,
  random: Random,
): Uint8Array => {
  const material = key.materials.at(-1);
  if (material === undefined) throw invalidCiphertext();
  const iv = random.bytes(IV_BYTES);
  const head = Buffer.concat([
    MARK,
    Buffer.from(key.arn.split(':')[4] ?? ''),
    Buffer.from(key.id),
    Buffer.from(material.id, 'hex'),
  ]);
  const cipher = createCipheriv('aes-256-gcm', material.bytes, iv);
  cipher.setAAD(authenticated(context, head));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Uint8Array.from(Buffer.concat([head, iv, cipher.getAuthTag(), sealed]));
};

/** The id of the key that a blob names. @throws {InvalidCiphertextException} when it is none of ours */
export const keyIdIn = (blob: Uint8Array): string => {
  const bytes = Buffer.from(blob);
  const { id, material } = placesIn(bytes);
  return bytes.toString('utf8', id, material);
};

/** The account of the key that a blob names; undefined for a blob that says none, or is none of ours. */
export const ownerIn = (blob: Uint8Array): string | undefined => {
  const bytes = Buffer.from(blob);
  return bytes.subarray(0, MARK.length).equals(MARK)
    ? bytes.toString('utf8', MARK.length, MARK.length + ACCOUNT_BYTES)
    : undefined;
};

/** @throws {InvalidCiphertextException} when blob or context is not what it was */
export const unseal = (
  key: Key,
  blob: Uint8Array,
  context: EncryptionContext | undefined,
): Uint8Array => {
  const bytes = Buffer.from(blob);
  const at = placesIn(bytes);
  const head = bytes.subarray(0, at.iv);
  const id = bytes.toString('hex', at.material, at.iv);
  const material = key.materials.find((one) => one.id === id);
  if (material === undefined) throw invalidCiphertext();
  try {
    const decipher = createDecipheriv('aes-256-gcm', material.bytes, bytes.subarray(at.iv, at.tag));
    decipher.setAAD(authenticated(context, head));
    decipher.setAuthTag(bytes.subarray(at.tag, at.sealed));
    return Buffer.concat([decipher.update(bytes.subarray(at.sealed)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
};
