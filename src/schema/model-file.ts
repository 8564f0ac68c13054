// An ES import of node:fs makes its streams, 4 ms; the built-in alone does not.
const { closeSync, fstatSync, openSync, readFileSync, readSync } =
  process.getBuiltinModule('node:fs');

/** A file of `models/` that holds a line for each resource type, in the order of their names. */
export interface ModelFile<T> {
  /** What it says of a type; undefined when it does not know it. */
  find(type: string): T | undefined;
  /** Every type that it knows. */
  names(): readonly string[];
}

/** Megabytes of text, of which a program needs a few lines: they are looked up where they lie, and the rest is never read. */
export const openModel = <T>(name: string): ModelFile<T> => {
  // src/schema and dist/schema both lie two folders below the package.
  const path = new URL(`../../models/${name}`, import.meta.url);
  const known = new Map<string, T | undefined>();
  const signposts: Signposts = new Map();
  const search = (type: string): T | undefined => {
    const file = openSync(path, 'r');
    try {
      const text = findLine(file, type, signposts);
      return text === undefined ? undefined : (JSON.parse(text) as T);
    } finally {
      closeSync(file);
    }
  };
  return {
    find: (type) => {
      if (!known.has(type)) known.set(type, search(type));
      return known.get(type);
    },
    names: () =>
      [...readFileSync(path, 'utf8').matchAll(/^"([\w:.-]+)":/gm)].map(([, type]) => type ?? ''),
  };
};

/** Names of the first lines behind places where searches came by: the next search comes by the same. */
type Signposts = Map<number, string | undefined>;

/** What is read at once where a line is looked for among others. */
const STRETCH_BYTES = 16_384;
/** More than most lines have, so that one reading finds where the next begins. */
const PIECE_BYTES = 4_096;
/** Bytes of a name with its quotes and colon, at most. */
const NAME_BYTES = 256;
const LINE_FEED = 10;

/** The value behind `"name":`, found by halving the file down to a stretch that holds it. */
const findLine = (file: number, name: string, signposts: Signposts): string | undefined => {
  let low = 0;
  let high = fstatSync(file).size;
  // The line begins behind `low`, and not behind `high`: the first line of the file, `{`, is none.
  while (high - low > STRETCH_BYTES) {
    const middle = Math.floor((low + high) / 2);
    if (!signposts.has(middle)) signposts.set(middle, nameBehind(file, middle));
    const found = signposts.get(middle);
    if (found !== undefined && found <= name) low = middle;
    else high = middle;
  }
  const stretch = Buffer.allocUnsafe(high - low + NAME_BYTES);
  const read = readSync(file, stretch, 0, stretch.length, low);
  const key = `\n"${name}":`;
  const at = stretch.subarray(0, read).indexOf(key);
  if (at < 0) return undefined;
  const start = at + Buffer.byteLength(key);
  const end = stretch.subarray(0, read).indexOf(LINE_FEED, start);
  return end < 0
    ? restOfLine(file, low + start)
    : withoutComma(stretch.toString('utf8', start, end));
};

/** The name of the first line that begins behind a place; undefined when there is none. */
const nameBehind = (file: number, place: number): string | undefined => {
  const piece = Buffer.allocUnsafe(PIECE_BYTES + NAME_BYTES);
  for (let from = place; ; from += PIECE_BYTES) {
    const read = readSync(file, piece, 0, piece.length, from);
    if (read === 0) return undefined;
    const at = piece.subarray(0, Math.min(read, PIECE_BYTES)).indexOf(LINE_FEED);
    if (at >= 0) return /^"([^"]*)":/.exec(piece.toString('latin1', at + 1, read))?.[1];
  }
};

const restOfLine = (file: number, start: number): string => {
  let text = Buffer.allocUnsafe(STRETCH_BYTES * 2);
  for (let length = 0; ; ) {
    const read = readSync(file, text, length, text.length - length, start + length);
    const end = text.subarray(0, length + read).indexOf(LINE_FEED, length);
    if (end >= 0 || read === 0)
      return withoutComma(text.toString('utf8', 0, end < 0 ? length : end));
    length += read;
    if (length === text.length) text = Buffer.concat([text], text.length * 4);
  }
};

const withoutComma = (line: string): string => (line.endsWith(',') ? line.slice(0, -1) : line);
