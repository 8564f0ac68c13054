import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request as httpRequest } from 'node:http';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
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

  /**
   * As on AWS, which forgets no signature sooner: what protects from replay is the time that is signed.
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-signing.html "Protect against potential replay attacks"
   */
  it('can be sent again while it is fresh, and has the same answer then', async () => {
    const request = await signed();
    const answers = [await send(request), await send(request)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    // For another operation, service or region it is worth nothing.
    const authorization = request.headers['authorization'] ?? '';
    for (const [from, to] of [
      ['/us-east-1/', '/eu-west-1/'],
      ['/sts/', '/sns/'],
      ['aws4_request', 'aws4_other'],
    ] as const) {
      const headers = { ...request.headers, authorization: authorization.replace(from, to) };
      expect((await send({ ...request, headers })).status, to).toBeGreaterThanOrEqual(400);
    }
    const body = request.body.replace('GetCallerIdentity', 'GetSessionToken');
    expect((await send({ ...request, body })).text).toMatch(/SignatureDoesNotMatch/);
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
      ['bucket', url.replace('/vault/', '/vault2/'), {}],
      ['date', url.replace(/X-Amz-Date=\d/, 'X-Amz-Date=3'), {}],
      ['key', url.replace('X-Amz-Credential=test', 'X-Amz-Credential=nobody'), {}],
      ['region', url.replace('us-east-1', 'eu-west-1'), {}],
      ['service', url.replace('%2Fs3%2F', '%2Fsts%2F'), {}],
      ['host', url.replace('127.0.0.1', 'localhost'), {}],
      ['algorithm', url.replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1'), {}],
      ['signed headers', url.replace('X-Amz-SignedHeaders=host', 'X-Amz-SignedHeaders=x'), {}],
      ['token', `${url}&X-Amz-Security-Token=x`, {}],
      ['part left out', url.replace(/&X-Amz-Signature=[^&]*/, ''), {}],
    ];
    for (const [what, changed, init] of changes) {
      expect(changed === url && init.method === undefined, what).toBe(false);
      const status = (await fetch(changed, init)).status;
      expect([400, 403], what).toContain(status);
    }
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

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
});

/** Settings of clients after the clock was advanced. */
const now = (more: object = {}) =>
  settings({ systemClockOffset: clock.now() - Date.now(), ...more });

describe('keys of a function', () => {
  it('are worth nothing once its role is gone, nor when another has taken its name', async () => {
    const [iam, lambda] = [new IAMClient(now()), new LambdaClient(now())];
    const RoleName = 'short-lived';
    const mayList = {
      RoleName,
      PolicyName: 'own',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['s3:*', 'logs:*'], Resource: '*' }],
      }),
    };
    const makeRole = async () => {
      const { Role } = await iam.send(
        new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }),
      );
      await iam.send(new PutRolePolicyCommand(mayList));
      return Role?.Arn;
    };
    const code = `exports.handler = async () => ({ accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY, sessionToken: process.env.AWS_SESSION_TOKEN });`;
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'teller',
        Role: await makeRole(),
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: 10,
        Code: { ZipFile: zipSync({ 'index.js': new TextEncoder().encode(code) }) },
      }),
    );
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'teller' }));
    const credentials = JSON.parse(Buffer.from(Payload ?? []).toString()) as typeof KEYS;
    const list = () =>
      new S3Client(now({ credentials, forcePathStyle: true })).send(new ListBucketsCommand({}));
    expect((await list()).$metadata.httpStatusCode).toBe(200);
    const { sessionToken: _token, ...withoutToken } = credentials as typeof KEYS & {
      readonly sessionToken: string;
    };
    await expect(
      new S3Client(now({ credentials: withoutToken })).send(new ListBucketsCommand({})),
    ).rejects.toMatchObject({ name: 'InvalidToken' });
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'own' }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await expect(list()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await makeRole();
    await expect(list()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  }, 20_000);
});

describe('a page of another site', () => {
  const ask = (method: string, path: string, headers: Readonly<Record<string, string>>) =>
    new Promise<{ readonly status: number; readonly cors: string | undefined }>(
      (resolve, reject) => {
        const request = httpRequest(`${cloud.url}${path}`, { method, headers }, (response) => {
          response.resume();
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              cors: response.headers['access-control-allow-origin'],
            }),
          );
        });
        request.on('error', reject);
        request.end();
      },
    );

  const PLACES = ['/', '/vault/mine', '/_sparta/journal', '/_sparta/usage', '/_aws/anything'];

  it('gets nothing by a name of its own that leads to this machine', async () => {
    for (const path of PLACES)
      for (const host of ['evil.example', 'evil.example:4566', '127.0.0.1.evil.example', '127.1'])
        expect((await ask('GET', path, { host })).status, `${host}${path}`).toBe(403);
  });

  it('is told by no preflight that it may go on', async () => {
    for (const path of PLACES)
      for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example'])
        for (const method of ['OPTIONS', 'GET', 'POST'])
          expect(
            await ask(method, path, { origin, 'access-control-request-method': 'PUT' }),
            `${method} ${path} ${origin}`,
          ).toEqual({ status: 403, cors: undefined });
  });
});

describe('links in an archive', () => {
  const LINK = 0o120777 << 16;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const link = (to: string) => [bytes(to), { os: 3, attrs: LINK }] as const;
  type Files = Readonly<Record<string, Uint8Array | readonly [Uint8Array, object]>>;

  const run = async (FunctionName: string, files: Files) => {
    const lambda = new LambdaClient(now());
    const code = bytes(
      `exports.handler = async () => require('node:fs').readFileSync(__dirname + '/told', 'utf8')`,
    );
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Role: 'arn:aws:iam::000000000000:role/fn',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: 10,
        Code: { ZipFile: zipSync({ 'index.js': code, ...files } as Parameters<typeof zipSync>[0]) },
      }),
    );
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
    return Buffer.from(Payload ?? []).toString();
  };

  it('lead inside it, or it is refused', async () => {
    expect(await run('honest', { 'lib/text': bytes('inside'), told: link('lib/text') })).toBe(
      '"inside"',
    );
    const outside: Readonly<Record<string, Files>> = {
      absolute: { told: link('/etc/passwd') },
      climbing: { told: link('../../../../secret') },
      // Each of the two stays inside by its text; together they lead out.
      chained: {
        'a/b/c/up': link('../../..'),
        out: link('a/b/c/up/..'),
        told: link('out/secret'),
      },
      reversed: { out: link('a/b/c/up/..'), 'a/b/c/up': link('../../..') },
      through: { dir: link('.'), 'dir/told': bytes('written through a link') },
    };
    for (const [name, files] of Object.entries(outside))
      await expect(run(name, files), name).rejects.toThrow('Could not unzip uploaded file.');
    expect(readdirSync(state)).toEqual(['cloud']);
  }, 30_000);
});
