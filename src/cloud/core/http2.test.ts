import { connect } from 'node:http2';
import { CreateStreamCommand, KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../index.ts';
import { startCloud } from '../index.ts';

let running: RunningCloud;
beforeAll(async () => {
  running = await startCloud();
});
afterAll(() => running.stop());

const config = () => ({
  endpoint: running.url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

describe('the SDK’s client as it is', () => {
  it('creates', async () => {
    const kinesis = new KinesisClient(config());
    await kinesis.send(new CreateStreamCommand({ StreamName: 'a', ShardCount: 1 }));
    expect((await kinesis.send(new ListStreamsCommand({}))).StreamNames).toEqual(['a']);
    kinesis.destroy();
  });
});
