/** One module of the AWS SDK that the archive carries in a leaner form. */
export interface Trim {
  /** What the summary calls it. */
  readonly name: string;
  /** Which files it concerns; RE2 syntax as far as it goes, because esbuild matches it. */
  readonly filter: RegExp;
  /**
   * The leaner source, or `undefined` to keep the original: the file is not the one this was written for.
   * A trim never guesses; an SDK that changed its shape is bundled whole, and a test of ours fails.
   */
  readonly lean: (source: string) => string | undefined;
}

const SINGLE = /^export (?:async )?(?:const|let|var|class|function) (\w+)/;
const LIST = /^export \{([^}]*)\}/;

/** The names that a module of the SDK exports: its compiled files keep one statement per line. */
export const exportedNames = (source: string): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const line of source.split('\n')) {
    if (!line.startsWith('export ')) continue;
    const single = SINGLE.exec(line)?.[1];
    if (single !== undefined) names.add(single);
    for (const part of (LIST.exec(line)?.[1] ?? '').split(',')) {
      const name = part
        .trim()
        .split(/\s+as\s+/)
        .at(-1);
      if (name) names.add(name);
    }
  }
  return names;
};

/** The import statements of a module, as they stand: a replacement finds the same neighbours under the same names. */
export const importStatements = (source: string): string =>
  source
    .split('\n')
    .filter((line) => line.startsWith('import '))
    .join('\n');

/** Whether a module exports exactly these names and speaks of these others. */
export const isShapedLike = (
  source: string,
  shape: { readonly exports: readonly string[]; readonly mentions?: readonly string[] },
): boolean => {
  const names = exportedNames(source);
  return (
    names.size === shape.exports.length &&
    shape.exports.every((name) => names.has(name)) &&
    (shape.mentions ?? []).every((word) => source.includes(word))
  );
};
