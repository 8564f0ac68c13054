import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeChangeSetCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LambdaBench } from '../lambda/fixtures/lambda-bench.ts';
import { startLambdaBench } from '../lambda/fixtures/lambda-bench.ts';

let bench: LambdaBench;
let cfn: CloudFormationClient;

beforeAll(async () => {
  bench = await startLambdaBench();
  const settings = {
    endpoint: bench.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  cfn = new CloudFormationClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'snippets' }));
  await s3.send(
    new PutObjectCommand({
      Bucket: 'snippets',
      Key: 'retention.yaml',
      Body: 'RetentionInDays: 14\nLogGroupName: !Sub "/included/${Stage}"\n',
    }),
  );
  s3.destroy();
});
afterAll(() => bench.stop());

const create = async (
  StackName: string,
  template: object | string,
  parameters: Readonly<Record<string, string>> = {},
) => {
  await cfn.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: typeof template === 'string' ? template : JSON.stringify(template),
      Capabilities: ['CAPABILITY_AUTO_EXPAND'],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    }),
  );
  await bench.cloud.settle();
  const { Stacks: [stack] = [] } = await cfn.send(new DescribeStacksCommand({ StackName }));
  return stack;
};

const resourcesOf = async (StackName: string) => {
  const { StackResources = [] } = await cfn.send(new DescribeStackResourcesCommand({ StackName }));
  return Object.fromEntries(
    StackResources.map(({ LogicalResourceId = '', PhysicalResourceId }) => [
      LogicalResourceId,
      PhysicalResourceId,
    ]),
  );
};

const LOOP = {
  Transform: 'AWS::LanguageExtensions',
  Parameters: {
    Names: { Type: 'CommaDelimitedList' },
    Keep: { Type: 'String', Default: 'Delete' },
  },
  Resources: {
    'Fn::ForEach::Groups': [
      'Name',
      { Ref: 'Names' },
      {
        'Group&{Name}': {
          Type: 'AWS::Logs::LogGroup',
          DeletionPolicy: { Ref: 'Keep' },
          Properties: { LogGroupName: { 'Fn::Sub': '/loop/${Name}' } },
        },
      },
    ],
  },
  Outputs: {
    'Fn::ForEach::Outs': [
      'Name',
      ['a', 'b-c'],
      { 'Out&{Name}': { Value: { 'Fn::Sub': '${Name} of ${AWS::StackName}' } } },
    ],
    Count: { Value: { 'Fn::Length': { Ref: 'Names' } } },
  },
};

describe('language extensions', () => {
  it('write out loops over parameters and lists', async () => {
    const stack = await create('loop', LOOP, { Names: 'one,two-x' });
    expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
    expect(await resourcesOf('loop')).toEqual({ Groupone: '/loop/one', Grouptwox: '/loop/two-x' });
    expect(
      Object.fromEntries((stack?.Outputs ?? []).map((one) => [one.OutputKey, one.OutputValue])),
    ).toEqual({ Outa: 'a of loop', Outbc: 'b-c of loop', Count: '2' });
    const template = async (TemplateStage: 'Original' | 'Processed') =>
      JSON.parse(
        (await cfn.send(new GetTemplateCommand({ StackName: 'loop', TemplateStage })))
          .TemplateBody ?? '',
      ) as { readonly Resources: object };
    expect(Object.keys((await template('Original')).Resources)).toEqual(['Fn::ForEach::Groups']);
    expect(Object.keys((await template('Processed')).Resources)).toEqual(['Groupone', 'Grouptwox']);
  });

  it('want a capability, and refuse what is no collection', async () => {
    const TemplateBody = JSON.stringify(LOOP);
    await expect(
      cfn.send(
        new CreateStackCommand({
          StackName: 'no',
          TemplateBody,
          Parameters: [{ ParameterKey: 'Names', ParameterValue: 'a' }],
        }),
      ),
    ).rejects.toThrow('Requires capabilities : [CAPABILITY_AUTO_EXPAND]');
    await expect(
      create('no', JSON.parse(TemplateBody.replace('{"Ref":"Names"}', '"one"')) as object, {
        Names: 'a',
      }),
    ).rejects.toThrow('The collection of Fn::ForEach must be a list of texts.');
    const { Parameters, DeclaredTransforms } = await cfn.send(
      new ValidateTemplateCommand({ TemplateBody }),
    );
    expect([Parameters?.map(({ ParameterKey }) => ParameterKey), DeclaredTransforms]).toEqual([
      ['Names', 'Keep'],
      ['AWS::LanguageExtensions'],
    ]);
  });
});

