import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  SSMClient,
  UnlabelParameterVersionCommand,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

let cloud: RunningCloud;
let ssm: SSMClient;
let cfn: CloudFormationClient;

beforeAll(async () => {
  cloud = await startCloud();
  const settings = {
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  ssm = new SSMClient(settings);
  cfn = new CloudFormationClient(settings);
});
afterAll(() => cloud.stop());

const put = (Name: string, Value: string, more: object = { Type: 'String' }) =>
  ssm.send(new PutParameterCommand({ Name, Value, ...more }));
const get = async (Name: string, WithDecryption?: boolean) =>
  (await ssm.send(new GetParameterCommand({ Name, ...(WithDecryption && { WithDecryption }) })))
    .Parameter;

describe('parameters', () => {
  it('have versions, found by number, by label and by ARN', async () => {
    expect(await put('/app/stage', 'one')).toMatchObject({ Version: 1, Tier: 'Standard' });
    await expect(put('/app/stage', 'two')).rejects.toMatchObject({
      name: 'ParameterAlreadyExists',
    });
    expect((await put('/app/stage', 'two', { Overwrite: true })).Version).toBe(2);
    await ssm.send(
      new LabelParameterVersionCommand({
        Name: '/app/stage',
        ParameterVersion: 1,
        Labels: ['old'],
      }),
    );
    expect(await get('/app/stage')).toMatchObject({
      Name: '/app/stage',
      Type: 'String',
      Value: 'two',
      Version: 2,
      DataType: 'text',
      ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/app/stage',
    });
    expect(await get('/app/stage:1')).toMatchObject({ Value: 'one', Selector: ':1' });
    expect(await get('/app/stage:old')).toMatchObject({ Value: 'one', Selector: ':old' });
    expect((await get('arn:aws:ssm:us-east-1:000000000000:parameter/app/stage'))?.Value).toBe(
      'two',
    );
    await expect(get('/app/stage:9')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
    await expect(get('/app/none')).rejects.toMatchObject({ name: 'ParameterNotFound' });
    const { Parameters = [] } = await ssm.send(
      new GetParameterHistoryCommand({ Name: '/app/stage' }),
    );
    expect(Parameters.map(({ Version, Value, Labels }) => [Version, Value, Labels])).toEqual([
      [1, 'one', ['old']],
      [2, 'two', []],
    ]);
    // A label moves.
    await ssm.send(
      new LabelParameterVersionCommand({ Name: '/app/stage', Labels: ['old', '1st'] }),
    );
    expect((await get('/app/stage:old'))?.Value).toBe('two');
    expect(
      await ssm.send(
        new UnlabelParameterVersionCommand({
          Name: '/app/stage',
          ParameterVersion: 2,
          Labels: ['old', 'new'],
        }),
      ),
    ).toMatchObject({ RemovedLabels: ['old'], InvalidLabels: ['new'] });
  });

  it('without a hierarchy have no slash of their own', async () => {
    await put('plain', 'x');
    const parameter = await get('plain');
    expect(parameter?.ARN).toBe('arn:aws:ssm:us-east-1:000000000000:parameter/plain');
    expect((await get(parameter?.ARN ?? ''))?.Name).toBe('plain');
  });

  it('that are secret show their value only when it is decrypted', async () => {
    await put('/app/secret', 'hush', { Type: 'SecureString' });
    expect((await get('/app/secret'))?.Value).not.toContain('hush');
    expect((await get('/app/secret', true))?.Value).toBe('hush');
  });

  it.each([
    ['bad name!', { Type: 'String' }, 'ValidationException'],
    ['app/stage', { Type: 'String' }, 'ValidationException'],
    ['/ssm/x', { Type: 'String' }, 'ValidationException'],
    ['/aws/x', { Type: 'String' }, 'AccessDeniedException'],
    [`/${'a/'.repeat(15)}b`, { Type: 'String' }, 'HierarchyLevelLimitExceededException'],
    ['/app/untyped', {}, 'ValidationException'],
    [
      '/app/digits',
      { Type: 'String', AllowedPattern: '\\d+' },
      'ParameterPatternMismatchException',
    ],
    ['/app/pattern', { Type: 'String', AllowedPattern: '(' }, 'InvalidAllowedPatternException'],
    ['/app/stage', { Type: 'StringList', Overwrite: true }, 'HierarchyTypeMismatchException'],
  ])('refuses %s with %j', async (name, more, code) => {
    await expect(put(name, 'value', more)).rejects.toMatchObject({ name: code });
  });

  it('has a limit of size by tier', async () => {
    const large = 'x'.repeat(5_000);
    await expect(put('/app/large', large)).rejects.toThrow('has 5000 bytes');
    expect(await put('/app/large', large, { Type: 'String', Tier: 'Advanced' })).toMatchObject({
      Tier: 'Advanced',
    });
  });
});

describe('lists', () => {
  it('go by path, by filter and page by page', async () => {
    for (const name of ['/tree/a', '/tree/b', '/tree/deep/c', '/treetop']) await put(name, name);
    const under = async (more: object) => {
      const { Parameters = [], NextToken } = await ssm.send(
        new GetParametersByPathCommand({ Path: '/tree', ...more }),
      );
      return { names: Parameters.map(({ Name }) => Name), NextToken };
    };
    expect((await under({})).names).toEqual(['/tree/a', '/tree/b']);
    expect((await under({ Recursive: true })).names).toEqual([
      '/tree/a',
      '/tree/b',
      '/tree/deep/c',
    ]);
    const first = await under({ Recursive: true, MaxResults: 2 });
    expect(first.names).toHaveLength(2);
    expect(
      (await under({ Recursive: true, MaxResults: 2, NextToken: first.NextToken })).names,
    ).toEqual(['/tree/deep/c']);
    await expect(under({ Path: 'tree' })).rejects.toMatchObject({ name: 'ValidationException' });

    const described = async (Key: string, Option: string, Values: string[]) =>
      (
        await ssm.send(
          new DescribeParametersCommand({ ParameterFilters: [{ Key, Option, Values }] }),
        )
      ).Parameters?.map(({ Name }) => Name);
    expect(await described('Name', 'BeginsWith', ['/tree'])).toHaveLength(4);
    expect(await described('Path', 'OneLevel', ['/tree'])).toEqual(['/tree/a', '/tree/b']);
    expect(await described('Type', 'Equals', ['SecureString'])).toEqual(['/app/secret']);
    await expect(described('Colour', 'Equals', ['x'])).rejects.toMatchObject({
      name: 'InvalidFilterKey',
    });

    expect(
      await ssm.send(new GetParametersCommand({ Names: ['/tree/a', '/none', '/tree/b:7'] })),
    ).toMatchObject({
      Parameters: [{ Name: '/tree/a' }],
      InvalidParameters: ['/none', '/tree/b:7'],
    });
    expect(
      await ssm.send(new DeleteParametersCommand({ Names: ['/tree/a', '/none'] })),
    ).toMatchObject({ DeletedParameters: ['/tree/a'], InvalidParameters: ['/none'] });
    await ssm.send(new DeleteParameterCommand({ Name: '/tree/b' }));
    await expect(ssm.send(new DeleteParameterCommand({ Name: '/tree/b' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
  });

  it('of tags are a parameter’s own', async () => {
    const resource = { ResourceType: 'Parameter', ResourceId: '/treetop' } as const;
    await ssm.send(
      new AddTagsToResourceCommand({
        ...resource,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await ssm.send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: ['a'] }));
    expect((await ssm.send(new ListTagsForResourceCommand(resource))).TagList).toEqual([
      { Key: 'b', Value: '2' },
    ]);
    await expect(
      ssm.send(new ListTagsForResourceCommand({ ...resource, ResourceId: '/none' })),
    ).rejects.toMatchObject({ name: 'InvalidResourceId' });
  });
});

describe('in templates', () => {
  const deploy = async (
    command: CreateStackCommand | UpdateStackCommand | DeleteStackCommand,
    StackName: string,
  ) => {
    if (command instanceof CreateStackCommand) await cfn.send(command);
    else if (command instanceof UpdateStackCommand) await cfn.send(command);
    else await cfn.send(command);
    await cloud.cloud.settle();
    const { Stacks: [stack] = [] } = await cfn
      .send(new DescribeStacksCommand({ StackName }))
      .catch(() => ({ Stacks: [] }));
    return stack;
  };
  const body = (Value: string) =>
    JSON.stringify({
      Resources: {
        Named: {
          Type: 'AWS::SSM::Parameter',
          Properties: { Name: '/made', Type: 'String', Value },
        },
        Generated: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'x' } },
      },
      Outputs: {
        Value: { Value: { 'Fn::GetAtt': 'Named.Value' } },
        Name: { Value: { Ref: 'Generated' } },
      },
    });

  it('are made, changed in place and deleted', async () => {
    const StackName = 'parameters';
    const made = await deploy(
      new CreateStackCommand({ StackName, TemplateBody: body('first') }),
      StackName,
    );
    expect(made?.StackStatus).toBe('CREATE_COMPLETE');
    expect(made?.Outputs?.find(({ OutputKey }) => OutputKey === 'Name')?.OutputValue).toMatch(
      /^CFN-Generated-\w+$/,
    );
    await deploy(new UpdateStackCommand({ StackName, TemplateBody: body('second') }), StackName);
    expect(await get('/made')).toMatchObject({ Value: 'second', Version: 2 });
    await deploy(new DeleteStackCommand({ StackName }), StackName);
    await expect(get('/made')).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });

  it('are read as parameters of a template and by reference, as they are when it is deployed', async () => {
    await put('/config/days', '7');
    await put('/config/name', '/from/store');
    const StackName = 'reader';
    const TemplateBody = JSON.stringify({
      Parameters: { Days: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/config/days' } },
      Resources: {
        Logs: {
          Type: 'AWS::Logs::LogGroup',
          Properties: {
            LogGroupName: '{{resolve:ssm:/config/name:1}}',
            RetentionInDays: { Ref: 'Days' },
          },
        },
      },
      Outputs: { Days: { Value: { Ref: 'Days' } }, Name: { Value: { Ref: 'Logs' } } },
    });
    const made = await deploy(new CreateStackCommand({ StackName, TemplateBody }), StackName);
    expect(made?.Outputs?.map(({ OutputValue }) => OutputValue)).toEqual(['7', '/from/store']);
    expect(made?.Parameters).toEqual([
      { ParameterKey: 'Days', ParameterValue: '/config/days', ResolvedValue: '7' },
    ]);
    await put('/config/days', '14', { Overwrite: true });
    const changed = await deploy(
      new UpdateStackCommand({ StackName, UsePreviousTemplate: true }),
      StackName,
    );
    expect(changed?.Outputs?.[0]?.OutputValue).toBe('14');
    await expect(
      cfn.send(
        new CreateStackCommand({
          StackName: 'none',
          TemplateBody,
          Parameters: [{ ParameterKey: 'Days', ParameterValue: '/config/none' }],
        }),
      ),
    ).rejects.toThrow(
      'Unable to fetch parameters [/config/none] from parameter store for this account.',
    );
  });
});
