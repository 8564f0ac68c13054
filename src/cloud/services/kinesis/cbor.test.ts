import { crc32 } from 'node:zlib';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCbor, encodeCbor } from '../../core/protocols/cbor.ts';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

/** SDKs for Java speak CBOR to Kinesis: awsJson1.1 with other bytes, and milliseconds for timestamps. */
const CBOR = 'application/x-amz-cbor-1.1';
const FIRST = 'shardId-000000000000';

let running: RunningCloud;
beforeAll(async () => {
  running = await startCloud();
});
afterAll(() => running.stop());

interface Signed {
  readonly method: string;
  readonly headers: Record<string, string>;
  body: Uint8Array;
}

/** Sends an operation's input in CBOR, signed by the SDK's client, and gives back the answer as it came. */
const raw = async (operation: string, input: object): Promise<Response> => {
  let answer: Response | undefined;
  const client = new KinesisClient({
    endpoint: running.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      handle: async (request: unknown) => {
        const { method, headers, body } = request as Signed;
        const { host: _, 'content-length': __, ...rest } = headers;
        answer = await fetch(running.url, { method, headers: rest, body: Buffer.from(body) });
        return { response: { statusCode: 200, headers: {}, body: Buffer.from('{}') } as never };
      },
    },
  });
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as Signed;
      request.body = encodeCbor(input);
      request.headers['content-type'] = CBOR;
      request.headers['x-amz-target'] = `Kinesis_20131202.${operation}`;
      return next(args);
    },
    { step: 'build', priority: 'high' },
  );
  // Any operation: what goes over the wire is written above.
  await client.send(new PutRecordCommand({ Data: Buffer.from(''), PartitionKey: 'k' }));
  client.destroy();
  return answer ?? expect.fail('nothing was sent');
};

const call = async (operation: string, input: object) => {
  const answer = await raw(operation, input);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  expect(answer.headers.get('content-type')).toBe(CBOR);
  expect(answer.headers.has('smithy-protocol')).toBe(false);
  const value = bytes.length === 0 ? {} : decodeCbor(bytes);
  return { status: answer.status, value: value as Readonly<Record<string, unknown>> };
};

describe('CBOR', () => {
  it('carries bytes as bytes and times in milliseconds, both ways', async () => {
    const before = Date.now();
    await call('CreateStream', { StreamName: 's', ShardCount: 1 });
    const Data = Buffer.from([0, 255, 7]);
    const put = await call('PutRecord', { StreamName: 's', Data, PartitionKey: 'k' });
    expect(put).toMatchObject({ status: 200, value: { ShardId: FIRST } });
    const at = (Timestamp: number) =>
      call('GetShardIterator', {
        StreamName: 's',
        ShardId: FIRST,
        ShardIteratorType: 'AT_TIMESTAMP',
        Timestamp,
      });
    const read = async (Timestamp: number) => {
      const { ShardIterator } = (await at(Timestamp)).value;
      return (await call('GetRecords', { ShardIterator })).value['Records'] as readonly {
        readonly Data: Uint8Array;
        readonly ApproximateArrivalTimestamp: number;
      }[];
    };
    expect(await read(Date.now() + 1_000)).toEqual([]);
    const [record] = await read(before);
    expect(Buffer.from(record?.Data ?? []).equals(Data)).toBe(true);
    expect(record?.ApproximateArrivalTimestamp).toBeGreaterThanOrEqual(before);
    expect(record?.ApproximateArrivalTimestamp).toBeLessThanOrEqual(Date.now());
  });

  it('tells errors by their type, and refuses what AWS reserves', async () => {
    expect(await call('DescribeStream', { StreamName: 'nowhere' })).toMatchObject({
      status: 400,
      value: {
        __type: 'com.amazonaws.kinesis#ResourceNotFoundException',
        message: 'Stream nowhere under account 000000000000 not found.',
      },
    });
    const reserved = await call('DescribeStream', { StreamId: 'abcdefghijklmnopqrst-abc' });
    expect(reserved.value).toMatchObject({
      __type: 'NotImplemented',
      message: expect.stringContaining('StreamId') as string,
    });
  });

  it('is what events are written in', async () => {
    await call('CreateStream', { StreamName: 'events', ShardCount: 1 });
    const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/events';
    const { value } = await call('RegisterStreamConsumer', { StreamARN, ConsumerName: 'c' });
    const { ConsumerARN } = value['Consumer'] as { readonly ConsumerARN: string };
    await call('PutRecord', { StreamName: 'events', Data: Buffer.from('x'), PartitionKey: 'k' });
    const answer = await raw('SubscribeToShard', {
      ConsumerARN,
      ShardId: FIRST,
      StartingPosition: { Type: 'TRIM_HORIZON' },
    });
    let bytes = Buffer.alloc(0);
    const frames: { readonly headers: string; readonly payload: unknown }[] = [];
    const reader = answer.body?.getReader();
    while (frames.length < 2) {
      const piece = await reader?.read();
      bytes = Buffer.concat([bytes, piece?.value ?? new Uint8Array()]);
      for (; bytes.length >= 12 && bytes.length >= bytes.readUInt32BE(0); ) {
        const [total, head] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
        expect(bytes.readUInt32BE(8)).toBe(crc32(bytes.subarray(0, 8)));
        frames.push({
          headers: bytes.toString('latin1', 12, 12 + head),
          payload: decodeCbor(bytes.subarray(12 + head, total - 4)),
        });
        bytes = bytes.subarray(total);
      }
    }
    await reader?.cancel();
    expect(frames[0]?.headers).toContain('initial-response');
    expect(frames[1]?.headers).toContain(CBOR);
    expect(frames[1]?.payload).toMatchObject({ Records: [{ Data: new Uint8Array([120]) }] });
  });
});
