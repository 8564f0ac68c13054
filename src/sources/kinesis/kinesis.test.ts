import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { StreamRecord } from '../../index.ts';
import { lambda, service, stream } from '../../index.ts';
import type { TestCloud } from '../../testing/index.ts';
import { startCloud } from '../../testing/index.ts';

const Click = z.object({ user: z.string(), times: z.number().default(1) });

const clouds: TestCloud[] = [];
const start = async (...options: Parameters<typeof startCloud>) => {
  const cloud = await startCloud(...options);
  clouds.push(cloud);
  return cloud;
};
afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud.stop();
});

describe('records', () => {
  it('are checked, typed as the schema makes them, and come in order', async () => {
    const clicks = stream('Clicks', { schema: Click, partitionKey: ({ user }) => user });
    const seen: unknown[] = [];
    const follow = lambda('Follow', { on: clicks.records() }, async (record) => {
      expectTypeOf(record).toEqualTypeOf<StreamRecord<{ user: string; times: number }>>();
      seen.push([record.data, record.partitionKey]);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [follow] }));
    const places = await cloud
      .use(clicks)
      .putAll([{ data: { user: 'a' } }, { data: { user: 'a', times: 2 } }]);
    await cloud.settle();
    expect(seen).toEqual([
      [{ user: 'a', times: 1 }, 'a'],
      [{ user: 'a', times: 2 }, 'a'],
    ]);
    expect(places.map(({ shardId }) => shardId)).toHaveLength(2);
  });
});
