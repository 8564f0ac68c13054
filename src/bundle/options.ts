import { BundleError } from './bundle-error.ts';

/** Processor architectures, in Lambda's words. */
export type Architecture = 'arm64' | 'x86_64';

/** The system that runs the archive: Lambda itself, or the machine that the embedded cloud runs on. */
export interface TargetMachine {
  readonly architecture: Architecture;
  /** @defaultValue 'linux' */
  readonly platform: 'linux' | 'darwin' | 'win32';
  /** C library, on Linux. Amazon Linux has glibc. @defaultValue 'glibc' */
  readonly libc: 'glibc' | 'musl';
}

/** A function of the service, and where it is declared. */
export interface BundledFunction {
  /** The value of `SPARTA_FUNCTION` that selects it. */
  readonly name: string;
  /**
   * Absolute path of a module that declares it when it is evaluated: the module whose top level was running, that is
   * the outermost frame of the declaration's stack. Only this module is evaluated at a cold start, so a function
   * that depends on what the program does around it (interceptors of the service, say) names the program's entry.
   */
  readonly module: string;
}

/** What to bundle, and how. */
export interface BundleOptions {
  /** Absolute path of the program, the file that ends with `await main(…)`. */
  readonly entry: string;
  /** The functions that the archive serves, in any order. */
  readonly functions: readonly BundledFunction[];
  /** The processor that runs them. Matters to native packages alone. */
  readonly architecture: Architecture;
  /** The operating system that runs them. @defaultValue 'linux' */
  readonly platform?: TargetMachine['platform'];
  /** The C library that native packages link to, on Linux. @defaultValue 'glibc' */
  readonly libc?: TargetMachine['libc'];
  /** Major version of the Node that runs them. @defaultValue 24 */
  readonly nodeMajor?: number;
  /** Folder for the archive and what a second run reuses. @defaultValue `.sparta` beside the project's package.json */
  readonly outDir?: string;
  /** Whether to minify. @defaultValue true */
  readonly minify?: boolean;
  /** Whether functions and classes keep their names when minified; costs some load time. @defaultValue false */
  readonly keepNames?: boolean;
  /** `linked`: maps of the program's own modules lie beside the bundle. Nothing loads them at start. @defaultValue 'linked' */
  readonly sourcemap?: 'linked' | 'none';
  /** Packages that are not packed: the environment must bring them (a layer, say). @defaultValue none */
  readonly external?: readonly string[];
  /** Constant expressions to substitute, as esbuild's `define`. @defaultValue none */
  readonly define?: Readonly<Record<string, string>>;
  /** esbuild loaders by extension, such as `{ '.sql': 'text' }`. @defaultValue none */
  readonly loader?: Readonly<Record<string, FileLoader>>;
  /** Whether the AWS SDK is packed without what Lambda never uses. See README.md for what differs. @defaultValue true */
  readonly lean?: boolean;
  /**
   * Kinds of clients that the service's grants bind (`bucket`, `topic`, `function`); the runtime's others, and the SDK
   * clients beneath, are left out. @defaultValue all kinds
   */
  readonly clients?: readonly string[];
  /** The package whose `sparta-lambda` build runs in the archive. @defaultValue 'sparta' */
  readonly runtime?: string;
}

/** How a file that is imported becomes a module. */
export type FileLoader =
  | 'text'
  | 'json'
  | 'binary'
  | 'base64'
  | 'dataurl'
  | 'js'
  | 'ts'
  | 'jsx'
  | 'tsx';

/** {@link BundleOptions} with the defaults filled in. */
export interface BundlePlan {
  readonly entry: string;
  readonly functions: readonly BundledFunction[];
  readonly machine: TargetMachine;
  readonly nodeMajor: number;
  /** Absolute, real path of the folder that holds the nearest package.json, or of the entry's folder. */
  readonly projectDir: string;
  readonly outDir: string;
  readonly minify: boolean;
  readonly keepNames: boolean;
  readonly sourcemap: 'linked' | 'none';
  readonly external: readonly string[];
  readonly define: Readonly<Record<string, string>>;
  readonly loader: Readonly<Record<string, FileLoader>>;
  readonly lean: boolean;
  /** `undefined`: all kinds. */
  readonly clients: readonly string[] | undefined;
  readonly runtime: string;
}

