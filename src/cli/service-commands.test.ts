import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScriptedAws } from '../provision/fixtures/scripted-aws.ts';
import { Fault, scriptAws } from '../provision/fixtures/scripted-aws.ts';
import type { ScriptedStack, Step } from '../provision/fixtures/scripted-stack.ts';
import { scriptStack } from '../provision/fixtures/scripted-stack.ts';

// A program of a user's lies outside of the package; frames inside of it are not the user's.
const PROGRAM = `import { bucket, main, service } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)};
await main(service('Imager', { description: 'Keeps photos', resources: [bucket('Photos')] }));
`;
const STACK = 'AWS::CloudFormation::Stack';
const BUCKET = 'AWS::S3::Bucket';
const ADD_PHOTOS = [
  {
    Type: 'Resource',
    ResourceChange: { Action: 'Add', LogicalResourceId: 'Photos', ResourceType: BUCKET },
  },
];
const CREATED: readonly Step[] = [
  ['Imager', STACK, 'CREATE_IN_PROGRESS'],
  ['Photos', BUCKET, 'CREATE_IN_PROGRESS'],
  ['Photos', BUCKET, 'CREATE_COMPLETE'],
  ['Imager', STACK, 'CREATE_COMPLETE'],
];
const FAILED: readonly Step[] = [
  ['Imager', STACK, 'CREATE_IN_PROGRESS'],
  ['Photos', BUCKET, 'CREATE_IN_PROGRESS'],
  ['Photos', BUCKET, 'CREATE_FAILED', 'imager already exists'],
  [
    'Imager',
    STACK,
    'ROLLBACK_IN_PROGRESS',
    'The following resource(s) failed to create: [Photos].',
  ],
  ['Photos', BUCKET, 'DELETE_COMPLETE'],
  ['Imager', STACK, 'ROLLBACK_COMPLETE'],
];

let aws: ScriptedAws | undefined;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sparta-cli-'));
  writeFileSync(join(folder, 'app.ts'), PROGRAM);
});
afterEach(async () => {
  await aws?.close();
  aws = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const CLEAN_ENV = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  NO_COLOR: '1',
};
const KEYS = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'eu-west-1',
};

const start = (words: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(process.execPath, ['app.ts', ...words], {
    cwd: folder,
    env: { ...CLEAN_ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seen = { out: '', error: '' };
  child.stdout.on('data', (chunk) => {
    seen.out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    seen.error += String(chunk);
  });
  const ended = new Promise<{ code: number | null; out: string; error: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, ...seen })),
  );
  return { child, ended };
};

const run = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  start(words, env).ended;

const script = async (
  initial: Partial<ScriptedStack>,
  override: Parameters<typeof scriptAws>[0] = {},
) => {
  const scripted = scriptStack('Imager', initial);
  aws = await scriptAws({ ...scripted.script, ...override });
  return { ...scripted, aws, env: { ...KEYS, AWS_ENDPOINT_URL: aws.url } };
};