it('AWS::Include puts a snippet from S3 beside what stands there', async () => {
  const stack = await create(
    'include',
    `
Parameters: { Stage: { Type: String } }
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      Fn::Transform: { Name: AWS::Include, Parameters: { Location: s3://snippets/retention.yaml } }
`,
    { Stage: 'dev' },
  );
  expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
  expect(await resourcesOf('include')).toEqual({ Logs: '/included/dev' });
});

describe('macros', () => {
  it('make a template by a function, and fail in its words', async () => {
    await bench.create('macro', {
      'index.mjs': `export const handler = async ({ requestId, fragment, params, templateParameterValues, transformId }) => {
        if (params.Fail) return { requestId, status: 'failure', errorMessage: 'was told to' };
        const Logs = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/macro/' + templateParameterValues.Stage } };
        return { requestId, status: 'success', fragment: { ...fragment, Resources: { ...fragment.Resources, Logs } } };
      };`,
    });
    await create('macros', {
      Resources: {
        Macro: {
          Type: 'AWS::CloudFormation::Macro',
          Properties: {
            Name: 'AddLogs',
            FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:macro',
          },
        },
      },
    });
    const template = (Parameters: object) => ({
      Transform: [{ Name: 'AddLogs', Parameters }],
      Parameters: { Stage: { Type: 'String', Default: 'dev' } },
      Resources: { Other: { Type: 'AWS::Logs::LogGroup' } },
    });
    expect((await create('made', template({})))?.StackStatus).toBe('CREATE_COMPLETE');
    expect(await resourcesOf('made')).toMatchObject({ Logs: '/macro/dev' });

    const { Id } = await cfn.send(
      new CreateChangeSetCommand({
        StackName: 'made',
        ChangeSetName: 'fails',
        TemplateBody: JSON.stringify(template({ Fail: 'yes' })),
      }),
    );
    expect(await cfn.send(new DescribeChangeSetCommand({ ChangeSetName: Id }))).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason: 'Transform 000000000000::AddLogs failed with: was told to',
    });
    await expect(create('none', { ...template({}), Transform: 'Nobody' })).rejects.toThrow(
      'No transform named 000000000000::Nobody found.',
    );
  });
});

describe('rules', () => {
  const template = {
    Parameters: {
      Stage: { Type: 'String' },
      Days: { Type: 'CommaDelimitedList', Default: '7,14' },
    },
    Rules: {
      Production: {
        RuleCondition: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
        Assertions: [
          {
            Assert: { 'Fn::EachMemberIn': [{ Ref: 'Days' }, ['30', '90']] },
            AssertDescription: 'Production keeps its log for 30 or 90 days',
          },
        ],
      },
    },
    Resources: { Logs: { Type: 'AWS::Logs::LogGroup' } },
  };

  it('refuse parameters in the words of their assertion, when their condition holds', async () => {
    await expect(create('ruled', template, { Stage: 'prod' })).rejects.toThrow(
      'Production keeps its log for 30 or 90 days',
    );
    expect((await create('ruled', template, { Stage: 'prod', Days: '30' }))?.StackStatus).toBe(
      'CREATE_COMPLETE',
    );
    expect((await create('unruled', template, { Stage: 'dev' }))?.StackStatus).toBe(
      'CREATE_COMPLETE',
    );
  });
});
