/** Whether a failed bundle is the user's to mend (`user`), the machine's (`machine`), or ours (`bug`). */
export const BUNDLE_ERROR_CODES = {
  ENTRY_NOT_FOUND: 'user', // the program, or the module that declares a function, is not a file
  FUNCTION_NAME_TAKEN: 'user', // two functions of one name in one archive
  SYNTAX_ERROR: 'user', // a module does not parse
  IMPORT_NOT_FOUND: 'user', // an import names a module or an export that is not there
  BUILD_FAILED: 'user', // esbuild refused for another reason, which it states
  ARCHIVE_TOO_LARGE: 'user', // more than Lambda unpacks
  NATIVE_NOT_PORTABLE: 'user', // a native package has no binary for the function's architecture
  NATIVE_NOT_FETCHED: 'machine', // npm is missing, or did not bring the binary
  BUNDLER_MISSING: 'machine', // esbuild is not installed for this machine
  OUTPUT_NOT_WRITTEN: 'machine', // no space, no permission
  SOURCE_NOT_READ: 'machine', // a file that belongs into the archive cannot be read
  ENGINE_INVARIANT: 'bug', // what cannot be, was
} as const;

/** The key of {@link BUNDLE_ERROR_CODES} that says why there is no archive. */
export type BundleErrorCode = keyof typeof BUNDLE_ERROR_CODES;

/** A place in a source file, as editors count: lines and columns from 1. */
export interface SourceLocation {
  /** Path relative to the project, or absolute when it lies outside. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
  /** The text of that line. */
  readonly lineText: string;
}

/** What a {@link BundleError} may say beside its code and message. */
export interface BundleErrorOptions {
  /** What to do about it, in one sentence. */
  readonly hint?: string;
  /** Where in the user's sources. */
  readonly location?: SourceLocation;
  /** The error beneath, for a debugger; never needed to understand the message. */
  readonly cause?: unknown;
}

/** A program that could not be made into an archive. The message is for the user of the framework. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
  /** Which kind of failure this is. */
  readonly code: BundleErrorCode;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Where in the user's sources, when it is there. */
  readonly location: SourceLocation | undefined;

  constructor(code: BundleErrorCode, message: string, options: BundleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.location = options.location;
  }
}

const WRITE_FAILURES: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'Free some space and run it again; nothing was lost.'],
  EDQUOT: ['your disk quota is used up', 'Free some space and run it again; nothing was lost.'],
  EACCES: ['permission is denied', 'Make the folder writable, or choose another one with outDir.'],
  EPERM: ['permission is denied', 'Make the folder writable, or choose another one with outDir.'],
  EROFS: ['the file system is read-only', 'Choose a writable folder with outDir.'],
  ENOTDIR: ['a part of the path is a file', 'Move that file away, or choose another outDir.'],
  EEXIST: ['a file is in the way', 'Move that file away, or choose another outDir.'],
};

/** The `code` of a Node system error, or an empty string. */
export const systemCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Turns a failed write into a sentence. Anything unknown keeps Node's own text. */
export const notWritten = (path: string, error: unknown): BundleError => {
  const [what, hint] = WRITE_FAILURES[systemCode(error)] ?? [
    error instanceof Error ? error.message : String(error),
    'Look at the folder, or choose another one with outDir.',
  ];
  return new BundleError('OUTPUT_NOT_WRITTEN', `${path} could not be written: ${what}.`, {
    hint,
    cause: error,
  });
};
