import {
  AddPermissionCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  RemovePermissionCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootKeys, settingsOf } from '../../fixtures/account-keys.ts';
import type { QueueBench } from './fixtures/queue-bench.ts';
import { ACCOUNT, arnOf, startQueueBench } from './fixtures/queue-bench.ts';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench();
});
afterAll(() => bench.stop());

const set = (QueueUrl: string, Attributes: Record<string, string>) =>
  bench.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
const all = async (QueueUrl: string) =>
  (await bench.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })))
    .Attributes;

describe('queues', () => {
  it('are made once, told with every attribute, and found by name', async () => {
    const url = await bench.queue({ VisibilityTimeout: '20' }, 'orders');
    expect(url).toBe(`${bench.url}/${ACCOUNT}/orders`);
    expect(await bench.queue({ VisibilityTimeout: '20' }, 'orders')).toBe(url);
    expect(await bench.queue({}, 'orders')).toBe(url);
    await expect(bench.queue({ DelaySeconds: '1' }, 'orders')).rejects.toMatchObject({
      name: 'QueueNameExists',
      message:
        'A queue already exists with the same name and a different value for attribute DelaySeconds',
    });
    const now = String(Math.floor(bench.clock.now() / 1000));
    expect(await all(url)).toEqual({
      QueueArn: arnOf('orders'),
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: now,
      LastModifiedTimestamp: now,
      VisibilityTimeout: '20',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '0',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
    });
    const { QueueUrl } = await bench.sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }));
    expect(QueueUrl).toBe(url);
    const elsewhere = { QueueName: 'orders', QueueOwnerAWSAccountId: '111111111111' };
    await expect(bench.sqs.send(new GetQueueUrlCommand(elsewhere))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('are listed by prefix, in pages', async () => {
    for (const name of ['page-b', 'page-c', 'page-a']) await bench.queue({}, name);
    const list = (more: object) =>
      bench.sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'page-', ...more }));
    const first = await list({ MaxResults: 2 });
    const names = (urls: readonly string[] = []) => urls.map((url) => url.split('/').at(-1));
    expect(names(first.QueueUrls)).toEqual(['page-a', 'page-b']);
    const rest = await list({ MaxResults: 2, NextToken: first.NextToken });
    expect(names(rest.QueueUrls)).toEqual(['page-c']);
    expect(rest.NextToken).toBeUndefined();
    expect((await list({})).QueueUrls).toHaveLength(3);
    await expect(list({ MaxResults: 1001 })).rejects.toThrow(/MaxResults/);
    await expect(list({ MaxResults: 2, NextToken: '***' })).rejects.toThrow(/NextToken/);
  });

  it('leave their name for sixty seconds when they are deleted', async () => {
    const QueueUrl = await bench.queue({}, 'brief');
    await bench.send(QueueUrl, 'lost');
    await bench.sqs.send(new DeleteQueueCommand({ QueueUrl }));
    await expect(bench.send(QueueUrl, 'late')).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
    await bench.advance(59);
    await expect(bench.queue({}, 'brief')).rejects.toMatchObject({ name: 'QueueDeletedRecently' });
    await bench.advance(1);
    expect(await bench.queue({}, 'brief')).toBe(QueueUrl);
    expect(await bench.bodies(QueueUrl)).toEqual([]);
  });

  it('are purged once a minute', async () => {
    const QueueUrl = await bench.queue();
    await bench.send(QueueUrl, 'one');
    const [held] = await bench.receive(QueueUrl);
    await bench.send(QueueUrl, 'two');
    await bench.sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await bench.attribute(QueueUrl, 'ApproximateNumberOfMessages')).toBe('0');
    expect(await bench.attribute(QueueUrl, 'ApproximateNumberOfMessagesNotVisible')).toBe('0');
    await bench.remove(QueueUrl, held);
    const name = QueueUrl.split('/').at(-1);
    await expect(bench.sqs.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({
      name: 'PurgeQueueInProgress',
      message: `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
    });
    await bench.advance(60);
    await bench.sqs.send(new PurgeQueueCommand({ QueueUrl }));
  });

  it('have names that AWS allows', async () => {
    for (const QueueName of ['a b', 'x'.repeat(81), 'standard.fifo'])
      await expect(bench.sqs.send(new CreateQueueCommand({ QueueName }))).rejects.toMatchObject({
        name: 'InvalidParameterValue',
        message:
          'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
      });
    await expect(bench.queue({ FifoQueue: 'true' }, 'no-suffix')).rejects.toThrow(
      /must end with \.fifo suffix/,
    );
    await expect(bench.queue({ FifoQueue: 'false' }, 'no-fifo')).rejects.toMatchObject({
      name: 'InvalidAttributeName',
      message: 'Unknown Attribute FifoQueue.',
    });
  });

  it('are known by every form of address, and by no other', async () => {
    await bench.queue({}, 'addressed');
    for (const base of [
      'https://sqs.us-east-1.amazonaws.com',
      'https://us-east-1.queue.amazonaws.com',
      'http://localhost:1234',
    ])
      await bench.send(`${base}/${ACCOUNT}/addressed`, 'hello');
    for (const [url, name] of [
      ['https://sqs.eu-west-1.amazonaws.com/000000000000/addressed', 'QueueDoesNotExist'],
      ['https://sqs.us-east-1.amazonaws.com/111111111111/addressed', 'AccessDenied'],
    ] as const)
      await expect(bench.send(url, 'hello')).rejects.toMatchObject({ name });
    await expect(bench.send('http://localhost/addressed', 'x')).rejects.toMatchObject({
      name: 'InvalidAddress',
    });
  });
});

describe('attributes', () => {
  it('are changed, and those that a policy fills taken back', async () => {
    const url = await bench.queue();
    await bench.advance(5);
    await set(url, { VisibilityTimeout: '69', MaximumMessageSize: '2048', DelaySeconds: '420' });
    expect(await all(url)).toMatchObject({
      VisibilityTimeout: '69',
      MaximumMessageSize: '2048',
      DelaySeconds: '420',
      LastModifiedTimestamp: String(Math.floor(bench.clock.now() / 1000)),
    });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: arnOf('x') },
      ],
    });
    await set(url, { Policy });
    expect(await bench.attribute(url, 'Policy')).toBe(Policy);
    await set(url, { Policy: '' });
    expect(await bench.attribute(url, 'Policy')).toBeUndefined();
  });

  it.each([
    ['VisibilityTimeout', '43201'],
    ['VisibilityTimeout', '1.5'],
    ['DelaySeconds', '901'],
    ['DelaySeconds', 'soon'],
    ['MaximumMessageSize', '1023'],
    ['MaximumMessageSize', '1048577'],
    ['MessageRetentionPeriod', '59'],
    ['ReceiveMessageWaitTimeSeconds', '21'],
    ['KmsDataKeyReusePeriodSeconds', '59'],
    ['SqsManagedSseEnabled', 'yes'],
    ['Policy', '{"Statement":'],
  ])('refuse %s = %s', async (name, value) => {
    const url = await bench.queue();
    await expect(set(url, { [name]: value })).rejects.toMatchObject({
      name: 'InvalidAttributeValue',
      message: expect.stringMatching(new RegExp(`^Invalid value for the parameter ${name}\\.`)),
    });
  });

  it('of FIFO queues are no standard queue’s, and unknown ones nobody’s', async () => {
    const url = await bench.queue();
    for (const name of ['ContentBasedDeduplication', 'FifoQueue', 'QueueArn', 'Nonsense'])
      await expect(set(url, { [name]: 'true' })).rejects.toMatchObject({
        name: 'InvalidAttributeName',
        message: `Unknown Attribute ${name}.`,
      });
    await expect(bench.attribute(url, 'Nonsense' as 'All')).rejects.toThrow(/Unknown Attribute/);
    const fifo = await bench.fifo();
    expect(await all(fifo)).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
    await expect(set(fifo, { FifoQueue: 'false' })).rejects.toMatchObject({
      name: 'InvalidAttributeValue',
      message:
        'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    });
    await expect(set(fifo, { FifoThroughputLimit: 'perMessageGroupId' })).rejects.toThrow(
      /DeduplicationScope/,
    );
    await set(fifo, {
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
  });

  it('allow one kind of encryption at a time', async () => {
    const url = await bench.queue({ KmsMasterKeyId: 'testKeyId' });
    expect(await all(url)).toMatchObject({
      KmsMasterKeyId: 'testKeyId',
      KmsDataKeyReusePeriodSeconds: '300',
      SqsManagedSseEnabled: 'false',
    });
    await expect(set(url, { SqsManagedSseEnabled: 'true' })).rejects.toMatchObject({
      name: 'InvalidAttributeName',
      message: expect.stringMatching(/^You can use one type of server-side encryption/),
    });
    await set(url, { SqsManagedSseEnabled: 'true', KmsMasterKeyId: '' });
    expect(await bench.attribute(url, 'SqsManagedSseEnabled')).toBe('true');
  });
});

describe('sharing', () => {
  it('by label writes the policy', async () => {
    const QueueUrl = await bench.queue({}, 'shared');
    const add = (Label: string, Actions = ['ReceiveMessage']) =>
      bench.sqs.send(
        new AddPermissionCommand({ QueueUrl, Label, Actions, AWSAccountIds: ['111111111111'] }),
      );
    await add('one');
    expect(JSON.parse((await bench.attribute(QueueUrl, 'Policy')) ?? '')).toEqual({
      Version: '2008-10-17',
      Id: `${arnOf('shared')}/SQSDefaultPolicy`,
      Statement: [
        {
          Sid: 'one',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111111111111:root' },
          Action: 'SQS:ReceiveMessage',
          Resource: arnOf('shared'),
        },
      ],
    });
    await expect(add('one')).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: 'Value one for parameter Label is invalid. Reason: Already exists.',
    });
    await expect(add('two', ['Nonsense'])).rejects.toThrow(/SQS:Nonsense for parameter ActionName/);
    await expect(
      bench.sqs.send(
        new AddPermissionCommand({
          QueueUrl,
          Label: 'nobody',
          Actions: ['SendMessage'],
          AWSAccountIds: [],
        }),
      ),
    ).rejects.toThrow('Value [] for parameter PrincipalId is invalid. Reason: Unable to verify.');
    const drop = () => bench.sqs.send(new RemovePermissionCommand({ QueueUrl, Label: 'one' }));
    await drop();
    expect(await bench.attribute(QueueUrl, 'Policy')).toBeUndefined();
    await expect(drop()).rejects.toThrow(
      "Value one for parameter Label is invalid. Reason: can't find label.",
    );
  });

  it('by tags', async () => {
    const QueueUrl = await bench.queue();
    await bench.sqs.send(new TagQueueCommand({ QueueUrl, Tags: { team: 'a', empty: '' } }));
    await bench.sqs.send(new TagQueueCommand({ QueueUrl, Tags: { team: 'b' } }));
    const tags = async () =>
      (await bench.sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags ?? {};
    expect(await tags()).toEqual({ team: 'b', empty: '' });
    const tag = (Tags: Record<string, string>) =>
      bench.sqs.send(new TagQueueCommand({ QueueUrl, Tags }));
    await expect(tag({})).rejects.toThrow('The request must contain the parameter Tags.');
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, 'v']));
    await expect(tag(many)).rejects.toThrow(/^Too many tags added for queue .+\.$/);
    await expect(bench.sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: [] }))).rejects.toThrow(
      'Tag keys must be between 1 and 128 characters in length.',
    );
    expect(await tags()).toEqual({ team: 'b', empty: '' });
    await bench.sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['empty', 'none'] }));
    expect(await tags()).toEqual({ team: 'b' });
  });
});

describe('permissions', () => {
  const userClient = async (UserName: string, policy?: object) => {
    const iam = new IAMClient(bench.settings);
    iam.config.systemClockOffset = bench.clock.now() - Date.now();
    await iam.send(new CreateUserCommand({ UserName }));
    if (policy !== undefined)
      await iam.send(
        new PutUserPolicyCommand({
          UserName,
          PolicyName: 'p',
          PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [policy] }),
        }),
      );
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    iam.destroy();
    const client = new SQSClient({
      ...bench.settings,
      credentials: {
        accessKeyId: AccessKey?.AccessKeyId ?? '',
        secretAccessKey: AccessKey?.SecretAccessKey ?? '',
      },
    });
    client.config.systemClockOffset = bench.clock.now() - Date.now();
    return client;
  };

  it('come from the user’s policy and from the queue’s', async () => {
    const QueueUrl = await bench.queue({}, 'guarded');
    await bench.send(QueueUrl, 'secret');
    const ann = await userClient('ann', {
      Effect: 'Allow',
      Action: 'sqs:GetQueueAttributes',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/team': 'ann' } },
    });
    const look = () =>
      ann.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    await expect(look()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('sqs:GetQueueAttributes on resource: arn:aws:sqs'),
    });
    await bench.sqs.send(new TagQueueCommand({ QueueUrl, Tags: { team: 'ann' } }));
    await look();
    const purge = () => ann.send(new PurgeQueueCommand({ QueueUrl }));
    await expect(purge()).rejects.toMatchObject({ name: 'AccessDenied' });
    await set(QueueUrl, {
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/ann` },
          Action: 'SQS:PurgeQueue',
          Resource: arnOf('guarded'),
        },
      }),
    });
    await purge();
    ann.destroy();
  });

  it('tagging on creation needs both', async () => {
    const ben = await userClient('ben', {
      Effect: 'Allow',
      Action: 'sqs:CreateQueue',
      Resource: '*',
    });
    await ben.send(new CreateQueueCommand({ QueueName: 'bens' }));
    const tagged = new CreateQueueCommand({ QueueName: 'bens-2', tags: { a: 'b' } });
    await expect(ben.send(tagged)).rejects.toThrow(/sqs:TagQueue/);
    ben.destroy();
  });

  it('of another account count when the queue’s policy names it, for what AWS lets others do', async () => {
    const QueueUrl = await bench.queue({}, 'visited');
    const keys = rootKeys(bench, '111122223333');
    const visitor = new SQSClient(settingsOf(bench, keys));
    visitor.config.systemClockOffset = bench.clock.now() - Date.now();
    const send = () => visitor.send(new SendMessageCommand({ QueueUrl, MessageBody: 'from afar' }));
    await expect(send()).rejects.toMatchObject({ name: 'AccessDenied' });
    await bench.sqs.send(
      new AddPermissionCommand({
        QueueUrl,
        Label: 'visitor',
        AWSAccountIds: ['111122223333'],
        Actions: ['*'],
      }),
    );
    await send();
    const found = await visitor.send(
      new GetQueueUrlCommand({ QueueName: 'visited', QueueOwnerAWSAccountId: ACCOUNT }),
    );
    expect(found.QueueUrl).toBe(QueueUrl);
    expect(await bench.bodies(QueueUrl)).toEqual(['from afar']);
    await expect(
      visitor.send(new TagQueueCommand({ QueueUrl, Tags: { a: 'b' } })),
    ).rejects.toThrow();
    visitor.destroy();
  });

  it('are nobody’s without a signature, unless the queue’s policy says so', async () => {
    const QueueUrl = await bench.queue({}, 'public');
    const post = () =>
      fetch(bench.url, {
        method: 'POST',
        headers: {
          'x-amz-target': 'AmazonSQS.SendMessage',
          'content-type': 'application/x-amz-json-1.0',
        },
        body: JSON.stringify({ QueueUrl, MessageBody: 'hello' }),
      });
    expect((await post()).status).toBe(403);
    await set(QueueUrl, {
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: '*',
          Action: 'sqs:SendMessage',
          Resource: arnOf('public'),
        },
      }),
    });
    expect((await post()).status).toBe(200);
    expect(await bench.bodies(QueueUrl)).toEqual(['hello']);
  });
});
