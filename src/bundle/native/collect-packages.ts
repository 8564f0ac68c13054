import { BundleError } from '../bundle-error.ts';
import type { BundlePlan } from '../options.ts';
import { fetchPackages, type WantedPackage } from './fetch-packages.ts';
import { lockedVersion } from './locked-version.ts';
import { findPackage, isNamedAfterPlatform, type Manifest, readManifest } from './manifest.ts';
import { describeMachine, isFor, isNamedFor } from './platform.ts';

/** A package that the archive carries as it is. */
export interface PackedPackage {
  readonly name: string;
  readonly version: string;
  /** Where it lies on this machine. */
  readonly dir: string;
  /** Where it goes in the archive. */
  readonly path: string;
}

/** A package that something imports, and where from. */
export interface ImportedPackage {
  readonly name: string;
  /** Folder of the module that imports it. */
  readonly fromDir: string;
}

const EXACT = /^\d+\.\d+\.\d+/;

interface Found {
  readonly dir: string;
  readonly manifest: Manifest;
}

const found = (name: string, fromDir: string): Found | undefined => {
  const dir = findPackage(name, fromDir);
  const manifest = dir === undefined ? undefined : readManifest(dir);
  return dir === undefined || manifest === undefined ? undefined : { dir, manifest };
};

/** Everything that the imported packages need to run on the target machine, as it will lie in the archive. */
class Collection {
  readonly #plan: BundlePlan;
  readonly #packages = new Map<string, PackedPackage>();
  /** Folder that holds the packages fetched for the target, once there is one. */
  #fetched: string | undefined;
  #missing: WantedPackage[] = [];

  constructor(plan: BundlePlan) {
    this.#plan = plan;
  }

  get packages(): readonly PackedPackage[] {
    return [...this.#packages.values()];
  }

  async collect(imported: readonly ImportedPackage[]): Promise<void> {
    this.#walkAll(imported);
    if (this.#missing.length === 0) return;
    // A second walk, now that the packages of the other platform are there.
    const { join } = process.getBuiltinModule('node:path');
    this.#fetched = await fetchPackages(
      this.#missing,
      this.#plan.machine,
      join(this.#plan.outDir, 'native'),
    );
    this.#missing = [];
    this.#packages.clear();
    this.#walkAll(imported);
    const [still] = this.#missing;
    if (still !== undefined) {
      throw new BundleError(
        'NATIVE_NOT_PORTABLE',
        `${still.name}@${still.version} was fetched, and is not for ${describeMachine(this.#plan.machine)}.`,
        { hint: 'Choose another architecture for the service, or another package.' },
      );
    }
  }

  #walkAll(imported: readonly ImportedPackage[]): void {
    for (const { name, fromDir } of imported) {
      const target = found(name, fromDir);
      if (target === undefined) {
        throw new BundleError('IMPORT_NOT_FOUND', `"${name}" was not found.`, {
          hint: `Install it: npm install ${name}.`,
        });
      }
      this.#add(target, '');
    }
  }

  #add({ dir, manifest }: Found, parentPath: string): void {
    const { name, version } = manifest;
    const top = `node_modules/${name}`;
    const there = this.#packages.get(top);
    if (there?.dir === dir || (there?.version === version && there.name === name)) return;
    // Another version lies at the top already: this one goes where only its parent finds it.
    const path = there === undefined ? top : `${parentPath}/${top}`;
    if (this.#packages.has(path)) return;
    this.#packages.set(path, { name, version, dir, path });
    for (const [dependency] of Object.entries(manifest.dependencies)) {
      if (!(dependency in manifest.optionalDependencies))
        this.#require(dependency, dir, path, manifest);
    }
    for (const [dependency, range] of Object.entries(manifest.optionalDependencies)) {
      this.#option(dependency, range, dir, path);
    }
    for (const peer of Object.keys(manifest.peerDependencies)) {
      if (!manifest.optionalPeers.includes(peer)) this.#require(peer, dir, path, manifest);
    }
  }

  #require(dependency: string, dir: string, path: string, parent: Manifest): void {
    const target = found(dependency, dir) ?? found(dependency, this.#plan.projectDir);
    if (target === undefined) {
      throw new BundleError(
        'IMPORT_NOT_FOUND',
        `${parent.name}@${parent.version} needs ${dependency}, which is not installed.`,
        {
          hint: 'Run npm install again.',
        },
      );
    }
    this.#add(target, path);
  }

  #option(dependency: string, range: string, dir: string, path: string): void {
    const { machine, projectDir } = this.#plan;
    const installed = found(dependency, dir);
    if (installed !== undefined && isFor(machine, installed.manifest)) {
      this.#add(installed, path);
      return;
    }
    if (!isNamedAfterPlatform(dependency) || !isNamedFor(machine, dependency)) return;
    const fetched = this.#fetched === undefined ? undefined : found(dependency, this.#fetched);
    if (fetched !== undefined && isFor(machine, fetched.manifest)) this.#add(fetched, path);
    else
      this.#missing.push({
        name: dependency,
        version: EXACT.test(range) ? range : (lockedVersion(dependency, projectDir) ?? range),
      });
  }
}

/**
 * Collects native packages with all they need, for the plan's machine whatever this one is. Their JavaScript comes from
 * the project; machine code that is not installed here comes from npm, in the version of the project's lock.
 *
 * @throws {IMPORT_NOT_FOUND} when a package or a dependency is not installed.
 * @throws {NATIVE_NOT_FETCHED} when npm does not bring what is missing.
 */
export const collectPackages = async (
  imported: readonly ImportedPackage[],
  plan: BundlePlan,
): Promise<readonly PackedPackage[]> => {
  const collection = new Collection(plan);
  await collection.collect(imported);
  return collection.packages;
};
