import type { TargetMachine } from '../options.ts';

/** Bytes of a file that {@link builtFor} looks at. */
export const HEAD_BYTES = 20;

// https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html and, for arm64, the AArch64 ELF ABI
const ELF_MAGIC = 0x464c457f;
const ELF_MACHINE_OFFSET = 18;
const ELF_MACHINES: Readonly<Record<number, string>> = { 0x3e: 'x86_64', 0xb7: 'arm64' };
// <mach-o/loader.h>, <mach/machine.h>
const MACH_O_MAGIC = 0xfeedfacf;
const MACH_O_CPUS: Readonly<Record<number, string>> = { 0x01000007: 'x86_64', 0x0100000c: 'arm64' };
const FAT_MAGIC = 0xbebafeca;
const MZ_MAGIC = 0x5a4d;

/** What machine a binary is for; an unknown architecture is an empty string. */
export interface BuiltFor {
  readonly platform: TargetMachine['platform'];
  readonly architecture: string;
}

/** Tells from its first bytes what machine a binary is for; `undefined`: it is not machine code. */
export const builtFor = (head: Buffer): BuiltFor | undefined => {
  if (head.length < HEAD_BYTES) return undefined;
  const magic = head.readUInt32LE(0);
  if (magic === ELF_MAGIC) {
    return {
      platform: 'linux',
      architecture: ELF_MACHINES[head.readUInt16LE(ELF_MACHINE_OFFSET)] ?? '',
    };
  }
  if (magic === MACH_O_MAGIC)
    return { platform: 'darwin', architecture: MACH_O_CPUS[head.readUInt32LE(4)] ?? '' };
  if (magic === FAT_MAGIC) return { platform: 'darwin', architecture: 'universal' };
  return head.readUInt16LE(0) === MZ_MAGIC
    ? { platform: 'win32', architecture: 'universal' }
    : undefined;
};

/** Whether a machine can load such a binary. */
export const canLoad = (machine: TargetMachine, binary: BuiltFor): boolean =>
  binary.platform === machine.platform &&
  (binary.architecture === 'universal' || binary.architecture === machine.architecture);
