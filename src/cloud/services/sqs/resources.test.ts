import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';

const ACCOUNT = '000000000000';

let bench: StackBench;
let sqs: SQSClient;
beforeAll(async () => {
  bench = await startStackBench();
  sqs = new SQSClient(bench.settings);
});
afterAll(async () => {
  sqs.destroy();
  await bench.stop();
});

const attributes = async (QueueUrl = '') =>
  (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })))
    .Attributes ?? {};
const tags = async (QueueUrl = '') =>
  (await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags ?? {};
const queue = (Properties: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties });
const outputs = {
  Url: { Ref: 'Q' },
  Arn: { 'Fn::GetAtt': ['Q', 'Arn'] },
  Name: { 'Fn::GetAtt': ['Q', 'QueueName'] },
};

describe('AWS::SQS::Queue', () => {
  it('is created with every property, changed in place, drifts, and is deleted', async () => {
    const made = await bench.deploy(
      's',
      {
        Dead: queue({ RedriveAllowPolicy: { redrivePermission: 'allowAll' } }),
        Q: queue({
          DelaySeconds: 5,
          FifoQueue: false,
          MaximumMessageSize: 2048,
          MessageRetentionPeriod: 120,
          ReceiveMessageWaitTimeSeconds: 20,
          VisibilityTimeout: 60,
          KmsMasterKeyId: 'alias/aws/sqs',
          KmsDataKeyReusePeriodSeconds: 600,
          RedrivePolicy: {
            deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] },
            maxReceiveCount: 3,
          },
          Tags: [{ Key: 'team', Value: 'a' }],
        }),
      },
      outputs,
    );
    expect(made.status).toBe('CREATE_COMPLETE');
    const { Url = '', Arn = '', Name = '' } = made.outputs;
    expect(Name).toMatch(/^s-Q-\w{12}$/);
    expect(Url).toBe(`${bench.url}/${ACCOUNT}/${Name}`);
    expect(Arn).toBe(`arn:aws:sqs:us-east-1:${ACCOUNT}:${Name}`);
    expect(await attributes(Url)).toMatchObject({
      DelaySeconds: '5',
      MaximumMessageSize: '2048',
      MessageRetentionPeriod: '120',
      ReceiveMessageWaitTimeSeconds: '20',
      VisibilityTimeout: '60',
      KmsMasterKeyId: 'alias/aws/sqs',
      KmsDataKeyReusePeriodSeconds: '600',
      SqsManagedSseEnabled: 'false',
      RedrivePolicy: expect.stringContaining('"maxReceiveCount":3'),
    });
    expect(await tags(Url)).toMatchObject({ team: 'a', 'aws:cloudformation:stack-name': 's' });
    expect(await bench.drift('s')).toEqual(['Dead: IN_SYNC', 'Q: IN_SYNC']);

    const changed = await bench.deploy(
      's',
      {
        Dead: queue(),
        Q: queue({ FifoQueue: false, VisibilityTimeout: 70, Tags: [{ Key: 'team', Value: 'b' }] }),
      },
      outputs,
    );
    expect(changed).toMatchObject({ status: 'UPDATE_COMPLETE', outputs: { Url } });
    const now = await attributes(Url);
    expect(now).toMatchObject({
      DelaySeconds: '0',
      MaximumMessageSize: '1048576',
      VisibilityTimeout: '70',
      SqsManagedSseEnabled: 'true',
    });
    expect(now).not.toHaveProperty('RedrivePolicy');
    expect(now).not.toHaveProperty('KmsMasterKeyId');
    expect(await tags(Url)).toMatchObject({ team: 'b' });
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: Url, Attributes: { VisibilityTimeout: '71' } }),
    );
    expect(await bench.drift('s')).toEqual(['Dead: IN_SYNC', 'Q: MODIFIED /VisibilityTimeout']);
    expect(await bench.remove('s')).toBe('DELETE_COMPLETE');
    await expect(attributes(Url)).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  it('of the FIFO kind has a name of its kind, and is replaced for another kind or name', async () => {
    const made = await bench.deploy(
      'f',
      {
        Q: queue({
          FifoQueue: true,
          ContentBasedDeduplication: true,
          DeduplicationScope: 'messageGroup',
          FifoThroughputLimit: 'perMessageGroupId',
        }),
      },
      outputs,
    );
    expect(made.outputs['Name']).toMatch(/^f-Q-\w{12}\.fifo$/);
    expect(await attributes(made.outputs['Url'])).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      FifoThroughputLimit: 'perMessageGroupId',
    });
    const standard = await bench.deploy('f', { Q: queue({ FifoQueue: false }) }, outputs);
    expect(standard.outputs['Name']).toMatch(/^f-Q-\w{12}$/);
    const named = await bench.deploy('f', { Q: queue({ QueueName: 'named' }) }, outputs);
    expect(named.outputs['Name']).toBe('named');
    await expect(attributes(standard.outputs['Url'])).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    await sqs.send(new DeleteQueueCommand({ QueueUrl: named.outputs['Url'] }));
    expect(await bench.drift('f')).toEqual(['Q: DELETED']);
    expect(await bench.remove('f')).toBe('DELETE_COMPLETE');
  });

  it('that AWS would refuse fails its stack', async () => {
    const refused = await bench.deploy('bad', { Q: queue({ VisibilityTimeout: 43_201 }) });
    expect(refused.status).toBe('ROLLBACK_COMPLETE');
    expect(refused.failures.join('\n')).toMatch(/VisibilityTimeout/);
    const again = await bench.deploy('soon', { Q: queue({ QueueName: 'named' }) });
    expect(again.failures.join('\n')).toMatch(/You must wait 60 seconds/);
  });
});

