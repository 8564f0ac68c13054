import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LambdaBench } from '../lambda/fixtures/lambda-bench.ts';
import { startLambdaBench } from '../lambda/fixtures/lambda-bench.ts';

let bench: LambdaBench;
let cfn: CloudFormationClient;
let s3: S3Client;

beforeAll(async () => {
  bench = await startLambdaBench();
  const settings = {
    endpoint: bench.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  cfn = new CloudFormationClient(settings);
  s3 = new S3Client({ ...settings, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'templates' }));
  await bench.create('custom', { 'index.js': HANDLER });
});
afterAll(() => bench.stop());

// Answers as most handlers do: by https, with the host and the path of the URL alone.
const HANDLER = `
const https = require('https');
exports.handler = (event) => new Promise((resolve, reject) => {
  console.log('saw ' + JSON.stringify(event));
  const { Mode, Id, Size } = event.ResourceProperties;
  const url = new URL(event.ResponseURL);
  const body = JSON.stringify({
    Status: Mode === 'fail' && event.RequestType !== 'Delete' ? 'FAILED' : 'SUCCESS',
    Reason: 'told to',
    PhysicalResourceId: Id,
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    Data: { Size, Type: typeof Size, Request: event.RequestType, Deep: { Inner: 'x' } },
  });
  const request = https.request({ hostname: url.hostname, path: url.pathname + url.search, method: 'PUT',
    headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) } }, (response) => resolve(response.statusCode));
  request.on('error', reject);
  request.end(body);
});`;

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:custom';

const describeStack = async (StackName: string) => {
  const { Stacks = [] } = await cfn.send(new DescribeStacksCommand({ StackName }));
  const [stack] = Stacks;
  if (stack === undefined) throw new TypeError(`no stack ${StackName}`);
  return stack;
};

const settled = async (StackName: string) => {
  const stack = await vi.waitFor(
    async () => {
      const now = await describeStack(StackName);
      expect(now.StackStatus).not.toMatch(/IN_PROGRESS$/);
      return now;
    },
    { timeout: 20_000, interval: 10 },
  );
  return stack;
};

const create = async (StackName: string, template: object) => {
  const { StackId = '' } = await cfn.send(
    new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template) }),
  );
  return settled(StackId);
};
const update = async (StackName: string, template: object) => {
  await cfn.send(new UpdateStackCommand({ StackName, TemplateBody: JSON.stringify(template) }));
  return settled(StackName);
};
const remove = async (StackName: string) => {
  const { StackId = '' } = await describeStack(StackName);
  await cfn.send(new DeleteStackCommand({ StackName }));
  return settled(StackId);
};

const reasons = async (StackName: string) => {
  const { StackEvents = [] } = await cfn.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.flatMap(({ ResourceStatusReason }) => ResourceStatusReason ?? []);
};

const outputs = ({ Outputs = [] }: Awaited<ReturnType<typeof describeStack>>) =>
  Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]));

