import { readFileSync } from 'node:fs';

/** A file of `models/` that holds a line for each resource type. */
export interface ModelFile<T> {
  /** What it says of a type; undefined when it does not know it. */
  find(type: string): T | undefined;
  /** Every type that it knows. */
  names(): readonly string[];
}

/** Megabytes of text, of which a program needs a few lines: it is searched, never parsed as a whole, and let go when memory is wanted. */
export const openModel = <T>(name: string): ModelFile<T> => {
  // src/schema and dist/schema both lie two folders below the package.
  const path = new URL(`../../models/${name}`, import.meta.url);
  const known = new Map<string, T | undefined>();
  let file: WeakRef<Buffer> | undefined;
  const text = (): Buffer => {
    const held = file?.deref();
    if (held !== undefined) return held;
    const read = readFileSync(path);
    file = new WeakRef(read);
    return read;
  };
  const search = (type: string): T | undefined => {
    const key = `\n${JSON.stringify(type)}:`;
    const content = text();
    const start = content.indexOf(key);
    if (start < 0) return undefined;
    const from = start + Buffer.byteLength(key);
    const end = content.indexOf('\n', from);
    return JSON.parse(content.toString('utf8', from, end).replace(/,$/, '')) as T;
  };
  return {
    find: (type) => {
      if (!known.has(type)) known.set(type, search(type));
      return known.get(type);
    },
    names: () =>
      [
        ...text()
          .toString('utf8')
          .matchAll(/^"([\w:.-]+)":/gm),
      ].map(([, type]) => type ?? ''),
  };
};
