/** A source map as esbuild writes it. */
interface SourceMap {
  readonly version: number;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(128).fill(-1);
for (let index = 0; index < DIGITS.length; index++) VALUES[DIGITS.charCodeAt(index)] = index;
const COMMA = 44;
const SEMICOLON = 59;
const CONTINUES = 32;
const LOW_BITS = 31;

const encode = (value: number): string => {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const low = rest & LOW_BITS;
    rest >>>= 5;
    text += DIGITS[rest === 0 ? low : low | CONTINUES];
  } while (rest > 0);
  return text;
};

/**
 * Keeps the mappings of some sources and forgets the rest: of a bundled SDK a stack trace needs none, and they are nine
 * tenths of the map. Where a kept source ends, one empty mapping says so.
 *
 * The format: https://tc39.es/ecma426/ (base64 VLQ; per segment column, source, line, column, name, all relative).
 * @param rename - The path to write for a source, or `undefined` to forget it.
 * @returns the map's JSON, or `undefined` when nothing is left.
 */
export const pruneSourceMap = (
  json: string,
  rename: (source: string) => string | undefined,
): string | undefined => {
  const map = JSON.parse(json) as SourceMap;
  const sources: string[] = [];
  const sourceIndex = map.sources.map((source) => {
    const name = rename(source);
    return name === undefined ? -1 : sources.push(name) - 1;
  });
  if (sources.length === 0) return undefined;

  const text = map.mappings;
  const names: string[] = [];
  const nameIndex = new Map<number, number>();
  const before = [0, 0, 0, 0, 0]; // column, source, line, column, name: what the input counts from
  const wrote = [0, 0, 0, 0, 0]; // and what the output counts from
  const fields = [0, 0, 0, 0, 0];
  let out = '';
  let open = false; // the last mapping written belongs to a kept source
  let first = true; // no mapping on this line yet
  let at = 0;
  const write = (index: number, value: number): void => {
    out += encode(value - (wrote[index] ?? 0));
    wrote[index] = value;
  };
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === SEMICOLON) {
      out += ';';
      before[0] = 0;
      wrote[0] = 0;
      first = true;
      at++;
      continue;
    }
    if (code === COMMA) {
      at++;
      continue;
    }
    let count = 0;
    while (at < text.length) {
      const next = text.charCodeAt(at);
      if (next === COMMA || next === SEMICOLON) break;
      let value = 0;
      let shift = 0;
      let digit = 0;
      do {
        digit = VALUES[text.charCodeAt(at++)] ?? 0;
        value |= (digit & LOW_BITS) << shift;
        shift += 5;
      } while ((digit & CONTINUES) !== 0);
      const delta = (value & 1) === 1 ? -(value >>> 1) : value >>> 1;
      const total = (before[count] ?? 0) + delta;
      before[count] = total;
      fields[count] = total;
      count++;
    }
    const source = count > 1 ? (sourceIndex[fields[1] ?? -1] ?? -1) : -1;
    if (source < 0 && !open) continue;
    if (!first) out += ',';
    first = false;
    write(0, fields[0] ?? 0);
    open = source >= 0;
    if (!open) continue;
    write(1, source);
    write(2, fields[2] ?? 0);
    write(3, fields[3] ?? 0);
    if (count < 5) continue;
    const original = fields[4] ?? 0;
    let name = nameIndex.get(original);
    if (name === undefined) {
      name = names.push(map.names[original] ?? '') - 1;
      nameIndex.set(original, name);
    }
    write(4, name);
  }
  // Node's reader takes an empty mapping for one only when a separator follows it.
  return JSON.stringify({ version: map.version, sources, names, mappings: open ? out : `${out};` });
};
