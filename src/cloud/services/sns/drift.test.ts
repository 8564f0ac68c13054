import {
  GetTopicAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';

let bench: StackBench;
beforeAll(async () => {
  bench = await startStackBench();
});
afterAll(() => bench.stop());

it('topics, subscriptions and inline policies are looked at', async () => {
  const sns = new SNSClient(bench.settings);
  const fn = 'arn:aws:lambda:us-east-1:000000000000:function:nobody';
  const resources = {
    Topic: {
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: 'drifting', DisplayName: 'as made' },
    },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'Topic' },
        Protocol: 'lambda',
        Endpoint: fn,
      },
    },
    Policy: {
      Type: 'AWS::SNS::TopicInlinePolicy',
      Properties: {
        TopicArn: { Ref: 'Topic' },
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'publish',
              Effect: 'Allow',
              Principal: { Service: 's3.amazonaws.com' },
              Action: 'sns:Publish',
              Resource: { Ref: 'Topic' },
            },
          ],
        },
      },
    },
  };
  const made = await bench.deploy('topics', resources, {
    Topic: { Ref: 'Topic' },
    Subscription: { Ref: 'Subscription' },
  });
  expect([made.status, made.failures]).toEqual(['CREATE_COMPLETE', []]);
  expect(await bench.drift('topics')).toEqual([
    'Policy: IN_SYNC',
    'Subscription: IN_SYNC',
    'Topic: IN_SYNC',
  ]);
  const TopicArn = made.outputs['Topic'];
  const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(Attributes['Policy']).toContain('s3.amazonaws.com');
  await sns.send(
    new SetTopicAttributesCommand({
      TopicArn,
      AttributeName: 'DisplayName',
      AttributeValue: 'by hand',
    }),
  );
  expect(await bench.drift('topics')).toEqual([
    'Policy: IN_SYNC',
    'Subscription: IN_SYNC',
    'Topic: MODIFIED /DisplayName',
  ]);
  await sns.send(new UnsubscribeCommand({ SubscriptionArn: made.outputs['Subscription'] }));
  expect(await bench.drift('topics')).toContain('Subscription: DELETED');
  expect(await bench.remove('topics')).toBe('DELETE_COMPLETE');
});
