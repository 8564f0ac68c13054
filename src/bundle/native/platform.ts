import type { TargetMachine } from '../options.ts';
import type { Manifest } from './manifest.ts';

/** The processor in Node's and npm's words. */
export const npmCpu = (machine: TargetMachine): string =>
  machine.architecture === 'x86_64' ? 'x64' : 'arm64';

// https://docs.npmjs.com/cli/v11/configuring-npm/package-json#os
const allows = (list: readonly string[], value: string): boolean =>
  list.length === 0 ||
  (!list.includes(`!${value}`) &&
    (list.includes(value) || list.includes('any') || list.every((item) => item.startsWith('!'))));

/** Whether a package may be installed on a machine, by its `os`, `cpu` and `libc`. */
export const isFor = (
  machine: TargetMachine,
  manifest: Pick<Manifest, 'os' | 'cpu' | 'libc'>,
): boolean =>
  allows(manifest.os, machine.platform) &&
  allows(manifest.cpu, npmCpu(machine)) &&
  (machine.platform !== 'linux' || allows(manifest.libc, machine.libc));

const CPU_WORDS: Readonly<Record<TargetMachine['architecture'], readonly string[]>> = {
  arm64: ['arm64', 'aarch64'],
  x86_64: ['x64', 'x86_64', 'amd64'],
};
const PLATFORM_WORDS: Readonly<Record<TargetMachine['platform'], readonly string[]>> = {
  linux: ['linux', 'linuxmusl'],
  darwin: ['darwin', 'macos'],
  win32: ['win32', 'windows'],
};

/**
 * Whether a package that is not installed is for a machine, as far as its name says: `@img/sharp-linux-arm64`,
 * `@img/sharp-linuxmusl-arm64`, `lightningcss-linux-arm64-gnu`.
 */
export const isNamedFor = (machine: TargetMachine, name: string): boolean => {
  const words = new Set(name.replaceAll('x86_64', 'amd64').split(/[-_/.@]/));
  const cpus = CPU_WORDS[machine.architecture].some((word) => words.has(word));
  const platform = PLATFORM_WORDS[machine.platform].some((word) => words.has(word));
  const musl = words.has('musl') || words.has('linuxmusl') || words.has('musleabihf');
  return (
    cpus &&
    platform &&
    !words.has('android') &&
    (machine.platform !== 'linux' || musl === (machine.libc === 'musl'))
  );
};

/** A machine in words, for messages. */
export const describeMachine = ({ platform, architecture, libc }: TargetMachine): string =>
  `${platform} ${architecture}${platform === 'linux' && libc === 'musl' ? ' (musl)' : ''}`;
