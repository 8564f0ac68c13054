import { templateError } from '../errors.ts';

/**
 * `count` blocks of `2^hostBits` addresses from the start of `block`.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html
 * @throws {AwsError} `Template error: …` when they do not fit
 */
export const cidrBlocks = (
  block: string,
  count: number,
  hostBits: number | undefined,
): readonly string[] => {
  const [address = '', maskText = ''] = block.split('/');
  const isV6 = address.includes(':');
  const width = isV6 ? 128 : 32;
  const start = isV6 ? parseV6(address) : parseV4(address);
  const mask = Number(maskText);
  if (start === undefined || !/^\d+$/.test(maskText) || mask > width)
    throw templateError(`${block} is not a valid CIDR block.`);
  if (!Number.isInteger(count) || count < 1 || count > 256)
    throw templateError(`Fn::Cidr count must be between 1 and 256, not ${count}.`);
  // Without the third argument a block has 8 bits for hosts, as its documentation's examples have.
  const bits = hostBits ?? 8;
  if (!Number.isInteger(bits) || bits < 1 || bits > width - mask)
    throw templateError(`Fn::Cidr cidrBits ${bits} does not fit into ${block}.`);
  const size = 1n << BigInt(bits);
  if (BigInt(count) * size > 1n << BigInt(width - mask))
    throw templateError(`Fn::Cidr cannot make ${count} blocks of ${bits} bits from ${block}.`);
  const network = (start >> BigInt(width - mask)) << BigInt(width - mask);
  return Array.from({ length: count }, (_, index) => {
    const at = network + BigInt(index) * size;
    return `${isV6 ? formatV6(at) : formatV4(at)}/${width - bits}`;
  });
};

const parseV4 = (text: string): bigint | undefined => {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
};

const formatV4 = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');

const parseV6 = (text: string): bigint | undefined => {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (head === undefined) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...(tail ?? [])];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
};

const formatV6 = (value: bigint): string => {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  );
  // The longest run of zeros is left out, as RFC 5952 writes addresses.
  const runs = [...groups.join(':').matchAll(/(^|:)0(:0)+(?=:|$)/g)].sort(
    (one, other) => other[0].length - one[0].length,
  );
  const [longest] = runs;
  if (longest === undefined) return groups.join(':');
  const text = groups.join(':');
  const before = text.slice(0, longest.index);
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${before}::${after}`;
};
