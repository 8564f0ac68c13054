import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudAt } from './cloud-health.ts';
import { readRecord, runningCloud } from './cloud-record.ts';
import { localCloud } from './local-cloud.ts';

const BIN = fileURLToPath(new URL('../../bin/sparta.mjs', import.meta.url));

// What is tested is what stands here, not what was built from it some time ago.
process.env['SPARTA_FROM_SOURCE'] = '1';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sparta-home-'));
});
afterEach(async () => {
  const record = readRecord(home);
  if (record !== undefined && (await cloudAt(record.url)) === record.pid) await end(record.pid);
  rmSync(home, { recursive: true, force: true });
});

/** Ends a cloud that is not our child, and waits until it no longer answers. */
const end = async (pid: number, signal: NodeJS.Signals = 'SIGTERM') => {
  const url = readRecord(home)?.url;
  process.kill(pid, signal);
  while (url !== undefined && (await cloudAt(url)) === pid);
};

const find = async () => {
  let started = 0;
  const url = await localCloud({
    home,
    signal: AbortSignal.timeout(30_000),
    onStarting: () => {
      started += 1;
    },
  });
  return { url, started };
};

describe('--local', () => {
  it('starts a cloud once, however many ask at the same time, and finds it after that', async () => {
    const found = await Promise.all([find(), find(), find(), find()]);
    expect(new Set(found.map(({ url }) => url)).size).toBe(1);
    expect(found.reduce((sum, { started }) => sum + started, 0)).toBe(1);
    expect(await find()).toEqual({ url: found[0]?.url, started: 0 });
  });

  it('starts another one after a cloud was killed, though its record and lock are still there', async () => {
    const first = await find();
    const pid = readRecord(home)?.pid ?? 0;
    await end(pid, 'SIGKILL');
    writeFileSync(join(home, 'cloud.lock'), String(pid));
    const second = await find();
    expect(second.started).toBe(1);
    expect(await cloudAt(second.url)).toBe(readRecord(home)?.pid);
    expect(readRecord(home)?.pid).not.toBe(pid);
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('is not misled by a record of another program on that port', async () => {
    const server = process
      .getBuiltinModule('node:http')
      .createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    writeFileSync(
      join(home, 'cloud.json'),
      JSON.stringify({ pid: process.pid, url: `http://127.0.0.1:${port}` }),
    );
    expect(await runningCloud(home)).toBeUndefined();
    expect((await find()).started).toBe(1);
    server.close();
  });

  it('says why when a cloud cannot be started', async () => {
    mkdirSync(join(home, 'x'));
    writeFileSync(join(home, 'state'), 'a file where a folder has to be');
    await expect(find()).rejects.toMatchObject({
      code: 'CLOUD_NOT_STARTED',
      message: expect.stringMatching(/exit code 9[\s\S]*state/) as string,
    });
  });
});

describe('sparta cloud', () => {
  const run = async (...words: readonly string[]) => {
    const child = spawn(process.execPath, [BIN, ...words], {
      env: { ...process.env, SPARTA_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let error = '';
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      error += String(chunk);
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, ended, out: () => out, error: () => error };
  };

  it('prints one line when it answers, is found, and ends with 0 on SIGTERM', async () => {
    const { child, ended, out } = await run('cloud', '--port', '0', '--state', join(home, 's'));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const url = /^ready (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(out())?.[1] ?? '';
    expect(await cloudAt(url)).toBe(child.pid);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(out()).toBe(`ready ${url}\n`);
    expect(readRecord(home)).toBeUndefined();
  });

  it.each([
    [['cloud', '--port', '70000'], 2, /--port is "70000"; it has to be a number from 0 to 65535/],
    [['cloud', '--prt', '1'], 2, /--prt/],
    [['clod'], 2, /sparta has no command "clod"/],
    [[], 2, /sparta needs a command/],
  ] as const)('%j ends with %i and a sentence', async (words, code, text) => {
    const { ended, error } = await run(...words);
    expect(await ended).toBe(code);
    expect(error()).toMatch(text);
    expect(error()).not.toMatch(/\n\s+at /);
  });

  describe('--service-control-policy', () => {
    const fileOf = (text: string) => {
      const file = join(home, 'policy.json');
      writeFileSync(file, text);
      return file;
    };
    const statement = { Effect: 'Deny', Action: 's3:ListAllMyBuckets', Resource: '*' };
    const policy = (more: object = {}, Version = '2012-10-17') =>
      JSON.stringify({ Version, Statement: [{ ...statement, ...more }] });

    it('bounds the account, the root user too', async () => {
      const words = ['--service-control-policy', fileOf(policy())];
      const { child, ended, out } = await run('cloud', '--port', '0', ...words);
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const s3 = new S3Client({
        endpoint: /^ready (\S+)\n$/.exec(out())?.[1] ?? '',
        region: 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        forcePathStyle: true,
      });
      await expect(s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({
        message: expect.stringContaining('explicit deny in a service control policy') as string,
      });
      s3.destroy();
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    });

    it.each([
      ['{', /The service control policy \S+policy\.json is refused: .+\./],
      [policy({}, '2008-10-17'), /Version: the policy must say "Version": "2012-10-17"/],
      [policy({ Principal: '*' }), /Statement\[0\].*rincipal/],
    ])('a file that holds %s ends with 2 and a sentence', async (text, sentence) => {
      const words = ['--service-control-policy', fileOf(text)];
      const { ended, error } = await run('cloud', '--port', '0', ...words);
      expect(await ended).toBe(2);
      expect(error()).toMatch(sentence);
      expect(error()).toContain('orgs_manage_policies_scps_syntax.html');
      expect(error()).not.toMatch(/\n\s+at /);
    });

    it('a file that is not there ends with 2 and a sentence', async () => {
      const words = ['--service-control-policy', join(home, 'none.json')];
      const { ended, error } = await run('cloud', '--port', '0', ...words);
      expect(await ended).toBe(2);
      expect(error()).toMatch(/--service-control-policy is ".*none\.json", which cannot be read/);
      expect(error()).not.toMatch(/\n\s+at /);
    });
  });

  it('says that its port is taken', async () => {
    const server = process.getBuiltinModule('node:net').createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { ended, error } = await run('cloud', '--port', String(port));
    expect(await ended).toBe(9);
    expect(error()).toContain(`Port ${port} is taken by another program.`);
    server.close();
  });

  it('prints its version and its help', async () => {
    const manifest = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    const asked = await run('version');
    expect(await asked.ended).toBe(0);
    expect(asked.out()).toBe(`${manifest.version}\n`);
    const help = await run('cloud', '--help');
    expect(await help.ended).toBe(0);
    expect(help.out()).toMatch(/--port N[\s\S]*Exit codes:/);
  });
});
