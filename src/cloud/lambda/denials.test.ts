import { DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreatePolicyCommand, CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LambdaBench } from './fixtures/lambda-bench.ts';
import { startLambdaBench, trusting } from './fixtures/lambda-bench.ts';

let bench: LambdaBench;
beforeAll(async () => {
  bench = await startLambdaBench();
});
afterAll(() => bench.stop());

const CODE = `const { CreateTopicCommand, SNSClient } = require('@aws-sdk/client-sns');
exports.handler = async () => { await new SNSClient({}).send(new CreateTopicCommand({ Name: 'orders' })); };`;
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:orders';
const HINT = `Grant it: allow('sns:CreateTopic').on('${TOPIC}').`;

describe('a call that is denied to a function', () => {
  it('has AWS’s words for the function, and the grant to write in its log', async () => {
    await bench.create('maker', { 'index.js': CODE }, { Timeout: 10 });
    const { payload, log, error } = await bench.invoke('maker');
    expect(error).toBe('Unhandled');
    const { errorMessage } = payload as { readonly errorMessage: string };
    expect(errorMessage).toContain('is not authorized to perform: sns:CreateTopic');
    // The wire carries what AWS says, and no more.
    expect(errorMessage).not.toContain('Grant it');
    const line = log.split('\n').find((text) => text.includes('\tWARN\tSparta: '));
    expect(line).toContain(`resource: ${TOPIC} because no identity-based policy allows`);
    expect(line).toContain(HINT);
    const id = /explain (\d+)$/.exec(line ?? '')?.[1];
    const told = bench.cloud.journal.entries().find((entry) => String(entry.id) === id);
    expect(told).toMatchObject({ operation: 'CreateTopic', outcome: 'denied' });
    await bench.cloud.settle();
    const group = { logGroupName: '/aws/lambda/maker' };
    const { logStreams = [] } = await bench.logs.send(new DescribeLogStreamsCommand(group));
    const { events = [] } = await bench.logs.send(
      new GetLogEventsCommand({ ...group, logStreamName: logStreams[0]?.logStreamName }),
    );
    expect(events.map(({ message }) => message).join('')).toContain(HINT);
  });

  it('is a record of its own where the log is JSON', async () => {
    await bench.create(
      'json-maker',
      { 'index.js': CODE },
      { Timeout: 10, LoggingConfig: { LogFormat: 'JSON' } },
    );
    const { log } = await bench.invoke('json-maker');
    const records = log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const start = records.find(({ type }) => type === 'platform.start');
    expect(records).toContainEqual({
      timestamp: expect.any(String),
      level: 'WARN',
      requestId: (start?.['record'] as { readonly requestId: string } | undefined)?.requestId,
      message: expect.stringContaining(HINT),
    });
  });

  it('names what really stands in the way when a grant would not help', async () => {
    const { iam } = bench;
    const document = (Action: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
      });
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'logs-only', PolicyDocument: document('logs:*') }),
    );
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: 'bounded',
        AssumeRolePolicyDocument: trusting('lambda.amazonaws.com'),
        PermissionsBoundary: Policy?.Arn,
      }),
    );
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'bounded',
        PolicyName: 'all',
        PolicyDocument: document('*'),
      }),
    );
    await bench.create('bounded', { 'index.js': CODE }, { Timeout: 10, Role: Role?.Arn });
    const { log } = await bench.invoke('bounded');
    expect(log).toContain(
      `A grant alone does not help: the permissions boundary has to allow sns:CreateTopic on ${TOPIC} too.`,
    );
    expect(log).not.toContain('Grant it');
  });
});
