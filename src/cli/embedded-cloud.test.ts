import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../cloud/index.ts';
import { startCloud } from '../cloud/index.ts';
import { layOutProject } from './fixtures/embedded-program.ts';
import type { Plan, ProvisionResult } from '../provision/index.ts';
import { deleteStack, openTarget, provision, readStatus } from '../provision/index.ts';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const REGION = 'us-east-1';

let cloud: RunningCloud;
let folder = '';
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.stop();
});
beforeEach(() => {
  folder = layOutProject();
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const write = (text: string) => writeFileSync(join(folder, 'app.ts'), text);

const run = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  new Promise<{ code: number | null; out: string; error: string }>((resolve) => {
    const child = spawn(process.execPath, ['app.ts', ...words], {
      cwd: folder,
      env: { PATH: process.env['PATH'], NO_COLOR: '1', AWS_ENDPOINT_URL: cloud.url, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let error = '';
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      error += String(chunk);
    });
    child.once('close', (code) => resolve({ code, out, error }));
  });

const settings = () => ({ endpoint: cloud.url, region: REGION, credentials: CREDENTIALS });

const GREETER = (greeting: string) => `import { bucket, lambda, main, service } from 'sparta';
const cards = bucket('Cards');
const hello = lambda('Hello', { grants: { cards: cards.write() } }, async () => ${JSON.stringify(greeting)});
await main(service('Greeter', {
  description: 'Greets',
  functions: [hello],
  outputs: { HelloName: hello.functionName },
}));
`;

describe('a program on the embedded cloud', () => {
  it('is created, found unchanged, updated, shown and deleted', async () => {
    write(GREETER('hello'));
    const created = await run(['provision', '--local']);
    expect(created.error).toBe('');
    expect(created.out).toMatch(/Plan: \d+ to add/);
    expect(created.out).toMatch(/✓ Hello +AWS::Lambda::Function {2}created/);
    expect(created.code).toBe(0);
    const name = /HelloName +(\S+)/.exec(created.out)?.[1] ?? '';
    const lambda = new LambdaClient(settings());
    const answer = await lambda.send(new InvokeCommand({ FunctionName: name }));
    expect(Buffer.from(answer.Payload ?? []).toString()).toBe('"hello"');

    const again = await run(['provision', '--local']);
    expect(again.out).toContain('no change');
    expect(again.code).toBe(0);

    write(GREETER('good evening'));
    const changed = await run(['provision', '--local']);
    expect(changed.out).toMatch(/Plan: 1 to change\n {2}~ Hello/);
    expect(changed.code).toBe(0);
    const later = await lambda.send(new InvokeCommand({ FunctionName: name }));
    expect(Buffer.from(later.Payload ?? []).toString()).toBe('"good evening"');

    const status = await run(['status', '--local']);
    expect(status.out).toMatch(/^Greeter {2}UPDATE_COMPLETE/);
    expect(status.out).toContain(name);

    const deleted = await run(['delete', '--local']);
    expect(deleted.out).toContain('✓ Greeter deleted');
    expect(deleted.out).toMatch(/Cards still exists, as \S+/);
    expect(deleted.code).toBe(0);
    expect((await run(['status', '--local'])).out).toContain('is not provisioned');
  });

  it('says where a module that only a function loads does not parse', async () => {
    write(`import { lambda, main, service } from 'sparta';
const broken = lambda('Broken', {}, () => import('./broken.ts'));
await main(service('Greeter', { functions: [broken] }));
`);
    writeFileSync(
      join(folder, 'broken.ts'),
      'export const handler = async () => {\n  return ];\n};\n',
    );
    const { code, error } = await run(['provision', '--local']);
    expect(code).toBe(3);
    expect(error).toContain('broken.ts:2');
    expect(error).not.toMatch(/\n\s+at \w+ \(/);
  });

  it('with a bucket name that is taken is rolled back, and says what to do', async () => {
    await new S3Client({ ...settings(), forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: 'taken-by-another' }),
    );
    write(`import { main, resource, service } from 'sparta';
await main(service('Taker', {
  resources: [
    resource('AWS::SNS::Topic', 'News', {}),
    resource('AWS::S3::Bucket', 'Taken', { BucketName: 'taken-by-another' }),
  ],
}));
`);
    const { code, out, error } = await run(['provision', '--local']);
    expect(out).toContain('Rolling Taker back');
    expect(error).toMatch(
      /^Taken \(AWS::S3::Bucket, app\.ts:5\) failed to create: .*(exists|owned)/,
    );
    expect(error).toContain('Bucket names are shared by all AWS accounts');
    expect(code).toBe(8);
    const stuck = await run(['provision', '--local']);
    expect(stuck.code).toBe(7);
    expect(stuck.error).toContain('provision --recover --local');
    write(`import { main, resource, service } from 'sparta';
await main(service('Taker', { resources: [resource('AWS::SNS::Topic', 'News', {})] }));
`);
    expect((await run(['provision', '--recover', '--local'])).code).toBe(0);
    expect((await run(['delete', '--local'])).code).toBe(0);
  });

  it('is not deployed with keys that the cloud does not know', async () => {
    write(GREETER('hello'));
    const { code, error } = await run(['provision'], {
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'x',
    });
    expect(code).toBe(4);
    expect(error).toContain('does not know the access key');
  });
});

describe('an identity that may not', () => {
  const keysOf = async (userName: string, actions: readonly string[]) => {
    const iam = new IAMClient(settings());
    await iam.send(new CreateUserCommand({ UserName: userName }));
    if (actions.length > 0)
      await iam.send(
        new PutUserPolicyCommand({
          UserName: userName,
          PolicyName: 'p',
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
          }),
        }),
      );
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: userName }));
    return {
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
    };
  };
  const TOPIC = `import { main, topic, service } from 'sparta';
await main(service('Denied', { resources: [topic('News')] }));
`;

  it('deploy is told so before anything is done', async () => {
    write(TOPIC);
    const { code, error } = await run(['provision'], await keysOf('nobody', []));
    expect(code).toBe(4);
    expect(error).toContain('cloudformation:DescribeStacks');
    expect(error).toContain('user/nobody');
  });

  it('make a resource is told which action it lacks, and what was done is undone', async () => {
    write(TOPIC);
    const { code, out, error } = await run(
      ['provision'],
      await keysOf('planner', ['cloudformation:*']),
    );
    expect(out).toContain('Rolling Denied back');
    expect(error).toMatch(
      /^News \(AWS::SNS::Topic, app\.ts:2\) failed to create: .*sns:CreateTopic/,
    );
    expect(error).toContain('Add the action that the message names');
    expect(code).toBe(8);
  });
});

