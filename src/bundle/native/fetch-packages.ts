import { BundleError, notWritten, systemCode } from '../bundle-error.ts';
import type { TargetMachine } from '../options.ts';
import { describeMachine, npmCpu } from './platform.ts';

/** A package to fetch, by exact version where it is known. */
export interface WantedPackage {
  readonly name: string;
  readonly version: string;
}

const NPM_TIMEOUT_MS = 5 * 60 * 1000;
const UNREACHABLE =
  /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ENOTCACHED|network/;
const NOT_THERE = /E404|ETARGET|notarget/;

const npmCommand = (): {
  readonly file: string;
  readonly args: readonly string[];
  readonly shell: boolean;
} => {
  const script = process.env['npm_execpath'];
  if (script !== undefined && /npm-cli\.[cm]?js$/.test(script))
    return { file: process.execPath, args: [script], shell: false };
  // npm is a batch file on Windows, and those start through a shell alone.
  return { file: 'npm', args: [], shell: process.platform === 'win32' };
};

const runNpm = (
  args: readonly string[],
  cwd: string,
): Promise<{ readonly ok: boolean; readonly output: string; readonly failure?: unknown }> => {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const npm = npmCommand();
  return new Promise((resolve) => {
    const child = spawn(npm.file, [...npm.args, ...args], {
      cwd,
      shell: npm.shell,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: NPM_TIMEOUT_MS,
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = `${output}${chunk.toString()}`.slice(-8192);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (failure) => resolve({ ok: false, output, failure }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
};

const refused = (
  specs: string,
  machine: TargetMachine,
  output: string,
  failure: unknown,
): BundleError => {
  const what = `${specs}, for ${describeMachine(machine)}, is not on this machine`;
  if (systemCode(failure) === 'ENOENT') {
    return new BundleError(
      'NATIVE_NOT_FETCHED',
      `${what}, and npm, which would fetch it, was not found.`,
      {
        hint: 'Put npm on the PATH, or install those packages into the project yourself.',
        cause: failure,
      },
    );
  }
  const said = output
    .split('\n')
    .filter((line) => /^npm (?:error|ERR!)/.test(line) && !/complete log|_logs/.test(line))
    .map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim())
    .filter((line) => line !== '');
  const why = UNREACHABLE.test(output)
    ? 'the registry could not be reached'
    : NOT_THERE.test(output)
      ? 'the registry does not have it'
      : (said[1] ?? said[0] ?? 'npm gave no reason');
  return new BundleError('NATIVE_NOT_FETCHED', `${what}, and npm could not fetch it: ${why}.`, {
    hint: 'Check the connection and the registry that npm is configured for, and run it again. Once fetched, it is kept.',
    cause: new BundleError('NATIVE_NOT_FETCHED', said.join('\n')),
  });
};

/**
 * Fetches packages for another machine with npm, without running their scripts, into a folder that later runs reuse.
 *
 * @returns the folder that holds their `node_modules`.
 * @throws {NATIVE_NOT_FETCHED} when npm is missing, offline, or does not know them.
 * @throws {OUTPUT_NOT_WRITTEN} when the folder cannot be written.
 */
export const fetchPackages = async (
  wanted: readonly WantedPackage[],
  machine: TargetMachine,
  cacheDir: string,
): Promise<string> => {
  const fs = process.getBuiltinModule('node:fs');
  const { join } = process.getBuiltinModule('node:path');
  const specs = wanted.map(({ name, version }) => `${name}@${version}`).sort();
  const key = process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(JSON.stringify([machine, specs]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheDir, key);
  if (fs.existsSync(folder)) return folder;
  let temporary: string;
  try {
    fs.mkdirSync(cacheDir, { recursive: true });
    temporary = fs.mkdtempSync(join(cacheDir, '.tmp-'));
    // A package of its own, so that npm does not take a project further up for its root.
    fs.writeFileSync(join(temporary, 'package.json'), '{ "private": true }\n');
  } catch (error) {
    throw notWritten(cacheDir, error);
  }
  try {
    const { ok, output, failure } = await runNpm(
      [
        'install',
        '--no-save',
        '--no-package-lock',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        // npm refuses a package of another platform when it is asked for by name, whatever --cpu says.
        '--force',
        '--fetch-retries=1',
        `--os=${machine.platform}`,
        `--cpu=${npmCpu(machine)}`,
        ...(machine.platform === 'linux' ? [`--libc=${machine.libc}`] : []),
        ...specs,
      ],
      temporary,
    );
    if (!ok) throw refused(specs.join(' '), machine, output, failure);
    try {
      fs.renameSync(temporary, folder);
    } catch (error) {
      if (!fs.existsSync(folder)) throw notWritten(folder, error); // else another run was faster: the same packages
    }
    return folder;
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
};
