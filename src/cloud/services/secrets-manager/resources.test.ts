import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  GetTemplateCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sessions } from './fixtures/sessions.ts';
import { startSessions } from './fixtures/sessions.ts';

let sessions: Sessions;
let cfn: CloudFormationClient;
let client: SecretsManagerClient;

beforeAll(async () => {
  sessions = await startSessions();
  cfn = sessions.client(CloudFormationClient);
  client = sessions.client(SecretsManagerClient);
});
afterAll(() => sessions.stop());

const stackOf = async (StackName: string) => {
  await sessions.running.cloud.settle();
  const { Stacks: [stack] = [] } = await cfn.send(new DescribeStacksCommand({ StackName }));
  return stack;
};
const body = (Resources: object, Outputs: object = {}) => JSON.stringify({ Resources, Outputs });
const deploy = async (StackName: string, Resources: object, Outputs?: object, by = cfn) => {
  await by.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: body(Resources, Outputs),
      Capabilities: ['CAPABILITY_IAM'],
    }),
  );
  return stackOf(StackName);
};
const update = async (StackName: string, Resources: object, Outputs?: object) => {
  await cfn.send(
    new UpdateStackCommand({
      StackName,
      TemplateBody: body(Resources, Outputs),
      Capabilities: ['CAPABILITY_IAM'],
    }),
  );
  return stackOf(StackName);
};
const reasons = async (StackName: string) =>
  (await cfn.send(new DescribeStackEventsCommand({ StackName }))).StackEvents?.map(
    ({ ResourceStatusReason = '' }) => ResourceStatusReason,
  ).join('\n');
const value = async (SecretId: string) =>
  (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
const secretOf = (Properties: object) => ({ Type: 'AWS::SecretsManager::Secret', Properties });

describe('AWS::SecretsManager::Secret', () => {
  it('is generated, changed and deleted', async () => {
    const resource = (PasswordLength: number, more: object = {}) => ({
      Database: secretOf({
        GenerateSecretString: {
          SecretStringTemplate: '{"username":"admin"}',
          GenerateStringKey: 'password',
          PasswordLength,
          ExcludePunctuation: true,
        },
        Tags: [{ Key: 'team', Value: 'a' }],
        ...more,
      }),
    });
    const outputs = {
      Ref: { Value: { Ref: 'Database' } },
      Id: { Value: { 'Fn::GetAtt': 'Database.Id' } },
    };
    const made = await deploy('generated', resource(20), outputs);
    expect(made?.StackStatus).toBe('CREATE_COMPLETE');
    const arn = made?.Outputs?.[0]?.OutputValue ?? '';
    expect(arn).toMatch(/:secret:Database-[A-Za-z0-9]+-[A-Za-z0-9]{6}$/);
    expect(made?.Outputs?.[1]?.OutputValue).toBe(arn);
    const first = JSON.parse(await value(arn)) as Record<string, string>;
    expect(first['username']).toBe('admin');
    expect(first['password']).toMatch(/^[A-Za-z0-9]{20}$/);
    const told = await client.send(new DescribeSecretCommand({ SecretId: arn }));
    expect(told.Tags).toContainEqual({ Key: 'team', Value: 'a' });
    expect(told.Tags).toContainEqual({ Key: 'aws:cloudformation:stack-name', Value: 'generated' });
    // A description changes no value; a generator does.
    await update('generated', resource(20, { Description: 'told' }), outputs);
    expect(JSON.parse(await value(arn))).toEqual(first);
    await update('generated', resource(24, { Description: 'told', Tags: [] }), outputs);
    expect((JSON.parse(await value(arn)) as Record<string, string>)['password']).toHaveLength(24);
    const after = await client.send(new DescribeSecretCommand({ SecretId: arn }));
    expect(after.Description).toBe('told');
    expect(after.Tags?.map(({ Key }) => Key)).not.toContain('team');
    await cfn.send(new DeleteStackCommand({ StackName: 'generated' }));
    await sessions.running.cloud.settle();
    await expect(value(arn)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it.each([
    [{ ReplicaRegions: [{ Region: 'eu-west-1' }] }, 'ReplicaRegions'],
    [{ SecretString: 'x', GenerateSecretString: {} }, 'not both'],
    [{ GenerateSecretString: { SecretStringTemplate: '{}' } }, 'GenerateStringKey'],
    [
      { GenerateSecretString: { SecretStringTemplate: '[', GenerateStringKey: 'x' } },
      'not a JSON object',
    ],
  ])('with %j fails its stack', async (properties, reason) => {
    const StackName = `fails-${reason.replace(/\W/g, '-')}`;
    const stack = await deploy(StackName, { Secret: secretOf(properties) });
    expect(stack?.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await reasons(StackName)).toContain(reason);
  });

  it('has a policy of its own', async () => {
    const policy = (Action: string) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action, Resource: '*' }],
    });
    const resources = (Action: string) => ({
      Secret: secretOf({ Name: 'policed', SecretString: 'x' }),
      Policy: {
        Type: 'AWS::SecretsManager::ResourcePolicy',
        Properties: { SecretId: { Ref: 'Secret' }, ResourcePolicy: policy(Action) },
      },
    });
    const read = async () =>
      (await client.send(new GetResourcePolicyCommand({ SecretId: 'policed' }))).ResourcePolicy;
    await deploy('policy', resources('secretsmanager:GetSecretValue'));
    expect(JSON.parse((await read()) ?? '')).toEqual(policy('secretsmanager:GetSecretValue'));
    await update('policy', resources('secretsmanager:DescribeSecret'));
    expect(JSON.parse((await read()) ?? '')).toEqual(policy('secretsmanager:DescribeSecret'));
    await update('policy', { Secret: secretOf({ Name: 'policed', SecretString: 'x' }) });
    expect(await read()).toBeUndefined();
  });

  it('is rotated by a schedule', async () => {
    const code =
      "exports.handler = async (event) => { if (event.Step === 'finishSecret') throw new Error('never'); };";
    const resources = (days: number) => ({
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'lambda.amazonaws.com' },
                Action: 'sts:AssumeRole',
              },
            ],
          },
        },
      },
      Rotator: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: { 'Fn::GetAtt': 'Role.Arn' },
          Code: { ZipFile: code },
        },
      },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: { Ref: 'Rotator' },
          Action: 'lambda:InvokeFunction',
          Principal: 'secretsmanager.amazonaws.com',
          SourceArn: { Ref: 'Secret' },
        },
      },
      Secret: secretOf({ Name: 'scheduled', SecretString: 'x' }),
      Schedule: {
        Type: 'AWS::SecretsManager::RotationSchedule',
        DependsOn: 'Permission',
        Properties: {
          SecretId: { Ref: 'Secret' },
          RotationLambdaARN: { 'Fn::GetAtt': 'Rotator.Arn' },
          RotationRules: { AutomaticallyAfterDays: days },
          RotateImmediatelyOnUpdate: false,
        },
      },
    });
    const made = await deploy('rotation', resources(30), { Ref: { Value: { Ref: 'Schedule' } } });
    expect(await reasons('rotation')).not.toContain('AccessDenied');
    expect(made?.StackStatus).toBe('CREATE_COMPLETE');
    const told = () => client.send(new DescribeSecretCommand({ SecretId: 'scheduled' }));
    expect(made?.Outputs?.[0]?.OutputValue).toBe((await told()).ARN);
    expect(await told()).toMatchObject({
      RotationEnabled: true,
      RotationRules: { AutomaticallyAfterDays: 30 },
    });
    await update('rotation', resources(60));
    expect((await told()).RotationRules).toEqual({ AutomaticallyAfterDays: 60 });
    const { Schedule: _, ...without } = resources(60);
    await update('rotation', without);
    expect((await told()).RotationEnabled).toBe(false);
  });
});

