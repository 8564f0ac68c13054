import { readSource } from '../archive-store.ts';
import { BundleError } from '../bundle-error.ts';
import type { TargetMachine } from '../options.ts';
import type { ZipEntry } from '../zip.ts';
import type { PackedPackage } from './collect-packages.ts';
import { type BuiltFor, builtFor, canLoad, HEAD_BYTES } from './machine-code.ts';
import { describeMachine } from './platform.ts';

// What is there to compile or to read, not to run. Licences stay.
const NOT_RUN = /\.(?:d\.[cm]?ts|map|md|markdown|cc|cpp|c|h|hpp|gyp|gypi|o|a|tsbuildinfo)$/i;
const LICENCE = /^(?:licen[cs]e|notice|copying)/i;
const BINARY = /(?:\.node|\.so(?:\.[\d.]+)?|\.dylib|\.dll)$/;
const EXECUTABLE_MODE = 0o755;

const describeBinary = ({ platform, architecture }: BuiltFor): string =>
  `${platform} ${architecture}`.trim();

/** The files of a package that its code can use on the machine. */
export const packageFiles = (
  packed: PackedPackage,
  machine: TargetMachine,
): readonly ZipEntry[] => {
  const fs = process.getBuiltinModule('node:fs');
  const { join } = process.getBuiltinModule('node:path');
  const files: ZipEntry[] = [];
  let usable = 0;
  let foreign: BuiltFor | undefined;
  const walk = (dir: string, path: string): void => {
    for (const item of fs.readdirSync(dir, { withFileTypes: true })) {
      const source = join(dir, item.name);
      const target = `${path}/${item.name}`;
      if (item.isDirectory()) {
        if (item.name !== 'node_modules') walk(source, target);
        continue;
      }
      if (!item.isFile() || (NOT_RUN.test(item.name) && !LICENCE.test(item.name))) continue;
      const bytes = readSource(source);
      const binary = BINARY.test(item.name) ? builtFor(bytes.subarray(0, HEAD_BYTES)) : undefined;
      if (binary === undefined) {
        files.push({ path: target, bytes });
      } else if (canLoad(machine, binary)) {
        usable++;
        files.push({ path: target, bytes, mode: EXECUTABLE_MODE });
      } else {
        foreign = binary;
      }
    }
  };
  walk(packed.dir, packed.path);
  if (foreign !== undefined && usable === 0) {
    throw new BundleError(
      'NATIVE_NOT_PORTABLE',
      `${packed.name}@${packed.version} was built for ${describeBinary(foreign)}, on the machine it was installed on; the functions run on ${describeMachine(machine)}.`,
      {
        hint: `Set the architecture of the functions to what you have, bundle on such a machine, or leave ${packed.name} to a layer with external.`,
      },
    );
  }
  return files;
};
