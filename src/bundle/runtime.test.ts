import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { Project } from './fixtures/project.ts';

const KIBIBYTE = 1024;
const HELLO_BYTES = 12 * KIBIBYTE;
const SOURCES = join(import.meta.dirname, '..');

/** A project that uses this repository's own runtime, from its sources. */
const projectWithRuntime = (files: Readonly<Record<string, string>>): Project => {
  const project = new Project({
    ...files,
    'node_modules/sparta/package.json': JSON.stringify({
      name: 'sparta',
      version: '1.0.0',
      type: 'module',
      exports: { '.': { 'sparta-lambda': './src/index.lambda.ts', default: './src/index.ts' } },
    }),
  }).link('@aws-sdk', '@smithy', '@aws');
  symlinkSync(SOURCES, project.path('node_modules/sparta/src'));
  return project;
};

it('a service without grants carries the runtime alone, within its budget', async () => {
  using project = projectWithRuntime({
    'app.ts': `import { lambda, main, service } from 'sparta';
const hello = lambda('Hello', {}, async () => 'Hello');
await main(service('Greeter', { functions: [hello] }));
`,
  });
  const archive = await project.bundle({ Hello: 'app.ts' }, { clients: [] });
  expect(archive.packages.map(({ name }) => name).sort()).toEqual(['', 'sparta']);
  const code = archive.files.filter(({ path }) => path.endsWith('.mjs'));
  expect(code.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeLessThanOrEqual(HELLO_BYTES);
  expect(archive.sizeBytes).toBeLessThanOrEqual(HELLO_BYTES);
});

it('a granted bucket is served by its client, the other clients stay out', async () => {
  using project = projectWithRuntime({
    'app.ts': `import { bucket, lambda, main, service } from 'sparta';
const photos = bucket('Photos');
const probe = lambda('Probe', { grants: { photos: photos.read() } }, async (_event, { photos }) => ({
  text: await photos.text('a/b c'),
  url: await photos.presign('a/b c', { expiresIn: 60 }),
}));
await main(service('Prober', { functions: [probe] }));
`,
  });
  const archive = await project.bundle({ Probe: 'app.ts' }, { clients: ['bucket'] });
  const names = archive.packages.map(({ name }) => name);
  expect(names).toContain('@aws-sdk/client-s3');
  expect(names).not.toContain('@aws-sdk/client-sns');
  expect(names).not.toContain('@aws-sdk/client-lambda');

  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    asked.push([request.method, request.url, await text(request)]);
    response.end('the object');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: endpoint,
      SPARTA_Photos: 'prober-photos',
    };
    const result = (await project.invoke(archive, 'Probe', {}, env)) as {
      text: string;
      url: string;
    };
    expect(result.text).toBe('the object');
    expect(new URL(result.url).searchParams.get('X-Amz-Expires')).toBe('60');
    expect(asked).toEqual([['GET', '/prober-photos/a/b%20c?x-id=GetObject', '']]);
  } finally {
    server.close();
  }
});

it('a program carries the readers of its own sources alone', async () => {
  const readersIn = async (source: string) => {
    using project = projectWithRuntime({
      'app.ts': `import { defaultBus, lambda, main, queue, schedule, service } from 'sparta';
const look = lambda('Look', { on: ${source} }, async () => undefined);
await main(service('Looker', { functions: [look] }));
`,
    });
    const archive = await project.bundle({ Look: 'app.ts' }, { clients: [] });
    const folder = project.unpack(archive);
    const code = archive.files
      .filter(({ path }) => path.endsWith('.mjs'))
      .map(({ path }) => readFileSync(join(folder, path), 'utf8'))
      .join('');
    return {
      queues: code.includes('ApproximateReceiveCount'),
      events: code.includes('anything-but'),
      schedules: code.includes('executionId'),
    };
  };
  expect(await readersIn("queue('Jobs').messages()")).toEqual({
    queues: true,
    events: false,
    schedules: false,
  });
  expect(await readersIn("defaultBus.events({ pattern: { source: ['aws.s3'] } })")).toEqual({
    queues: false,
    events: true,
    schedules: false,
  });
  expect(await readersIn("schedule('Nightly', { rate: '1 day' }).due()")).toEqual({
    queues: false,
    events: false,
    schedules: true,
  });
});
