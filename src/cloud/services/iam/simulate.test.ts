import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  GetContextKeysForCustomPolicyCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

let cloud: RunningCloud;
let iam: IAMClient;
beforeAll(async () => {
  cloud = await startCloud();
  iam = new IAMClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(() => cloud.stop());

const POLICY = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::photos/*" },
    {
      "Effect": "Deny",
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::photos/private/*",
      "Condition": { "StringNotEquals": { "aws:PrincipalTag/team": "blue" } }
    }
  ]
}`;

describe('SimulateCustomPolicy', () => {
  const decide = async (arn: string, team?: string) => {
    const { EvaluationResults: [result] = [] } = await iam.send(
      new SimulateCustomPolicyCommand({
        PolicyInputList: [POLICY],
        ActionNames: ['s3:GetObject'],
        ResourceArns: [arn],
        ...(team === undefined
          ? {}
          : {
              ContextEntries: [
                {
                  ContextKeyName: 'aws:PrincipalTag/team',
                  ContextKeyType: 'string' as const,
                  ContextKeyValues: [team],
                },
              ],
            }),
      }),
    );
    return result;
  };

  it('allows, denies by a statement, and denies for want of one; says where the statement stands', async () => {
    const open = await decide('arn:aws:s3:::photos/a', 'red');
    expect(open).toMatchObject({
      EvalDecision: 'allowed',
      MatchedStatements: [
        {
          SourcePolicyId: 'PolicyInputList.1',
          SourcePolicyType: 'IAM Policy',
          StartPosition: { Line: 4, Column: 5 },
          EndPosition: { Line: 4, Column: 84 },
        },
      ],
    });
    expect((await decide('arn:aws:s3:::photos/private/a', 'red'))?.EvalDecision).toBe(
      'explicitDeny',
    );
    expect((await decide('arn:aws:s3:::photos/private/a', 'blue'))?.EvalDecision).toBe('allowed');
    expect(await decide('arn:aws:s3:::other/a', 'blue')).toMatchObject({
      EvalDecision: 'implicitDeny',
      MatchedStatements: [],
    });
  });

  it('tells which keys it was not given', async () => {
    expect((await decide('arn:aws:s3:::photos/a'))?.MissingContextValues).toEqual([
      'aws:PrincipalTag/team',
    ]);
    const { ContextKeyNames } = await iam.send(
      new GetContextKeysForCustomPolicyCommand({ PolicyInputList: [POLICY] }),
    );
    expect(ContextKeyNames).toEqual(['aws:PrincipalTag/team']);
  });

  it('refuses what is no policy or no action', async () => {
    const simulate = (policy: string, action: string) =>
      iam.send(
        new SimulateCustomPolicyCommand({ PolicyInputList: [policy], ActionNames: [action] }),
      );
    await expect(simulate('{}', 's3:GetObject')).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
    await expect(simulate(POLICY, 'GetObject')).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
  });
});

it('SimulatePrincipalPolicy asks a role’s own policies, within its boundary, page by page', async () => {
  const allow = (Action: string | readonly string[]) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action, Resource: '*' },
    });
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'worker',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'worker',
      PolicyName: 'own',
      PolicyDocument: allow(['sqs:SendMessage', 'sns:Publish']),
    }),
  );
  await iam.send(
    new AttachRolePolicyCommand({
      RoleName: 'worker',
      PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    }),
  );
  const { Policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument: allow(['sqs:*', 's3:*']) }),
  );
  await iam.send(
    new PutRolePermissionsBoundaryCommand({
      RoleName: 'worker',
      PermissionsBoundary: Policy?.Arn,
    }),
  );
  const ActionNames = ['sqs:SendMessage', 'sns:Publish', 's3:ListBucket', 's3:PutObject'];
  const decisions: unknown[] = [];
  let Marker: string | undefined;
  do {
    const page = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: Role?.Arn,
        ActionNames,
        MaxItems: 3,
        ...(Marker === undefined ? {} : { Marker }),
      }),
    );
    for (const result of page.EvaluationResults ?? [])
      decisions.push([
        result.EvalActionName,
        result.EvalDecision,
        result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
        result.MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId),
      ]);
    Marker = page.Marker;
  } while (Marker !== undefined);
  expect(decisions).toEqual([
    ['sqs:SendMessage', 'allowed', true, expect.arrayContaining(['own'])],
    ['sns:Publish', 'implicitDeny', false, []],
    ['s3:ListBucket', 'allowed', true, expect.arrayContaining(['ReadOnlyAccess'])],
    ['s3:PutObject', 'implicitDeny', true, []],
  ]);
  await expect(
    iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: 'arn:aws:iam::000000000000:role/nobody',
        ActionNames,
      }),
    ),
  ).rejects.toMatchObject({ name: 'NoSuchEntityException' });
});
