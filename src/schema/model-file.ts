// An ES import of node:fs makes its streams, 4 ms; the built-in alone does not.
const { closeSync, fstatSync, openSync, readFileSync, readSync } =
  process.getBuiltinModule('node:fs');
const { fileURLToPath } = process.getBuiltinModule('node:url');

/** A file of `models/` that holds a line for each resource type, in the order of their names. */
export interface ModelFile<T> {
  /** What it says of a type; undefined when it does not know it. */
  find(type: string): T | undefined;
  /** Every type that it knows. */
  names(): readonly string[];
}

/** Megabytes of text, of which a program needs a few lines: they are looked up where they lie, and the rest is never read. */
export const openModel = <T>(name: string): ModelFile<T> => {
  // src/schema and dist/schema both lie two folders below the package, and dist/validate, which has this in itself.
  const path = fileURLToPath(new URL(`../../models/${name}`, import.meta.url));
  const known = new Map<string, T | undefined>();
  const search = (type: string): T | undefined => {
    const file = openSync(path, 'r');
    try {
      const text = findLine(file, type);
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

/** More than most lines have, so that one reading finds where the next begins and what it is called. */
const PIECE_BYTES = 4_096;
const LINE_FEED = 10;

/** The value behind `"name":`, found by halving: a dozen readings of a page. */
const findLine = (file: number, name: string): string | undefined => {
  let low = 0;
  let high = fstatSync(file).size;
  // The line begins behind `low`, and not behind `high`: the first line of the file, `{`, is none.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { start, text } = lineBehind(file, middle);
    const found = /^"([^"]*)":/.exec(text)?.[1];
    if (found === name) return restOfLine(file, start + name.length + 3);
    if (found !== undefined && found < name) low = start;
    else high = middle;
  }
  return undefined;
};

/** Where the first line begins that does so behind a place, and its first letters; nothing at the end of the file. */
const lineBehind = (
  file: number,
  place: number,
): { readonly start: number; readonly text: string } => {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let from = place; ; ) {
    const length = readSync(file, piece, 0, PIECE_BYTES, from);
    if (length === 0) return { start: from, text: '' };
    const at = piece.subarray(0, length).indexOf(LINE_FEED);
    if (at < 0) {
      from += length;
      continue;
    }
    const start = from + at + 1;
    if (length - at > LONGEST_NAME)
      return { start, text: piece.toString('latin1', at + 1, at + LONGEST_NAME) };
    return {
      start,
      text: piece.toString('latin1', 0, readSync(file, piece, 0, LONGEST_NAME, start)),
    };
  }
};

/** Bytes of a name with its quotes and colon, at most. */
const LONGEST_NAME = 256;

const restOfLine = (file: number, start: number): string => {
  let text = Buffer.allocUnsafe(PIECE_BYTES);
  for (let length = 0; ; ) {
    const read = readSync(file, text, length, text.length - length, start + length);
    const end = text.subarray(0, length + read).indexOf(LINE_FEED, length);
    if (end >= 0 || read === 0)
      return text.toString('utf8', 0, end < 0 ? length : end).replace(/,$/, '');
    length += read;
    if (length === text.length) text = Buffer.concat([text], text.length * 4);
  }
};
