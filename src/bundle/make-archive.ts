import type { Metafile } from 'esbuild';
import type { Archive, ArchiveModule, ArchivePackage } from './archive.ts';
import { archiveFiles } from './archive-files.ts';
import {
  keepOutOfGit,
  pruneArchives,
  pruneTemporary,
  readIfThere,
  writeAtomically,
} from './archive-store.ts';
import { BundleError } from './bundle-error.ts';
import { type BundleRecord, recordedPath, writeRecord } from './bundle-record.ts';
import { bundleWarnings } from './diagnostics.ts';
import { modulesInCycles } from './import-cycles.ts';
import { collectPackages } from './native/collect-packages.ts';
import { bundledNatives, importedPackages, nativeDependencies } from './native/discover.ts';
import { packageFiles } from './native/package-files.ts';
import type { BundlePlan } from './options.ts';
import { type Bundled, runEsbuild } from './run-esbuild.ts';
import { takeSnapshot } from './snapshot.ts';
import { SourceNames } from './source-names.ts';
import {
  assembleZip,
  loadDeflate,
  type PackedEntry,
  packEntries,
  readPackedEntries,
  type ZipEntry,
} from './zip.ts';

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html "Deployment package (.zip file archive) size":
// 250 MB, unzipped, including layers
const LAMBDA_UNPACKED_BYTES = 250 * 1024 * 1024;
const MEBIBYTE = 1024 * 1024;
// Names that carry a hash of the content, or lie in a package of one version: safe to take over packed.
const LASTING_NAME = /-[A-Z0-9]{8}\.mjs(?:\.map)?$|^node_modules\//;

interface NativeFiles {
  readonly name: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly manifest: string;
  readonly files: readonly ZipEntry[];
}

const sum = (files: readonly ZipEntry[]): number =>
  files.reduce((total, { bytes }) => total + bytes.byteLength, 0);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Bundles until no native package is left inside, and no function's module is evaluated in another order than in the
 * program: usually once, a second time when something of either was not known before.
 */
const bundleAsNeeded = async (
  asked: BundlePlan,
  known: readonly string[],
  names: SourceNames,
): Promise<{ readonly bundled: Bundled; readonly natives: readonly string[] }> => {
  const natives = new Set(
    [...known, ...nativeDependencies(asked.projectDir)].filter(
      (name) => !asked.external.includes(name),
    ),
  );
  let plan = asked;
  for (;;) {
    const bundled = await runEsbuild(plan, [...natives].sort(), names);
    const { metafile } = bundled;
    const found = bundledNatives(metafile, names).filter((name) => !natives.has(name));
    const { entry } = plan;
    const alone = plan.functions.map(({ module }) => module).filter((module) => module !== entry);
    const cycles = modulesInCycles(metafile, alone, entry, names);
    if (found.length === 0 && cycles.size === 0) return { bundled, natives: [...natives].sort() };
    for (const name of found) natives.add(name);
    plan = {
      ...plan,
      functions: plan.functions.map(({ name, module }) => ({
        name,
        module: cycles.has(module) ? entry : module,
      })),
    };
  }
};

const nativeFiles = async (
  plan: BundlePlan,
  bundled: Bundled,
  natives: readonly string[],
  names: SourceNames,
): Promise<readonly NativeFiles[]> => {
  const { join } = process.getBuiltinModule('node:path');
  const imported = importedPackages(bundled.metafile, natives, names);
  if (imported.length === 0) return [];
  return (await collectPackages(imported, plan)).map((packed) => {
    const files = packageFiles(packed, plan.machine);
    return {
      name: packed.name,
      version: packed.version,
      sizeBytes: sum(files),
      manifest: join(packed.dir, 'package.json'),
      files,
    };
  });
};

const summarise = (metafile: Metafile, names: SourceNames): readonly ArchivePackage[] => {
  const packages = new Map<string, { modules: number; sizeBytes: number }>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      if (bytesInOutput === 0) continue;
      const name = names.ofInput(path).packageName ?? '';
      const entry = packages.get(name) ?? { modules: 0, sizeBytes: 0 };
      packages.set(name, {
        modules: entry.modules + 1,
        sizeBytes: entry.sizeBytes + bytesInOutput,
      });
    }
  }
  return [...packages]
    .map(([name, entry]) => ({ name, ...entry }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes || byText(a.name, b.name));
};

const ownModules = (metafile: Metafile, names: SourceNames): readonly ArchiveModule[] => {
  const sizes = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const { packageName, name } = names.ofInput(path);
      if (bytesInOutput > 0 && packageName === undefined)
        sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
  }
  return [...sizes]
    .map(([path, sizeBytes]) => ({ path, sizeBytes }))
    .sort((a, b) => byText(a.path, b.path));
};

