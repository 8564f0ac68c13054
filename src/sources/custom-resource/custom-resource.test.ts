import { CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { bucket, CustomResourceError, customResource, lambda, service, sub } from '../../index.ts';
import type { TestCloud } from '../../testing/index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';

const { start } = createTestClouds();

/** A writer of objects, which says what it was asked. */
const makeWriter = (asked: unknown[], broken: { create?: Error; late?: boolean } = {}) => {
  const site = bucket('Site');
  const writer = customResource(
    'Writer',
    {
      schema: z.object({ key: z.string(), times: z.coerce.number() }),
      grants: { site: site.access('write', 'delete') },
    },
    {
      create: async ({ properties, logicalResourceId }, { site: to, remainingTimeMs }) => {
        expectTypeOf(properties).toEqualTypeOf<{ key: string; times: number }>();
        asked.push(['create', logicalResourceId, properties]);
        if (broken.late === true)
          await new Promise((resolve) => setTimeout(resolve, remainingTimeMs()));
        if (broken.create !== undefined) throw broken.create;
        await to.put(properties.key, 'x'.repeat(properties.times));
        return { physicalResourceId: properties.key, attributes: { Size: properties.times } };
      },
      delete: async ({ physicalResourceId, properties }, { site: to }) => {
        asked.push(['delete', physicalResourceId, properties]);
        await to.delete(physicalResourceId);
      },
    },
  );
  return { site, writer };
};

const keysIn = async (cloud: TestCloud, site: ReturnType<typeof bucket>) => {
  const keys: string[] = [];
  for await (const { key, size } of cloud.use(site).list()) keys.push(`${key}:${size}`);
  return keys;
};

describe('a custom resource', () => {
  it('is made, changed, replaced and deleted by its handlers, under what they were granted', async () => {
    const asked: unknown[] = [];
    const { site, writer } = makeWriter(asked);
    const pages = (key: string, times: number) => {
      const index = writer.resource('Index', { key, times });
      expectTypeOf(index.getAtt).parameter(0).toEqualTypeOf<'Size'>();
      return service('Pages', {
        functions: [writer],
        resources: [site],
        outputs: { Index: index.ref, Size: sub`${index.getAtt('Size')} bytes` },
      });
    };
    const cloud = await start();
    const { outputs } = await cloud.provision(pages('a', 3));
    expect(outputs).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: 'Index', value: 'a' }),
        expect.objectContaining({ key: 'Size', value: '3 bytes' }),
      ]),
    );
    expect(await keysIn(cloud, site)).toEqual(['a:3']);
    await cloud.provision(pages('a', 5));
    expect(await keysIn(cloud, site)).toEqual(['a:5']);
    await cloud.provision(pages('b', 5));
    await cloud.settle();
    expect(await keysIn(cloud, site)).toEqual(['b:5']);
    await new CloudFormationClient(cloud.settings).send(
      new DeleteStackCommand({ StackName: 'Pages' }),
    );
    await cloud.settle();
    expect(asked).toEqual([
      ['create', 'Index', { key: 'a', times: 3 }],
      ['create', 'Index', { key: 'a', times: 5 }],
      ['create', 'Index', { key: 'b', times: 5 }],
      // As CloudFormation sends them: text.
      ['delete', 'a', { key: 'a', times: '5' }],
      ['delete', 'b', { key: 'b', times: '5' }],
    ]);
  });

  it('that was never made is not deleted; what was left behind under a name is', async () => {
    for (const [error, deleted] of [
      [new Error('no room'), []],
      [new CustomResourceError('half', { physicalResourceId: 'half-made' }), ['half-made']],
    ] as const) {
      const asked: unknown[] = [];
      const { site, writer } = makeWriter(asked, { create: error });
      const index = writer.resource('Index', { key: 'a', times: 1 });
      const cloud = await start();
      await expect(
        cloud.provision(service('Pages', { functions: [writer], resources: [site, index] })),
      ).rejects.toThrow(error.message);
      await cloud.settle();
      expect(
        asked
          .filter((one) => Array.isArray(one) && one[0] === 'delete')
          .map((one) => (one as string[])[1]),
      ).toEqual(deleted);
    }
  });

  it('whose properties the schema refuses is not made, and the stack says why', async () => {
    const asked: unknown[] = [];
    const { site, writer } = makeWriter(asked);
    const index = writer.resource('Index', { key: 'a', times: 'many' as never });
    const cloud = await start();
    await expect(
      cloud.provision(service('Pages', { functions: [writer], resources: [site, index] })),
    ).rejects.toThrow(/Index is not what its schema says: times/);
    expect(asked).toEqual([]);
  });

  it('that takes too long is told before its function ends, so that no stack waits for an hour', async () => {
    const asked: unknown[] = [];
    const { site, writer } = makeWriter(asked, { late: true });
    const index = writer.resource('Index', { key: 'a', times: 1 });
    const cloud = await start();
    await expect(
      cloud.provision(service('Pages', { functions: [writer], resources: [site, index] })),
    ).rejects.toThrow(/The function has not enough time\. Raise its timeout/);
  });

  it('must have its function in the service', async () => {
    const { writer } = makeWriter([]);
    const other = lambda('Other', {}, async () => {});
    const index = writer.resource('Index', { key: 'a', times: 1 });
    const cloud = await start();
    await expect(
      cloud.provision(service('Pages', { functions: [other], resources: [index] })),
    ).rejects.toThrow(/refers to the function Writer, which is not among the functions of Pages/);
  });
});
