import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttributeValue, StreamViewType } from '@aws-sdk/client-dynamodb';
import {
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { _Record, ShardIteratorType } from '@aws-sdk/client-dynamodb-streams';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../index.ts';
import { refusal, startDynamodb } from './fixtures/tables.ts';

type Cloud = Awaited<ReturnType<typeof startDynamodb>>;

const HOUR = 3_600_000;
const start = Date.UTC(2026, 5, 1);
const clock = createVirtualClock(start);
let cloud: Cloud;
beforeAll(async () => {
  cloud = await startDynamodb({ clock, signatureClock: { ...clock, now: () => Date.now() } });
});
afterAll(() => cloud.stop());

const put = (
  TableName: string,
  pk: string,
  more: Record<string, AttributeValue> = {},
  of = cloud,
) => of.client.send(new PutItemCommand({ TableName, Item: { pk: { S: pk }, ...more } }));
const remove = (TableName: string, pk: string) =>
  cloud.client.send(new DeleteItemCommand({ TableName, Key: { pk: { S: pk } } }));
const get = async (TableName: string, pk: string, of = cloud) =>
  (await of.client.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } } }))).Item;
const streamed = async (
  TableName: string,
  StreamViewType: StreamViewType = 'NEW_AND_OLD_IMAGES',
) => {
  await cloud.table(TableName, undefined, {
    StreamSpecification: { StreamEnabled: true, StreamViewType },
  });
  const { Table } = await cloud.client.send(new DescribeTableCommand({ TableName }));
  return Table?.LatestStreamArn ?? expect.fail('no stream');
};
const describeStream = async (StreamArn: string, of = cloud) =>
  (await of.streams.send(new DescribeStreamCommand({ StreamArn }))).StreamDescription ??
  expect.fail('no description');
const iterator = async (
  StreamArn: string,
  type: ShardIteratorType = 'TRIM_HORIZON',
  SequenceNumber?: string,
  of = cloud,
) => {
  const { Shards: [shard] = [] } = await describeStream(StreamArn, of);
  return (
    await of.streams.send(
      new GetShardIteratorCommand({
        StreamArn,
        ShardId: shard?.ShardId,
        ShardIteratorType: type,
        ...(SequenceNumber === undefined ? {} : { SequenceNumber }),
      }),
    )
  ).ShardIterator;
};
const read = (ShardIterator: string | undefined, Limit?: number, of = cloud) =>
  of.streams.send(
    new GetRecordsCommand({ ShardIterator, ...(Limit === undefined ? {} : { Limit }) }),
  );
const names = (records: readonly _Record[] = []) =>
  records.map(({ eventName, dynamodb }) => `${eventName} ${dynamodb?.Keys?.['pk']?.S}`);

