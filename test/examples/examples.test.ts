import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../src/cloud/index.ts';
import { startCloud } from '../../src/cloud/index.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const run = (example: string, args: readonly string[], env: Readonly<Record<string, string>>) =>
  new Promise<{ readonly code: number | null; readonly out: string; readonly error: string }>(
    (resolve) => {
      const child = spawn(process.execPath, [...args], {
        cwd: join(EXAMPLES, example),
        env: { ...process.env, NO_COLOR: '1', ...env },
      });
      let [out, error] = ['', ''];
      child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
      child.stderr.on('data', (piece: Buffer) => (error += piece.toString()));
      child.once('close', (code) => resolve({ code, out, error }));
    },
  );

describe('the Imager', () => {
  it('provisions itself, stamps its photographs, checks them and leaves them as pictures', async () => {
    const home = mkdtempSync(join(tmpdir(), 'sparta-imager-'));
    const pictures = ['rocket', 'chelsea'].map((name) =>
      join(EXAMPLES, 'imager', 'out', `${name}.png`),
    );
    for (const picture of pictures) rmSync(picture, { force: true });
    try {
      const { code, out, error } = await run('imager', ['demo.ts', '--once'], {
        SPARTA_HOME: home,
      });
      expect([code, error]).toEqual([0, '']);
      expect(out).toContain('Imager created');
      for (const picture of pictures) {
        expect(existsSync(picture)).toBe(true);
        expect(readFileSync(picture).subarray(0, PNG.length)).toEqual(PNG);
      }
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});

describe('hello-world', () => {
  let cloud: RunningCloud;
  beforeAll(async () => {
    cloud = await startCloud();
  });
  afterAll(() => cloud.stop());

  it('is provisioned, greets, and is deleted with nothing left', async () => {
    const env = {
      AWS_ENDPOINT_URL: cloud.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    const created = await run('hello-world', ['app.ts', 'provision'], env);
    expect([created.code, created.error]).toEqual([0, '']);
    const url = /ApiUrl\s+(\S+)/.exec(created.out)?.[1] ?? '';
    const answer = await fetch(`${url}/hello/Ada`);
    expect([answer.status, await answer.json()]).toEqual([200, { message: 'Hello Ada' }]);
    expect((await fetch(`${url}/hello`)).status).toBe(404);

    const deleted = await run('hello-world', ['app.ts', 'delete'], env);
    expect([deleted.code, deleted.error]).toEqual([0, '']);
    const gone = await run('hello-world', ['app.ts', 'status'], env);
    expect(gone.out).toMatch(/not (there|deployed|provisioned)|no stack/i);
  });
});

describe('orders', () => {
  it('passes its tests in node’s own runner, with a bug that disorder alone shows', async () => {
    const { code, out } = await run('orders', ['--test'], {});
    expect(out).toMatch(/^# fail 0$|ℹ fail 0/m);
    expect(out).toMatch(/pass 6/);
    expect(code).toBe(0);
  });
});
