import type {
  BuildFailure,
  BuildOptions,
  BuildResult,
  Message,
  Metafile,
  OutputFile,
  Plugin,
} from 'esbuild';
import type * as Esbuild from 'esbuild';
import { BundleError } from './bundle-error.ts';
import { builtinsPlugin } from './builtins-plugin.ts';
import { bundleErrorFrom } from './diagnostics.ts';
import { entryModule } from './entry-module.ts';
import { leanSdkPlugin } from './lean/index.ts';
import type { BundlePlan } from './options.ts';
import type { SourceNames } from './source-names.ts';
import { ungrantedClientsPlugin } from './ungranted-clients.ts';

/** What esbuild made of a program. Nothing is written to disk. */
export interface Bundled {
  readonly outputs: readonly OutputFile[];
  readonly metafile: Metafile;
  readonly warnings: readonly Message[];
  /** Names of the trims that applied. */
  readonly trims: readonly string[];
}

/** The folder that outputs pretend to lie in, at the root of the file system: source maps count their paths from it. */
const OUTPUT_FOLDER = '__archive__';

const ENTRY = 'sparta:index';

const entryPlugin = (plan: BundlePlan): Plugin => ({
  name: 'sparta-entry',
  setup(build) {
    build.onResolve({ filter: /^sparta:index$/ }, () => ({
      path: ENTRY,
      namespace: 'sparta-entry',
    }));
    build.onLoad({ filter: /./, namespace: 'sparta-entry' }, () => ({
      contents: entryModule(plan),
      loader: 'js',
      resolveDir: plan.projectDir,
    }));
  },
});

const loadEsbuild = async (): Promise<typeof Esbuild> => {
  try {
    return await import('esbuild');
  } catch (cause) {
    throw bundlerMissing(cause);
  }
};

const bundlerMissing = (cause: unknown): BundleError =>
  new BundleError(
    'BUNDLER_MISSING',
    `esbuild, which bundles the program, is not installed for ${process.platform} ${process.arch}.`,
    {
      hint: 'Run npm install here: its binary comes as an optional dependency, which --omit=optional leaves out.',
      cause,
    },
  );

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors);

const buildOptions = (
  plan: BundlePlan,
  packed: readonly string[],
  onTrim: (name: string) => void,
): BuildOptions => ({
  // Paths in esbuild's answers count from here; from the root they are absolute but for a character.
  absWorkingDir: process.getBuiltinModule('node:path').parse(plan.projectDir).root,
  entryPoints: [{ in: ENTRY, out: 'index' }],
  outdir: OUTPUT_FOLDER,
  outExtension: { '.js': '.mjs' },
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  write: false,
  metafile: true,
  platform: 'node',
  format: 'esm',
  target: `node${plan.nodeMajor}`,
  // `module` is a default that esbuild drops when conditions are given; the SDK's ES modules are behind it.
  conditions: ['sparta-lambda', 'module'],
  mainFields: ['module', 'main'],
  minify: plan.minify,
  keepNames: plan.keepNames,
  charset: 'utf8',
  legalComments: 'none',
  sourcemap: plan.sourcemap === 'linked' ? 'linked' : false,
  sourcesContent: false,
  external: [...plan.external, ...packed],
  define: { ...plan.define },
  // A binary found here belongs to a native package that was not known to be one; `native/` looks for it afterwards.
  loader: { '.node': 'empty', ...plan.loader },
  logLevel: 'silent',
  plugins: [
    entryPlugin(plan),
    builtinsPlugin,
    ...(plan.clients === undefined ? [] : [ungrantedClientsPlugin(plan.clients)]),
    ...(plan.lean ? [leanSdkPlugin(onTrim)] : []),
  ],
});

/**
 * Bundles the program; `packed` are packages that the archive carries as they are, outside the bundle.
 *
 * @throws {SYNTAX_ERROR} when a module does not parse.
 * @throws {IMPORT_NOT_FOUND} when an import names what is not there.
 * @throws {BUILD_FAILED} when esbuild refuses for another reason.
 * @throws {BUNDLER_MISSING} when esbuild cannot run here.
 */
export const runEsbuild = async (
  plan: BundlePlan,
  packed: readonly string[],
  names: SourceNames,
): Promise<Bundled> => {
  const esbuild = await loadEsbuild();
  const trims = new Set<string>();
  let result: BuildResult;
  try {
    result = await esbuild.build(buildOptions(plan, packed, (name) => trims.add(name)));
  } catch (error) {
    if (isBuildFailure(error)) throw bundleErrorFrom(error.errors, names, error);
    if (/host version|another platform|could not be found|ENOENT|EACCES/.test(String(error)))
      throw bundlerMissing(error);
    throw bundleErrorFrom([], names, error);
  }
  if (result.outputFiles === undefined || result.metafile === undefined) {
    throw new BundleError(
      'ENGINE_INVARIANT',
      'esbuild answered without outputs although it was asked for them.',
    );
  }
  return {
    outputs: result.outputFiles,
    metafile: result.metafile,
    warnings: result.warnings,
    trims: [...trims].sort(),
  };
};
