import { AwsError } from '../../core/aws-error.ts';

/** A Python of this machine. */
export interface FoundPython {
  readonly path: string;
  /** `3.13.2` */
  readonly version: string;
}

const found = new Map<string, FoundPython>();

/**
 * The Python that functions of a runtime run on: the one that `SPARTA_PYTHON` names, whatever its version, or one of the
 * runtime's own version on the path.
 * @param wanted - `3.13`
 * @throws {InvalidRuntimeException} when there is none
 */
export const findPython = (wanted: string): FoundPython => {
  const named = process.env['SPARTA_PYTHON'];
  const key = `${wanted} ${named ?? ''}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const python =
    named === undefined
      ? (ask(`python${wanted}`, wanted) ?? ask('python3', wanted))
      : ask(named, undefined);
  if (python === undefined) throw missing(wanted, named);
  found.set(key, python);
  return python;
};

/** The path behind a name (a version manager's shim is none) and its version. */
const ask = (command: string, wanted: string | undefined): FoundPython | undefined => {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, stdout } = spawnSync(
    command,
    ['-c', 'import sys, platform; print(sys.executable); print(platform.python_version())'],
    { encoding: 'utf8', timeout: 5_000, windowsHide: true },
  );
  if (status !== 0) return undefined;
  const [path = '', version = ''] = stdout.split(/\r?\n/);
  return wanted === undefined || version.startsWith(`${wanted}.`) ? { path, version } : undefined;
};

const missing = (wanted: string, named: string | undefined): AwsError =>
  new AwsError(
    'InvalidRuntimeException',
    named === undefined
      ? `The runtime python${wanted} runs on Python ${wanted}, which is not on this machine's path. Install it, or name another Python in SPARTA_PYTHON when the cloud is started.`
      : `SPARTA_PYTHON is ${named}, which is no Python that can be started. Give it the path of one.`,
    { status: 502, fault: 'server' },
  );