describe('custom resources', () => {
  const template = (properties: object, outputOf = 'Size') => ({
    Resources: {
      Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: FUNCTION, ...properties } },
    },
    Outputs: {
      Id: { Value: { Ref: 'Thing' } },
      Size: { Value: { 'Fn::GetAtt': ['Thing', outputOf] } },
      Deep: { Value: { 'Fn::GetAtt': 'Thing.Deep.Inner' } },
      Request: { Value: { 'Fn::GetAtt': 'Thing.Request' } },
    },
  });

  it('are made, changed, replaced by another id, and deleted', async () => {
    const made = await create('thing', template({ Id: 'one', Size: 3 }));
    expect(made.StackStatus).toBe('CREATE_COMPLETE');
    // Numbers are text to a custom resource.
    expect(outputs(made)).toEqual({ Id: 'one', Size: '3', Deep: 'x', Request: 'Create' });

    const changed = await update('thing', template({ Id: 'one', Size: 4 }));
    expect(outputs(changed)).toMatchObject({ Id: 'one', Size: '4', Request: 'Update' });

    const replaced = await update('thing', template({ Id: 'two', Size: 4 }));
    expect([replaced.StackStatus, outputs(replaced)['Id']]).toEqual(['UPDATE_COMPLETE', 'two']);
    const { StackEvents = [] } = await cfn.send(
      new DescribeStackEventsCommand({ StackName: 'thing' }),
    );
    expect(
      StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'DELETE_COMPLETE'),
    ).toMatchObject({ LogicalResourceId: 'Thing', PhysicalResourceId: 'one' });

    expect((await remove('thing')).StackStatus).toBe('DELETE_COMPLETE');
  });

  it('that fail are told in their own words, and are asked to delete what they made', async () => {
    const failed = await create('failing', template({ Id: 'half', Mode: 'fail' }));
    expect(failed.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await reasons('failing')).join('\n')).toMatch(
      /Received response status \[FAILED\] from custom resource\. Message returned: told to \(RequestId: [0-9a-f-]{36}\)/,
    );
    const { StackEvents = [] } = await cfn.send(
      new DescribeStackEventsCommand({ StackName: 'failing' }),
    );
    expect(
      StackEvents.find(
        ({ LogicalResourceId, ResourceStatus }) =>
          LogicalResourceId === 'Thing' && ResourceStatus === 'DELETE_COMPLETE',
      ),
    ).toMatchObject({ PhysicalResourceId: 'half' });
    await remove('failing');
  });

  it('that never answer end with their timeout, and unknown attributes and tokens fail', async () => {
    await bench.create('silent', { 'index.mjs': 'export const handler = async () => {};' });
    const silent = await create(
      'silent',
      template({ ServiceToken: FUNCTION.replace('custom', 'silent'), ServiceTimeout: 1 }),
    );
    expect(silent.StackStatus).toBe('ROLLBACK_FAILED');
    expect((await reasons('silent')).join('\n')).toContain(
      'CloudFormation did not receive a response from your Custom Resource',
    );
    const unknown = await create('unknown', template({ Id: 'one' }, 'Colour'));
    expect(unknown.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await reasons('unknown')).join('\n')).toContain(
      "CustomResource attribute error: Vendor response doesn't contain Colour attribute in object one",
    );
    const token = await create('token', template({ ServiceToken: 'arn:aws:sqs:x', Id: 'one' }));
    expect(token.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await reasons('token')).join('\n')).toContain("Invalid service token: 'arn:aws:sqs:x'");
  });
});

it('code that stands in the template answers with the module that AWS puts beside it', async () => {
  const stack = await create('inline', {
    Resources: {
      Fn: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: 'arn:aws:iam::000000000000:role/function-role',
          Code: {
            ZipFile: `const response = require('cfn-response');
              exports.handler = (event, context) =>
                response.send(event, context, response.SUCCESS, { Said: event.ResourceProperties.Say }, 'own-id');`,
          },
        },
      },
      Custom: {
        Type: 'Custom::Inline',
        Properties: { ServiceToken: { 'Fn::GetAtt': 'Fn.Arn' }, Say: 'hello' },
      },
    },
    Outputs: {
      Said: { Value: { 'Fn::GetAtt': 'Custom.Said' } },
      Id: { Value: { Ref: 'Custom' } },
    },
  });
  expect([stack.StackStatus, outputs(stack)]).toEqual([
    'CREATE_COMPLETE',
    { Said: 'hello', Id: 'own-id' },
  ]);
  expect((await remove('inline')).StackStatus).toBe('DELETE_COMPLETE');
});