describe('a stream', () => {
  it('tells every change in order, and nothing of what changes nothing', async () => {
    const arn = await streamed('changes');
    expect(await describeStream(arn)).toMatchObject({
      StreamStatus: 'ENABLED',
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      TableName: 'changes',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    });
    await put('changes', 'a', { v: { N: '1' }, bytes: { B: Uint8Array.of(1) } });
    await put('changes', 'a', { v: { N: '2' } });
    await put('changes', 'a', { v: { N: '2.0' } });
    await remove('changes', 'a');
    await remove('changes', 'a');
    const { Records = [], NextShardIterator } = await read(await iterator(arn));
    expect(names(Records)).toEqual(['INSERT a', 'MODIFY a', 'REMOVE a']);
    expect(Records[0]).toMatchObject({
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        Keys: { pk: { S: 'a' } },
        NewImage: { pk: { S: 'a' }, v: { N: '1' }, bytes: { B: Uint8Array.of(1) } },
        StreamViewType: 'NEW_AND_OLD_IMAGES',
        ApproximateCreationDateTime: new Date(start),
      },
    });
    expect(Records[0]?.dynamodb?.OldImage).toBeUndefined();
    expect(Records[1]?.dynamodb).toMatchObject({
      OldImage: { v: { N: '1' } },
      NewImage: { v: { N: '2' } },
    });
    expect(Records[2]?.dynamodb?.NewImage).toBeUndefined();
    expect((await read(NextShardIterator)).Records).toEqual([]);
    await put('changes', 'b');
    expect(names((await read(NextShardIterator)).Records)).toEqual(['INSERT b']);
  });

  it.each<[StreamViewType, readonly string[]]>([
    ['KEYS_ONLY', []],
    ['NEW_IMAGE', ['NewImage']],
    ['OLD_IMAGE', ['OldImage']],
  ])('of view type %s holds that', async (type, images) => {
    const arn = await streamed(`view-${type}`, type);
    await put(`view-${type}`, 'a', { v: { N: '1' } });
    await put(`view-${type}`, 'a', { v: { N: '2' } });
    const { Records = [] } = await read(await iterator(arn));
    const modified = Records[1]?.dynamodb ?? {};
    expect(Object.keys(modified).filter((name) => name.endsWith('Image'))).toEqual(images);
  });

  it('is read from any place, until an iterator is 15 minutes old', async () => {
    const arn = await streamed('places');
    const latest = await iterator(arn, 'LATEST');
    for (const pk of ['a', 'b', 'c']) await put('places', pk);
    const { Records = [], NextShardIterator } = await read(await iterator(arn), 2);
    expect(names(Records)).toEqual(['INSERT a', 'INSERT b']);
    expect(names((await read(NextShardIterator)).Records)).toEqual(['INSERT c']);
    const second = Records[1]?.dynamodb?.SequenceNumber;
    expect(names((await read(await iterator(arn, 'AT_SEQUENCE_NUMBER', second))).Records)).toEqual([
      'INSERT b',
      'INSERT c',
    ]);
    expect(
      names((await read(await iterator(arn, 'AFTER_SEQUENCE_NUMBER', second))).Records),
    ).toEqual(['INSERT c']);
    expect((await read(await iterator(arn, 'LATEST'))).Records).toEqual([]);
    expect(names((await read(latest)).Records)).toHaveLength(3);
    await clock.advance(16 * 60_000);
    expect(await refusal(read(latest))).toMatch(/^ExpiredIteratorException/);
    expect(await refusal(read('nonsense'))).toBe('ValidationException: Invalid ShardIterator');
    expect(await refusal(iterator(arn, 'AT_SEQUENCE_NUMBER'))).toMatch(
      /parameter values were invalid: Invalid SequenceNumber/,
    );
  });

  it('forgets its records after a day', async () => {
    const arn = await streamed('trimmed');
    await put('trimmed', 'a');
    const first = (await read(await iterator(arn))).Records?.[0]?.dynamodb?.SequenceNumber;
    await clock.advance(23 * HOUR);
    await put('trimmed', 'b');
    expect(names((await read(await iterator(arn))).Records)).toEqual(['INSERT a', 'INSERT b']);
    await clock.advance(1 * HOUR);
    expect(names((await read(await iterator(arn))).Records)).toEqual(['INSERT b']);
    await clock.advance(24 * HOUR);
    expect((await read(await iterator(arn))).Records).toEqual([]);
    await put('trimmed', 'c');
    const { Records = [] } = await read(await iterator(arn));
    expect(names(Records)).toEqual(['INSERT c']);
    expect((Records[0]?.dynamodb?.SequenceNumber ?? '') > (first ?? '')).toBe(true);
  });

  it('is turned off and on, and outlives its table by a day', async () => {
    const arn = await streamed('switched');
    await put('switched', 'a');
    await cloud.client.send(
      new UpdateTableCommand({
        TableName: 'switched',
        StreamSpecification: { StreamEnabled: false },
      }),
    );
    await put('switched', 'unheard');
    expect(await describeStream(arn)).toMatchObject({ StreamStatus: 'DISABLED' });
    const { Records, NextShardIterator } = await read(await iterator(arn));
    expect([names(Records), NextShardIterator]).toEqual([['INSERT a'], undefined]);
    const { TableDescription } = await cloud.client.send(
      new UpdateTableCommand({
        TableName: 'switched',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      }),
    );
    const second = TableDescription?.LatestStreamArn ?? '';
    expect(second).not.toBe(arn);
    await put('switched', 'b');
    await cloud.client.send(new DeleteTableCommand({ TableName: 'switched' }));
    expect(names((await read(await iterator(second))).Records)).toEqual(['INSERT b']);
    const list = async () =>
      (await cloud.streams.send(new ListStreamsCommand({ TableName: 'switched' }))).Streams;
    expect(await list()).toHaveLength(2);
    await clock.advance(25 * HOUR);
    expect(await list()).toEqual([]);
  });

  it('tells who waits at it', async () => {
    const arn = await streamed('announced');
    const context = cloud.cloud.contextOf(
      cloud.cloud.services.get('dynamodb-streams') ?? expect.fail(),
      '000000000000',
      'us-east-1',
    );
    let told = 0;
    const stop = context.arrivals.listen(arn, () => (told += 1));
    await put('announced', 'a');
    await remove('announced', 'a');
    stop();
    await put('announced', 'b');
    expect(told).toBe(2);
  });
});

