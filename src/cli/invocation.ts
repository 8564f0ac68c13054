import { basename, relative } from 'node:path';

/** How the user started this program, to spell the next command for them: `node app.ts`. */
export const programName = (
  argv1: string | undefined = process.argv[1],
  cwd: string = process.cwd(),
): string => {
  if (argv1 === undefined) return 'node app.ts';
  const path = relative(cwd, argv1);
  const shown = path === '' || path.startsWith('..') ? argv1 : path;
  return `node ${quoted(shown === '' ? basename(argv1) : shown)}`;
};

/** A word for a POSIX shell. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
