import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { startCloud } from '../index.ts';
import { createVirtualClock } from './clock.ts';
import { createSeededRandom, createSystemRandom } from './random.ts';

describe('random', () => {
  it('draws the same for the same seed, and other draws for another', () => {
    const draw = (seed: number) => createSeededRandom(seed).hex(64);
    expect(draw(7)).toBe(draw(7));
    expect(draw(7)).not.toBe(draw(8));
  });

  it('makes UUIDs of version 4', () => {
    for (const random of [createSeededRandom(1), createSystemRandom()])
      expect(random.uuid()).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
  });

  it('draws more than a page at once', () => {
    expect(createSystemRandom().bytes(10_000)).toHaveLength(10_000);
  });

  it('lets a cloud answer the same, key by key, for the same seed', async () => {
    const keys = async (seed: number) => {
      const cloud = await startCloud({
        clock: createVirtualClock(0),
        random: createSeededRandom(seed),
      });
      const client = new STSClient({
        endpoint: cloud.url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        systemClockOffset: -Date.now(),
      });
      const { Credentials } = await client.send(new GetSessionTokenCommand({}));
      client.destroy();
      await cloud.stop();
      return Credentials?.AccessKeyId;
    };
    const first = await keys(7);
    expect(first).toMatch(/^ASIA/);
    expect(await keys(7)).toBe(first);
    expect(await keys(8)).not.toBe(first);
  });
});
