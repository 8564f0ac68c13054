import { KinesisClient, ListStreamsCommand, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { expect, it } from 'vitest';
import { startCloud } from '../../cloud/index.ts';
import { deleteStack, openTarget, provision } from '../../provision/index.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const doNothing = () => undefined;

it('a stream stops its removal with the age of what it holds, and goes with its data when it is purged', async () => {
  const cloud = await startCloud();
  const settings = { endpoint: cloud.url, region: 'us-east-1', credentials };
  const target = openTarget(settings);
  const kinesis = new KinesisClient(settings);
  const common = {
    stackName: 'Shop',
    onProgress: doNothing,
    signal: AbortSignal.timeout(30_000),
    command: (verb: string) => verb,
  };
  const stream = { Type: 'AWS::Kinesis::Stream', DeletionPolicy: 'Retain', Properties: {} };
  const topic = { Type: 'AWS::SNS::Topic' };
  const to = (Resources: object) =>
    provision(target, {
      ...common,
      templateBody: JSON.stringify({ Resources }),
      template: { Resources } as never,
    });
  try {
    await to({ Alerts: topic, Clicks: stream, Views: stream });
    const { StreamNames = [] } = await kinesis.send(new ListStreamsCommand({}));
    const clicks = StreamNames.find((name) => name.includes('Clicks')) ?? '';
    await kinesis.send(
      new PutRecordCommand({ StreamName: clicks, PartitionKey: 'a', Data: Buffer.from('click') }),
    );
    // The other one is empty: nothing stops its going.
    await expect(to({ Alerts: topic })).rejects.toThrow(
      /lose data, so nothing was changed:\n  Clicks .*stays behind.*\n    it holds at least 1 record, since \d{4}-/,
    );
    await deleteStack(target, { ...common, onPlan: doNothing, purge: ['Clicks', 'Views'] });
    expect((await kinesis.send(new ListStreamsCommand({}))).StreamNames).toEqual([]);
  } finally {
    await cloud.stop();
  }
}, 60_000);
