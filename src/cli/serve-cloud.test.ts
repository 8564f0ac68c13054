import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateUserCommand, CreateAccessKeyCommand, IAMClient } from '@aws-sdk/client-iam';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, expect, it } from 'vitest';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sparta-serve-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('sparta cloud says what it denies and the grant that lacks, once', async () => {
  const bin = join(import.meta.dirname, '..', '..', 'bin', 'sparta.mjs');
  const child = spawn(process.execPath, [bin, 'cloud', '--port', '0'], {
    env: { PATH: process.env['PATH'], SPARTA_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  const printed = (pattern: RegExp) => expect.poll(() => out, { timeout: 10_000 }).toMatch(pattern);
  child.stdout.on('data', (piece) => (out += String(piece)));
  try {
    await printed(/ready \S+\n/);
    const settings = (credentials = { accessKeyId: 'test', secretAccessKey: 'test' }) => ({
      endpoint: /ready (\S+)/.exec(out)?.[1] ?? '',
      region: 'us-east-1',
      credentials,
    });
    const iam = new IAMClient(settings());
    await iam.send(new CreateUserCommand({ UserName: 'newcomer' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'newcomer' }));
    const sns = new SNSClient(
      settings({
        accessKeyId: AccessKey?.AccessKeyId ?? '',
        secretAccessKey: AccessKey?.SecretAccessKey ?? '',
      }),
    );
    for (const _time of [1, 2])
      await expect(sns.send(new ListTopicsCommand({}))).rejects.toThrow('not authorized');
    await printed(/^denied \d+: User: \S+user\/newcomer is not authorized.*Grant it: allow\(/m);
    expect(out.match(/^denied /gm)).toHaveLength(1);
  } finally {
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill();
    await gone;
  }
}, 20_000);
