// Spawn of an environment to its first answer, and what an invocation costs it. Beside a bare Runtime API loop.
// Usage: node bench/cold-start.ts
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { unzipSync } from 'fflate';
import { compare, ROOT, table, WORK } from './measure.ts';
import type { Environment } from './runtime-api.ts';
import { coldStart, cpuOfInvocation } from './runtime-api.ts';
import { writeSpartaService } from './services.ts';

const ROUNDS = 15;
const floors = join(ROOT, 'bench', 'floors');
const event = {
  rawPath: '/hello',
  pathParameters: { id: 'none' },
  requestContext: { http: { method: 'GET' } },
};

const bare = (handlerFile: string, env: Readonly<Record<string, string>> = {}): Environment => ({
  args: [join(floors, 'environment.mjs')],
  env: { HANDLER_FILE: handlerFile, ...env },
});

const runtime = (
  taskRoot: string,
  handler: string,
  env: Readonly<Record<string, string>> = {},
): Environment => ({
  args: [join(ROOT, 'dist', 'cloud', 'lambda', 'bootstrap', 'main.mjs')],
  env: { LAMBDA_TASK_ROOT: taskRoot, _HANDLER: handler, ...env },
});

/** Builds a program and unpacks its archive. */
const unpacked = (program: string): string => {
  execFileSync(process.execPath, ['app.ts', 'build'], { cwd: program });
  const built = join(program, '.sparta');
  const [file] = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.zip'),
  );
  const to = join(program, 'unpacked');
  rmSync(to, { recursive: true, force: true });
  for (const [path, bytes] of Object.entries(unzipSync(readFileSync(join(built, file ?? ''))))) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), bytes);
  }
  return to;
};

/** One bucket read with the client that was granted, and the same by hand. */
const writeReader = () => {
  const dir = join(WORK, 'reader');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, 'package.json'),
    JSON.stringify({ name: 'reader', version: '1.0.0', private: true, type: 'module' }),
  );
  writeFileSync(
    join(dir, 'app.ts'),
    `import { bucket, lambda, main, service } from 'sparta';
const photos = bucket('Photos');
const read = lambda('Read', { grants: { photos: photos.read() } }, async (_event, { photos }) => ({ text: await photos.text('a') }));
await main(service('Reader', { functions: [read] }));
`,
  );
  writeFileSync(
    join(dir, 'plain.ts'),
    `import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
const s3 = new S3Client({ forcePathStyle: true });
export const handler = async () => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: process.env['SPARTA_Photos'], Key: 'a' }));
  return { text: await Body?.transformToString() };
};
`,
  );
  return dir;
};

const s3 = createServer((_request, response) => {
  response.end('the object');
});
await new Promise<void>((resolve) => s3.listen(0, '127.0.0.1', resolve));
const endpoint = `http://127.0.0.1:${(s3.address() as AddressInfo).port}`;

const hello = join(floors, 'handler.mjs');
const show = async (
  title: string,
  contenders: readonly (readonly [name: string, environment: Environment, expected: string])[],
) => {
  const results = await compare(
    contenders.map(([name, environment, expected]) => ({
      name,
      run: () => coldStart(environment, event, expected),
    })),
    ROUNDS,
  );
  process.stdout.write(`${table(title, results)}\n`);
};

await show('Cold start, the same handler', [
  ['node with a bare Runtime API loop', bare(hello), 'ok'],
  ["the embedded cloud's runtime", runtime(floors, 'handler.handler'), 'ok'],
]);

const [one, hundred] = [unpacked(writeSpartaService(1)), unpacked(writeSpartaService(100))];
const environment = { SPARTA_FUNCTION: 'FN000' };
await show('Cold start, one function of a program', [
  ['alone in its program', runtime(one, 'index.handler', environment), '400'],
  ['in a program of 100', runtime(hundred, 'index.handler', environment), '400'],
]);

const reader = writeReader();
await build({
  entryPoints: [join(reader, 'plain.ts')],
  outfile: join(reader, 'plain', 'index.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minify: true,
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
const buckets = { AWS_ENDPOINT_URL: endpoint, SPARTA_Photos: 'photos', SPARTA_FUNCTION: 'Read' };
await show('Cold start with one S3 client, first call included', [
  ['plain esbuild bundle', runtime(join(reader, 'plain'), 'index.handler', buckets), 'the object'],
  ['granted bucket', runtime(unpacked(reader), 'index.handler', buckets), 'the object'],
]);
s3.close();

const cpu = await compare(
  [
    {
      name: 'a raw Runtime API loop, pipelined',
      run: () => cpuOfInvocation(bare(hello, { PIPELINED: '1' }), event),
    },
    {
      name: "the embedded cloud's runtime",
      run: () => cpuOfInvocation(runtime(floors, 'handler.handler'), event),
    },
  ],
  3,
);
process.stdout.write(`${table('CPU of an environment for one invocation', cpu, 'µs')}\n`);
