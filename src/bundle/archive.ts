import type { BundleWarning } from './diagnostics.ts';
import type { TargetMachine } from './options.ts';

/** A file in the archive. */
export interface ArchiveFile {
  readonly path: string;
  /** Bytes, unpacked. */
  readonly sizeBytes: number;
}

/** How much of the bundle a package accounts for. */
export interface ArchivePackage {
  /** The package's name; empty for the program's own modules. */
  readonly name: string;
  /** Number of its modules that are in the bundle. */
  readonly modules: number;
  /** Bytes in the bundle, minified if it is. */
  readonly sizeBytes: number;
}

/** A module of the program itself, as far as it is in the bundle. */
export interface ArchiveModule {
  /** Path from the project's folder. */
  readonly path: string;
  /** Bytes in the bundle, minified if it is. */
  readonly sizeBytes: number;
}

/** A package that the archive carries as it is, because it has machine code. */
export interface ArchiveNative {
  readonly name: string;
  readonly version: string;
  /** Bytes, unpacked. */
  readonly sizeBytes: number;
}

/** One deterministic zip archive that serves every function of a service. */
export interface Archive {
  /** Absolute path of the zip file. */
  readonly path: string;
  /** SHA-256 of the zip file, in hexadecimal. The same program gives the same on any machine, in any directory. */
  readonly sha256: string;
  /** Bytes of the zip file. */
  readonly sizeBytes: number;
  /** Bytes of all its files, unpacked. */
  readonly unpackedBytes: number;
  /** What it holds, sorted by path. */
  readonly files: readonly ArchiveFile[];
  /** What the bundle is made of, the largest first. */
  readonly packages: readonly ArchivePackage[];
  /** The program's own modules in the bundle, sorted by path. */
  readonly modules: readonly ArchiveModule[];
  /** Native packages, sorted by name. */
  readonly natives: readonly ArchiveNative[];
  /** The machine that its native packages are for. */
  readonly machine: TargetMachine;
  /** Names of the parts of the AWS SDK that were left out or made lazy. */
  readonly trims: readonly string[];
  /** What may not be meant. */
  readonly warnings: readonly BundleWarning[];
  /** Whether nothing had changed, and the archive of an earlier run stands. */
  readonly cached: boolean;
}