describe('{{resolve:secretsmanager:…}}', () => {
  const parameter = (Value: unknown) => ({
    Type: 'AWS::SSM::Parameter',
    Properties: { Name: '/resolved', Type: 'String', Value },
  });
  const resolved = async () =>
    (await sessions.client(SSMClient).send(new GetParameterCommand({ Name: '/resolved' })))
      .Parameter?.Value;
  let arn: string;
  let firstVersion: string;

  beforeAll(async () => {
    const made = await client.send(
      new CreateSecretCommand({
        Name: 'referenced',
        SecretString: '{"password":"before","port":5432}',
      }),
    );
    arn = made.ARN ?? '';
    firstVersion = made.VersionId ?? '';
    await client.send(
      new PutSecretValueCommand({
        SecretId: 'referenced',
        SecretString: '{"password":"hush-hush","port":5432}',
      }),
    );
  });

  it.each([
    ['referenced', '{"password":"hush-hush","port":5432}'],
    ['referenced:SecretString:password', 'hush-hush'],
    ['referenced:SecretString:port', '5432'],
    ['referenced:SecretString:password:AWSPREVIOUS', 'before'],
    ['referenced:SecretString:password::VERSION', 'before'],
    ['ARN:SecretString:password::', 'hush-hush'],
    ['ARN', '{"password":"hush-hush","port":5432}'],
  ])('%s', async (reference, expected) => {
    const text = reference.replace('ARN', arn).replace('VERSION', firstVersion);
    const StackName = `resolves-${expected.length}-${text.length}`;
    const stack = await deploy(StackName, {
      P: parameter(`x {{resolve:secretsmanager:${text}}} x`),
    });
    expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
    expect(await resolved()).toBe(`x ${expected} x`);
    await cfn.send(new DeleteStackCommand({ StackName }));
    await sessions.running.cloud.settle();
  });

  it.each([
    [
      'referenced:SecretString:none',
      'Could not find a value associated with JSONKey in SecretString',
    ],
    ['none', "Secrets Manager can't find the specified secret."],
    ['referenced:SecretBinary', 'only SecretString'],
    ['referenced:SecretString:password:AWSCURRENT:x', 'only one of them'],
  ])('%s fails its stack', async (text, reason) => {
    const StackName = `unresolved-${text.replace(/\W/g, '-')}`;
    const stack = await deploy(StackName, { P: parameter(`{{resolve:secretsmanager:${text}}}`) });
    expect(stack?.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await reasons(StackName)).toContain(reason);
  });

  it('may stand for a number', async () => {
    const retention = (reference: string) => ({
      Logs: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: reference } },
    });
    await client.send(
      new CreateSecretCommand({ Name: 'days', SecretString: '{"days":7,"name":"seven-and-more"}' }),
    );
    const stack = await deploy('number', retention('{{resolve:secretsmanager:days::days}}'));
    expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
    const text = await deploy('text', retention('{{resolve:secretsmanager:days::name}}'));
    expect(text?.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await reasons('text')).toContain('#/RetentionInDays: expected type: Integer');
    expect(await reasons('text')).not.toContain('seven-and-more');
  });

  it('is not resolved for custom resources', async () => {
    const stack = await deploy('custom', {
      Custom: {
        Type: 'Custom::Thing',
        Properties: { ServiceToken: '{{resolve:secretsmanager:none}}' },
      },
    });
    expect(stack?.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await reasons('custom')).not.toContain("can't find the specified secret");
  });

  it('is shown nowhere', async () => {
    const StackName = 'quiet';
    const resources = (Description: string) => ({
      Secret: secretOf({ Name: 'quiet', SecretString: '{"password":"shown-nowhere"}' }),
      P: {
        Type: 'AWS::SSM::Parameter',
        Properties: {
          Name: '/quiet',
          Type: 'String',
          Description,
          Value: { 'Fn::Sub': '{{resolve:secretsmanager:${Secret}:SecretString:password}}' },
        },
      },
    });
    const quiet = (answer: unknown) => {
      const text = JSON.stringify(answer);
      expect(text).toContain('quiet');
      expect(text).not.toContain('hush-hush');
    };
    const from = (Description: string) => ({
      ...resources(Description),
      Secret: secretOf({ Name: 'quiet', SecretString: '{{resolve:secretsmanager:referenced}}' }),
    });
    const made = await deploy(StackName, from('first'), { P: { Value: { Ref: 'P' } } });
    expect(made?.StackStatus).toBe('CREATE_COMPLETE');
    const { Parameter } = await sessions
      .client(SSMClient)
      .send(new GetParameterCommand({ Name: '/quiet' }));
    expect(Parameter?.Value).toBe('hush-hush');
    await cfn.send(
      new CreateChangeSetCommand({
        StackName,
        ChangeSetName: 'next',
        TemplateBody: body(from('second')),
      }),
    );
    await sessions.running.cloud.settle();
    const changes = await cfn.send(
      new DescribeChangeSetCommand({
        StackName,
        ChangeSetName: 'next',
        IncludePropertyValues: true,
      }),
    );
    expect(changes.Changes).toHaveLength(1);
    quiet(changes);
    await update(StackName, from('second'));
    await cfn.send(new DetectStackDriftCommand({ StackName }));
    await sessions.running.cloud.settle();
    const drifts = await cfn.send(new DescribeStackResourceDriftsCommand({ StackName }));
    expect(
      drifts.StackResourceDrifts?.map(({ StackResourceDriftStatus: status }) => status),
    ).toEqual(['IN_SYNC', 'IN_SYNC']);
    quiet(drifts);
    quiet(await cfn.send(new DescribeStackEventsCommand({ StackName })));
    quiet(await cfn.send(new DescribeStackResourcesCommand({ StackName })));
    quiet(await cfn.send(new GetTemplateCommand({ StackName })));
    quiet(await stackOf(StackName));
  });

  it('is read as who deploys', async () => {
    const deployer = await sessions.role([
      { Effect: 'Allow', Action: ['cloudformation:*', 'ssm:*'], Resource: '*' },
    ]);
    const stack = await deploy(
      'denied',
      { P: parameter('{{resolve:secretsmanager:referenced:SecretString:password}}') },
      {},
      deployer.client(CloudFormationClient),
    );
    expect(stack?.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await reasons('denied')).toContain(
      `is not authorized to perform: secretsmanager:GetSecretValue on resource: ${arn}`,
    );
  });
});
