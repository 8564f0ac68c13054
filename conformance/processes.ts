import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const VENV = join(ROOT, 'conformance', '.venv', 'bin');
export const FIXTURES = join(ROOT, 'conformance', 'fixtures');
export const SCRATCH = mkdtempSync(join(tmpdir(), 'sparta-conformance-'));

export const KEYS = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_REGION: 'us-east-1',
  AWS_PAGER: '',
};

/** Runs a program; answers with what it printed. Rejects with all of it when it fails. */
export const run = (
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = SCRATCH,
): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      {
        cwd,
        env: { ...process.env, ...KEYS, ...env },
        maxBuffer: 64 * 1024 * 1024,
        // PyPI can be slow, and so can the first call of a client.
        timeout: 600_000,
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else
          reject(
            new Error(
              `${command.split('/').at(-1)} ${args.join(' ')}: ${(stderr + stdout).trim().slice(-600)}`,
            ),
          );
      },
    );
  });

/** Starts a server and waits for a line of it. */
export const start = (
  command: string,
  args: readonly string[],
  pattern: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly match: RegExpExecArray; stop(): void }> =>
  new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...KEYS, ...env },
    });
    let text = '';
    const read = (piece: Buffer) => {
      text += piece.toString();
      const match = pattern.exec(text);
      if (match !== null) resolve({ match, stop: () => void child.kill('SIGTERM') });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) =>
      reject(new Error(`${command} exited with ${code}: ${text.slice(-500)}`)),
    );
  });

/** What is installed from npm, each by the package.json of its fixture. */
type Client = 'cdk' | 'dynamodb' | 'kinesis' | 'osls';

/** The folder of a client from npm, apart from the project's own dependencies: what only conformance needs is large. */
export const installed = (client: Client): string => join(ROOT, 'conformance', '.node', client);

/** Installs a client by its fixture's package.json, once. */
export const install = async (client: Client): Promise<void> => {
  const folder = installed(client);
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return;
  process.stdout.write(`installing ${client} from npm …\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(FIXTURES, client, 'package.json'), join(folder, 'package.json'));
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {}, folder);
};

/** The version that a fixture asks for. */
export const versionOf = (client: Client, name: string): string => {
  const manifest = JSON.parse(
    readFileSync(join(FIXTURES, client, 'package.json'), 'utf8'),
  ) as Readonly<Record<string, Readonly<Record<string, string>>>>;
  return { ...manifest['dependencies'], ...manifest['devDependencies'] }[name] ?? 'unknown';
};