describe('wait conditions', () => {
  const template = (Count: number, Timeout: number) => ({
    Resources: {
      Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
      Wait: {
        Type: 'AWS::CloudFormation::WaitCondition',
        Properties: { Handle: { Ref: 'Handle' }, Count, Timeout: String(Timeout) },
      },
    },
    Outputs: { Data: { Value: { 'Fn::GetAtt': 'Wait.Data' } } },
  });
  const handleOf = (StackName: string) =>
    vi.waitFor(async () => {
      const { StackResources = [] } = await cfn.send(
        new DescribeStackResourcesCommand({ StackName }),
      );
      const url = StackResources.find(({ LogicalResourceId }) => LogicalResourceId === 'Handle');
      expect(url?.PhysicalResourceId).toMatch(/^http/);
      return url?.PhysicalResourceId ?? '';
    });
  const signal = (url: string, UniqueId: string, Status = 'SUCCESS') =>
    fetch(url, {
      method: 'PUT',
      body: JSON.stringify({ Status, UniqueId, Data: `data of ${UniqueId}`, Reason: 'broken' }),
    });

  it('wait for as many signals as they count, each id once', async () => {
    await cfn.send(
      new CreateStackCommand({ StackName: 'wait', TemplateBody: JSON.stringify(template(2, 60)) }),
    );
    const url = await handleOf('wait');
    for (const id of ['a', 'a', 'b']) expect((await signal(url, id)).status).toBe(200);
    const stack = await settled('wait');
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    expect(JSON.parse(outputs(stack)['Data'] ?? '')).toEqual({ a: 'data of a', b: 'data of b' });
    expect((await fetch(`${url.slice(0, -3)}000`, { method: 'PUT', body: '{}' })).status).toBe(403);
    await remove('wait');
  });

  it('fail with a failure, and with their timeout', async () => {
    await cfn.send(
      new CreateStackCommand({ StackName: 'bad', TemplateBody: JSON.stringify(template(1, 60)) }),
    );
    await signal(await handleOf('bad'), 'x', 'FAILURE');
    expect((await settled('bad')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await reasons('bad')).join('\n')).toContain(
      "WaitCondition received failed message: 'broken' for uniqueId: x",
    );
    const late = await create('late', template(1, 1));
    expect(late.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await reasons('late')).join('\n')).toContain(
      'WaitCondition timed out. Received 0 conditions when expecting 1',
    );
  });
});

