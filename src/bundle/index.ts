export type {
  Archive,
  ArchiveFile,
  ArchiveModule,
  ArchiveNative,
  ArchivePackage,
} from './archive.ts';
export {
  BUNDLE_ERROR_CODES,
  BundleError,
  type BundleErrorCode,
  type BundleErrorOptions,
  type SourceLocation,
} from './bundle-error.ts';
export { bundleProgram } from './bundle-program.ts';
export { diagnoseProgram } from './diagnose-program.ts';
export type { BundleWarning } from './diagnostics.ts';
export {
  ARCHIVE_HANDLER,
  type Architecture,
  type BundledFunction,
  type BundleOptions,
  type FileLoader,
  type TargetMachine,
  thisMachine,
} from './options.ts';
export { warmUpBundler } from './warm-up.ts';
export { zipFiles, type ZipEntry } from './zip.ts';