const assertFits = (
  unpackedBytes: number,
  packages: readonly { readonly name: string; readonly sizeBytes: number }[],
): void => {
  if (unpackedBytes <= LAMBDA_UNPACKED_BYTES) return;
  const largest = [...packages]
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, 3)
    .map(
      ({ name, sizeBytes }) => `${name || 'the program'} ${Math.round(sizeBytes / MEBIBYTE)} MiB`,
    );
  throw new BundleError(
    'ARCHIVE_TOO_LARGE',
    `The archive holds ${Math.ceil(unpackedBytes / MEBIBYTE)} MiB unpacked; Lambda takes 250. Largest: ${largest.join(', ')}.`,
    { hint: 'Keep data in a bucket, or put packages into a layer and name them in external.' },
  );
};

/** Files of esbuild and of ourselves: another version of either may make another archive. */
const toolFiles = (): readonly string[] => {
  const fs = process.getBuiltinModule('node:fs');
  const { join } = process.getBuiltinModule('node:path');
  const { createRequire } = process.getBuiltinModule('node:module');
  const own = ['.', 'lean', 'native'].flatMap((folder) => {
    const dir = join(import.meta.dirname, folder);
    return fs
      .readdirSync(dir)
      .filter((name) => /(?<!\.test|\.d)\.[jt]s$/.test(name))
      .map((name) => join(dir, name));
  });
  return [...own, createRequire(import.meta.url).resolve('esbuild/package.json')];
};

const inputPaths = (metafile: Metafile, names: SourceNames): readonly string[] =>
  Object.keys(metafile.inputs).flatMap((input) => names.pathOf(input) ?? []);

/** Bundles, packs and writes the archive, and records what it was made from. */
export const makeArchive = async (
  plan: BundlePlan,
  last: BundleRecord | undefined,
): Promise<Archive> => {
  const { join } = process.getBuiltinModule('node:path');
  const startedAt = Date.now();
  const deflate = loadDeflate(); // while esbuild works in its own process
  const names = new SourceNames(plan.projectDir);
  const { bundled, natives } = await bundleAsNeeded(plan, last?.natives ?? [], names);
  const packed = await nativeFiles(plan, bundled, natives, names);
  const files = [
    ...archiveFiles(bundled, plan, names),
    ...packed.flatMap((native) => native.files),
  ];
  const packages = summarise(bundled.metafile, names);
  const unpackedBytes = sum(files);
  assertFits(unpackedBytes, [...packages, ...packed]);

  const before = last === undefined ? undefined : readIfThere(recordedPath(plan, last));
  const known = new Map<string, PackedEntry>();
  for (const [path, entry] of before === undefined ? [] : readPackedEntries(before)) {
    if (LASTING_NAME.test(path)) known.set(path, entry);
  }
  await deflate;
  const zip = assembleZip(await packEntries(files, known));
  const sha256 = process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(zip)
    .digest('hex');
  const folder = join(plan.outDir, 'archives');
  const path = join(folder, `${sha256.slice(0, 32)}.zip`);
  const archive: Archive = {
    path,
    sha256,
    sizeBytes: zip.byteLength,
    unpackedBytes,
    files: files
      .map((file) => ({ path: file.path, sizeBytes: file.bytes.byteLength }))
      .sort((a, b) => byText(a.path, b.path)),
    packages,
    modules: ownModules(bundled.metafile, names),
    natives: packed
      .map(({ name, version, sizeBytes }) => ({ name, version, sizeBytes }))
      .sort((a, b) => byText(a.name, b.name)),
    machine: plan.machine,
    trims: bundled.trims,
    warnings: bundleWarnings(bundled.warnings, names),
    cached: false,
  };

  writeAtomically(path, zip);
  keepOutOfGit(plan.outDir);
  const inputs = [
    ...inputPaths(bundled.metafile, names),
    // What was fetched lies in a folder that is named after its versions: it cannot change.
    ...packed.map(({ manifest }) => manifest).filter((path) => !path.startsWith(plan.outDir)),
    ...toolFiles(),
  ];
  const snapshot = takeSnapshot(inputs, startedAt);
  writeRecord(plan, {
    natives: packed.map(({ name }) => name).filter((name) => natives.includes(name)),
    archive,
    crc: process.getBuiltinModule('node:zlib').crc32(zip),
    ...(snapshot === undefined ? {} : { snapshot }),
  });
  pruneArchives(folder);
  for (const dir of [plan.outDir, join(plan.outDir, 'native')]) pruneTemporary(dir);
  return archive;
};
