import type { Bundled } from './run-esbuild.ts';
import type { BundlePlan } from './options.ts';
import { pruneSourceMap } from './source-map.ts';
import type { SourceName, SourceNames } from './source-names.ts';
import type { ZipEntry } from './zip.ts';

const HASHED = /-([A-Z0-9]{8})(?=\.mjs(?:\.map)?$)/;
const HASHED_ANYWHERE = /-([A-Z0-9]{8})(?=\.mjs)/g;
const HASH_LENGTH = 8;
const NO_HASH = '-'.padEnd(HASH_LENGTH + 1, '0');
const MAP_COMMENT = /\n\/\/# sourceMappingURL=[^\n]*\n?$/;
// What esbuild emits for a `require` that it could not resolve: it looks for one in the module's scope.
const WANTS_REQUIRE = 'Dynamic require of "';
const REQUIRE =
  "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);";

const sha256 = (data: string): string =>
  process.getBuiltinModule('node:crypto').createHash('sha256').update(data).digest('hex');

/**
 * New hashes for the chunks. esbuild's own depend on where packages lie relative to the project; these on the content
 * alone, with the names of other chunks left out of it.
 */
const contentHashes = (scripts: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const hashes = new Map<string, string>();
  const taken = new Map<string, number>();
  for (const [name, text] of scripts) {
    const old = HASHED.exec(name)?.[1];
    if (old === undefined) continue;
    const content = sha256(
      name.replace(HASHED, NO_HASH) + text.replaceAll(HASHED_ANYWHERE, NO_HASH),
    );
    const twins = taken.get(content) ?? 0;
    taken.set(content, twins + 1);
    const hash = twins === 0 ? content : sha256(`${content}/${twins}`);
    hashes.set(old, hash.slice(0, HASH_LENGTH).toUpperCase());
  }
  return hashes;
};

// Unminified, esbuild writes each module's path above it, and as the name of a CommonJS module's function.
const WRITTEN_PATH = /^(\/\/ |\s+")([^"\n]+)/gm;

/** Says the paths in unminified code as they are in any directory. */
const portablePaths = (bundled: Bundled, names: SourceNames): ((text: string) => string) => {
  const inputs = new Map(
    Object.keys(bundled.metafile.inputs).map((path) => [path, names.ofInput(path).name]),
  );
  return (text) =>
    text.replaceAll(WRITTEN_PATH, (whole, lead: string, path: string) => {
      const name = inputs.get(path);
      return name === undefined ? whole : `${lead}${name}`;
    });
};

/** The files of the bundle as the archive holds them: canonical names, maps of the program's own modules alone. */
export const archiveFiles = (
  bundled: Bundled,
  plan: BundlePlan,
  names: SourceNames,
): readonly ZipEntry[] => {
  const { basename } = process.getBuiltinModule('node:path');
  const scripts = new Map<string, string>();
  const maps = new Map<string, string>();
  const portable = plan.minify ? (text: string): string => text : portablePaths(bundled, names);
  const isMapped = ({ packageName, name }: SourceName): boolean =>
    packageName !== plan.runtime && !name.startsWith('node_modules/');
  const withMap = new Set(
    Object.entries(bundled.metafile.outputs)
      .filter(([, { inputs }]) => Object.keys(inputs).some((path) => isMapped(names.ofInput(path))))
      .map(([path]) => basename(path)),
  );
  for (const output of bundled.outputs) {
    const name = basename(output.path);
    const script = name.replace(/\.map$/, '');
    if (name === script) scripts.set(name, portable(output.text));
    else if (withMap.has(script)) maps.set(script, output.text);
  }
  const hashes = contentHashes(scripts);
  const renamed = (text: string): string =>
    text.replaceAll(HASHED_ANYWHERE, (whole, old: string) => {
      const hash = hashes.get(old);
      return hash === undefined ? whole : `-${hash}`;
    });
  const keep = (source: string): string | undefined => {
    const found = names.ofMapped(source);
    return isMapped(found) ? found.name : undefined;
  };

  const files: ZipEntry[] = [];
  for (const [name, text] of scripts) {
    let script = renamed(text);
    const map = maps.get(name);
    let pruned = map === undefined ? undefined : pruneSourceMap(map, keep);
    if (pruned === undefined) script = script.replace(MAP_COMMENT, '\n');
    if (script.includes(WANTS_REQUIRE)) {
      script = `${REQUIRE}\n${script}`;
      pruned = pruned?.replace('"mappings":"', '"mappings":";');
    }
    const path = renamed(name);
    files.push({ path, bytes: Buffer.from(script) });
    if (pruned !== undefined) files.push({ path: `${path}.map`, bytes: Buffer.from(pruned) });
  }
  return files;
};