describe('nested stacks', () => {
  const put = async (Key: string, template: object) => {
    await s3.send(
      new PutObjectCommand({ Bucket: 'templates', Key, Body: JSON.stringify(template) }),
    );
    return `${bench.url}/templates/${Key}`;
  };
  const child = (group: string) => ({
    Parameters: { Days: { Type: 'Number' } },
    Resources: {
      Logs: {
        Type: 'AWS::Logs::LogGroup',
        Properties: { LogGroupName: group, RetentionInDays: { Ref: 'Days' } },
      },
    },
    Outputs: { Name: { Value: { Ref: 'Logs' } } },
  });
  const parent = (TemplateURL: string, Days: number) => ({
    Resources: {
      Child: {
        Type: 'AWS::CloudFormation::Stack',
        Properties: { TemplateURL, Parameters: { Days } },
      },
    },
    Outputs: {
      Name: { Value: { 'Fn::GetAtt': 'Child.Outputs.Name' } },
      Child: { Value: { Ref: 'Child' } },
    },
  });

  it('are made, follow their parent, and go with it', async () => {
    const url = await put('child.json', child('/nested/one'));
    const made = await create('parent', parent(url, 7));
    expect([made.StackStatus, outputs(made)['Name']]).toEqual(['CREATE_COMPLETE', '/nested/one']);
    const id = outputs(made)['Child'] ?? '';
    expect(await describeStack(id)).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      ParentId: made.StackId,
      RootId: made.StackId,
    });
    const changed = await update('parent', parent(url, 14));
    expect(changed.StackStatus).toBe('UPDATE_COMPLETE');
    expect((await describeStack(id)).Parameters).toEqual([
      { ParameterKey: 'Days', ParameterValue: '14' },
    ]);

    // Another template behind the same URL.
    await put('child.json', child('/nested/two'));
    const { Id } = await cfn.send(
      new CreateChangeSetCommand({
        StackName: 'parent',
        ChangeSetName: 'same',
        UsePreviousTemplate: true,
      }),
    );
    const { Changes = [] } = await cfn.send(new DescribeChangeSetCommand({ ChangeSetName: Id }));
    expect(Changes.map(({ ResourceChange }) => ResourceChange?.Details)).toEqual([
      [
        {
          ChangeSource: 'Automatic',
          Evaluation: 'Dynamic',
          Target: { Attribute: 'Properties', RequiresRecreation: 'Never' },
        },
      ],
    ]);
    const again = await update('parent', parent(url, 14));
    expect(outputs(again)['Name']).toBe('/nested/two');

    expect((await remove('parent')).StackStatus).toBe('DELETE_COMPLETE');
    expect((await describeStack(id)).StackStatus).toBe('DELETE_COMPLETE');
  });

  it('have change sets of their own, which their root executes', async () => {
    const url = await put('seen.json', child('/nested/seen'));
    const review = async (name: string, type: 'CREATE' | 'UPDATE', template: object) => {
      const { Id } = await cfn.send(
        new CreateChangeSetCommand({
          StackName: 'seen',
          ChangeSetName: name,
          ChangeSetType: type,
          IncludeNestedStacks: true,
          TemplateBody: JSON.stringify(template),
        }),
      );
      const root = await cfn.send(
        new DescribeChangeSetCommand({ ChangeSetName: Id, IncludePropertyValues: true }),
      );
      const inner = root.Changes?.[0]?.ResourceChange;
      return {
        root,
        inner,
        nested:
          inner?.ChangeSetId === undefined
            ? undefined
            : await cfn.send(new DescribeChangeSetCommand({ ChangeSetName: inner.ChangeSetId })),
      };
    };
    const first = await review('first', 'CREATE', parent(url, 7));
    expect(first.nested).toMatchObject({
      StackId: first.inner?.PhysicalResourceId,
      ParentChangeSetId: first.root.ChangeSetId,
      RootChangeSetId: first.root.ChangeSetId,
      IncludeNestedStacks: true,
      Parameters: [{ ParameterKey: 'Days', ParameterValue: '7' }],
      Changes: [{ ResourceChange: { Action: 'Add', LogicalResourceId: 'Logs' } }],
    });
    expect(first.nested?.ChangeSetName).toMatch(/^first-Child-[A-Z2-7]{12}$/);
    expect((await describeStack(first.inner?.PhysicalResourceId ?? '')).StackStatus).toBe(
      'REVIEW_IN_PROGRESS',
    );
    await expect(
      cfn.send(new ExecuteChangeSetCommand({ ChangeSetName: first.nested?.ChangeSetId })),
    ).rejects.toThrow(/executed or deleted with its root change set/);
    await cfn.send(new ExecuteChangeSetCommand({ ChangeSetName: first.root.ChangeSetId }));
    await settled('seen');
    const made = await describeStack('seen');
    expect([made.StackStatus, outputs(made)['Child']]).toEqual([
      'CREATE_COMPLETE',
      first.inner?.PhysicalResourceId,
    ]);
    expect(
      (await cfn.send(new DescribeChangeSetCommand({ ChangeSetName: first.nested?.ChangeSetId })))
        .ExecutionStatus,
    ).toBe('EXECUTE_COMPLETE');

    const none = await review('none', 'UPDATE', parent(url, 7));
    expect([none.root.Status, none.root.StatusReason]).toEqual([
      'FAILED',
      expect.stringContaining("didn't contain changes"),
    ]);
    const second = await review('second', 'UPDATE', parent(url, 14));
    expect(second.nested?.Changes).toMatchObject([
      {
        ResourceChange: {
          Action: 'Modify',
          LogicalResourceId: 'Logs',
          Details: [
            { ChangeSource: 'DirectModification' },
            { CausingEntity: 'Days', ChangeSource: 'ParameterReference' },
          ],
        },
      },
    ]);
    const wrong = await review('wrong', 'UPDATE', {
      Resources: {
        ...parent(url, 14).Resources,
        More: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url } },
      },
    });
    expect(wrong.root.StatusReason).toMatch(
      /^Nested change set arn:\S+ was not successfully created: Currently in FAILED\.$/,
    );
    await cfn.send(new DeleteChangeSetCommand({ ChangeSetName: second.root.ChangeSetId }));
    await expect(
      cfn.send(new DescribeChangeSetCommand({ ChangeSetName: second.nested?.ChangeSetId })),
    ).rejects.toThrow(/does not exist/);
    expect((await remove('seen')).StackStatus).toBe('DELETE_COMPLETE');
    const { Stacks = [] } = await cfn.send(new DescribeStacksCommand({}));
    expect(Stacks.map(({ StackName }) => StackName)).not.toContainEqual(
      expect.stringMatching(/^seen/),
    );
  });

  it('that fail fail their parent, which says why and leaves nothing', async () => {
    const url = await put('broken.json', {
      Resources: {
        Fine: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/nested/fine' } },
        Bad: {
          Type: 'AWS::SNS::Subscription',
          DependsOn: 'Fine',
          Properties: { TopicArn: 'nothing', Protocol: 'lambda', Endpoint: FUNCTION },
        },
      },
    });
    const failed = await create('broken', {
      Resources: {
        Child: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url } },
      },
    });
    expect(failed.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await reasons('broken')).join('\n')).toMatch(
      /Embedded stack arn:\S+ was not successfully created: The following resource\(s\) failed to create: \[Bad\]\./,
    );
    const { Stacks = [] } = await cfn.send(new DescribeStacksCommand({}));
    expect(Stacks.map(({ StackName }) => StackName)).not.toContainEqual(
      expect.stringMatching(/^broken-Child/),
    );
  });
});

