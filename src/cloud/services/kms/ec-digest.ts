import type { KeyObject } from 'node:crypto';
import { createECDH } from 'node:crypto';
import type { Random } from '../../core/random.ts';

/** Curves by the names that JWK has for them. https://www.secg.org/sec2-v2.pdf */
const CURVES = {
  'P-256': {
    openssl: 'prime256v1',
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    a: -3n,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  'P-384': {
    openssl: 'secp384r1',
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    a: -3n,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
  'P-521': {
    openssl: 'secp521r1',
    p: 2n ** 521n - 1n,
    a: -3n,
    n: BigInt(
      `0x1ff${'f'.repeat(63)}a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`,
    ),
  },
  secp256k1: {
    openssl: 'secp256k1',
    p: 2n ** 256n - 2n ** 32n - 977n,
    a: 0n,
    n: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  },
} as const;

type Curve = (typeof CURVES)[keyof typeof CURVES];
interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

const mod = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;
const numberIn = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);

/** Extended Euclid. */
const inverse = (value: bigint, by: bigint): bigint => {
  let [low, high, one, other] = [mod(value, by), by, 1n, 0n];
  while (low > 1n) {
    const ratio = high / low;
    [low, high] = [high - ratio * low, low];
    [one, other] = [other - ratio * one, one];
  }
  return mod(one, by);
};

const add = (one: Point | undefined, other: Point | undefined, { p, a }: Curve) => {
  if (one === undefined) return other;
  if (other === undefined) return one;
  if (one.x === other.x && mod(one.y + other.y, p) === 0n) return undefined;
  const slope =
    one.x === other.x
      ? (3n * one.x * one.x + a) * inverse(2n * one.y, p)
      : (other.y - one.y) * inverse(other.x - one.x, p);
  const x = mod(slope * slope - one.x - other.x, p);
  return { x, y: mod(slope * (one.x - x) - one.y, p) };
};

const times = (factor: bigint, point: Point, curve: Curve): Point | undefined => {
  let sum: Point | undefined;
  let power: Point | undefined = point;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, power, curve);
    power = add(power, power, curve);
  }
  return sum;
};

/** A multiple of the curve's generator. */
const generatorTimes = (factor: bigint, { openssl, n }: Curve): Point => {
  const ecdh = createECDH(openssl);
  const size = Math.ceil(n.toString(16).length / 2);
  ecdh.setPrivateKey(Buffer.from(factor.toString(16).padStart(size * 2, '0'), 'hex'));
  const point = ecdh.getPublicKey().subarray(1);
  return {
    x: numberIn(point.subarray(0, point.length / 2)),
    y: numberIn(point.subarray(point.length / 2)),
  };
};

const curveOf = (key: KeyObject) => {
  const jwk = key.export({ format: 'jwk' });
  const field = (name: 'd' | 'x' | 'y') => numberIn(Buffer.from(jwk[name] ?? '', 'base64url'));
  return { curve: CURVES[jwk.crv as keyof typeof CURVES], field };
};

/** The leftmost bits of a digest, as many as the curve's order has. */
const digestNumber = (digest: Uint8Array, { n }: Curve): bigint => {
  const excess = digest.length * 8 - n.toString(2).length;
  const value = numberIn(digest);
  return excess > 0 ? value >> BigInt(excess) : value;
};

const derInteger = (value: bigint): Buffer => {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  const positive = (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
};

const derSignature = (r: bigint, s: bigint): Uint8Array => {
  const body = Buffer.concat([derInteger(r), derInteger(s)]);
  const head = body.length > 0x7f ? [0x30, 0x81, body.length] : [0x30, body.length];
  return Buffer.concat([Buffer.from(head), body]);
};

const readSignature = (
  bytes: Uint8Array,
): { readonly r: bigint; readonly s: bigint } | undefined => {
  if (bytes[0] !== 0x30) return undefined;
  const integers: bigint[] = [];
  for (let at = bytes[1] === 0x81 ? 3 : 2; at < bytes.length; ) {
    const length = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0x02 || length === 0) return undefined;
    integers.push(numberIn(bytes.subarray(at + 2, at + 2 + length)));
    at += 2 + length;
  }
  const [r, s, ...more] = integers;
  return r === undefined || s === undefined || more.length > 0 ? undefined : { r, s };
};

/**
 * ECDSA over a digest that the caller made: Node signs messages alone.
 * @see https://csrc.nist.gov/pubs/fips/186-5/final, 6.4
 */
export const signDigest = (key: KeyObject, digest: Uint8Array, random: Random): Uint8Array => {
  const { curve, field } = curveOf(key);
  const z = digestNumber(digest, curve);
  for (;;) {
    const k = mod(numberIn(random.bytes(72)), curve.n - 1n) + 1n;
    const r = mod(generatorTimes(k, curve).x, curve.n);
    const s = mod(inverse(k, curve.n) * (z + r * field('d')), curve.n);
    if (r !== 0n && s !== 0n) return derSignature(r, s);
  }
};

/** Whether the signature is this key's over this digest. */
export const verifyDigest = (
  key: KeyObject,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean => {
  const { curve, field } = curveOf(key);
  const found = readSignature(signature);
  if (found === undefined) return false;
  const { r, s } = found;
  if (r <= 0n || r >= curve.n || s <= 0n || s >= curve.n) return false;
  const weight = inverse(s, curve.n);
  const u1 = mod(digestNumber(digest, curve) * weight, curve.n);
  const fromKey = times(mod(r * weight, curve.n), { x: field('x'), y: field('y') }, curve);
  const point = add(u1 === 0n ? undefined : generatorTimes(u1, curve), fromKey, curve);
  return point !== undefined && mod(point.x, curve.n) === r;
};