const bucketTemplate = (topics: number) => ({
  Resources: {
    Photos: { Type: 'AWS::S3::Bucket' },
    ...Object.fromEntries(
      Array.from({ length: topics }, (_, n) => [`Topic${n}`, { Type: 'AWS::SNS::Topic' }]),
    ),
  },
});

const deploy = (
  stackName: string,
  template: object,
  confirm?: (plan: Plan) => Promise<boolean>,
): Promise<ProvisionResult> =>
  provision(openTarget(settings()), {
    stackName,
    templateBody: JSON.stringify(template),
    template: template as { Resources: Record<string, unknown> },
    ...(confirm === undefined ? {} : { confirm }),
    onProgress: () => undefined,
    signal: new AbortController().signal,
    command: (verb) => verb,
  });

describe('two deployments of one stack at once', () => {
  /** Lets both plan before either executes. */
  const together = () => {
    let waiting = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    return async () => {
      waiting += 1;
      if (waiting === 2) open();
      await gate;
      return true;
    };
  };

  it.each([
    ['create', false],
    ['update', true],
  ])('that both %s: one wins, the other is told', async (_, existing) => {
    const stackName = existing ? 'RaceUpdate' : 'RaceCreate';
    if (existing) await deploy(stackName, bucketTemplate(0));
    const confirm = together();
    const results = await Promise.allSettled([
      deploy(stackName, bucketTemplate(1), confirm),
      deploy(stackName, bucketTemplate(2), confirm),
    ]);
    const lost = results.filter((result) => result.status === 'rejected');
    expect(lost).toHaveLength(1);
    expect(['STACK_BUSY', 'STACK_OVERTAKEN']).toContain(lost[0]?.reason.code);
    const report = await readStatus(
      openTarget(settings()),
      stackName,
      new AbortController().signal,
    );
    expect(report?.stack.status).toBe(existing ? 'UPDATE_COMPLETE' : 'CREATE_COMPLETE');
  });
});

it('a template over 51,200 bytes reaches CloudFormation through the artifact bucket', async () => {
  const template = { ...bucketTemplate(0), Metadata: { Filler: 'x'.repeat(60_000) } };
  expect((await deploy('Large', template)).outcome).toBe('created');
  expect((await deploy('Large', template)).outcome).toBe('unchanged');
});

it('a bucket that is not empty stops a deletion, and --purge is a way out', async () => {
  await deploy('Full', bucketTemplate(0));
  const target = openTarget(settings());
  const { signal } = new AbortController();
  const report = await readStatus(target, 'Full', signal);
  const bucket = report?.resources.find(({ logicalId }) => logicalId === 'Photos')?.physicalId;
  await new S3Client({ ...settings(), forcePathStyle: true }).send(
    new PutObjectCommand({ Bucket: bucket, Key: 'a b/ü.png', Body: 'x' }),
  );
  const remove = (purge: readonly string[]) =>
    deleteStack(target, {
      stackName: 'Full',
      purge,
      onPlan: () => undefined,
      onProgress: () => undefined,
      signal,
      command: (verb) => `node app.ts ${verb}`,
    });
  await expect(remove([])).rejects.toMatchObject({
    code: 'DELETE_FAILED',
    failure: { logicalId: 'Photos' },
    hint: expect.stringContaining('node app.ts delete --purge Photos') as string,
  });
  expect(await remove(['Photos'])).toMatchObject({ outcome: 'deleted' });
});
