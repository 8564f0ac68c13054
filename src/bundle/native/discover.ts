import type { Metafile } from 'esbuild';
import type { SourceNames } from '../source-names.ts';
import { findPackage, isNative, packageNameOf, readManifest } from './manifest.ts';
import type { ImportedPackage } from './collect-packages.ts';

const IN_PACKAGE = /(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/;

/** The native packages among the project's own dependencies, whether the program imports them or not. */
export const nativeDependencies = (projectDir: string): readonly string[] => {
  const manifest = readManifest(projectDir);
  if (manifest === undefined) return [];
  return Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).filter(
    (name) => {
      const dir = findPackage(name, projectDir);
      const dependency = dir === undefined ? undefined : readManifest(dir);
      return dependency !== undefined && isNative(dependency);
    },
  );
};

/** The native packages that were bundled although they cannot be: nobody knew yet that they are native. */
export const bundledNatives = (metafile: Metafile, names: SourceNames): readonly string[] => {
  const dirs = new Map<string, string>();
  const withBinary = new Set<string>();
  for (const path of Object.keys(metafile.inputs)) {
    const [, dir, name] = IN_PACKAGE.exec(names.pathOf(path) ?? '') ?? [];
    if (dir === undefined || name === undefined) continue;
    dirs.set(dir, name.replaceAll('\\', '/'));
    if (path.endsWith('.node')) withBinary.add(dir);
  }
  const natives = new Set<string>();
  for (const [dir, name] of dirs) {
    // The SDK's hundred packages are none, and the common case is a program with nothing else.
    if (/^@(?:aws-sdk|smithy|aws-crypto)\//.test(name)) continue;
    const manifest = withBinary.has(dir) ? undefined : readManifest(dir);
    if (withBinary.has(dir) || (manifest !== undefined && isNative(manifest))) natives.add(name);
  }
  return [...natives].sort();
};

/** Which of the packages that stay outside the bundle are imported, and from where. */
export const importedPackages = (
  metafile: Metafile,
  packed: readonly string[],
  names: SourceNames,
): readonly ImportedPackage[] => {
  const { dirname } = process.getBuiltinModule('node:path');
  const candidates = new Set(packed);
  const imported = new Map<string, ImportedPackage>();
  for (const [path, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path: specifier, external } of imports) {
      if (external !== true) continue;
      const name = packageNameOf(specifier);
      if (!candidates.has(name) || imported.has(name)) continue;
      imported.set(name, { name, fromDir: dirname(names.pathOf(path) ?? names.projectDir) });
    }
  }
  return [...imported.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
};
