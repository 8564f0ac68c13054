import { describe, expect, it } from 'vitest';
import { openCloudFormation } from '../provision/aws/cloudformation-api.ts';
import type { DeploySubject } from './index.ts';
import { deployPolicy, filled, roleTemplate } from './index.ts';
import { STACK_CALLS, WITHHELD_CALLS } from './own-calls.ts';

const policyOf = (
  resources: DeploySubject['template']['Resources'],
  more: Partial<DeploySubject> = {},
) =>
  deployPolicy({
    stackName: 'Shop',
    template: { Resources: resources },
    artifacts: { bucket: 'mine' },
    ...more,
  });
const statements = (...of: Parameters<typeof policyOf>) =>
  policyOf(...of).policies.flatMap(({ Statement }) => Statement);
const resourcesFor = (action: string, ...of: Parameters<typeof policyOf>) =>
  statements(...of)
    .filter(({ Action }) => Action.includes(action))
    .flatMap(({ Resource }) => Resource);

describe('deployPolicy', () => {
  it('allows every operation that the deployer has of CloudFormation, and no other on the stack', () => {
    const api = openCloudFormation({
      region: 'us-east-1',
      requestHandler: { connectionTimeout: 1, socketTimeout: 1 },
    });
    const made = new Set(['region', 'machine', 'createStack']); // no calls; the artifact bucket's stack alone
    const operations = Object.keys(api)
      .filter((name) => !made.has(name))
      .map((name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`)
      .sort();
    expect([...STACK_CALLS, ...WITHHELD_CALLS].sort()).toEqual(operations);
  });

  it('takes stated names as they are, and what is known of generated ones', () => {
    expect(
      resourcesFor('sqs:CreateQueue', {
        Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
        More: { Type: 'AWS::SQS::Queue' },
      }),
    ).toEqual([
      'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:jobs',
      'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:Shop-*',
    ]);
    const long = 'a'.repeat(60);
    // CloudFormation cuts a long stack name where names are short.
    expect(
      resourcesFor('iam:CreateRole', { R: { Type: 'AWS::IAM::Role' } }, { stackName: long }),
    ).toEqual([`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${'a'.repeat(24)}*`]);
  });

  it('keeps a type that it does not know by name to the account, the region and its kind', () => {
    expect(
      resourcesFor('athena:CreateWorkGroup', {
        W: { Type: 'AWS::Athena::WorkGroup', Properties: { Name: 'w' } },
      }),
    ).toEqual(['arn:${AWS::Partition}:athena:${AWS::Region}:${AWS::AccountId}:workgroup/*']);
  });

  it('takes what belongs to a property only when it is stated', () => {
    const fn = (properties: object) => ({
      F: {
        Type: 'AWS::Lambda::Function',
        Properties: { Role: 'arn:aws:iam::1:role/x', ...properties },
      },
    });
    expect(resourcesFor('ec2:DescribeVpcs', fn({}))).toEqual([]);
    expect(resourcesFor('ec2:DescribeVpcs', fn({ VpcConfig: {} }))).toEqual(['*']);
    expect(resourcesFor('iam:PassRole', fn({}))).toEqual(['arn:aws:iam::1:role/x']);
  });

  it('gives a table no right on its items, on keys, on buckets or on other streams', () => {
    const table = (properties: Readonly<Record<string, unknown>>) => ({
      T: { Type: 'AWS::DynamoDB::Table', Properties: properties },
    });
    const services = (properties: Readonly<Record<string, unknown>>) => [
      ...new Set(
        statements(table(properties))
          .filter(({ Sid }) => Sid.startsWith('DynamoDB'))
          .flatMap(({ Action }) => Action.map((action) => action.split(':')[0])),
      ),
    ];
    expect(services({})).toEqual(['dynamodb']);
    expect(services({ SSESpecification: {} })).toEqual(['dynamodb', 'kms']);
    for (const action of ['dynamodb:Scan', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'])
      expect(resourcesFor(action, table({}))).toEqual([]);
  });

  it('passes a role to the service that it is for alone, and a rule none that it does not state', () => {
    const passed = (...of: Parameters<typeof policyOf>) =>
      statements(...of)
        .filter(({ Action }) => Action.includes('iam:PassRole'))
        .map(({ Condition }) => Condition);
    const Role = { Type: 'AWS::IAM::Role' };
    const rule = (target: object) => ({
      Role,
      R: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Id: 'a' }, target] } },
    });
    expect(passed(rule({}))).toEqual([]);
    expect(passed(rule({ RoleArn: 'r' }))).toEqual([
      { StringEquals: { 'iam:PassedToService': 'events.amazonaws.com' } },
    ]);
    expect(passed({ Role, S: { Type: 'AWS::Scheduler::Schedule' } })).toEqual([
      { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    ]);
  });

  it('touches mappings of its own functions alone, and policies of its own queues', () => {
    const conditionOf = (FunctionName: unknown) =>
      statements({
        F: { Type: 'AWS::Lambda::Function' },
        M: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { FunctionName } },
      }).find(({ Action }) => Action.includes('lambda:DeleteEventSourceMapping'))?.Condition;
    expect(conditionOf({ Ref: 'F' })).toEqual({
      ArnLike: {
        'lambda:FunctionArn': [
          'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:Shop-*',
        ],
      },
    });
    // The name of a function elsewhere says nothing of where it is.
    expect(conditionOf('other')).toBeUndefined();
    expect(
      resourcesFor('sqs:SetQueueAttributes', {
        Q: { Type: 'AWS::SQS::Queue' },
        P: { Type: 'AWS::SQS::QueuePolicy' },
      }),
    ).toEqual(['arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:Shop-*']);
  });

  it('lets a custom resource call its function, and names types of which AWS tells nothing', () => {
    const resources = {
      F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'made' } },
      Mine: { Type: 'Custom::Mine' },
      Odd: { Type: 'AWS::Nobody::Knows' },
    };
    expect(resourcesFor('lambda:InvokeFunction', resources)).toEqual([
      'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:made',
    ]);
    expect(policyOf(resources).unpublished).toEqual(['AWS::Nobody::Knows']);
  });

  it('asks for more when functions are changed in place', () => {
    const resources = { F: { Type: 'AWS::Lambda::Function' } };
    expect(resourcesFor('lambda:GetFunctionConfiguration', resources)).toEqual([]);
    expect(resourcesFor('lambda:GetFunctionConfiguration', resources, { inPlace: true })).toEqual([
      'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:Shop-*',
    ]);
  });

  it('fits managed policies also with a thousand stated names', () => {
    const resources = Object.fromEntries(
      Array.from({ length: 1_000 }, (_one, index) => [
        `Q${index}`,
        { Type: 'AWS::SQS::Queue', Properties: { QueueName: `a-queue-of-its-own-name-${index}` } },
      ]),
    );
    const { policies } = policyOf(resources);
    expect(policies.length).toBeGreaterThan(10);
    for (const policy of filled(policies, {
      'AWS::AccountId': '123456789012',
      'AWS::Partition': 'aws-us-gov',
      'AWS::Region': 'us-gov-west-1',
    }))
      expect(JSON.stringify(policy).length).toBeLessThanOrEqual(6_144);
    // A role takes ten, or twenty when asked for; a template that would lose some is not written.
    expect(() =>
      roleTemplate('Shop', policies, { kind: 'principal', principal: '123456789012' }),
    ).toThrow(/managed policies/);
  });
});
