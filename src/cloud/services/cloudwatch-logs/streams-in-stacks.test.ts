import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  DescribeResourcePoliciesCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';

let bench: StackBench;
beforeAll(async () => {
  bench = await startStackBench();
});
afterAll(() => bench.stop());

const document = (service: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: service },
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: '*',
    },
  ],
});

it('streams and resource policies are made, changed, looked at and deleted', async () => {
  const logs = new CloudWatchLogsClient(bench.settings);
  const resources = (service: string) => ({
    Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/streams' } },
    Stream: {
      Type: 'AWS::Logs::LogStream',
      Properties: { LogGroupName: { Ref: 'Group' }, LogStreamName: 'one' },
    },
    Policy: {
      Type: 'AWS::Logs::ResourcePolicy',
      Properties: { PolicyName: 'deliver', PolicyDocument: JSON.stringify(document(service)) },
    },
  });
  const made = await bench.deploy('streams', resources('events.amazonaws.com'), {
    Stream: { Ref: 'Stream' },
    Policy: { Ref: 'Policy' },
  });
  expect([made.status, made.outputs]).toEqual([
    'CREATE_COMPLETE',
    { Stream: 'one', Policy: 'deliver' },
  ]);
  const { logStreams = [] } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName: '/streams' }),
  );
  expect(logStreams.map(({ logStreamName }) => logStreamName)).toEqual(['one']);
  expect((await bench.deploy('streams', resources('delivery.logs.amazonaws.com'))).status).toBe(
    'UPDATE_COMPLETE',
  );
  const { resourcePolicies = [] } = await logs.send(new DescribeResourcePoliciesCommand({}));
  expect(resourcePolicies[0]?.policyDocument).toContain('delivery.logs');
  await logs.send(
    new PutResourcePolicyCommand({
      policyName: 'deliver',
      policyDocument: JSON.stringify(document('route53.amazonaws.com')),
    }),
  );
  expect(await bench.drift('streams')).toEqual([
    'Group: IN_SYNC',
    'Policy: MODIFIED /PolicyDocument',
    'Stream: IN_SYNC',
  ]);
  expect(await bench.remove('streams')).toBe('DELETE_COMPLETE');
  expect((await logs.send(new DescribeResourcePoliciesCommand({}))).resourcePolicies).toEqual([]);
});
