import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedProgram } from './fixtures/embedded-program.ts';
import { startEmbeddedProgram } from './fixtures/embedded-program.ts';

interface Shape {
  readonly answer?: string;
  readonly memorySize?: number;
  readonly settings?: string;
  readonly more?: string;
  readonly functions?: string;
}

const text = ({
  answer = 'one',
  memorySize = 128,
  settings = '',
  more = '',
  functions = 'hello, bye',
}: Shape) =>
  `import { bucket, getAtt, lambda, main, resource, service, topic } from 'sparta';
const photos = bucket('Photos', { deletionPolicy: 'Delete' });
const news = topic('News');
${more}
const hello = lambda('Hello', { functionName: 'hello', grants: { photos: photos.read() }, memorySize: ${memorySize}, ${settings} }, async () => '${answer}');
const bye = lambda('Bye', { functionName: 'bye', environment: { TOPIC: news.arn } }, async () => 'bye');
await main(service('Greeter', { functions: [${functions}] }));
`;

let program: EmbeddedProgram;
let lambda: LambdaClient;
let cfn: CloudFormationClient;

const write = (shape: Shape = {}) => writeFileSync(join(program.folder, 'app.ts'), text(shape));
const run = (...words: readonly string[]) => program.run(words);
const well = async (...words: readonly string[]) => {
  const { code, out, error } = await run(...words);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  return out;
};
const answer = async (name = 'hello') => {
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: name }));
  return Payload?.transformToString();
};
const configuration = (name = 'hello') =>
  lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
const stackUpdated = async () => {
  const { Stacks } = await cfn.send(new DescribeStacksCommand({ StackName: 'Greeter' }));
  return (Stacks?.[0]?.LastUpdatedTime ?? Stacks?.[0]?.CreationTime)?.getTime();
};

beforeAll(async () => {
  program = await startEmbeddedProgram(text({}));
  lambda = new LambdaClient(program.settings);
  cfn = new CloudFormationClient(program.settings);
}, 60_000);
afterAll(() => program.stop());

it('is refused before anything is provisioned, and says what comes first', async () => {
  const { code, error } = await run('provision', '--inplace');
  expect(code).toBe(2);
  expect(error).toContain(
    'Greeter is not provisioned yet, so there is nothing to change in place.',
  );
  expect(error).toContain('Provision it first: node app.ts provision');
});

describe('what is not code or settings of a function', () => {
  beforeAll(async () => {
    write();
    await well('provision');
  }, 60_000);

  it.each<readonly [string, Shape, RegExp]>([
    [
      'an added function, its role and its log',
      { more: "const also = lambda('Also', {}, async () => 1);", functions: 'hello, bye, also' },
      / {2}Also \(AWS::Lambda::Function\) is new\n {2}AlsoLogs \(AWS::Logs::LogGroup\) is new\n {2}AlsoRole \(AWS::IAM::Role\) is new\n/,
    ],
    ['a removed function', { functions: 'hello' }, / {2}Bye \(AWS::Lambda::Function\) goes\n/],
    [
      'a property that reaches further',
      { settings: 'reservedConcurrency: 2' },
      / {2}ReservedConcurrentExecutions of Hello \(AWS::Lambda::Function\) differs\n/,
    ],
    [
      'a permission',
      {
        settings: '',
        more: "const other = bucket('Other');",
        functions: "hello, bye, lambda('Third', { grants: { o: other.read() } }, async () => 1)",
      },
      / {2}Other \(AWS::S3::Bucket\) is new\n/,
    ],
    [
      'a value that only CloudFormation knows',
      { settings: "environment: { NEWS: getAtt(news, 'TopicName') }" },
      /Environment\.Variables\.NEWS of Hello is known to CloudFormation alone/,
    ],
  ])(
    'is refused by name for %s',
    async (_what, shape, reason) => {
      write({ answer: 'two', ...shape });
      const { code, error } = await run('provision', '--inplace');
      expect(error).toMatch(reason);
      expect(error).toContain('For the rest: node app.ts provision');
      expect(code).toBe(2);
      expect(await answer()).toBe('"one"');
    },
    60_000,
  );
});

