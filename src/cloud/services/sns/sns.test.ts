import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import {
  AddPermissionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishCommand,
  RemovePermissionCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servicePrincipal } from '../../core/principals.ts';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';
import { iam } from '../iam/index.ts';
import { sns as service } from './index.ts';

const ACCOUNT = '000000000000';
const functionArn = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;
const topicArn = (name: string) => `arn:aws:sns:us-east-1:${ACCOUNT}:${name}`;

let running: RunningCloud;
let sns: SNSClient;
let users: IAMClient;

const settings = () => ({
  endpoint: running.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});
beforeAll(async () => {
  running = await startCloud({ services: [iam, service] });
  sns = new SNSClient(settings());
  users = new IAMClient(settings());
});
afterAll(async () => {
  sns.destroy();
  users.destroy();
  await running.stop();
});

const createTopic = async (Name: string) =>
  (await sns.send(new CreateTopicCommand({ Name }))).TopicArn ?? expect.fail('no ARN');
const subscribe = async (TopicArn: string, Endpoint = functionArn('listener')) =>
  (await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint })))
    .SubscriptionArn ?? expect.fail('no ARN');
const attributesOf = async (TopicArn: string) =>
  (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes ?? {};
const tagsOf = async (ResourceArn: string) =>
  Object.fromEntries(
    ((await sns.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags ?? []).map(
      ({ Key, Value }) => [Key, Value],
    ),
  );

describe('topics', () => {
  it('are created once, listed, told and deleted', async () => {
    const arn = await createTopic('news');
    expect(arn).toBe(topicArn('news'));
    expect(await createTopic('news')).toBe(arn);
    const { Topics } = await sns.send(new ListTopicsCommand({}));
    expect(Topics).toContainEqual({ TopicArn: arn });
    expect(await attributesOf(arn)).toMatchObject({
      TopicArn: arn,
      Owner: ACCOUNT,
      DisplayName: '',
      SubscriptionsConfirmed: '0',
    });
    const subscription = await subscribe(arn);
    await sns.send(new DeleteTopicCommand({ TopicArn: arn }));
    await expect(attributesOf(arn)).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
      $metadata: { httpStatusCode: 404 },
    });
    const { Subscriptions } = await sns.send(new ListSubscriptionsCommand({}));
    expect(Subscriptions?.map(({ SubscriptionArn }) => SubscriptionArn)).not.toContain(
      subscription,
    );
    // Deleting is idempotent, as AWS says.
    await sns.send(new DeleteTopicCommand({ TopicArn: arn }));
  });

  it('are listed a hundred at a time', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `many-${index}`);
    for (const name of names) await createTopic(name);
    const found: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await sns.send(
        new ListTopicsCommand(NextToken === undefined ? {} : { NextToken }),
      );
      expect(page.Topics?.length).toBeLessThanOrEqual(100);
      found.push(...(page.Topics ?? []).map(({ TopicArn = '' }) => TopicArn));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(found).toEqual(expect.arrayContaining(names.map(topicArn)));
    for (const name of names) await sns.send(new DeleteTopicCommand({ TopicArn: topicArn(name) }));
  });

  it('keep their attributes, and take them back', async () => {
    const { TopicArn = '' } = await sns.send(
      new CreateTopicCommand({ Name: 'kept', Attributes: { DisplayName: 'Kept' } }),
    );
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));
    await set('KmsMasterKeyId', 'alias/aws/sns');
    expect(await attributesOf(TopicArn)).toMatchObject({
      DisplayName: 'Kept',
      KmsMasterKeyId: 'alias/aws/sns',
    });
    await set('KmsMasterKeyId', '');
    expect(await attributesOf(TopicArn)).not.toHaveProperty('KmsMasterKeyId');
    await expect(set('Colour', 'red')).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: AttributeName',
    });
    await expect(set('Policy', '{"Version":"2012-10-17"}')).rejects.toThrow('Policy Error');
    await expect(set('MaximumMessageSize', '1024')).rejects.toThrow(
      /MaximumMessageSize.*not supported/,
    );
    await expect(
      sns.send(new CreateTopicCommand({ Name: 'kept', Attributes: { DisplayName: 'Other' } })),
    ).rejects.toThrow('Topic already exists with different attributes');
  });

  it('refuse what they cannot be', async () => {
    await expect(createTopic('no spaces')).rejects.toThrow('Invalid parameter: Topic Name');
    await expect(attributesOf('arn:aws:sns')).rejects.toThrow(
      'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 3',
    );
    await expect(attributesOf(topicArn('x').replace('us-east-1', 'eu-west-1'))).rejects.toThrow(
      'Invalid parameter: TopicArn',
    );
    for (const Attributes of [
      { ArchivePolicy: '{"MessageRetentionPeriod":"30"}' },
      { DataProtectionPolicy: '{"Name":"x"}' },
    ])
      await expect(sns.send(new CreateTopicCommand({ Name: 'x', Attributes }))).rejects.toThrow(
        `${Object.keys(Attributes)[0]} is not supported`,
      );
  });

  it('carry tags', async () => {
    const { TopicArn = '' } = await sns.send(
      new CreateTopicCommand({ Name: 'tagged', Tags: [{ Key: 'team', Value: 'photos' }] }),
    );
    await sns.send(
      new TagResourceCommand({ ResourceArn: TopicArn, Tags: [{ Key: 'cost', Value: '1' }] }),
    );
    expect(await tagsOf(TopicArn)).toEqual({ team: 'photos', cost: '1' });
    await sns.send(new UntagResourceCommand({ ResourceArn: TopicArn, TagKeys: ['team'] }));
    expect(await tagsOf(TopicArn)).toEqual({ cost: '1' });
    await expect(
      sns.send(new CreateTopicCommand({ Name: 'tagged', Tags: [{ Key: 'cost', Value: '2' }] })),
    ).rejects.toThrow('Topic already exists with different tags');
    const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));
    await expect(
      sns.send(new TagResourceCommand({ ResourceArn: TopicArn, Tags })),
    ).rejects.toMatchObject({
      name: 'TagLimitExceededException',
      message: 'Could not complete request: tag quota of per resource exceeded',
    });
    expect(await tagsOf(TopicArn)).toEqual({ cost: '1' });
    await expect(tagsOf(topicArn('none'))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('subscriptions', () => {
  it('are one per topic and endpoint, told and ended', async () => {
    const topic = await createTopic('read');
    const arn = await subscribe(topic);
    expect(arn).toMatch(new RegExp(`^${topic}:[0-9a-f-]{36}$`));
    expect(await subscribe(topic)).toBe(arn);
    const { Subscriptions } = await sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: topic }),
    );
    expect(Subscriptions).toEqual([
      {
        SubscriptionArn: arn,
        TopicArn: topic,
        Protocol: 'lambda',
        Endpoint: functionArn('listener'),
        Owner: ACCOUNT,
      },
    ]);
    const { Attributes } = await sns.send(
      new GetSubscriptionAttributesCommand({ SubscriptionArn: arn }),
    );
    expect(Attributes).toMatchObject({ PendingConfirmation: 'false', RawMessageDelivery: 'false' });
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
    expect((await attributesOf(topic))['SubscriptionsConfirmed']).toBe('0');
    await expect(
      sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: arn })),
    ).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('refuse what is not acted on, rather than dropping it', async () => {
    const TopicArn = await createTopic('strict');
    const withAttributes = (Attributes: Record<string, string>) =>
      sns.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: 'lambda',
          Endpoint: functionArn('listener'),
          Attributes,
        }),
      );
    await expect(withAttributes({ Colour: 'red' })).rejects.toThrow('Unknown attribute');
    await expect(withAttributes({ ReplayPolicy: '{"PointType":"Timestamp"}' })).rejects.toThrow(
      'ReplayPolicy is not supported',
    );
    await expect(withAttributes({ RawMessageDelivery: 'wrongvalue' })).rejects.toThrow(
      'Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [wrongvalue]. Must be true or false.',
    );
    await expect(withAttributes({ RawMessageDelivery: 'true' })).rejects.toThrow(
      'does not support raw message delivery',
    );
    const SubscriptionArn = (await withAttributes({ RawMessageDelivery: 'false' })).SubscriptionArn;
    await expect(withAttributes({ FilterPolicy: '{"a":["b"]}' })).rejects.toThrow(
      'Subscription already exists with different attributes',
    );
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.send(
        new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }),
      );
    await expect(set('Colour', 'red')).rejects.toThrow('Invalid parameter: AttributeName');
    await expect(set('RawMessageDelivery', '')).rejects.toThrow(
      'Invalid parameter: RawMessageDelivery: Invalid value []. Must be true or false.',
    );
    await expect(
      sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: 'listener' })),
    ).rejects.toThrow('Lambda endpoint ARN');
    await expect(subscribe(topicArn('none'))).rejects.toMatchObject({ name: 'NotFoundException' });
    await expect(
      sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: 'pending confirmation' })),
    ).rejects.toThrow(
      'Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1',
    );
  });
});

