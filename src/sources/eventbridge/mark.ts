/** https://datatracker.ietf.org/doc/html/draft-eastlake-fnv: FNV-1a, 32 bits */
const FNV = { offset: 0x811c9dc5, prime: 0x01000193 } as const;

/** Members in the order of their names; of what a reference refers to its name alone, for a desk knows more of it than an archive. */
const plain = (key: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (key === 'target' && 'name' in value) return value.name;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** A short word for a piece of data, the same at a desk and in an archive: seven letters and digits. */
export const markOf = (data: unknown): string => {
  let hash: number = FNV.offset;
  for (const character of JSON.stringify(data, plain))
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), FNV.prime);
  return (hash >>> 0).toString(36).padStart(7, '0');
};