/** `index.mjs`, and in it `handler`: the Handler of every function of an archive. */
export const ARCHIVE_HANDLER = 'index.handler';

/** The machine this process runs on, as a target: what the embedded cloud needs. */
export const thisMachine = (): TargetMachine => ({
  architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
  platform:
    process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
  libc: isMusl() ? 'musl' : 'glibc',
});

const INTERPRETER_BYTES = 4096;

/** Which C library this Node links to: its ELF header names the dynamic loader, `ld-musl-…` or `ld-linux-…`. */
const isMusl = (): boolean => {
  if (process.platform !== 'linux') return false;
  const fs = process.getBuiltinModule('node:fs');
  const head = Buffer.alloc(INTERPRETER_BYTES);
  const file = fs.openSync(process.execPath, 'r');
  try {
    fs.readSync(file, head, 0, INTERPRETER_BYTES, 0);
  } finally {
    fs.closeSync(file);
  }
  return head.includes('/ld-musl-');
};

const byName = (a: BundledFunction, b: BundledFunction): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

const realFile = (path: string, what: string): string => {
  const fs = process.getBuiltinModule('node:fs');
  if (fs.statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new BundleError('ENTRY_NOT_FOUND', `${what} is ${path}, and there is no such file.`, {
      hint: 'Check the path; it is resolved from the folder you are in.',
    });
  }
  return fs.realpathSync(path);
};

const projectOf = (file: string): string => {
  const fs = process.getBuiltinModule('node:fs');
  const { dirname, join } = process.getBuiltinModule('node:path');
  const start = dirname(file);
  for (let dir = start; ; dir = dirname(dir)) {
    if (fs.existsSync(join(dir, 'package.json'))) return dir;
    if (dir === dirname(dir)) return start;
  }
};

/**
 * Checks options and fills in the defaults.
 *
 * @throws {ENTRY_NOT_FOUND} when the entry or a function's module is not a file.
 * @throws {FUNCTION_NAME_TAKEN} when two functions share a name.
 */
export const planBundle = (options: BundleOptions): BundlePlan => {
  const { join, resolve } = process.getBuiltinModule('node:path');
  const entry = realFile(resolve(options.entry), 'The program');
  const modules = new Map<string, string>();
  const functions = [...options.functions].sort(byName).map(({ name, module }, index, sorted) => {
    if (sorted[index - 1]?.name === name) {
      throw new BundleError(
        'FUNCTION_NAME_TAKEN',
        `Two functions are named ${name}; names select them, so each is its own.`,
        {
          hint: 'Rename one of them.',
        },
      );
    }
    const real = modules.get(module) ?? realFile(resolve(module), `The module of function ${name}`);
    modules.set(module, real);
    return { name, module: real };
  });
  const projectDir = projectOf(entry);
  return {
    entry,
    functions,
    machine: {
      architecture: options.architecture,
      platform: options.platform ?? 'linux',
      libc: options.libc ?? 'glibc',
    },
    nodeMajor: options.nodeMajor ?? 24,
    projectDir,
    outDir: resolve(options.outDir ?? join(projectDir, '.sparta')),
    minify: options.minify ?? true,
    keepNames: options.keepNames ?? false,
    sourcemap: options.sourcemap ?? 'linked',
    external: [...(options.external ?? [])].sort(),
    define: options.define ?? {},
    loader: options.loader ?? {},
    lean: options.lean ?? true,
    clients: options.clients === undefined ? undefined : [...options.clients].sort(),
    runtime: options.runtime ?? 'sparta',
  };
};
