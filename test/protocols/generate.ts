import type { Member, Shape } from '../../src/cloud/core/protocols/index.ts';

/** A source of chance that replays. */
export const createChance = (seed: number) => {
  let state = seed;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  return { next, below: (limit: number) => Math.floor(next() * limit) };
};
type Chance = ReturnType<typeof createChance>;

const WORDS = ['alpha', 'be ta', 'gam/ma', 'x&y<z>', 'ünï', 'a=b+c', `q"uo'te`];

interface Place {
  /** Inside a header or a path, where not every character can stand. */
  readonly plain: boolean;
  readonly depth: number;
}

/** A random value of a shape, with everything that the wire could get wrong in it. */
export const generate = (member: Member, chance: Chance, place: Place): unknown => {
  const { shape, traits } = member;
  const plain =
    place.plain ||
    traits.httpHeader !== undefined ||
    traits.httpLabel === 1 ||
    traits.hostLabel === 1;
  switch (shape.kind) {
    case 'unit':
      return {};
    case 'structure':
      return shape.union && shape.traits.streaming === 1
        ? undefined
        : generateStructure(shape, chance, place);
    case 'list': {
      const items = Array.from({ length: 1 + chance.below(2) }, () =>
        generate(shape.member, chance, { plain, depth: place.depth + 1 }),
      ).filter((item) => item !== undefined);
      return items.length > 0 ? items : undefined;
    }
    case 'map': {
      const prefixed = traits.httpPrefixHeaders !== undefined;
      const entries = Array.from({ length: 1 + chance.below(2) }, (_, index) => [
        prefixed ? `k${index}` : `key${index}`,
        generate(shape.value, chance, { plain: prefixed, depth: place.depth + 1 }),
      ]).filter(([, value]) => value !== undefined);
      return Object.fromEntries(entries) as unknown;
    }
    case 'scalar':
      return generateScalar(shape, member, chance, plain);
  }
};

const generateScalar = (
  shape: Shape & { kind: 'scalar' },
  { traits }: Member,
  chance: Chance,
  plain: boolean,
): unknown => {
  switch (shape.type) {
    case 'boolean':
      return chance.next() < 0.5;
    case 'number':
      return chance.below(500);
    case 'bigint':
      return 5n;
    case 'timestamp':
      return new Date(1.7e12 + chance.below(1e6) * 1000);
    case 'blob':
      return Buffer.from(`blob${chance.below(99)}`);
    case 'document':
      return { a: 1, b: ['x'] };
    case 'bigdecimal':
      return undefined;
    case 'string':
      if (traits.mediaType !== undefined) return '{"a":1}';
      return plain
        ? `v${chance.below(1e6)}`
        : `${WORDS[chance.below(WORDS.length)]}${chance.below(1000)}`;
  }
};

const isScalar = ({ shape }: Member) => shape.kind === 'scalar';

export const generateStructure = (
  shape: Shape & { kind: 'structure' },
  chance: Chance,
  place: Place,
): Record<string, unknown> | undefined => {
  const inner = { plain: place.plain, depth: place.depth + 1 };
  if (shape.union) {
    const candidates = place.depth > 4 ? shape.members.filter(isScalar) : shape.members;
    const member = candidates[chance.below(candidates.length)];
    const value = member === undefined ? undefined : generate(member, chance, inner);
    return member === undefined || value === undefined ? undefined : { [member.name]: value };
  }
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    if (place.depth > 3 && !isScalar(member)) continue;
    if (place.depth > 0 && !member.required && chance.next() < 0.25) continue;
    const value = generate(member, chance, inner);
    if (value !== undefined) result[member.name] = value;
  }
  return result;
};

/** Comparable form: dates, bytes and big numbers as text, absent members gone. */
export const normalise = (value: unknown): unknown => {
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('base64')}`;
  if (typeof value === 'bigint') return `big ${value}`;
  if (value instanceof String) return String(value);
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => inner !== undefined && inner !== null && key !== '$metadata')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, normalise(inner)]),
  );
};

/** The query protocol cannot say an empty list or structure. */
export const prune = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(prune).filter((item) => !isEmpty(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, prune(inner)] as const)
      .filter(([, inner]) => !isEmpty(inner)),
  );
};
const isEmpty = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
