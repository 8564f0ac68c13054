import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VirtualClock } from './core/clock.ts';
import { createVirtualClock } from './core/clock.ts';
import type { RunningCloud } from './index.ts';
import { startCloud } from './index.ts';

let clock: VirtualClock;
let cloud: RunningCloud;
let state: string;
beforeAll(async () => {
  clock = createVirtualClock(Date.now());
  state = mkdtempSync(join(tmpdir(), 'sparta-intruders-'));
  cloud = await startCloud({ clock, stateDir: join(state, 'cloud') });
});
afterAll(async () => {
  await cloud.stop();
  rmSync(state, { recursive: true, force: true });
});

const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };
const settings = (more: object = {}) => ({
  endpoint: cloud.url,
  region: 'us-east-1',
  credentials: KEYS,
  maxAttempts: 1,
  ...more,
});

interface Signed {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request as the official client signs it, caught before it is sent. */
const signed = async (): Promise<Signed> => {
  const client = new STSClient(settings());
  let caught: Signed | undefined;
  client.middlewareStack.add(
    (next) => (args) => {
      const { method, path, headers, body } = args.request as Signed;
      caught = { method, path, headers: { ...headers }, body };
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await client.send(new GetCallerIdentityCommand({}));
  if (caught === undefined) throw new TypeError('nothing was signed');
  return caught;
};

const send = async ({ method, path, headers, body }: Signed) => {
  const { host: _host, 'content-length': _length, ...rest } = headers;
  const response = await fetch(`${cloud.url}${path}`, { method, headers: rest, body });
  return { status: response.status, text: await response.text() };
};

describe('a signature', () => {
  it('is for one request: anything changed, and it is refused', async () => {
    const request = await signed();
    expect((await send(request)).status).toBe(200);
    const authorization = request.headers['authorization'] ?? '';
    const changed: readonly (readonly [string, Signed, RegExp])[] = [
      ['body', { ...request, body: `${request.body}&Extra=1` }, /SignatureDoesNotMatch/],
      [
        'a digit of it',
        {
          ...request,
          headers: {
            ...request.headers,
            authorization: authorization.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
          },
        },
        /SignatureDoesNotMatch/,
      ],
      [
        'the day of its scope',
        {
          ...request,
          headers: {
            ...request.headers,
            authorization: authorization.replace(/\/\d{8}\//, '/20200101/'),
          },
        },
        /SignatureDoesNotMatch|Credential/,
      ],
      [
        'whose it is',
        {
          ...request,
          headers: {
            ...request.headers,
            authorization: authorization.replace('Credential=test/', 'Credential=nobody/'),
          },
        },
        /InvalidClientTokenId/,
      ],
      ['path', { ...request, path: '/other' }, /./],
    ];
    for (const [what, intruder, text] of changed) {
      const answer = await send(intruder);
      expect(answer.status, what).toBeGreaterThanOrEqual(400);
      expect(answer.text, what).toMatch(text);
    }
  });

  it('is good for a quarter of an hour, and a clock that is wrong is told', async () => {
    const request = await signed();
    await clock.advance(16 * 60_000);
    const late = await send(request);
    expect(late.status).toBe(403);
    expect(late.text).toMatch(/Signature expired|RequestTimeTooSkewed/);
    const ahead = new STSClient(settings({ systemClockOffset: 3_600_000 + 16 * 60_000 }));
    await expect(ahead.send(new GetCallerIdentityCommand({}))).rejects.toThrow(
      /Signature (not yet current|expired)|skew/i,
    );
  });

  it('of another secret is refused', async () => {
    const client = new S3Client(
      settings({
        forcePathStyle: true,
        credentials: { accessKeyId: 'test', secretAccessKey: 'guessed' },
        systemClockOffset: 16 * 60_000,
      }),
    );
    await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
  });
});

describe('a presigned URL', () => {
  it('is for one object, one method and one time', async () => {
    const offset = clock.now() - Date.now();
    const s3 = new S3Client(settings({ forcePathStyle: true, systemClockOffset: offset }));
    await s3.send(new CreateBucketCommand({ Bucket: 'vault' }));
    for (const Key of ['mine', 'other'])
      await s3.send(new PutObjectCommand({ Bucket: 'vault', Key, Body: Key }));
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'vault', Key: 'mine' }), {
      expiresIn: 60,
      signingDate: new Date(clock.now()),
    });
    expect(await (await fetch(url)).text()).toBe('mine');
    const changes: readonly (readonly [string, string, RequestInit])[] = [
      ['object', url.replace('/mine?', '/other?'), {}],
      ['time', url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600000'), {}],
      ['parameter', `${url}&response-content-type=text/html`, {}],
      ['signature', url.replace(/X-Amz-Signature=./, 'X-Amz-Signature=g'), {}],
      ['method', url, { method: 'DELETE' }],
    ];
    for (const [what, changed, init] of changes)
      expect((await fetch(changed, init)).status, what).toBe(403);
    await clock.advance(61_000);
    const late = await fetch(url);
    expect([late.status, await late.text()]).toEqual([
      403,
      expect.stringContaining('Request has expired'),
    ]);
  });
});

describe('names and archives', () => {
  const offset = () => clock.now() - Date.now();

  it('keys that climb lie where all others lie', async () => {
    const s3 = new S3Client(settings({ forcePathStyle: true, systemClockOffset: offset() }));
    const Key = '../../../climbed.txt';
    // Small objects are records, large ones are files.
    for (const size of [10, 300_000]) {
      await s3.send(new PutObjectCommand({ Bucket: 'vault', Key, Body: 'x'.repeat(size) }));
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'vault', Key }));
      expect((await Body?.transformToString())?.length).toBe(size);
    }
    expect(readdirSync(state)).toEqual(['cloud']);
    expect(existsSync(join(state, '..', 'climbed.txt'))).toBe(false);
  });

  it('an archive that climbs, or grows beyond Lambda’s limit, is refused', async () => {
    const lambda = new LambdaClient(settings({ systemClockOffset: offset() }));
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      ],
    };
    const { Role } = await new IAMClient(settings({ systemClockOffset: offset() })).send(
      new CreateRoleCommand({ RoleName: 'fn', AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
    const create = (FunctionName: string, files: Readonly<Record<string, Uint8Array>>) =>
      lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Role: Role?.Arn,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Code: { ZipFile: zipSync(files) },
        }),
      );
    const code = new TextEncoder().encode('exports.handler = async () => 1');
    await expect(create('climber', { 'index.js': code, '../climbed.js': code })).rejects.toThrow(
      'Could not unzip uploaded file.',
    );
    expect(existsSync(join(state, 'climbed.js'))).toBe(false);
    await expect(
      create('bomb', { 'index.js': code, zeros: new Uint8Array(263 * 1024 * 1024) }),
    ).rejects.toThrow(/262144000/);
  }, 30_000);
});
