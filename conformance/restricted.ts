import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './checks.ts';
import { expect } from './checks.ts';
import { FIXTURES, run, SCRATCH, VENV } from './processes.ts';

const POLICY = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::restricted' },
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: 'arn:aws:s3:::restricted/mine/*',
    },
    { Effect: 'Deny', Action: 's3:PutObject', Resource: 'arn:aws:s3:::restricted/mine/locked/*' },
    {
      Effect: 'Allow',
      Action: 'logs:DescribeLogGroups',
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } },
    },
  ],
};

/** A user whose policy allows little: clients that we did not write, allowed and denied as it says. */
export const restrictedChecks = (endpoint: string): readonly Check[] => {
  const folder = join(SCRATCH, 'restricted');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'file.txt');
  writeFileSync(file, 'text');
  const keys: Record<string, string> = { AWS_ENDPOINT_URL: endpoint };
  const aws = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    run(join(VENV, 'aws'), ['--output', 'json', ...args], env);
  const root = (...args: readonly string[]) => aws({ AWS_ENDPOINT_URL: endpoint }, ...args);
  const user = (...args: readonly string[]) => aws(keys, ...args);
  const denied = async (action: string, ...args: readonly string[]) => {
    const reason = await user(...args).then(
      () => 'it was allowed',
      (error: unknown) => String(error),
    );
    expect(
      reason.includes('AccessDenied') && reason.includes(`not authorized to perform: ${action}`),
      reason,
    );
  };
  return [
    {
      name: 'a user with a policy and keys of its own',
      run: async () => {
        await root('s3', 'mb', 's3://restricted');
        await root('iam', 'create-user', '--user-name', 'restricted');
        await root(
          'iam',
          'put-user-policy',
          '--user-name',
          'restricted',
          '--policy-name',
          'little',
          '--policy-document',
          JSON.stringify(POLICY),
        );
        const { AccessKey } = JSON.parse(
          await root('iam', 'create-access-key', '--user-name', 'restricted'),
        ) as { readonly AccessKey: Readonly<Record<'AccessKeyId' | 'SecretAccessKey', string>> };
        keys['AWS_ACCESS_KEY_ID'] = AccessKey.AccessKeyId;
        keys['AWS_SECRET_ACCESS_KEY'] = AccessKey.SecretAccessKey;
        const who = await user('sts', 'get-caller-identity');
        expect(who.includes('user/restricted'), who);
      },
    },
    {
      name: 'AWS CLI: what is allowed works',
      run: async () => {
        await user('s3', 'cp', file, 's3://restricted/mine/a.txt');
        expect((await user('s3', 'ls', 's3://restricted/mine/')).includes('a.txt'), 'not listed');
        await user('logs', 'describe-log-groups');
      },
    },
    {
      name: 'AWS CLI: what is not allowed is denied, by the name of the action',
      run: async () => {
        await denied('s3:PutObject', 's3', 'cp', file, 's3://restricted/other.txt');
        await denied('s3:DeleteObject', 's3', 'rm', 's3://restricted/mine/a.txt');
        await denied('iam:ListUsers', 'iam', 'list-users');
        await denied('lambda:ListFunctions', 'lambda', 'list-functions');
      },
    },
    {
      name: 'AWS CLI: a denial overrides what is allowed, and a condition counts',
      run: async () => {
        await denied('s3:PutObject', 's3', 'cp', file, 's3://restricted/mine/locked/a.txt');
        await denied(
          'logs:DescribeLogGroups',
          '--region',
          'eu-west-1',
          'logs',
          'describe-log-groups',
        );
      },
    },
    {
      name: 'boto3: the same',
      run: async () => {
        const told = await run(join(VENV, 'python'), [join(FIXTURES, 'restricted.py')], keys);
        expect(told.trim() === 'as its policy says', told);
      },
    },
  ];
};