describe('policies', () => {
  const document = (Action: string) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action, Resource: '*' }],
  });
  const policyOf = async (url: string | undefined) => (await attributes(url))['Policy'];

  it('AWS::SQS::QueuePolicy is put on its queues, moved and taken off', async () => {
    const stack = (Action: string, names: readonly string[]) => ({
      Q: queue(),
      R: queue(),
      P: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { Queues: names.map((Ref) => ({ Ref })), PolicyDocument: document(Action) },
      },
    });
    const both = { Url: { Ref: 'Q' }, Other: { Ref: 'R' } };
    const { outputs: made } = await bench.deploy('p', stack('sqs:SendMessage', ['Q']), both);
    expect(await policyOf(made['Url'])).toBe(JSON.stringify(document('sqs:SendMessage')));
    expect(await bench.drift('p')).toContain('P: IN_SYNC');
    await bench.deploy('p', stack('sqs:*', ['R']), both);
    expect(await policyOf(made['Url'])).toBeUndefined();
    expect(await policyOf(made['Other'])).toContain('sqs:*');
    await sqs.send(
      new SetQueueAttributesCommand({
        QueueUrl: made['Other'],
        Attributes: { Policy: JSON.stringify(document('sqs:SendMessage')) },
      }),
    );
    expect(await bench.drift('p')).toContain('P: MODIFIED /PolicyDocument/Statement/0/Action');
    await bench.deploy('p', { Q: queue(), R: queue() }, both);
    expect(await policyOf(made['Other'])).toBeUndefined();
    expect(await bench.remove('p')).toBe('DELETE_COMPLETE');
  });

  it('AWS::SQS::QueueInlinePolicy is one queue’s', async () => {
    const stack = (Action: string) => ({
      Q: queue(),
      P: {
        Type: 'AWS::SQS::QueueInlinePolicy',
        Properties: { Queue: { Ref: 'Q' }, PolicyDocument: document(Action) },
      },
    });
    const { outputs: made } = await bench.deploy('i', stack('sqs:SendMessage'), {
      Url: { Ref: 'Q' },
    });
    expect(await policyOf(made['Url'])).toContain('sqs:SendMessage');
    await bench.deploy('i', stack('sqs:ReceiveMessage'));
    expect(await policyOf(made['Url'])).toContain('sqs:ReceiveMessage');
    await bench.deploy('i', { Q: queue() });
    expect(await policyOf(made['Url'])).toBeUndefined();
  });

  it('that is no policy fails its stack', async () => {
    const refused = await bench.deploy('no', {
      Q: queue(),
      P: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { Queues: [{ Ref: 'Q' }], PolicyDocument: { Version: '2012-10-17' } },
      },
    });
    expect(refused.failures.join('\n')).toMatch(/P: .*Invalid value for the parameter Policy/);
  });
});