describe('the time to live', () => {
  const seconds = (fromNow: number) => ({
    ends: { N: String(Math.floor(clock.now() / 1_000) + fromNow) },
  });
  const live = (TableName: string) =>
    cloud.client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'ends' },
      }),
    );

  it('deletes items when it is over, in the name of the service', async () => {
    const arn = await streamed('mortal');
    await put('mortal', 'before', seconds(60));
    await live('mortal');
    await put('mortal', 'later', seconds(120));
    await put('mortal', 'forever');
    await put('mortal', 'text', { ends: { S: '1' } });
    await put('mortal', 'ancient', { ends: { N: '1000' } });
    await put('mortal', 'put off', seconds(60));
    await put('mortal', 'put off', seconds(600));
    await clock.advance(59_000);
    expect(await get('mortal', 'before')).toBeDefined();
    await clock.advance(1_000);
    await cloud.cloud.settle();
    expect(await get('mortal', 'before')).toBeUndefined();
    await clock.advance(60_000);
    await cloud.cloud.settle();
    expect(await get('mortal', 'later')).toBeUndefined();
    for (const pk of ['forever', 'text', 'ancient', 'put off'])
      expect(await get('mortal', pk)).toBeDefined();
    const { Records = [] } = await read(await iterator(arn));
    const gone = Records.filter(({ eventName }) => eventName === 'REMOVE');
    expect(names(gone)).toEqual(['REMOVE before', 'REMOVE later']);
    expect(gone[0]?.userIdentity).toEqual({
      PrincipalId: 'dynamodb.amazonaws.com',
      Type: 'Service',
    });
  });

  it('goes on in a fork, which changes nothing of the first', async () => {
    await cloud.table('forked', undefined, {
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    });
    await live('forked');
    await put('forked', 'a', seconds(60));
    await cloud.cloud.settle();
    const own = createVirtualClock(clock.now());
    const copy = await startDynamodb({
      clock: own,
      signatureClock: { ...own, now: () => Date.now() },
      state: cloud.cloud.fork(),
    });
    await put('forked', 'b', {}, copy);
    await own.advance(60_000);
    await copy.cloud.settle();
    expect([await get('forked', 'a', copy), await get('forked', 'b', copy)]).toEqual([
      undefined,
      { pk: { S: 'b' } },
    ]);
    expect([await get('forked', 'a'), await get('forked', 'b')]).toEqual([
      expect.anything(),
      undefined,
    ]);
    await copy.stop();
  });
});

it('everything is there after a restart, awkward keys included', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  const first = await startDynamodb({ stateDir });
  await first.table('kept', 'B', {
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  });
  const sorts = [[0], [0, 0], [1, 0, 255], [255]].map((bytes) => Uint8Array.from(bytes));
  const texts = ['plain', 'a\0b', '~', '\0'];
  for (const pk of texts)
    for (const sk of sorts.toReversed())
      await put('kept', pk, { sk: { B: sk }, n: { N: '1.5' } }, first);
  await first.stop();
  const second = await startDynamodb({ stateDir });
  for (const pk of texts) {
    const { Items = [] } = await second.client.send(
      new QueryCommand({
        TableName: 'kept',
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': { S: pk } },
      }),
    );
    expect(Items.map(({ sk }) => sk?.B)).toEqual(sorts);
  }
  const { Table } = await second.client.send(new DescribeTableCommand({ TableName: 'kept' }));
  expect(Table?.ItemCount).toBe(16);
  const { Records } = await read(
    await iterator(Table?.LatestStreamArn ?? '', 'TRIM_HORIZON', undefined, second),
    undefined,
    second,
  );
  expect(Records).toHaveLength(16);
  await second.stop();
  rmSync(stateDir, { recursive: true, force: true });
});
