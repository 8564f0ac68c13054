import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Project } from '../fixtures/project.ts';
import type { Archive } from '../index.ts';
import { TRIMS } from './index.ts';
import { exportedNames } from './trim.ts';

const PACKAGES = ['@aws-sdk', '@smithy', '@aws'] as const;

const program = (imports: string, body: string): Readonly<Record<string, string>> => ({
  'app.ts': `import { lambda, main, service } from 'sparta';
${imports}
const probe = lambda('Probe', {}, async (event: any) => {
${body}
});
await main(service('Probe', { functions: [probe] }));
`,
});

const S3_PROGRAM = program(
  `import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Readable } from 'node:stream';
const s3 = new S3Client({});`,
  `  const Bucket = 'photos';
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a b/ü.txt', Body: 'text', Metadata: { by: 'me' }, ContentType: 'text/plain' }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'stream', Body: Readable.from([Buffer.from('one'), Buffer.from('two')]), ContentLength: 6 }));
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'hello' }));
  const bytes = await got.Body!.transformToString();
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'hello' }));
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'x/' }));
  const pages: unknown[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket })) pages.push(page.KeyCount);
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: 'photos/hello' }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'hello' }));
  const missing = await s3.send(new GetObjectCommand({ Bucket, Key: 'missing' })).catch((error) => [error instanceof NoSuchKey, error.name, error.message, error.$metadata.httpStatusCode]);
  const url = new URL(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'hello' }), { expiresIn: 300 }));
  return { bytes, type: got.ContentType, length: head.ContentLength, keys: listed.Contents?.map(({ Key, Size, LastModified }) => [Key, Size, LastModified]), pages, missing, url: url.origin + url.pathname, expires: url.searchParams.get('X-Amz-Expires') };`,
);

const LIST = `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>photos</Name><KeyCount>2</KeyCount><IsTruncated>false</IsTruncated>
<Contents><Key>x/1</Key><Size>3</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents><Contents><Key>x/&lt;2&gt;</Key><Size>4</Size><LastModified>2026-01-02T03:04:06.000Z</LastModified></Contents></ListBucketResult>`;

/** What S3 would answer, as far as the program above asks. */
const s3Answers = (
  request: IncomingMessage,
): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} => {
  const { method = '', url = '' } = request;
  if (url.includes('missing'))
    return {
      status: 404,
      headers: { 'content-type': 'application/xml' },
      body: '<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>missing</Key></Error>',
    };
  if (method === 'GET' && url.includes('list-type'))
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: LIST };
  if (method === 'GET' || method === 'HEAD')
    return {
      status: 200,
      headers: { 'content-type': 'text/plain', 'content-length': '5' },
      body: method === 'GET' ? 'hello' : '',
    };
  if (method === 'DELETE') return { status: 204, headers: {}, body: '' };
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body:
      request.headers['x-amz-copy-source'] === undefined
        ? ''
        : '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>',
  };
};

// What differs from call to call, or from second to second.
const FLEETING = new Set(['authorization', 'x-amz-date', 'amz-sdk-invocation-id', 'date', 'host']);

let server: Server;
let endpoint = '';
let seen: unknown[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    const headers = Object.entries(request.headers).filter(([name]) => !FLEETING.has(name));
    const credential = /Credential=([^/]+)\/\d+\/([^,]*), SignedHeaders=([^,]*)/
      .exec(request.headers.authorization ?? '')
      ?.slice(1);
    seen.push([request.method, request.url, Object.fromEntries(headers), credential, body]);
    const answer = s3Answers(request);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

const credentials = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
};
const lambdaEnv = (): Record<string, string> => ({
  AWS_REGION: 'eu-central-1',
  AWS_ENDPOINT_URL: endpoint,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  HOME: '/nonexistent',
  ...credentials,
});

const run = async (
  project: Project,
  archive: Archive,
  env: Readonly<Record<string, string>> = {},
  event: unknown = {},
): Promise<{ readonly result: unknown; readonly requests: readonly unknown[] }> => {
  seen = [];
  const result = await project.invoke(archive, 'Probe', event, { ...lambdaEnv(), ...env });
  return { result, requests: seen };
};