describe('provision --inplace', () => {
  beforeEach(async () => {
    write();
    await well('provision');
  }, 60_000);

  it('says that there is nothing to change', async () => {
    expect(await well('provision', '--inplace')).toContain('no change');
  });

  it('brings code and settings to Lambda alone, slowest first, and the stack stays as it is', async () => {
    const before = await stackUpdated();
    write({
      answer: 'two',
      memorySize: 256,
      settings: "description: 'greets', environment: { MOOD: 'glad' }",
    });
    const out = await well('provision', '--inplace');
    expect(out).toMatch(/✓ Greeter changed in place in .*, slowest first\n/);
    expect(out).toMatch(/Hello +[\d.]+ m?s {2}Code, Description, Environment, MemorySize\n/);
    expect(out).toContain(
      "The stack's template is behind now: node app.ts provision brings it up.",
    );
    expect(await answer()).toBe('"two"');
    const live = await configuration();
    expect(live).toMatchObject({ MemorySize: 256, Description: 'greets' });
    expect(live.Environment?.Variables).toMatchObject({
      MOOD: 'glad',
      SPARTA_FUNCTION: 'Hello',
      SPARTA_Photos: expect.stringContaining('greeter-photos-'),
    });
    // What only CloudFormation can tell, an attribute of the topic, is left as it runs.
    expect((await configuration('bye')).Environment?.Variables?.['TOPIC']).toMatch(/^arn:aws:sns:/);
    expect(await stackUpdated()).toBe(before);

    const status = await well('status');
    expect(status).toMatch(
      /changed in place \d+ seconds? ago, so the stack's template is behind\n/,
    );
    expect(status).toContain('    Hello: Code, Description, Environment, MemorySize\n');
    expect(status).toContain('To bring stack and functions together: node app.ts provision');

    // The full deployment of the same program: the template catches up, and nothing is left to say.
    expect(await well('provision')).toMatch(
      /What was changed in place is in the template now: .*Hello/,
    );
    expect(await well('status')).not.toContain('in place');
    expect(await well('provision')).toContain('no change');
  }, 60_000);

  it('a full deployment of the old program puts back what CloudFormation believes is unchanged', async () => {
    write({ answer: 'two', memorySize: 512, settings: "description: 'greets'" });
    await well('provision', '--inplace');
    expect(await answer()).toBe('"two"');
    write();
    expect(await well('provision')).toMatch(
      /↺ Had been changed in place, and runs what the template says again: .*Hello/,
    );
    expect(await answer()).toBe('"one"');
    expect(await configuration()).toMatchObject({ MemorySize: 128, Description: '' });
    expect(await well('provision')).toContain('no change');
  }, 60_000);

  it('goes back in place too, and then has nothing recorded', async () => {
    write({ answer: 'two' });
    await well('provision', '--inplace');
    write();
    await well('provision', '--inplace');
    expect(await answer()).toBe('"one"');
    expect(await well('status')).not.toContain('in place');
  }, 60_000);

  it('a published version is refused: its callers would see nothing of it', async () => {
    const more = '';
    const published =
      "hello, bye], resources: [resource('AWS::Lambda::Version', 'HelloOne', { FunctionName: hello.arn })";
    write({ more, functions: published });
    await well('provision');
    write({ more, answer: 'two', functions: published });
    const { code, error } = await run('provision', '--inplace');
    expect(error).toContain(
      'Hello is published by HelloOne (AWS::Lambda::Version): only its $LATEST would change',
    );
    expect(code).toBe(2);
  }, 60_000);

  it('two at once: Lambda ends with one of them, and whoever lost a function is told', async () => {
    write({ answer: 'two', memorySize: 192 });
    const ends = await Promise.all([run('provision', '--inplace'), run('provision', '--inplace')]);
    for (const { code, error } of ends)
      if (code !== 0) {
        expect(code).toBe(6);
        expect(error).toMatch(/something else changed (hello|bye) at the same time/);
        expect(error).toContain('"node app.ts provision --inplace" goes on where this stopped');
      }
    await well('provision', '--inplace');
    expect(await answer()).toBe('"two"');
  }, 60_000);

  it('a function that fails stops no other; what is open is named, recorded, and finished by the next run', async () => {
    write({
      answer: 'two',
      settings: "layers: ['arn:aws:lambda:us-east-1:000000000000:layer:none:1']",
    });
    const { code, error } = await run('provision', '--inplace');
    expect(error).toMatch(/^Hello: .*layer/i);
    expect(error).toContain('Changed: Bye; not changed, or not known to be: Hello.');
    expect(code).toBe(8);
    const status = await well('status');
    expect(status).toContain('(that run did not come to its end)');
    expect(status).toContain('To finish that run: node app.ts provision --inplace');
    write({ answer: 'two' });
    await well('provision', '--inplace');
    expect(await answer()).toBe('"two"');
    expect(await well('status')).not.toContain('did not come to its end');
  }, 60_000);

  it('asks with --confirm, and is not for --express or --recover', async () => {
    write({ answer: 'two' });
    const { code, error } = await run('provision', '--inplace', '--express');
    expect([code, error]).toEqual([
      2,
      expect.stringContaining('--inplace goes past CloudFormation'),
    ]);
    expect((await run('provision', '--inplace', '--recover')).code).toBe(2);
    expect((await run('provision', '--inplace', '--confirm')).error).toContain('--confirm');
    expect(await answer()).toBe('"one"');
  }, 60_000);

  it('is interrupted in good order: nothing, or what is half done, is said', async () => {
    write({ answer: 'two' });
    const child = spawn(process.execPath, ['app.ts', 'provision', '--inplace'], {
      cwd: program.folder,
      env: {
        PATH: process.env['PATH'],
        HOME: program.folder,
        NO_COLOR: '1',
        AWS_ENDPOINT_URL: program.cloud.url,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: 'us-east-1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let error = '';
    child.stderr.on('data', (piece) => (error += String(piece)));
    // The plan is shown before the first function is touched.
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(130);
    expect(error).toMatch(/Interrupted\. Nothing of Greeter was changed\.|Greeter is half changed/);
    await well('provision', '--inplace');
    expect(await answer()).toBe('"two"');
  }, 60_000);

  it('a change made by hand is put right when its property is in the record', async () => {
    write({ memorySize: 256 });
    await well('provision', '--inplace');
    await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'hello', MemorySize: 300 }),
    );
    await well('provision', '--inplace');
    expect((await configuration()).MemorySize).toBe(256);
  }, 60_000);
});

it('--express asks CloudFormation for its express mode, with rollback', async () => {
  write({ memorySize: 1024 });
  const child = spawn(process.execPath, ['app.ts', 'provision', '--express', '--json'], {
    cwd: program.folder,
    env: {
      PATH: process.env['PATH'],
      HOME: program.folder,
      AWS_ENDPOINT_URL: program.cloud.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  const { Summaries } = await cfn.send(new ListChangeSetsCommand({ StackName: 'Greeter' }));
  const [last] = (Summaries ?? []).toSorted(
    (a, b) => (b.CreationTime?.getTime() ?? 0) - (a.CreationTime?.getTime() ?? 0),
  );
  const { DeploymentConfig } = await cfn.send(
    new DescribeChangeSetCommand({ ChangeSetName: last?.ChangeSetId }),
  );
  expect(DeploymentConfig).toEqual({ Mode: 'EXPRESS', DisableRollback: false });
}, 60_000);
