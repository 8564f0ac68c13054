import { KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { S3Client, ListBucketsCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bucket, httpApi, lambda, service, topic } from '../index.ts';
import type { TestCloud } from './index.ts';
import { startCloud, TestingError } from './index.ts';

const photos = bucket('Photos');
const seen = bucket('Seen');
const news = topic('News');
const api = httpApi('Api');

const look = lambda(
  'Look',
  { on: photos.objectCreated(), grants: { seen: seen.write(), news: news.publish() } },
  async (event, { seen: written, news: told, log }) => {
    for (const { s3 } of event.Records) {
      log.info('looking', { key: s3.object.key });
      await written.put(s3.object.key, `${process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? ''}`);
      await told.publish(s3.object.key);
    }
  },
);
const count = lambda('Count', { grants: { seen: seen.list() } }, async (_event, { seen: all }) => {
  let found = 0;
  for await (const _ of all.list()) found += 1;
  return { found };
});
const info = lambda(
  'Info',
  { on: api.get('/info/{key}'), grants: { seen: seen.read() } },
  async ({ params }, { seen: read }) => ({ key: params.key, by: await read.text(params.key) }),
);
const greedy = lambda('Greedy', { grants: { seen: seen.read() } }, async (_event, { seen: read }) =>
  (read as unknown as { put(key: string, body: string): Promise<void> }).put('a', 'b'),
);
const album = service('Album', { functions: [look, count, info, greedy] });

const clouds: TestCloud[] = [];
const start = async (...options: Parameters<typeof startCloud>) => {
  const cloud = await startCloud(...options);
  clouds.push(cloud);
  return cloud;
};
afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud.stop();
});

describe('a cloud in the process of a test', () => {
  it('runs a provisioned service: events, clients, calls, requests', async () => {
    const cloud = await start();
    expect(cloud.url).toBeUndefined();
    expect((await cloud.provision(album)).outcome).toBe('created');
    await cloud.use(photos).put('a.png', 'x');
    await cloud.settle();
    expect(await cloud.use(seen).text('a.png')).toMatch(/^Album-Look-/);
    expect(await cloud.invoke(count, undefined as never)).toEqual({ found: 1 });
    const response = await cloud.fetch(api, '/info/a.png');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      key: 'a.png',
      by: expect.stringMatching(/^Album-Look-/),
    });
    expect((await cloud.fetch(api, '/nothing')).status).toBe(404);
    expect(process.env['AWS_LAMBDA_FUNCTION_NAME']).toBeUndefined();
    expect((await cloud.provision(album)).outcome).toBe('unchanged');
  });

  it('denies what was not granted, and the journal says who, what and why', async () => {
    const cloud = await start();
    await cloud.provision(album);
    await expect(cloud.invoke(greedy, undefined as never)).rejects.toThrow(/AccessDenied/);
    expect(cloud.journal().filter(({ outcome }) => outcome === 'denied')).toMatchObject([
      { operation: 'PutObject', principal: expect.stringContaining('/Album-Greedy-') },
    ]);
  });

  // What `privileges --mutate "npm test"` sets while the tests run.
  it('leaves a statement out that SPARTA_WITHOUT names, of that function alone', async () => {
    vi.stubEnv('SPARTA_WITHOUT', 'Count#1');
    const cloud = await start();
    await cloud.provision(album);
    vi.unstubAllEnvs();
    await expect(cloud.invoke(count, undefined as never)).rejects.toThrow(/s3:ListBucket/);
    await cloud.use(photos).put('a.png', 'x');
    await cloud.settle();
    expect(await cloud.use(seen).text('a.png')).toMatch(/^Album-Look-/);
  });

  it('lets handlers see its time, and what they sign is good all the same', async () => {
    const wait = lambda(
      'Wait',
      { grants: { seen: seen.access('read', 'write') } },
      async (_event, { seen: written }) => {
        const now = new Date();
        await written.put('now', now.toISOString());
        return {
          now: now.toISOString(),
          millis: Date.now() - now.getTime() < 1_000,
          isDate: now instanceof Date && now.constructor === Date,
          url: await written.presign('now'),
        };
      },
    );
    const cloud = await start({ port: 0 });
    await cloud.provision(service('Clock', { functions: [wait] }));
    for (const day of ['2026-01-01', '2026-01-03']) {
      const { url, ...told } = await cloud.invoke(wait, undefined);
      expect(told).toEqual({ now: expect.stringContaining(day), millis: true, isDate: true });
      expect(await (await fetch(url)).text()).toContain(day);
      await cloud.advance('48 hours');
    }
    // In time that the cloud did not make, nothing is another.
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
    const byWait = cloud.journal().filter(({ principal }) => principal.includes('Wait'));
    expect(new Set(byWait.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
  });

  it('gives any client of the AWS SDK a way in, without a port', async () => {
    const cloud = await start();
    await cloud.provision(album);
    const { Buckets = [] } = await new S3Client(cloud.settings).send(new ListBucketsCommand({}));
    expect(Buckets.length).toBeGreaterThanOrEqual(2);
    // Its client begins with HTTP/2 elsewhere.
    const { StreamNames } = await new KinesisClient(cloud.settings).send(
      new ListStreamsCommand({}),
    );
    expect(StreamNames).toEqual([]);
  });

  it('is forked: what happens in one, the other does not see', async () => {
    const cloud = await start();
    await cloud.provision(album);
    await cloud.use(photos).put('a.png', 'x');
    await cloud.settle();
    const fork = await cloud.fork();
    clouds.push(fork);
    await fork.use(photos).put('b.png', 'x');
    await fork.settle();
    await cloud.use(seen).delete('a.png');
    expect(await fork.invoke(count, undefined as never)).toEqual({ found: 2 });
    expect(await cloud.invoke(count, undefined as never)).toEqual({ found: 0 });
  });

  it('has its own time', async () => {
    const cloud = await start({ startAt: new Date('2030-02-03T00:00:00Z') });
    await cloud.advance('1 day 30 minutes');
    expect(cloud.now().toISOString()).toBe('2030-02-04T00:30:00.000Z');
    await expect(cloud.advance('soon')).rejects.toThrow(TestingError);
    await expect(cloud.advance(-1)).rejects.toThrow("Write one like '15 minutes'");
    const real = await start({ clock: 'real' });
    await expect(real.advance('1 s')).rejects.toThrow("lives in the machine's time");
  });

  it('the same seed makes the same cloud', async () => {
    const run = async (seed: number) => {
      const cloud = await start({ seed });
      await cloud.provision(album);
      await cloud.use(photos).put('a.png', 'x');
      await cloud.settle();
      return cloud.journal().map(({ service: of, operation, principal, requestId }) => ({
        of,
        operation,
        principal,
        requestId,
      }));
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });

  it("leaves a test's own environment variables to the test", async () => {
    const cloud = await start();
    await cloud.provision(album);
    await cloud.invoke(count, undefined as never);
    process.env['SPARTA_TEST'] = 'set';
    expect(process.env['SPARTA_TEST']).toBe('set');
    delete process.env['SPARTA_TEST'];
    expect('SPARTA_TEST' in process.env).toBe(false);
  });

  it('says what is in no stack', async () => {
    const cloud = await start();
    expect(() => cloud.use(photos)).toThrow('Photos is in no stack of this cloud');
  });
});
