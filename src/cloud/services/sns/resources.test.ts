import {
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  ListSubscriptionsByTopicCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStacks, story } from '../../cloudformation/fixtures/stacks.ts';

const ACCOUNT = '000000000000';
const LISTENER = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:listener`;
const OTHER = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:other`;

let cloud: Awaited<ReturnType<typeof startStacks>>;
let sns: SNSClient;

beforeEach(async () => {
  cloud = await startStacks([]);
  sns = new SNSClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  sns.destroy();
  cloud.client.destroy();
  await cloud.stop();
});

const template = (Resources: Readonly<Record<string, object>>, Outputs?: object) => ({
  Resources,
  ...(Outputs === undefined ? {} : { Outputs }),
});
const topic = (Properties: object = {}) => ({ Type: 'AWS::SNS::Topic', Properties });
const physicalId = async (stack: string, logicalId: string) =>
  (await cloud.resources(stack)).find(({ LogicalResourceId }) => LogicalResourceId === logicalId)
    ?.PhysicalResourceId ?? expect.fail(`no ${logicalId}`);
const attributesOf = async (TopicArn: string) =>
  (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes ?? {};
const endpointsOf = async (TopicArn: string) =>
  ((await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions ?? []).map(
    ({ Endpoint }) => Endpoint,
  );
const ownTagsOf = async (ResourceArn: string) =>
  (await sns.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags?.filter(
    ({ Key }) => Key?.startsWith('aws:') !== true,
  );

describe('AWS::SNS::Topic', () => {
  it('is created, updated in place and deleted', async () => {
    const created = await cloud.create(
      's',
      template(
        {
          T: topic({
            DisplayName: 'Before',
            KmsMasterKeyId: 'alias/aws/sns',
            Tags: [
              { Key: 'team', Value: 'photos' },
              { Key: 'old', Value: '1' },
            ],
            Subscription: [{ Protocol: 'lambda', Endpoint: LISTENER }],
          }),
        },
        { Ref: { Value: { Ref: 'T' } }, Name: { Value: { 'Fn::GetAtt': ['T', 'TopicName'] } } },
      ),
    );
    expect(created.StackStatus).toBe('CREATE_COMPLETE');
    const arn = await physicalId('s', 'T');
    expect(arn).toMatch(new RegExp(`^arn:aws:sns:us-east-1:${ACCOUNT}:s-T-\\w{12}$`));
    expect(created.Outputs?.map(({ OutputValue }) => OutputValue)).toEqual(
      expect.arrayContaining([arn, arn.split(':')[5]]),
    );
    expect(await attributesOf(arn)).toMatchObject({
      DisplayName: 'Before',
      KmsMasterKeyId: 'alias/aws/sns',
    });
    expect(await endpointsOf(arn)).toEqual([LISTENER]);

    const updated = await cloud.update(
      's',
      template({
        T: topic({
          DisplayName: 'After',
          Tags: [{ Key: 'team', Value: 'prints' }],
          Subscription: [{ Protocol: 'lambda', Endpoint: OTHER }],
        }),
      }),
    );
    expect(updated.StackStatus).toBe('UPDATE_COMPLETE');
    expect(await physicalId('s', 'T')).toBe(arn);
    const attributes = await attributesOf(arn);
    expect(attributes['DisplayName']).toBe('After');
    expect(attributes).not.toHaveProperty('KmsMasterKeyId');
    expect(await endpointsOf(arn)).toEqual([OTHER]);
    expect(await ownTagsOf(arn)).toEqual([{ Key: 'team', Value: 'prints' }]);

    expect((await cloud.delete('s')).StackStatus).toBe('DELETE_COMPLETE');
    await expect(attributesOf(arn)).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('is replaced when its name changes', async () => {
    await cloud.create('s', template({ T: topic({ TopicName: 'one' }) }));
    const before = await physicalId('s', 'T');
    await cloud.update('s', template({ T: topic({ TopicName: 'two' }) }));
    const after = await physicalId('s', 'T');
    expect([before, after].map((arn) => arn.split(':')[5])).toEqual(['one', 'two']);
    await attributesOf(after);
    await expect(attributesOf(before)).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('fails where it asks for what is not supported, and says so', async () => {
    for (const properties of [
      { DataProtectionPolicy: { Name: 'x' } },
      { MaximumMessageSize: 1024 },
      { FifoTopic: true, ArchivePolicy: { MessageRetentionPeriod: '30' } },
    ]) {
      const name = `bad-${Object.keys(properties).at(-1)}`;
      expect((await cloud.create(name, template({ T: topic(properties) }))).StackStatus).toBe(
        'ROLLBACK_COMPLETE',
      );
      expect(story(await cloud.events(name)).join('\n')).toMatch(
        /T CREATE_FAILED: .*not supported by the embedded cloud/,
      );
    }
  });
});

describe('AWS::SNS::Subscription', () => {
  const subscription = (properties: object) => ({
    T: topic(),
    S: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'T' },
        Protocol: 'lambda',
        Endpoint: LISTENER,
        ...properties,
      },
    },
  });

  it('is created, replaced for another endpoint and deleted', async () => {
    await cloud.create('s', template(subscription({})));
    const [arn, SubscriptionArn] = [await physicalId('s', 'T'), await physicalId('s', 'S')];
    expect(SubscriptionArn.startsWith(`${arn}:`)).toBe(true);
    expect(await endpointsOf(arn)).toEqual([LISTENER]);
    await cloud.update('s', template(subscription({ Endpoint: OTHER })));
    expect(await endpointsOf(arn)).toEqual([OTHER]);
    expect(await physicalId('s', 'S')).not.toBe(SubscriptionArn);
    await cloud.update('s', template({ T: topic() }));
    expect(await endpointsOf(arn)).toEqual([]);
  });

  it('stays when its attributes change, in whatever order they need', async () => {
    await cloud.create('s', template(subscription({})));
    const SubscriptionArn = await physicalId('s', 'S');
    const now = async (properties: object) => {
      const { StackStatus } = await cloud.update('s', template(subscription(properties)));
      expect([StackStatus, story(await cloud.events('s')).at(-1)]).toEqual([
        'UPDATE_COMPLETE',
        's UPDATE_COMPLETE',
      ]);
      expect(await physicalId('s', 'S')).toBe(SubscriptionArn);
      return (await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes;
    };
    const queue = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;
    expect(
      await now({
        FilterPolicy: { detail: { kind: ['a'] } },
        FilterPolicyScope: 'MessageBody',
        RedrivePolicy: { deadLetterTargetArn: queue },
      }),
    ).toMatchObject({
      FilterPolicy: '{"detail":{"kind":["a"]}}',
      FilterPolicyScope: 'MessageBody',
      RedrivePolicy: `{"deadLetterTargetArn":"${queue}"}`,
    });
    expect(
      await now({ FilterPolicy: { kind: ['a'] }, FilterPolicyScope: 'MessageAttributes' }),
    ).toMatchObject({ FilterPolicy: '{"kind":["a"]}', FilterPolicyScope: 'MessageAttributes' });
    const bare = await now({ RawMessageDelivery: false });
    for (const name of ['FilterPolicy', 'RedrivePolicy']) expect(bare).not.toHaveProperty(name);
    const refused = await cloud.update(
      's',
      template(subscription({ FilterPolicy: { kind: 'a' } })),
    );
    expect(refused.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(story(await cloud.events('s')).join('\n')).toMatch(
      /S UPDATE_FAILED: .*"kind" must be an object or an array/,
    );
  });

  it('of a FIFO topic whose name CloudFormation makes up', async () => {
    await cloud.create(
      's',
      template({ T: topic({ FifoTopic: true, ContentBasedDeduplication: true }) }),
    );
    const arn = await physicalId('s', 'T');
    expect(arn).toMatch(/:s-T-\w{12}\.fifo$/);
    await cloud.update('s', template({ T: topic({ FifoTopic: true }) }));
    expect(await attributesOf(arn)).toMatchObject({
      FifoTopic: 'true',
      ContentBasedDeduplication: 'false',
    });
  });
});

describe('AWS::SNS::TopicPolicy', () => {
  const policy = (Service: string, Topics: readonly string[]) => ({
    A: topic(),
    B: topic(),
    P: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: Topics.map((Ref) => ({ Ref })),
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { Service }, Action: 'sns:Publish', Resource: '*' },
          ],
        },
      },
    },
  });
  const policyOf = async (arn: string) => (await attributesOf(arn))['Policy'] ?? '';

  it('is put on its topics, moved and taken off', async () => {
    await cloud.create('s', template(policy('s3.amazonaws.com', ['A'])));
    const [a, b] = [await physicalId('s', 'A'), await physicalId('s', 'B')];
    expect(await policyOf(a)).toContain('s3.amazonaws.com');
    expect(await policyOf(b)).toContain('__default_policy_ID');
    await cloud.update('s', template(policy('events.amazonaws.com', ['B'])));
    expect(await policyOf(a)).toContain('__default_policy_ID');
    expect(await policyOf(b)).toContain('events.amazonaws.com');
    await cloud.update('s', template({ A: topic(), B: topic() }));
    expect(await policyOf(b)).toContain('__default_policy_ID');
  });

  it('fails when the document is none', async () => {
    const stack = template({
      A: topic(),
      P: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: { Topics: [{ Ref: 'A' }], PolicyDocument: { Version: '2012-10-17' } },
      },
    });
    expect((await cloud.create('s', stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(story(await cloud.events('s')).join('\n')).toMatch(/P CREATE_FAILED: .*Policy Error/);
  });
});
