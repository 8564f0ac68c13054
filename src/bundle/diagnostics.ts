import type { Message } from 'esbuild';
import type { SourceNames } from './source-names.ts';
import { BundleError, type BundleErrorCode, type SourceLocation } from './bundle-error.ts';

/** Something about the program that bundles, and may not be meant. */
export interface BundleWarning {
  /** What, in a sentence. */
  readonly message: string;
  /** Where in the user's sources, when it is there. */
  readonly location?: SourceLocation;
}

const MOST_OTHERS = 4;

/** Which of esbuild's texts mean what; the first that matches counts. esbuild has no codes for its errors. */
const KINDS: readonly (readonly [pattern: RegExp, code: BundleErrorCode])[] = [
  [
    /^Could not resolve |^No matching export in |^Cannot read (?:file|directory) /,
    'IMPORT_NOT_FOUND',
  ],
  [
    /^No loader is configured|is not supported|^The (?:entry|plugin)|^Must use|^Transforming /,
    'BUILD_FAILED',
  ],
];

const codeOf = (message: Message): BundleErrorCode =>
  KINDS.find(([pattern]) => pattern.test(message.text))?.[1] ??
  (message.location === null || message.pluginName !== '' ? 'BUILD_FAILED' : 'SYNTAX_ERROR');

/** esbuild counts columns in bytes, from 0; editors in characters, from 1. */
const characters = (lineText: string, bytes: number): number =>
  Buffer.from(lineText).subarray(0, bytes).toString().length;

const locationOf = (message: Message): SourceLocation | undefined =>
  message.location === null
    ? undefined
    : {
        file: message.location.file,
        line: message.location.line,
        column: characters(message.location.lineText, message.location.column) + 1,
        lineText: message.location.lineText,
      };

const place = (location: SourceLocation): string =>
  `${location.file}:${location.line}:${location.column}`;

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const describe = (message: Message): string => {
  const unresolved = /^Could not resolve "(.*)"/.exec(message.text)?.[1];
  const what = unresolved === undefined ? message.text : `"${unresolved}" was not found`;
  const location = locationOf(message);
  return sentence(location === undefined ? what : `${place(location)}: ${what}`);
};

/** The line of source with a mark beneath the place. */
const codeFrame = (message: Message): string => {
  if (message.location === null) return '';
  const { line, column, length, lineText } = message.location;
  const start = characters(lineText, column);
  const width = Math.max(1, characters(lineText, column + length) - start);
  const number = String(line);
  const indent = lineText.slice(0, start).replaceAll(/[^\t]/g, ' ');
  return `\n  ${number} | ${lineText}\n  ${' '.repeat(number.length)} | ${indent}${'^'.repeat(width)}`;
};

/** A message with its paths from the project, not from the root. */
const fromProject = (message: Message, names: SourceNames): Message => ({
  ...message,
  text: names.inText(message.text),
  location:
    message.location === null
      ? null
      : { ...message.location, file: names.inMessage(message.location.file) },
  notes: message.notes.map((note) => ({ ...note, text: names.inText(note.text) })),
});

const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

/** The file that a relative import may have meant: `./stmap.ts` beside a `stamp.ts`. */
const nearestFile = (
  projectDir: string,
  importer: string,
  specifier: string,
): string | undefined => {
  const fs = process.getBuiltinModule('node:fs');
  const { basename, dirname, resolve } = process.getBuiltinModule('node:path');
  const wanted = resolve(projectDir, dirname(importer), specifier);
  let names: readonly string[] = [];
  try {
    names = fs.readdirSync(dirname(wanted));
  } catch {
    return undefined; // the folder is missing too: nothing to suggest
  }
  const stem = (name: string): string => name.replace(/\.[a-z]+$/, '');
  const target = stem(basename(wanted)).toLowerCase();
  const [best] = names
    .filter((name) => /\.(?:[cm]?[jt]sx?|json)$/.test(name))
    .map((name) => ({ name, far: distance(stem(name).toLowerCase(), target) }))
    .filter(({ far }) => far <= Math.max(1, Math.floor(target.length / 3)))
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1));
  return best === undefined
    ? undefined
    : `${specifier.slice(0, specifier.lastIndexOf('/') + 1)}${best.name}`;
};

const hintFor = (message: Message, projectDir: string): string | undefined => {
  const missing = /^Could not resolve "(.*)"/.exec(message.text)?.[1];
  if (missing !== undefined && /^\.{0,2}\//.test(missing)) {
    const near = nearestFile(projectDir, message.location?.file ?? '.', missing);
    return near === undefined ? 'Create the file, or correct the path.' : `Did you mean "${near}"?`;
  }
  if (missing !== undefined && /^[a-z@]/i.test(missing)) {
    const name = missing.split('/', missing.startsWith('@') ? 2 : 1).join('/');
    const note = message.notes.find(({ text }) => /export|condition|main/.test(text))?.text;
    return note ?? `Install it: npm install ${name}.`;
  }
  const extension = /^No loader is configured for "([^"]+)"/.exec(message.text)?.[1];
  if (extension !== undefined) {
    return `Say how to read it: loader: { "${extension}": "binary" }, for instance.`;
  }
  return message.notes.map(({ text }) => sentence(text)).join(' ') || undefined;
};

/** The first of esbuild's errors as a {@link BundleError}, with the places of the others. */
export const bundleErrorFrom = (
  messages: readonly Message[],
  names: SourceNames,
  cause: unknown,
): BundleError => {
  const [first, ...others] = messages.map((message) => fromProject(message, names));
  if (first === undefined) {
    const text = cause instanceof Error ? cause.message : String(cause);
    return new BundleError('BUILD_FAILED', sentence(`The program could not be bundled: ${text}`), {
      cause,
    });
  }
  const listed = others.slice(0, MOST_OTHERS).map((other) => `\nAlso ${describe(other)}`);
  if (others.length > MOST_OTHERS) listed.push(`\nAnd ${others.length - MOST_OTHERS} more.`);
  const hint = hintFor(first, names.projectDir);
  const location = locationOf(first);
  return new BundleError(codeOf(first), `${describe(first)}${codeFrame(first)}${listed.join('')}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
    ...(location === undefined ? {} : { location }),
  });
};

/** esbuild's warnings in the form of the archive's summary. */
export const bundleWarnings = (
  messages: readonly Message[],
  names: SourceNames,
): readonly BundleWarning[] =>
  messages.map((reported) => {
    const message = fromProject(reported, names);
    const location = locationOf(message);
    return { message: describe(message), ...(location === undefined ? {} : { location }) };
  });
