import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateLogGroupCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VirtualClock } from '../core/clock.ts';
import { createVirtualClock } from '../core/clock.ts';
import type { LambdaBench } from './fixtures/lambda-bench.ts';
import { allowing, startLambdaBench, trusting } from './fixtures/lambda-bench.ts';

let bench: LambdaBench;
let clock: VirtualClock;
beforeAll(async () => {
  // Signatures are checked against the cloud's clock, so it starts where the clients are.
  clock = createVirtualClock(Date.now());
  bench = await startLambdaBench({ clock });
});
afterAll(() => bench.stop());

const messages = async (group: string, filterPattern?: string) => {
  const { events = [] } = await bench.logs.send(
    new FilterLogEventsCommand({
      logGroupName: group,
      ...(filterPattern === undefined ? {} : { filterPattern }),
    }),
  );
  return events.map(({ message = '' }) => message);
};

const ESM = (body: string) => ({ 'index.mjs': `export const handler = ${body};` });
const send = (name: string, event: unknown) =>
  bench.invoke(name, event, { InvocationType: 'Event', LogType: undefined });

describe('the log', () => {
  it('reaches CloudWatch Logs under the function’s role, whole and in order', async () => {
    await bench.create('logging', {
      'index.mjs': `export const handler = async () => {
        console.log('one\\ntwo'); console.warn('three', { a: 1 }); process.stdout.write('raw\\n');
      };`,
    });
    await bench.invoke('logging');
    await bench.cloud.settle();
    const lines = (await messages('/aws/lambda/logging')).map((line) =>
      line.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replace(/^\d{4}-\S+Z/, 'TIME'),
    );
    expect(lines[0]).toMatch(
      /^INIT_START Runtime Version: nodejs:24\.v\S+\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}\n$/,
    );
    // What goes around the console has a pipe of its own, so its place among the others is not fixed.
    expect(lines.slice(1).filter((line) => line !== 'raw\n')).toEqual([
      'START RequestId: ID Version: $LATEST\n',
      'TIME\tID\tINFO\tone\ntwo\n',
      'TIME\tID\tWARN\tthree { a: 1 }\n',
      'END RequestId: ID\n',
      expect.stringMatching(/^REPORT RequestId: ID\tDuration: /),
    ]);
    expect(lines.indexOf('raw\n')).toBeGreaterThan(1);
    expect(lines.indexOf('raw\n')).toBeLessThan(5);
    const { logStreams = [] } = await bench.logs.send(
      new DescribeLogStreamsCommand({ logGroupName: '/aws/lambda/logging' }),
    );
    expect(logStreams[0]?.logStreamName).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  });

  it('is JSON where that is asked for, and filtered by level', async () => {
    await bench.create(
      'logging-json',
      ESM(
        `async () => { console.debug('no'); console.log('text', { a: 1 }); console.info({ key: 'v' }); console.error(new RangeError('bad')); }`,
      ),
      {
        LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', LogGroup: 'my-own-group' },
      },
    );
    await bench.logs.send(new CreateLogGroupCommand({ logGroupName: 'my-own-group' }));
    await bench.invoke('logging-json');
    await bench.cloud.settle();
    const records = (await messages('my-own-group')).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
    expect(records).toMatchObject([
      {
        type: 'platform.initStart',
        record: { initializationType: 'on-demand', functionName: 'logging-json' },
      },
      { type: 'platform.start', record: { version: '$LATEST' } },
      { level: 'INFO', message: 'text { a: 1 }' },
      { level: 'INFO', message: { key: 'v' } },
      { level: 'ERROR', message: { errorType: 'RangeError', errorMessage: 'bad' } },
      { type: 'platform.report', record: { status: 'success', metrics: { memorySizeMB: 128 } } },
    ]);
    expect(records[2]?.['requestId']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is lost where the role may not write it, and the journal says so', async () => {
    await bench.iam.send(
      new CreateRoleCommand({
        RoleName: 'mute',
        AssumeRolePolicyDocument: trusting('lambda.amazonaws.com'),
      }),
    );
    await bench.create('mute', ESM('async () => 1'), {
      Role: 'arn:aws:iam::000000000000:role/mute',
    });
    expect((await bench.invoke('mute')).payload).toBe(1);
    await bench.cloud.settle();
    await expect(messages('/aws/lambda/mute')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const note = bench.cloud.journal
      .entries()
      .find(({ message = '' }) => message.includes('/aws/lambda/mute were lost'));
    expect(note?.message).toContain('is not authorized to perform: logs:CreateLogStream');
  });
});

describe('metrics', () => {
  it('tell of invocations, errors and durations', async () => {
    await bench.create('measured', ESM(`async ({ bad }) => { if (bad) throw new Error('x'); }`));
    for (const bad of [false, false, true]) await bench.invoke('measured', { bad });
    await bench.cloud.settle();
    const sum = async (MetricName: string) => {
      const { Datapoints = [] } = await bench.cloudwatch.send(
        new GetMetricStatisticsCommand({
          Namespace: 'AWS/Lambda',
          MetricName,
          Dimensions: [{ Name: 'FunctionName', Value: 'measured' }],
          StartTime: new Date(clock.now() - 3_600_000),
          EndTime: new Date(clock.now() + 3_600_000),
          Period: 60,
          Statistics: ['Sum', 'SampleCount'],
        }),
      );
      return [Datapoints[0]?.Sum, Datapoints[0]?.SampleCount];
    };
    expect(await sum('Invocations')).toEqual([3, 3]);
    expect(await sum('Errors')).toEqual([1, 3]);
    expect((await sum('Duration'))[1]).toBe(3);
    expect(await sum('Throttles')).toEqual([0, 3]);
  });
});

describe('an asynchronous invocation', () => {
  it('is accepted at once and run', async () => {
    await bench.create('later', ESM(`async (e) => console.log('ran', e.n)`));
    expect(await send('later', { n: 42 })).toMatchObject({ status: 202, payload: undefined });
    await bench.cloud.settle();
    expect(await messages('/aws/lambda/later', '"ran 42"')).toHaveLength(1);
  });

  it('is tried again after one minute and after two, then dropped', async () => {
    await bench.create(
      'failing',
      ESM(`async () => { console.log('attempt'); throw new Error('never'); }`),
    );
    await send('failing', {});
    const attempts = async () => {
      await bench.cloud.settle();
      return (await messages('/aws/lambda/failing', 'attempt')).length;
    };
    expect(await attempts()).toBe(1);
    await clock.advance(59_000);
    expect(await attempts()).toBe(1);
    await clock.advance(1_000);
    expect(await attempts()).toBe(2);
    await clock.advance(119_000);
    expect(await attempts()).toBe(2);
    await clock.advance(1_000);
    expect(await attempts()).toBe(3);
    await clock.advance(300_000);
    expect(await attempts()).toBe(3);
    expect(
      bench.cloud.journal
        .entries()
        .some(({ message = '' }) => message.includes('was dropped after 3 failed attempts')),
    ).toBe(true);
  });

  it('sends what failed to a destination and a dead-letter topic', async () => {
    const sns = new SNSClient({
      endpoint: bench.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await bench.create('listener', ESM(`async (e) => console.log(JSON.stringify(e))`));
    await bench.create('lossy', ESM(`async () => { throw new TypeError('lost'); }`));
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'lost' }));
    await bench.lambda.send(
      new AddPermissionCommand({
        FunctionName: 'listener',
        StatementId: 'sns',
        Action: 'lambda:InvokeFunction',
        Principal: 'sns.amazonaws.com',
      }),
    );
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: 'lambda',
        Endpoint: 'arn:aws:lambda:us-east-1:000000000000:function:listener',
      }),
    );
    await bench.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'lossy',
        DeadLetterConfig: { TargetArn: TopicArn },
      }),
    );
    await bench.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'lossy',
        MaximumRetryAttempts: 0,
        DestinationConfig: {
          OnFailure: { Destination: 'arn:aws:lambda:us-east-1:000000000000:function:listener' },
        },
      }),
    );
    await send('lossy', { n: 1 });
    await bench.cloud.settle();
    await bench.cloud.settle();
    const heard = (await messages('/aws/lambda/listener'))
      .filter((line) => line.includes('\tINFO\t'))
      .map((line) => JSON.parse(line.split('\tINFO\t')[1] ?? '') as Record<string, unknown>);
    expect(heard).toHaveLength(2);
    expect(heard).toContainEqual(
      expect.objectContaining({
        version: '1.0',
        requestContext: expect.objectContaining({
          condition: 'RetriesExhausted',
          approximateInvokeCount: 1,
        }),
        requestPayload: { n: 1 },
        responsePayload: expect.objectContaining({ errorType: 'TypeError', errorMessage: 'lost' }),
      }),
    );
    expect(JSON.stringify(heard)).toContain('ErrorMessage');
  });

  it('queues hear of what failed, under the function’s role', async () => {
    const sqs = new SQSClient({
      endpoint: bench.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'failures' }));
    const queueArn = 'arn:aws:sqs:us-east-1:000000000000:failures';
    await bench.create('queued', ESM(`async () => { throw new Error('lost'); }`));
    await bench.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'queued',
        DeadLetterConfig: { TargetArn: queueArn },
      }),
    );
    await bench.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'queued',
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: queueArn } },
      }),
    );
    await send('queued', { n: 1 });
    await bench.cloud.settle();
    await bench.cloud.settle();
    expect(
      bench.cloud.journal.entries().some(({ message = '' }) => /sqs:SendMessage/.test(message)),
    ).toBe(true);
    await bench.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'function-role',
        PolicyName: 'queues',
        PolicyDocument: allowing('sqs:SendMessage'),
      }),
    );
    await send('queued', { n: 2 });
    await bench.cloud.settle();
    await bench.cloud.settle();
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
      }),
    );
    sqs.destroy();
    const bodies = Messages.map(({ Body = '' }) => JSON.parse(Body) as Record<string, unknown>);
    expect(bodies).toHaveLength(2);
    expect(bodies).toContainEqual({ n: 2 });
    expect(bodies).toContainEqual(
      expect.objectContaining({
        requestPayload: { n: 2 },
        responsePayload: expect.objectContaining({ errorMessage: 'lost' }),
      }),
    );
    expect(
      Messages.map(({ MessageAttributes }) => MessageAttributes?.['ErrorMessage']),
    ).toContainEqual({
      DataType: 'String',
      StringValue: 'lost',
    });
  });
});
