import type { Archive } from './archive.ts';
import { readRecord, unchangedArchive } from './bundle-record.ts';
import { type BundleOptions, planBundle } from './options.ts';

/**
 * Makes one program into one archive that serves all its functions.
 *
 * The same program gives the same bytes in any directory, on any day. When nothing has changed since the last run,
 * the last archive is returned after a look at every file it was made from, without loading the bundler. Several
 * runs may work on one project at the same time.
 *
 * @throws {ENTRY_NOT_FOUND} when the program, or a module that declares a function, is not there.
 * @throws {FUNCTION_NAME_TAKEN} when two functions share a name.
 * @throws {SYNTAX_ERROR} when a module does not parse.
 * @throws {IMPORT_NOT_FOUND} when an import names what is not there.
 * @throws {BUILD_FAILED} when the bundler refuses for another reason.
 * @throws {NATIVE_NOT_PORTABLE} when a native package has no binary for the architecture.
 * @throws {NATIVE_NOT_FETCHED} when npm is missing or does not bring that binary.
 * @throws {ARCHIVE_TOO_LARGE} when it is more than Lambda unpacks.
 * @throws {OUTPUT_NOT_WRITTEN} when there is no space or no permission to write it.
 * @throws {BUNDLER_MISSING} when esbuild is not installed for this machine.
 * @example
 * ```ts
 * const archive = await bundleProgram({
 *   entry: '/project/app.ts',
 *   functions: [{ name: 'Stamp', module: '/project/app.ts' }],
 *   architecture: 'arm64',
 * });
 * console.log(archive.path, archive.sha256);
 * ```
 */
export const bundleProgram = async (options: BundleOptions): Promise<Archive> => {
  const plan = planBundle(options);
  const last = readRecord(plan);
  const unchanged = unchangedArchive(plan, last);
  if (unchanged !== undefined) return unchanged;
  // Imported only now: an unchanged run loads neither esbuild nor fflate.
  const { makeArchive } = await import('./make-archive.ts');
  return await makeArchive(plan, last);
};
