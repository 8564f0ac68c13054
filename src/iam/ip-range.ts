const V4_BITS = 32;
const V6_BITS = 128;
/** `::ffff:1.2.3.4` is the IPv4 address 1.2.3.4 (RFC 4291, 2.5.5.2). */
const V4_MAPPED_PREFIX = 0xffffn;

interface Address {
  readonly bits: number;
  readonly value: bigint;
}

/** Tells whether an address lies in a range. */
export type AddressMatcher = (address: string) => boolean;

/** Compiles `203.0.113.0/24` or `2001:db8::/32`; without a prefix length, one address. Undefined when it is neither. */
export function compileIpRange(range: string): AddressMatcher | undefined {
  const [base = '', length, ...rest] = range.split('/');
  const address = parseAddress(base);
  if (address === undefined || rest.length > 0) return undefined;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = length === undefined ? address.bits : Number(length);
  if (prefix > address.bits) return undefined;
  const shift = BigInt(address.bits - prefix);
  const network = address.value >> shift;
  return (text) => {
    const candidate = parseAddress(text);
    return (
      candidate !== undefined &&
      candidate.bits === address.bits &&
      candidate.value >> shift === network
    );
  };
}

function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): Address | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let value = 0n;
  for (const octet of octets) {
    if (!/^\d{1,3}$/.test(octet) || Number(octet) > 255) return undefined;
    value = (value << 8n) | BigInt(octet);
  }
  return { bits: V4_BITS, value };
}

function parseV6(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => parseGroups(half));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0n), ...(tail ?? [])];
  const value = groups.reduce((sum, group) => (sum << 16n) | group, 0n);
  if (value >> 32n === V4_MAPPED_PREFIX) return { bits: V4_BITS, value: value & 0xffffffffn };
  return { bits: V6_BITS, value };
}

function parseGroups(half: string): bigint[] | undefined {
  if (half === '') return [];
  const groups: bigint[] = [];
  const parts = half.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && index === parts.length - 1) {
      const v4 = parseV4(part);
      if (v4 === undefined) return undefined;
      groups.push(v4.value >> 16n, v4.value & 0xffffn);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
      groups.push(BigInt(`0x${part}`));
    }
  }
  return groups;
}
