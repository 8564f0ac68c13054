import { GetUserPolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';

let bench: StackBench;
let iam: IAMClient;
beforeAll(async () => {
  bench = await startStackBench();
  iam = new IAMClient(bench.settings);
});
afterAll(() => bench.stop());

const allow = (Action: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});
const TRUST = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};

it('users with keys and policies do what these say, change, drift and go', async () => {
  const resources = (action: string, more: object = {}) => ({
    User: {
      Type: 'AWS::IAM::User',
      Properties: {
        UserName: 'robot',
        Path: '/robots/',
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
        Tags: [{ Key: 'team', Value: 'blue' }],
        ...more,
      },
    },
    Policy: {
      Type: 'AWS::IAM::UserPolicy',
      Properties: {
        PolicyName: 'own',
        UserName: { Ref: 'User' },
        PolicyDocument: allow(action),
      },
    },
    Key: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: { Ref: 'User' } } },
  });
  const outputs = {
    Arn: { 'Fn::GetAtt': 'User.Arn' },
    Key: { Ref: 'Key' },
    Secret: { 'Fn::GetAtt': 'Key.SecretAccessKey' },
  };
  const made = await bench.deploy('users', resources('s3:GetObject'), outputs);
  expect([made.status, made.failures, made.outputs['Arn']]).toEqual([
    'CREATE_COMPLETE',
    [],
    'arn:aws:iam::000000000000:user/robots/robot',
  ]);
  const own = new S3Client({
    ...bench.settings,
    forcePathStyle: true,
    credentials: {
      accessKeyId: made.outputs['Key'] ?? '',
      secretAccessKey: made.outputs['Secret'] ?? '',
    },
  });
  expect((await own.send(new ListBucketsCommand({}))).Buckets).toEqual([]);
  expect(await bench.drift('users')).toEqual([
    'Key: NOT_CHECKED',
    'Policy: IN_SYNC',
    'User: IN_SYNC',
  ]);
  const changed = await bench.deploy(
    'users',
    resources('s3:PutObject', { ManagedPolicyArns: [] }),
    outputs,
  );
  expect(changed.status).toBe('UPDATE_COMPLETE');
  const { PolicyDocument = '' } = await iam.send(
    new GetUserPolicyCommand({ UserName: 'robot', PolicyName: 'own' }),
  );
  expect(decodeURIComponent(PolicyDocument)).toContain('s3:PutObject');
  await expect(own.send(new ListBucketsCommand({}))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
  expect(await bench.remove('users')).toBe('DELETE_COMPLETE');
});

it('a role’s policy as a resource of its own drifts by itself', async () => {
  const resources = {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: { RoleName: 'worker', AssumeRolePolicyDocument: TRUST },
    },
    Policy: {
      Type: 'AWS::IAM::RolePolicy',
      Properties: {
        PolicyName: 'work',
        RoleName: { Ref: 'Role' },
        PolicyDocument: allow('sqs:SendMessage'),
      },
    },
  };
  const made = await bench.deploy('roles', resources, { Policy: { Ref: 'Policy' } });
  expect([made.status, made.outputs['Policy']]).toEqual(['CREATE_COMPLETE', 'work|worker']);
  expect(await bench.drift('roles')).toEqual(['Policy: IN_SYNC', 'Role: IN_SYNC']);
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'worker',
      PolicyName: 'work',
      PolicyDocument: JSON.stringify(allow('sqs:*')),
    }),
  );
  expect(await bench.drift('roles')).toEqual([
    'Policy: MODIFIED /PolicyDocument/Statement/0/Action',
    'Role: IN_SYNC',
  ]);
  expect(await bench.remove('roles')).toBe('DELETE_COMPLETE');
});

it('what a user cannot have here fails by its name', async () => {
  const failed = await bench.deploy('login', {
    User: { Type: 'AWS::IAM::User', Properties: { LoginProfile: { Password: 'x' } } },
  });
  expect(failed.status).toBe('ROLLBACK_COMPLETE');
  expect(failed.failures.join()).toContain('LoginProfile is not supported by the embedded cloud');
});
