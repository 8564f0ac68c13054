import { spawn } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedProgram } from './fixtures/embedded-program.ts';
import { startEmbeddedProgram } from './fixtures/embedded-program.ts';

const PROGRAM = `import { bucket, lambda, main, resource, service } from 'sparta';
const photos = bucket('Photos');
const stamp = lambda('Stamp', {
  grants: { photos: photos.access('read', 'delete') },
  memorySize: 128,
  environment: { LEVEL: 'info', OLD: 'x' },
}, async () => 'a');
await main(service('Imager', {
  functions: [stamp],
  resources: [
    resource('AWS::Logs::LogGroup', 'Audit', { LogGroupName: '/audit/one' }),
    resource('AWS::SNS::Topic', 'News', { Tags: [{ Key: 'team', Value: 'a' }, { Key: 'cost', Value: '1' }] }),
  ],
}));
`;
const CHANGED = PROGRAM.replace("'read', 'delete'", "'read', 'write'")
  .replace('memorySize: 128', 'memorySize: 512')
  .replace("LEVEL: 'info', OLD: 'x'", "LEVEL: 'debug', STAGE: 'prod'")
  .replace('/audit/one', '/audit/two')
  .replace("Value: 'a'", "Value: 'b'")
  .replace("=> 'a'", "=> (await import('yaml')).stringify({ a: 1 })");

let program: EmbeddedProgram;
let cfn: CloudFormationClient;
const run: EmbeddedProgram['run'] = (words, env) => program.run(words, env);
const write = (text: string) => writeFileSync(join(program.folder, 'app.ts'), text);
const stackStatus = async (name: string): Promise<string | undefined> => {
  try {
    return (await cfn.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0]
      ?.StackStatus;
  } catch {
    return undefined;
  }
};

beforeAll(async () => {
  program = await startEmbeddedProgram(PROGRAM);
  cfn = new CloudFormationClient(program.settings);
  symlinkSync(
    join(import.meta.dirname, '../../node_modules/yaml'),
    join(program.folder, 'node_modules/yaml'),
  );
}, 60_000);
afterAll(() => program.stop());

