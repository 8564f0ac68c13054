import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedProgram } from './fixtures/embedded-program.ts';
import { startEmbeddedProgram } from './fixtures/embedded-program.ts';

const PROGRAM = `import { alarm, bucket, httpApi, lambda, main, parameter, secret, service, topic } from 'sparta';
const photos = bucket('Photos', { deletionPolicy: 'Delete' });
const keep = lambda('Keep', { grants: { photos: photos.write() } }, async () => 'kept');
await main(service('Keeper', {
  functions: [keep],
  ...(process.env.LARGE === undefined ? {} : {
    resources: [httpApi('Api'), topic('News'), parameter('Rate', { value: '1' }), secret('Key')],
    alarms: [alarm(keep.errors, { threshold: 1 })],
  }),
  ...(process.env.BOUNDARY === undefined ? {} : { permissionsBoundary: process.env.BOUNDARY }),
}));
`;

interface Printed {
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
    readonly Condition?: object;
  }[];
}

let program: EmbeddedProgram;
const run: EmbeddedProgram['run'] = (words, env) => program.run(words, env);
const statements = (out: string): Printed['Statement'] => {
  const printed = JSON.parse(out) as Printed | readonly Printed[];
  return 'Statement' in printed ? printed.Statement : printed.flatMap(({ Statement }) => Statement);
};

beforeAll(async () => {
  program = await startEmbeddedProgram(PROGRAM);
}, 60_000);
afterAll(() => program.stop());