describe('provision', () => {
  it('shows the plan, then each resource, then the outputs', async () => {
    const { env } = await script({
      changes: ADD_PHOTOS,
      steps: CREATED,
      outputs: { PhotosName: 'imager-photos' },
    });
    const { code, out, error } = await run(['provision'], env);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toMatch(
      /^Imager → http:.*\nPlan: 1 to add\n {2}\+ Photos {2}AWS::S3::Bucket\nPermissions\n {2}Photos \(AWS::S3::Bucket\)\n.*\n {2}in eu-west-1 of account 111122223333\n {2}✓ Photos {2}AWS::S3::Bucket {2}created {2}0\.10 s\n✓ Imager created in .*\nOutputs\n {2}PhotosName {2}imager-photos\n$/,
    );
  });

  it('says that nothing changes, and succeeds', async () => {
    const { env } = await script({ status: 'CREATE_COMPLETE', changes: "didn't contain changes" });
    const { code, out } = await run(['provision'], env);
    expect(code).toBe(0);
    expect(out).toContain('✓ Imager is as the program says: no change');
  });

  it('ends with 8 after a rollback: the cause, what is left, how to go on, and no stack trace', async () => {
    const { env } = await script({ changes: ADD_PHOTOS, steps: FAILED });
    const { code, out, error } = await run(['provision'], env);
    expect(code).toBe(8);
    expect(out).toContain('✗ Photos  AWS::S3::Bucket  create failed');
    expect(out).toContain('Rolling Imager back');
    expect(error).toContain(
      'Photos (AWS::S3::Bucket, app.ts:2) failed to create: imager already exists',
    );
    expect(error).toContain('nothing of it is left but its record (ROLLBACK_COMPLETE)');
    expect(error).toMatch(/node app\.ts provision --recover/);
    expect(error).not.toMatch(/\n\s+at /);
  });

  it('prints one JSON object per line for a script, errors too', async () => {
    const { env } = await script({ changes: ADD_PHOTOS, steps: FAILED });
    const { code, out } = await run(['provision', '--json'], env);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(code).toBe(8);
    expect(lines.map((line) => line.kind)).toEqual([
      'planned',
      'executing',
      'resource',
      'resource',
      'rolling-back',
      'resource',
      'error',
    ]);
    expect(lines.at(-1)).toMatchObject({ code: 'DEPLOYMENT_FAILED', exitCode: 8 });
  });

  it('stops in good order at Ctrl-C and ends with 130', async () => {
    const { env, aws: cloud } = await script({ changes: ADD_PHOTOS, steps: CREATED.slice(0, 2) });
    const { child, ended } = start(['provision', '--json'], env);
    child.stdout.on('data', (chunk) => {
      if (String(chunk).includes('"executing"')) child.kill('SIGINT');
    });
    const { code, error } = await ended;
    expect(code).toBe(130);
    expect(error).toContain('CloudFormation goes on to create Imager');
    expect(cloud.actions).not.toContain('DeleteStack');
  });

  it('touches nothing with --noop, not even the network, and says how to deploy what it wrote', async () => {
    const { code, out } = await run(['provision', '--noop'], {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    });
    expect(code).toBe(0);
    expect(out).toContain('Template  .sparta/Imager/template.json');
    expect(out).toContain('aws cloudformation deploy --stack-name Imager');
    const template = JSON.parse(
      readFileSync(join(folder, '.sparta/Imager/template.json'), 'utf8'),
    ) as { Resources: Record<string, { Type: string }> };
    expect(template.Resources['Photos']?.Type).toBe(BUCKET);
  });
});

describe('status and delete', () => {
  it('show a stack, and take it away', async () => {
    const { env } = await script({
      status: 'CREATE_COMPLETE',
      outputs: { PhotosName: 'imager-photos' },
      resources: [
        {
          LogicalResourceId: 'Photos',
          PhysicalResourceId: 'imager-photos',
          ResourceType: BUCKET,
          ResourceStatus: 'CREATE_COMPLETE',
          LastUpdatedTimestamp: new Date(),
        },
      ],
      template: '{"Resources":{"Photos":{"DeletionPolicy":"Retain"}}}',
      steps: [
        ['Imager', STACK, 'DELETE_IN_PROGRESS'],
        ['Photos', BUCKET, 'DELETE_SKIPPED'],
        ['Imager', STACK, 'DELETE_COMPLETE'],
      ],
    });
    const status = await run(['status'], env);
    expect(status.code).toBe(0);
    expect(status.out).toMatch(/^Imager {2}CREATE_COMPLETE {2}eu-west-1, account 111122223333\n/);
    expect(status.out).toContain('Photos  AWS::S3::Bucket  CREATE_COMPLETE  imager-photos');
    const deleted = await run(['delete'], env);
    expect(deleted.code).toBe(0);
    expect(deleted.out).toContain('= Photos  AWS::S3::Bucket  stays, as imager-photos');
    expect(deleted.out).toContain('Photos still exists, as imager-photos');
    const again = await run(['delete'], env);
    expect(again.code).toBe(0);
    expect(again.out).toContain('is not provisioned');
  });

  it('say that nothing is provisioned, and how to do it', async () => {
    const { env } = await script({});
    const { code, out } = await run(['status'], env);
    expect(code).toBe(0);
    expect(out).toMatch(/Imager is not provisioned on http:.*\nTo do so: node app\.ts provision/);
  });
});

