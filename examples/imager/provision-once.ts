import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The first line of a process that matches; rejects when it ends before. */
const line = (child: ChildProcess, pattern: RegExp) =>
  new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString();
      const match = pattern.exec(text);
      if (match !== null) resolve(match[1] ?? '');
    });
    child.once('exit', (code) => reject(new Error(`the embedded cloud ended with ${code}`)));
  });

/** Starts an embedded cloud of its own, and runs the program's own `provision` against it, as one would against AWS. */
export const provisionOnce = async (
  program: string,
): Promise<{ readonly endpoint: string; stop(): Promise<void> }> => {
  const sparta = join(
    dirname(createRequire(import.meta.url).resolve('sparta/package.json')),
    'bin',
    'sparta.mjs',
  );
  const cloud = spawn(process.execPath, [sparta, 'cloud', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      if (cloud.exitCode !== null) return resolve();
      cloud.once('close', () => resolve());
      cloud.kill('SIGTERM');
    });
  try {
    const endpoint = await line(cloud, /ready (\S+)/);
    const provision = spawn(process.execPath, [program, 'provision'], {
      stdio: 'inherit',
      cwd: dirname(program),
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: 'us-east-1',
      },
    });
    const code = await new Promise((resolve) => provision.once('close', resolve));
    if (code !== 0) throw new Error(`provision ended with ${String(code)}`);
    return { endpoint, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