describe('the lean SDK', () => {
  it('asks S3 the same, byte for byte, and understands the same, as the whole one', async () => {
    using project = new Project(S3_PROGRAM).link(...PACKAGES);
    const lean = await project.bundle({ Probe: 'app.ts' });
    const whole = await project.bundle({ Probe: 'app.ts' }, { lean: false });
    const a = await run(project, lean);
    const b = await run(project, whole);
    expect(a.requests).toHaveLength(9);
    expect(a.requests).toEqual(b.requests);
    expect(a.result).toEqual(b.result);
    expect(a.result).toMatchObject({
      bytes: 'hello',
      missing: [true, 'NoSuchKey', 'The specified key does not exist.', 404],
      keys: [
        ['x/1', 3, '2026-01-02T03:04:05.000Z'],
        ['x/<2>', 4, '2026-01-02T03:04:06.000Z'],
      ],
    });
    expect(lean.unpackedBytes).toBeLessThan(whole.unpackedBytes * 0.65);
  });

  it('applies each of its trims to the SDK that is installed here, and to nothing it does not know', async () => {
    using project = new Project(S3_PROGRAM).link(...PACKAGES);
    const archive = await project.bundle({ Probe: 'app.ts' });
    expect(archive.trims).toEqual(TRIMS.map(({ name }) => name).sort());
    for (const { name, lean } of TRIMS)
      expect.soft(lean('export const unknown = 1;\n'), name).toBeUndefined();
  });

  it('keeps the names that each trimmed module exports', () => {
    const modules = [
      '@aws-sdk/client-dynamodb/dist-es/schemas/schemas_0.js',
      '@aws-sdk/client-s3/dist-es/schemas/schemas_0.js',
      '@aws-sdk/core/dist-es/submodules/client/util-user-agent-browser/createUserAgentStringParsingProvider.js',
      '@aws-sdk/credential-provider-node/dist-es/defaultProvider.js',
      '@smithy/core/dist-es/submodules/checksum/crc32/Crc32Node.js',
      '@smithy/core/dist-es/submodules/config/config-resolver/regionConfig/getInstanceMetadataRegion.js',
      '@smithy/core/dist-es/submodules/config/node-config-provider/configLoader.js',
      '@smithy/core/dist-es/submodules/config/shared-ini-file-loader/readFile.js',
      '@smithy/core/dist-es/submodules/protocols/HttpProtocol.js',
      '@smithy/core/dist-es/submodules/retry/middleware-retry/isStreamingPayload/isStreamingPayload.js',
      '@smithy/core/dist-es/submodules/serde/util-stream/checksum/ChecksumStream.browser.js',
      '@smithy/core/dist-es/submodules/serde/util-stream/stream-type-check.js',
      '@smithy/node-http-handler/dist-es/node-http-handler.js',
      '@smithy/node-http-handler/dist-es/node-https.js',
    ];
    for (const module of modules) {
      const path = `${process.cwd()}/node_modules/${module}`;
      const source = readFileSync(path, 'utf8');
      const [trim, ...others] = TRIMS.filter(({ filter }) => filter.test(path));
      expect(others).toEqual([]);
      const lean = trim?.lean(source) ?? '';
      expect.soft(exportedNames(lean), module).toEqual(exportedNames(source));
    }
  });

  it('leaves out the operations that no command of the program names', async () => {
    using project = new Project(S3_PROGRAM).link(...PACKAGES);
    const archive = await project.bundle({ Probe: 'app.ts' });
    const code = Object.entries(unzipSync(readFileSync(archive.path)))
      .filter(([name]) => name.endsWith('.mjs'))
      .map(([, bytes]) => Buffer.from(bytes).toString())
      .join('\n');
    expect(code).toContain('ListObjectsV2');
    expect(code).not.toContain('PutBucketLifecycleConfiguration');
    expect(code).not.toContain('sso-oidc');
    expect(code).not.toContain('bowser');
    expect(code).not.toMatch(/from ?["'](?:node:)?https?["']/);
  });
});

describe('bodies of every kind', () => {
  const kinds = program(
    `import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
class Own extends ReadableStream {}
const start = (controller: any) => { controller.enqueue(Buffer.from('web')); controller.close(); };`,
    `  const s3 = new S3Client({ requestStreamBufferSize: 65536 });
  const put = (Body: any, more = {}) => s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body, ...more })).then(() => 'put', (error) => String(error));
  const answers = [
    await put('text'), await put(Buffer.from('buffer')), await put(new Uint8Array([1, 2])), await put(''),
    await put(Readable.from(['node']), { ContentLength: 4 }), await put(new ReadableStream({ start }), { ContentLength: 3 }), await put(new Own({ start }), { ContentLength: 3 }),
    await put(new Blob(['blob'])),
  ];
  const web = new S3Client({ requestHandler: { handle: async () => ({ response: { statusCode: 200, headers: { 'x-amz-checksum-crc32': event.checksum }, body: new Response('web').body } }) } as any });
  const read = await web.send(new GetObjectCommand({ Bucket: 'b', Key: 'k', ChecksumMode: 'ENABLED' })).then((got) => got.Body!.transformToString()).catch((error) => String(error));
  return { answers, read };`,
  );

  it.each(['Fck4UQ==', 'AAAAAA=='])(
    'are sent and checked as by the whole SDK (checksum %s)',
    async (checksum) => {
      using project = new Project(kinds).link(...PACKAGES);
      const a = await run(
        project,
        await project.bundle({ Probe: 'app.ts' }, { minify: false }),
        {},
        { checksum },
      );
      const b = await run(
        project,
        await project.bundle({ Probe: 'app.ts' }, { lean: false, minify: false }),
        {},
        { checksum },
      );
      expect(a.result).toEqual(b.result);
      expect(a.requests).toEqual(b.requests);
      expect(a.requests.length).toBeGreaterThan(4);
    },
  );
});

const REGION_PROGRAM = program(
  `import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';`,
  `  const sts = new STSClient({});
  return { region: await sts.config.region(), attempts: await sts.config.maxAttempts(), retry: typeof sts.config.retryMode === 'function' ? await sts.config.retryMode() : sts.config.retryMode, credentials: await sts.config.credentials().then(({ accessKeyId, sessionToken, expiration }) => ({ accessKeyId, sessionToken, expiration }), (error) => String(error)) };`,
);

describe('the settings of a client', () => {
  it('come from the environment, as for the whole SDK', async () => {
    using project = new Project(REGION_PROGRAM).link(...PACKAGES);
    const env = { AWS_MAX_ATTEMPTS: '7', AWS_RETRY_MODE: 'adaptive' };
    const lean = await run(project, await project.bundle({ Probe: 'app.ts' }), env);
    const whole = await run(
      project,
      await project.bundle({ Probe: 'app.ts' }, { lean: false }),
      env,
    );
    expect(lean.result).toEqual(whole.result);
    expect(lean.result).toMatchObject({
      region: 'eu-central-1',
      attempts: 7,
      retry: 'adaptive',
      credentials: { accessKeyId: 'AKIDEXAMPLE', sessionToken: 'token' },
    });
  });

  it('fall back to defaults in the same way when a variable is malformed', async () => {
    using project = new Project(REGION_PROGRAM).link(...PACKAGES);
    const env = { AWS_MAX_ATTEMPTS: 'many' };
    const lean = await run(project, await project.bundle({ Probe: 'app.ts' }), env);
    const whole = await run(
      project,
      await project.bundle({ Probe: 'app.ts' }, { lean: false }),
      env,
    );
    expect(lean.result).toEqual(whole.result);
  });

  it('come from a file that AWS_CONFIG_FILE names', async () => {
    using project = new Project({
      ...REGION_PROGRAM,
      'aws-config': '[default]\nmax_attempts = 9\n',
    }).link(...PACKAGES);
    const archive = await project.bundle({ Probe: 'app.ts' });
    const { result } = await run(project, archive, { AWS_CONFIG_FILE: project.path('aws-config') });
    expect(result).toMatchObject({ attempts: 9 });
  });

  it('are credentials from a container endpoint, where there are none in the environment', async () => {
    using project = new Project(REGION_PROGRAM).link(...PACKAGES);
    const archive = await project.bundle({ Probe: 'app.ts' });
    let asked = 0;
    const container = createServer((request, response) => {
      asked++;
      if (asked === 1) return response.writeHead(500).end(); // it asks again
      const answer = {
        AccessKeyId: 'FROMCONTAINER',
        SecretAccessKey: 's',
        Token: 't',
        Expiration: '2030-01-01T00:00:00Z',
      };
      return response
        .writeHead(request.headers.authorization === 'open sesame' ? 200 : 403)
        .end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => container.listen(0, '127.0.0.1', resolve));
    try {
      const address = `http://127.0.0.1:${(container.address() as AddressInfo).port}/creds`;
      const env = {
        AWS_ACCESS_KEY_ID: '',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: address,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'open sesame',
      };
      const { result } = await run(project, archive, env);
      expect(result).toMatchObject({
        credentials: {
          accessKeyId: 'FROMCONTAINER',
          sessionToken: 't',
          expiration: '2030-01-01T00:00:00.000Z',
        },
      });
      const refused = await run(project, archive, {
        ...env,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.com/creds',
      });
      expect(refused.result).toMatchObject({
        credentials:
          'CredentialsProviderError: Credentials are not fetched from example.com without TLS.',
      });
    } finally {
      container.close();
    }
  });

  it('are no credentials, and a sentence, where there are none', async () => {
    using project = new Project(REGION_PROGRAM).link(...PACKAGES);
    const { result } = await run(project, await project.bundle({ Probe: 'app.ts' }), {
      AWS_ACCESS_KEY_ID: '',
    });
    expect(result).toMatchObject({
      credentials: expect.stringMatching(
        /^CredentialsProviderError: No credentials: AWS_ACCESS_KEY_ID .* lean: false\.$/,
      ),
    });
  });
});

// A key for this test alone: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=localhost
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg00yBDsL1dxeJLlxb
dsgJdIZOvarJo/RHvYSAXGwt7g+hRANCAAR2+Nxs1p/OnfelR4K9n1XxV4tJLRbE
fABoXEoxeswIPX52zxmTtpR7m0W4cuFqXE7NCwFg7MVmgJFXRkKXP3A1
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUH12cgLLzeQ6PXgz3UlfbEP9sHAkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE3MDM1MFoYDzIxMjYxMDMw
MTcwMzUwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR2+Nxs1p/OnfelR4K9n1XxV4tJLRbEfABoXEoxeswIPX52zxmTtpR7
m0W4cuFqXE7NCwFg7MVmgJFXRkKXP3A1o1MwUTAdBgNVHQ4EFgQUc9dxG45fSKeU
MkUhsO4E6R3EzI0wHwYDVR0jBBgwFoAUc9dxG45fSKeUMkUhsO4E6R3EzI0wDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAu9GCj6mrXwj0GjlXjLfjd
Jek+qhy8c1P51ntIp1fKlwIhAJUQzye058CQZNBR5pripS3EhFvOwePqqVk38rb2
KMiP
-----END CERTIFICATE-----`;

it('the request handler talks TLS, keeps its connection, and honours an agent of the user', async () => {
  using project = new Project(
    program(
      `import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Agent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';`,
      `  const ask = (client: STSClient) => client.send(new GetCallerIdentityCommand({})).then(({ Account }) => Account);
  const own = new Agent({ keepAlive: true, maxSockets: 1 });
  const plain = new STSClient({ endpoint: event.endpoint });
  const answers = [await ask(plain), await ask(plain), await ask(new STSClient({ endpoint: event.endpoint, requestHandler: new NodeHttpHandler({ httpsAgent: own }) })), await ask(new STSClient({ endpoint: event.endpoint, requestHandler: { httpsAgent: { maxSockets: 3 } } }))];
  plain.destroy();
  return { answers, used: Object.keys(own.freeSockets).length + Object.keys(own.sockets).length };`,
    ),
  ).link(...PACKAGES);
  const archive = await project.bundle({ Probe: 'app.ts' });
  const connections = new Set<unknown>();
  const tls = createTlsServer({ key: KEY, cert: CERTIFICATE }, async (request, response) => {
    connections.add(request.socket);
    await text(request);
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>000000000000</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
      );
  });
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  try {
    const event = { endpoint: `https://127.0.0.1:${(tls.address() as AddressInfo).port}` };
    const { result } = await run(project, archive, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, event);
    expect(result).toEqual({ answers: Array.from({ length: 4 }, () => '000000000000'), used: 1 });
    expect(connections.size).toBe(3); // the first two requests share one
  } finally {
    tls.close();
  }
});