describe('what goes wrong has its exit code and a sentence', () => {
  const cases: readonly (readonly [
    string,
    readonly string[],
    Readonly<Record<string, string>>,
    number,
    RegExp,
  ])[] = [
    ['no command', [], {}, 2, /Usage: node .*Exit codes:/s],
    [
      'an unknown command',
      ['provison'],
      {},
      2,
      /unknown command 'provison'\s*\(Did you mean provision\?\)/,
    ],
    ['an unknown option', ['provision', '--buckt', 'x'], {}, 2, /unknown option '--buckt'/],
    ['a parameter without a value', ['provision', '--parameter', 'Stage'], {}, 2, /NAME=VALUE/],
    ['a question that nobody can answer', ['provision', '--confirm'], {}, 2, /nobody can answer/],
    [
      'no credentials',
      ['provision'],
      { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
      4,
      /No AWS credentials/,
    ],
    [
      'a profile that is not there',
      ['status', '--profile', 'x'],
      { AWS_REGION: 'eu-west-1' },
      4,
      /Profile "x" gives no credentials/,
    ],
    [
      'no region',
      ['status'],
      { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
      5,
      /No region is set/,
    ],
    [
      'an endpoint where nobody listens',
      ['status'],
      { ...KEYS, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
      5,
      /cannot be reached/,
    ],
    [
      'an endpoint that is no URL',
      ['status'],
      { ...KEYS, AWS_ENDPOINT_URL: 'here' },
      5,
      /AWS_ENDPOINT_URL is "here"/,
    ],
    [
      '--local against an endpoint elsewhere',
      ['status', '--local'],
      { AWS_ENDPOINT_URL: 'http://10.0.0.1' },
      2,
      /--local says this machine/,
    ],
    [
      'a bucket that is no name',
      ['provision', '--bucket', 's3://x'],
      { ...KEYS, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
      2,
      /cannot be a bucket's name/,
    ],
  ];
  it.each(cases)('%s', async (_, words, env, expected, text) => {
    const { code, error } = await run(words, env);
    expect(error).toMatch(text);
    expect(code).toBe(expected);
    expect(error).not.toMatch(/\n\s+at /);
  });

  it('an operation that runs already', async () => {
    const { env } = await script({ status: 'UPDATE_IN_PROGRESS' });
    const { code, error } = await run(['provision'], env);
    expect(code).toBe(6);
    expect(error).toContain('Another operation runs on stack Imager (UPDATE_IN_PROGRESS)');
  });

  it('an answer that is not understood, with details only for who asks for them', async () => {
    const { env } = await script(
      {},
      { DescribeStacks: () => new Fault('Odd', 'what is this', 418) },
    );
    const plain = await run(['status'], env);
    expect(plain.code).toBe(1);
    expect(plain.error).toContain('SPARTA_DEBUG=1');
    expect(plain.error).not.toMatch(/\n\s+at /);
    expect((await run(['status'], { ...env, SPARTA_DEBUG: '1' })).error).toMatch(/\n\s+at /);
  });
});

it('prints help for every command, with exit code 0', async () => {
  const all = await run(['--help']);
  expect(all.code).toBe(0);
  for (const command of ['provision', 'status', 'delete', 'build', 'version']) {
    expect(all.out).toContain(command);
    const one = await run([command, '--help']);
    expect(one.code).toBe(0);
    expect(one.out).toContain(`Usage:`);
  }
  expect(existsSync(join(folder, '.sparta'))).toBe(false);
});