describe('deploy-role', () => {
  it('prints a policy on the names that the service has, and says that roles are unbounded', async () => {
    const { code, out, error } = await run([
      'deploy-role',
      '--account',
      '123456789012',
      '--region',
      'eu-west-1',
      '--bucket',
      'mine',
    ]);
    expect(code).toBe(0);
    expect(error).toContain('Who may make roles of Keeper may make one that may do anything.');
    const all = statements(out);
    const of = (sid: string) => all.find(({ Sid }) => Sid === sid);
    expect(of('Archive')).toMatchObject({
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: ['arn:aws:s3:::mine/Keeper/*'],
    });
    expect(of('Stack')?.Resource).toEqual([
      'arn:aws:cloudformation:eu-west-1:123456789012:stack/Keeper/*',
    ]);
    expect(of('S3Bucket')?.Resource).toEqual(['arn:aws:s3:::keeper-*']);
    expect(of('IAMRole')?.Resource).toEqual(['arn:aws:iam::123456789012:role/Keeper-*']);
    expect(of('LogsLogGroup')?.Resource).toEqual([
      'arn:aws:logs:eu-west-1:123456789012:log-group:Keeper-*',
    ]);
    expect(all.find(({ Action }) => Action.includes('iam:PassRole'))?.Condition).toEqual({
      StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' },
    });
    // Named a bucket that is there, nothing makes one.
    expect(out).not.toContain('sparta-artifacts');
    // No property of the program needs these.
    for (const action of [
      's3:PutBucketCORS',
      'ec2:DescribeVpcs',
      'kms:CreateGrant',
      's3:DeleteObject',
    ])
      expect(out).not.toContain(action);
  }, 60_000);

  it('parts what does not fit into one managed policy, and says so', async () => {
    const { out, error } = await run(['deploy-role'], { LARGE: '1' });
    const printed = JSON.parse(out) as readonly object[];
    expect(printed.length).toBeGreaterThan(1);
    for (const policy of printed) expect(JSON.stringify(policy).length).toBeLessThanOrEqual(6_144);
    expect(error).toContain(`these are ${printed.length}, each to be made one.`);
    expect(new Set(statements(out).map(({ Sid }) => Sid)).size).toBe(statements(out).length);
  }, 60_000);

  it('keeps to the boundary of the service: no role without it, and it is never taken off', async () => {
    const boundary = 'arn:aws:iam::123456789012:policy/boundary';
    const { out, error } = await run(['deploy-role'], { BOUNDARY: boundary });
    expect(error).not.toContain('may do anything');
    const bounded = statements(out).filter(({ Condition }) =>
      JSON.stringify(Condition ?? {}).includes('iam:PermissionsBoundary'),
    );
    expect(bounded.flatMap(({ Action }) => Action).sort()).toEqual([
      'iam:CreateRole',
      'iam:DeleteRolePolicy',
      'iam:PutRolePermissionsBoundary',
      'iam:PutRolePolicy',
    ]);
    expect(bounded[0]?.Condition).toEqual({
      StringLike: { 'iam:PermissionsBoundary': [boundary] },
    });
    expect(out).not.toContain('iam:DeleteRolePermissionsBoundary');
  }, 60_000);

  it('prints a template whose role deploys and deletes the service, and cannot change itself', async () => {
    const { out } = await run(['deploy-role', '--template', '--trust', '000000000000']);
    const cfn = new CloudFormationClient(program.settings);
    await cfn.send(
      new CreateStackCommand({
        StackName: 'keeper-deployer',
        TemplateBody: out,
        Capabilities: ['CAPABILITY_NAMED_IAM'],
      }),
    );
    await waitUntilStackCreateComplete(
      { client: cfn, maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.2 } as never,
      { StackName: 'keeper-deployer' },
    );
    const provisioned = await run(['provision', '--as', 'deploy-Keeper']);
    expect({ code: provisioned.code, error: provisioned.error }).toEqual({ code: 0, error: '' });
    const can = await run([
      'can',
      'deploy-Keeper',
      'iam:PutRolePolicy',
      'arn:aws:iam::000000000000:role/deploy-Keeper',
    ]);
    expect(can.out).toMatch(/^denied/);
    const deleted = await run(['delete', '--as', 'deploy-Keeper']);
    expect({ code: deleted.code, error: deleted.error }).toEqual({ code: 0, error: '' });
  }, 60_000);

  it('trusts one branch or one environment of one repository, with the provider of the account or its own', async () => {
    const template = async (...words: readonly string[]) =>
      (await run(['deploy-role', '--template', ...words])).out;
    expect(await template('--github', 'octo-org/octo-repo')).toContain(
      '"token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:ref:refs/heads/main"',
    );
    const out = await template(
      '--github',
      'octo-org@12/octo-repo@34',
      '--environment',
      'production',
    );
    expect(out).toContain(
      '"token.actions.githubusercontent.com:sub": "repo:octo-org@12/octo-repo@34:environment:production"',
    );
    const cfn = new CloudFormationClient(program.settings);
    await cfn.send(
      new CreateStackCommand({
        StackName: 'keeper-github',
        TemplateBody: out.replaceAll('deploy-Keeper', 'github-Keeper'),
        Capabilities: ['CAPABILITY_NAMED_IAM'],
      }),
    );
    await waitUntilStackCreateComplete(
      { client: cfn, maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.2 } as never,
      { StackName: 'keeper-github' },
    );
    const { Role } = await new IAMClient(program.settings).send(
      new GetRoleCommand({ RoleName: 'github-Keeper' }),
    );
    const [statement] = (
      JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')) as {
        Statement: readonly object[];
      }
    ).Statement;
    expect(statement).toEqual({
      Effect: 'Allow',
      Principal: {
        Federated: 'arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com',
      },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub':
            'repo:octo-org@12/octo-repo@34:environment:production',
        },
      },
    });
  }, 60_000);

  it.each([
    [['--template'], 'A role wants somebody who takes it on.'],
    [['--github', 'o/r'], '--github is about a role, and a policy has none.'],
    [
      ['--template', '--github', 'o/r', '--trust', '000000000000'],
      'a role of one purpose trusts one',
    ],
    [['--template', '--github', 'o'], '--github is "o", which is no repository.'],
    [['--template', '--github', 'o/r', '--branch', '*'], 'has a space or a wildcard'],
    [
      ['--template', '--github', 'o/r', '--branch', 'b', '--environment', 'e'],
      'names the environment or the branch, never both',
    ],
    [['--template', '--trust', 'bob'], '--trust is "bob", which is neither an account nor'],
    [['--template', '--trust', '000000000000', '--branch', 'b'], 'are of --github'],
  ])(
    'refuses %j in a sentence',
    async (words, sentence) => {
      const { code, out, error } = await run(['deploy-role', ...words]);
      expect([code, out]).toEqual([2, '']);
      expect(error).toContain(sentence);
      expect(error).not.toContain('    at ');
    },
    60_000,
  );
});