describe('the topic policy', () => {
  it('takes statements by their label', async () => {
    const TopicArn = await createTopic('labelled');
    const add = () =>
      sns.send(
        new AddPermissionCommand({
          TopicArn,
          Label: 'friends',
          AWSAccountId: ['111111111111'],
          ActionName: ['Publish'],
        }),
      );
    await add();
    await expect(add()).rejects.toThrow('Invalid parameter: Statement already exists');
    const statements = async () =>
      (
        JSON.parse((await attributesOf(TopicArn))['Policy'] ?? '{}') as {
          readonly Statement: readonly object[];
        }
      ).Statement;
    expect((await statements())[1]).toEqual({
      Sid: 'friends',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:root' },
      Action: 'SNS:Publish',
      Resource: TopicArn,
    });
    await sns.send(new RemovePermissionCommand({ TopicArn, Label: 'friends' }));
    expect(await statements()).toHaveLength(1);
  });

  it('speaks of what is done to a topic, and of nothing else', async () => {
    const TopicArn = await createTopic('scoped');
    const OUTSIDE = 'Invalid parameter: Policy statement action out of service scope!';
    for (const Action of ['SNS:*', '*', 'sns:CreateTopic', 'sqs:SendMessage'])
      await expect(setPolicy(TopicArn, { Principal: '*', Action })).rejects.toThrow(OUTSIDE);
    await setPolicy(TopicArn, { Principal: '*', Action: ['sns:Get*', 'SNS:Receive'] });
    await expect(
      sns.send(
        new AddPermissionCommand({
          TopicArn,
          Label: 'odd',
          AWSAccountId: ['111111111111'],
          ActionName: ['Fly'],
        }),
      ),
    ).rejects.toThrow(OUTSIDE);
  });

  const setPolicy = (TopicArn: string, statement: object | undefined) =>
    sns.send(
      new SetTopicAttributesCommand({
        TopicArn,
        AttributeName: 'Policy',
        AttributeValue:
          statement === undefined
            ? ''
            : JSON.stringify({
                Version: '2012-10-17',
                Statement: [
                  { Effect: 'Allow', Action: 'sns:Publish', Resource: TopicArn, ...statement },
                ],
              }),
      }),
    );

  it("is AWS's own to begin with, and again when it is taken back", async () => {
    const topic = await createTopic('default-policy');
    const original = (await attributesOf(topic))['Policy'];
    expect(JSON.parse(original ?? '')).toMatchObject({
      Id: '__default_policy_ID',
      Statement: [{ Resource: topic, Condition: { StringEquals: { 'AWS:SourceOwner': ACCOUNT } } }],
    });
    await setPolicy(topic, { Principal: { Service: 's3.amazonaws.com' } });
    expect((await attributesOf(topic))['Policy']).toContain('s3.amazonaws.com');
    await setPolicy(topic, undefined);
    expect((await attributesOf(topic))['Policy']).toBe(original);
  });

  it('says which services may publish', async () => {
    const topic = await createTopic('from-services');
    const from = (name: string, sourceArn: string) =>
      running.cloud.dispatch({
        service: 'sns',
        operation: 'Publish',
        input: { TopicArn: topic, Message: 'hello' },
        principal: servicePrincipal(name, { sourceArn, sourceAccount: ACCOUNT }),
        accountId: ACCOUNT,
        region: 'us-east-1',
        requestId: 'r',
      });
    const denied = { code: 'AuthorizationErrorException', denied: true };
    await expect(from('s3.amazonaws.com', 'arn:aws:s3:::photos')).rejects.toMatchObject(denied);
    // Alarms of the account come in by the policy that every topic begins with.
    await from('cloudwatch.amazonaws.com', `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:a`);
    await setPolicy(topic, {
      Principal: { Service: 's3.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::photos' } },
    });
    await from('s3.amazonaws.com', 'arn:aws:s3:::photos');
    await expect(from('s3.amazonaws.com', 'arn:aws:s3:::others')).rejects.toMatchObject(denied);
  });

  it('lets in users who have no policy of their own, and keeps out those whom it denies', async () => {
    const topic = await createTopic('from-users');
    const clientOf = async (UserName: string, PolicyArn?: string) => {
      await users.send(new CreateUserCommand({ UserName }));
      if (PolicyArn !== undefined)
        await users.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
      const { AccessKey } = await users.send(new CreateAccessKeyCommand({ UserName }));
      return new SNSClient({
        ...settings(),
        credentials: {
          accessKeyId: AccessKey?.AccessKeyId ?? '',
          secretAccessKey: AccessKey?.SecretAccessKey ?? '',
        },
      });
    };
    const plain = await clientOf('plain');
    const admin = await clientOf('admin', 'arn:aws:iam::aws:policy/AdministratorAccess');
    const publish = (client: SNSClient) =>
      client.send(new PublishCommand({ TopicArn: topic, Message: 'hello' }));
    await expect(publish(plain)).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      message: expect.stringContaining(
        `User: arn:aws:iam::${ACCOUNT}:user/plain is not authorized to perform: sns:Publish on resource: ${topic}`,
      ),
      $metadata: { httpStatusCode: 403 },
    });
    await publish(admin);
    await setPolicy(topic, { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/plain` } });
    await publish(plain);
    await setPolicy(topic, {
      Effect: 'Deny',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/admin` },
    });
    await expect(publish(admin)).rejects.toThrow(/explicit deny in a resource-based policy/);
    plain.destroy();
    admin.destroy();
  });
});