describe('types without behaviour', () => {
  const table = {
    Type: 'AWS::DAX::ParameterGroup',
    Properties: { ParameterGroupName: 'mine' },
  };

  it('fail by their name, unless the template wants records', async () => {
    await expect(create('inert', { Resources: { Group: table } })).rejects.toThrow(
      /AWS::DAX::ParameterGroup/,
    );
    const stack = await create('inert', {
      Metadata: { Sparta: { Inert: ['AWS::DAX::ParameterGroup'] } },
      Resources: { Group: table },
      Outputs: { Ref: { Value: { Ref: 'Group' } } },
    });
    expect([stack.StackStatus, outputs(stack)['Ref']]).toEqual(['CREATE_COMPLETE', 'mine']);
    expect((await reasons('inert')).join('\n')).toContain(
      'Kept but not acted on by the embedded cloud: ParameterGroupName',
    );
    expect((await remove('inert')).StackStatus).toBe('DELETE_COMPLETE');
  });
});

it('tells its topics of every event, in order', async () => {
  const settings = {
    endpoint: bench.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const sns = new SNSClient(settings);
  const sqs = new SQSClient(settings);
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'events' }));
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({
      QueueName: 'events',
      Attributes: {
        Policy: JSON.stringify({
          Statement: {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: '*',
            Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
          },
        }),
      },
    }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: 'arn:aws:sqs:us-east-1:000000000000:events',
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  await cfn.send(
    new CreateStackCommand({
      StackName: 'told',
      NotificationARNs: [TopicArn],
      TemplateBody: JSON.stringify({ Resources: { Logs: { Type: 'AWS::Logs::LogGroup' } } }),
    }),
  );
  await bench.cloud.settle();
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
  );
  const said = (body: string, field: string) => new RegExp(`${field}='(.*)'\\n`).exec(body)?.[1];
  expect(
    Messages.map(
      ({ Body = '' }) => `${said(Body, 'LogicalResourceId')} ${said(Body, 'ResourceStatus')}`,
    ),
  ).toEqual([
    'told CREATE_IN_PROGRESS',
    'Logs CREATE_IN_PROGRESS',
    'Logs CREATE_IN_PROGRESS',
    'Logs CREATE_COMPLETE',
    'told CREATE_COMPLETE',
  ]);
  sns.destroy();
  sqs.destroy();
});
