import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedingBench } from './fixtures/feeding-bench.ts';
import { ACCOUNT, mappingsOf, startFeedingBench } from './fixtures/feeding-bench.ts';

let bench: FeedingBench;
let sqs: SQSClient;
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
beforeAll(async () => {
  bench = await startFeedingBench();
  sqs = new SQSClient(bench.settings);
  for (const QueueName of ['one', 'two', 'three'])
    await sqs.send(new CreateQueueCommand({ QueueName }));
  await sqs.send(
    new CreateQueueCommand({ QueueName: 'line.fifo', Attributes: { FifoQueue: 'true' } }),
  );
  await bench.fn('worker', () => undefined);
  await bench.fn('slow', () => undefined, { timeout: 60 });
});
afterAll(() => bench.stop());

const refused = (input: object) =>
  bench.map({ FunctionName: 'worker', EventSourceArn: arnOf('one'), ...input }).then(
    () => expect.fail('it was taken'),
    ({ name, message }: Error) => `${name}: ${message}`,
  );

describe('a mapping is refused', () => {
  it.each([
    [{ EventSourceArn: undefined }, 'InvalidParameterValueException: Unrecognized event source.'],
    [
      { EventSourceArn: 'arn:aws:s3:us-east-1:000000000000:x' },
      'InvalidParameterValueException: Unrecognized event source.',
    ],
    [{ FunctionName: 'nobody' }, 'InvalidParameterValueException: Function does not exist'],
    [
      { EventSourceArn: arnOf('gone') },
      'InvalidParameterValueException: Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
    ],
    [
      { FunctionName: 'slow' },
      'InvalidParameterValueException: Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds',
    ],
    [
      { BatchSize: 11 },
      'InvalidParameterValueException: Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    ],
    [
      { BatchSize: 10_001 },
      "ValidationException: 1 validation error detected: Value '10001' at 'batchSize' failed to satisfy constraint: Member must have value less than or equal to 10000",
    ],
    [
      { ScalingConfig: { MaximumConcurrency: 1 } },
      "ValidationException: 1 validation error detected: Value '1' at 'scalingConfig.maximumConcurrency' failed to satisfy constraint: Member must have value greater than or equal to 2",
    ],
    [
      { StartingPosition: '0' },
      "ValidationException: 1 validation error detected: Value '0' at 'startingPosition' failed to satisfy constraint: Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
    ],
    [
      { StartingPosition: 'LATEST' },
      'InvalidParameterValueException: StartingPosition is not valid for SQS event sources.',
    ],
    [
      { BisectBatchOnFunctionError: true },
      'InvalidParameterValueException: Unsupported BisectBatchOnFunctionError parameter for given event source mapping type.',
    ],
    [
      { DestinationConfig: { OnSuccess: { Destination: arnOf('two') } } },
      'InvalidParameterValueException: Unsupported DestinationConfig parameter for given event source mapping type.',
    ],
    [
      { EventSourceArn: arnOf('line.fifo'), MaximumBatchingWindowInSeconds: 1 },
      'InvalidParameterValueException: Batching window is not supported for FIFO queues',
    ],
    [
      { FunctionResponseTypes: ['Other'] },
      "ValidationException: 1 validation error detected: Value '[Other]' at 'functionResponseTypes' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [ReportBatchItemFailures]]",
    ],
  ])('%j', async (input, message) => {
    expect(await refused(input)).toContain(message);
  });

  it.each([
    [{ Topics: ['t'] }, 'A Kafka topic'],
    [{ EventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/c/1' }, 'Amazon MSK'],
    [{ EventSourceArn: 'arn:aws:mq:us-east-1:000000000000:broker:b:1' }, 'Amazon MQ'],
    [{ EventSourceArn: 'arn:aws:rds:us-east-1:000000000000:cluster:c' }, 'Amazon DocumentDB'],
    [{ EventSourceArn: 'arn:aws:sqs:eu-west-1:000000000000:one' }, 'another account or region'],
    [{ ProvisionedPollerConfig: { MinimumPollers: 2 } }, 'Provisioned pollers'],
    [{ KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/1' }, 'KMSKeyArn'],
    [{ MetricsConfig: { Metrics: ['EventCount'] } }, 'MetricsConfig'],
    [
      { SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ['b:9092'] } } },
      'Self-managed Apache Kafka',
    ],
  ])('by name, where the cloud has it not: %j', async (input, what) => {
    expect(await refused(input)).toMatch(
      new RegExp(`^NotImplemented: .*${what}.* is not supported by the embedded cloud`),
    );
  });
});

describe('a mapping', () => {
  it('is one for a source and a function, listed by either', async () => {
    const one = await bench.map({ FunctionName: 'worker', EventSourceArn: arnOf('one') });
    const two = await bench.map({ FunctionName: 'worker', EventSourceArn: arnOf('two') });
    expect(await refused({})).toBe(
      `ResourceConflictException: An event source mapping with SQS arn (" ${arnOf('one')} ") and function (" worker ") already exists. Please update or delete the existing mapping with UUID ${one.UUID}`,
    );
    expect((await mappingsOf(bench, 'worker')).map(({ UUID }) => UUID)).toEqual([
      one.UUID,
      two.UUID,
    ]);
    const page = (input: object) => bench.lambda.send(new ListEventSourceMappingsCommand(input));
    const first = await page({ MaxItems: 1 });
    expect(first.EventSourceMappings?.map(({ UUID }) => UUID)).toEqual([one.UUID]);
    expect(
      (await page({ Marker: first.NextMarker })).EventSourceMappings?.map(({ UUID }) => UUID),
    ).toEqual([two.UUID]);
    expect(
      (await page({ EventSourceArn: arnOf('two') })).EventSourceMappings?.map(({ UUID }) => UUID),
    ).toEqual([two.UUID]);
    for (const { UUID } of [one, two])
      await bench.lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
    expect(await mappingsOf(bench, 'worker')).toEqual([]);
  });

  it('has settings that an update changes one by one, under the same rules', async () => {
    const { UUID } = await bench.map({
      FunctionName: 'worker',
      EventSourceArn: arnOf('three'),
      FilterCriteria: { Filters: [{ Pattern: '{"body":["a"]}' }] },
      ScalingConfig: { MaximumConcurrency: 4 },
      Enabled: false,
    });
    expect(await bench.look(UUID)).toMatchObject({
      State: 'Disabled',
      FilterCriteria: { Filters: [{ Pattern: '{"body":["a"]}' }] },
      ScalingConfig: { MaximumConcurrency: 4 },
    });
    const update = (input: object) =>
      bench.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...input }));
    await expect(update({ BatchSize: 100 })).rejects.toThrow('Maximum batch window');
    await expect(update({ FunctionName: 'slow' })).rejects.toThrow('Queue visibility timeout');
    await update({ BatchSize: 100, MaximumBatchingWindowInSeconds: 5, ScalingConfig: {} });
    await update({ FilterCriteria: { Filters: [] } });
    const now = await bench.look(UUID);
    expect(now).toMatchObject({ BatchSize: 100, MaximumBatchingWindowInSeconds: 5 });
    expect(now.FilterCriteria).toBeUndefined();
    expect(now.ScalingConfig).toBeUndefined();
    await bench.lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
    await expect(update({ BatchSize: 1 })).rejects.toThrow(
      'The resource you requested does not exist.',
    );
  });

  it('has tags', async () => {
    const { UUID, EventSourceMappingArn: Resource } = await bench.map({
      FunctionName: 'worker',
      EventSourceArn: arnOf('three'),
      Tags: { team: 'a' },
    });
    expect(Resource).toBe(`arn:aws:lambda:us-east-1:${ACCOUNT}:event-source-mapping:${UUID}`);
    const tags = async () => (await bench.lambda.send(new ListTagsCommand({ Resource }))).Tags;
    expect(await tags()).toEqual({ team: 'a' });
    await bench.lambda.send(new TagResourceCommand({ Resource, Tags: { stage: 'b' } }));
    await bench.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ['team'] }));
    expect(await tags()).toEqual({ stage: 'b' });
    await bench.lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
    await expect(tags()).rejects.toThrow('The resource you requested does not exist.');
  });

  it('is made by who may for this function, and no other', async () => {
    await bench.iam.send(new CreateUserCommand({ UserName: 'maker' }));
    await bench.iam.send(
      new PutUserPolicyCommand({
        UserName: 'maker',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'lambda:CreateEventSourceMapping',
              Resource: '*',
              Condition: {
                ArnLike: {
                  'lambda:FunctionArn': `arn:aws:lambda:us-east-1:${ACCOUNT}:function:worker`,
                },
              },
            },
          ],
        }),
      }),
    );
    const { AccessKey } = await bench.iam.send(new CreateAccessKeyCommand({ UserName: 'maker' }));
    const maker = new LambdaClient({
      ...bench.settings,
      credentials: {
        accessKeyId: AccessKey?.AccessKeyId ?? '',
        secretAccessKey: AccessKey?.SecretAccessKey ?? '',
      },
    });
    const make = (FunctionName: string) =>
      maker.send(
        new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn: arnOf('three') }),
      );
    await expect(make('slow')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const { UUID } = await make('worker');
    await expect(maker.send(new DeleteEventSourceMappingCommand({ UUID }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});