describe('plan, before anything is there', () => {
  it('shows all that would be made, and leaves no stack, no bucket and no change set', async () => {
    const { code, out, error } = await run(['plan']);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toMatch(/Plan: \d+ to add\n {2}\+ Audit +AWS::Logs::LogGroup\n/);
    expect(out).toContain('Stamp (under StampRole)\n');
    expect(out).toContain('+ may now s3:DeleteObject, s3:GetObject on Photos/*');
    expect(out).toMatch(/Code: [\d.]+ KB, the first/);
    expect(out).toContain('Before it, the bucket for archives is made');
    expect(out).toContain('Nothing was changed. To do it: node app.ts provision');
    expect(await stackStatus('Imager')).toBeUndefined();
    expect(await stackStatus('sparta-artifacts')).toBeUndefined();
  });

  it('leaves nothing at Ctrl-C either', async () => {
    const child = spawn(process.execPath, ['app.ts', 'plan'], {
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
    child.stdout.once('data', () => child.kill('SIGINT'));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(130);
    expect(await stackStatus('Imager')).toBeUndefined();
  });

  it('is the same twice at once', async () => {
    const both = await Promise.all([run(['plan', '--json']), run(['plan', '--json'])]);
    for (const { code, out } of both) {
      expect([0, 6]).toContain(code);
      if (code === 0) expect(JSON.parse(out)).toMatchObject({ operation: 'create' });
    }
    expect(await stackStatus('Imager')).toBeUndefined();
  });
});

describe('plan of a stack that stands', () => {
  beforeAll(async () => {
    write(PROGRAM);
    expect((await run(['provision'])).code).toBe(0);
    const logs = new CloudWatchLogsClient(program.settings);
    const at = { logGroupName: '/audit/one', logStreamName: 'a' };
    await logs.send(new CreateLogStreamCommand(at));
    await logs.send(
      new PutLogEventsCommand({ ...at, logEvents: [{ timestamp: Date.now(), message: 'seen' }] }),
    );
  }, 60_000);

  it('says that there is no change, with 0 whether or not it is asked', async () => {
    const { code, out } = await run(['plan', '--strict']);
    expect(code).toBe(0);
    expect(out).toContain('Plan: no change\n');
    expect(out).toContain('✓ Imager is as the program says');
    const json = await run(['plan', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ kind: 'plan', changed: false, changes: [] });
  });

  it('shows properties, permissions, code and what is lost, and ends with 11 only when asked', async () => {
    write(CHANGED);
    const { code, out } = await run(['plan', '--strict']);
    expect(code).toBe(11);
    expect(out).toContain('Plan: 3 to change, 1 to replace\n');
    expect(out).toContain('      MemorySize: 128 → 512\n');
    expect(out).toContain('      Environment.Variables.OLD: x → nothing\n');
    expect(out).toContain('      Environment.Variables.STAGE: nothing → prod\n');
    expect(out).toContain('± Audit');
    expect(out).toContain(
      'REPLACED: a new one is made, and the old one stays behind, outside of the stack',
    );
    expect(out).toContain('      forced by LogGroupName\n');
    expect(out).toContain('    + may now s3:PutObject on Photos/*\n');
    expect(out).toContain('    - may no longer s3:DeleteObject on Photos/*\n');
    expect(out).toMatch(/\nCode: [\d.]+ KB → [\d.]+ KB \(\+[\d.]+ KB\)\n {2}\+ yaml +\+/);
    expect(out).toMatch(/~ app\.ts /);
    expect(out).toMatch(
      /DATA WOULD BE LOST, so provision stops\n {2}- Audit \(AWS::Logs::LogGroup\) is replaced by its LogGroupName: the new one is empty, and \/audit\/one stays behind, where no stack sees it\n {4}it holds log events, .*\n {2}To go on all the same: --allow-loss Audit\n/,
    );
    expect((await run(['plan'])).code).toBe(0);
    const left = await cfn.send(new ListChangeSetsCommand({ StackName: 'Imager' }));
    expect(left.Summaries?.map(({ ExecutionStatus }) => ExecutionStatus)).toEqual([
      'EXECUTE_COMPLETE',
    ]);
  });

  it('fits 100 columns where nobody watches', async () => {
    const { out } = await run(['plan']);
    for (const line of out.split('\n').filter((text) => /^ {4}/.test(text)))
      expect(line.length).toBeLessThanOrEqual(100);
  });

  it('is one JSON object, and the documentation names every member of it', async () => {
    const { code, out } = await run(['plan', '--json']);
    expect(code).toBe(0);
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(report).toMatchObject({
      kind: 'plan',
      format: 1,
      service: 'Imager',
      changed: true,
      operation: 'update',
      warnings: [],
    });
    const documented = readFileSync(join(import.meta.dirname, '../../docs/plan.md'), 'utf8');
    for (const name of memberNames(report)) expect(documented).toContain(`\`${name}\``);
  });

  it('is a comment for a pull request', async () => {
    const { code, out } = await run(['plan', '--markdown', '--strict']);
    expect(code).toBe(11);
    expect(out).toMatch(/^### Imager: 3 to change, 1 to replace\n/);
    expect(out).toContain(
      '> [!CAUTION]\n> **Data would be lost, so `provision` stops.**\n> Audit (AWS::Logs::LogGroup) is replaced',
    );
    expect(out).toContain(
      '| <code>±</code> | <code>Audit</code> | AWS::Logs::LogGroup | **REPLACED',
    );
    expect(out).toContain(
      '| Stamp (under StampRole) | <code>+</code> | **may now s3:PutObject on Photos/\\*** |',
    );
    expect(out).toContain('<details><summary><code>Stamp</code>:');
    expect(out).toContain('-   128\n+   512\n');
    expect(out).toContain('| <code>yaml</code> | +');
  });

  it('is the first half of provision, and true: afterwards nothing is left to change', async () => {
    expect((await run(['provision'])).code).toBe(10);
    const { code, out } = await run(['provision', '--allow-loss', 'Audit']);
    expect(code).toBe(0);
    expect(out).toContain('Plan: 3 to change, 1 to replace\n');
    expect(out).toContain('+ may now s3:PutObject on Photos/*');
    expect((await run(['plan', '--strict'])).code).toBe(0);
  });

  it('has one form at a time', async () => {
    const { code, error } = await run(['plan', '--json', '--markdown']);
    expect(code).toBe(2);
    expect(error).toContain('two forms of the same answer');
  });
});

/** Names of members at any depth. */
const memberNames = (value: unknown): ReadonlySet<string> => {
  if (Array.isArray(value)) return new Set(value.flatMap((item) => [...memberNames(item)]));
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(Object.entries(value).flatMap(([name, member]) => [name, ...memberNames(member)]));
};
