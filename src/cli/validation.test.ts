import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// What a user sees whose program states what AWS would refuse, before anything leaves the machine.
const ROOT = join(import.meta.dirname, '..', '..');

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sparta-validation-'));
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(ROOT, join(dir, 'node_modules', 'sparta'));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const run = (program: string, words: readonly string[]) => {
  writeFileSync(join(dir, 'app.ts'), program);
  rmSync(join(dir, '.sparta'), { recursive: true, force: true });
  return new Promise<{
    readonly code: number | null;
    readonly out: string;
    readonly error: readonly string[];
  }>((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'bin', 'sparta.mjs'), ...words], {
      cwd: dir,
      env: {
        PATH: process.env['PATH'],
        HOME: dir,
        SPARTA_FROM_SOURCE: '1',
        NO_COLOR: '1',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    });
    let [out, error] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (error += piece.toString()));
    child.once('close', (code) => resolve({ code, out, error: error.trimEnd().split('\n') }));
  });
};

/** Types hold for those who look at them; a program in JavaScript, or one that casts, comes to this. */
const WRONG = `import { adjust, bucket, main, resource, service } from 'sparta';
const any = resource as (type: string, name: string, properties?: object, options?: object) => any;
const jobs = any('AWS::SQS::Queue', 'Jobs', {
  VisibilityTimeOut: 60,
});
const news = any('AWS::SNS::Topic', 'News', { TopicName: { 'Fn::GetAtt': ['Jobs', 'Arm'] } });
const photos = bucket('Photos');
await main(service('Wrong', {
  resources: [jobs, news, photos],
  adjustments: [
    adjust(photos, 'AWS::S3::Bucket', { AccelerateConfiguration: { AccelerationStatus: 'On' as 'Enabled' } }),
  ],
  outputs: { Where: { Ref: 'Photo' } as never },
}));
`;

const TOLD = [
  'The service Wrong has 4 mistakes:',
  '  app.ts:3: VisibilityTimeOut of Jobs is no property of AWS::SQS::Queue; did you mean VisibilityTimeout?',
  "  app.ts:11: AccelerateConfiguration.AccelerationStatus of Photos is 'On'; AWS::S3::Bucket takes Enabled, Suspended.",
  '  app.ts:6: TopicName of News asks for Arm of Jobs, which AWS::SQS::Queue does not have; did you mean Arn?',
  '  app.ts:8: Where refers to Photo (Ref), which is nothing in this service; did you mean Photos?',
];

describe('a program that states what AWS would refuse', () => {
  it.each([[['build']], [['provision', '--noop']], [['provision', '--region', 'eu-west-1']]])(
    '%j stops with all of it at once, each with its line, and leaves nothing behind',
    async (words) => {
      const { code, out, error } = await run(WRONG, words);
      expect(error).toEqual(TOLD);
      expect([code, out]).toEqual([3, '']);
      expect(existsSync(join(dir, '.sparta'))).toBe(false);
    },
  );

  it('one mistake is a sentence by itself', async () => {
    const { code, error } = await run(
      `import { main, resource, service } from 'sparta';
await main(service('Wrong', { resources: [resource('AWS::Logs::LogGroup', 'News', { LogGroupName: 'a b' })] }));
`,
      ['build'],
    );
    expect(error).toEqual([
      expect.stringMatching(
        /^app\.ts:2: LogGroupName of News is 'a b'; AWS::Logs::LogGroup takes what matches /,
      ),
    ]);
    expect(code).toBe(3);
  });

  it('what is hardly meant is a warning, and stops nothing', async () => {
    const program = `import { main, resource, service } from 'sparta';
await main(service('Odd', { resources: [resource('AWS::SQS::QueuePolicy', 'Who', {
  Queues: ['https://sqs.eu-west-1.amazonaws.com/123456789012/jobs'],
  PolicyDocument: { Version: '2012-10-17', Statement: [{
    Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*', Condition: { StringEquals: { 'aws:SourceAcount': '123456789012' } },
  }] },
})] }));
`;
    const { code, error } = await run(program, ['build']);
    expect(error).toEqual([
      'warning  app.ts:2: PolicyDocument.Statement[0].Condition of Who asks for aws:SourceAcount, which AWS lists nowhere; did you mean aws:SourceAccount?',
    ]);
    expect(code).toBe(0);
    const { out } = await run(program, ['build', '--json']);
    expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({ kind: 'warning', at: 'app.ts:2' });
  });
});

describe('a property that AWS has, and its schema does not', () => {
  const build = (declared: string) =>
    run(
      `import { adjust, anyResource, bucket, main, resource, service } from 'sparta';
const photos = bucket('Photos');
await main(service('New', { ${declared} }));
`,
      ['build'],
    );

  it.each([
    [
      'resource',
      "resources: [resource('AWS::SQS::Queue', 'Jobs', { NewThing: 1 } as object, { unchecked: ['NewThing'] })]",
    ],
    [
      'adjust',
      "resources: [photos], adjustments: [adjust(photos, 'AWS::S3::Bucket', { NewThing: 1 } as object, { unchecked: ['NewThing'] })]",
    ],
    ['anyResource', "resources: [anyResource('AWS::SQS::NewThing', 'Jobs', { Any: 1 })]"],
    [
      'a whole resource',
      "resources: [resource('AWS::SQS::Queue', 'Jobs', { NewThing: 1 } as object, { unchecked: true })]",
    ],
  ])('goes out with %s', async (_how, declared) => {
    const { code, error } = await build(declared);
    expect([code, error]).toEqual([0, ['']]);
  });

  it('is told without', async () => {
    const { code, error } = await build(
      "resources: [resource('AWS::SQS::Queue', 'Jobs', { NewThing: 1 } as object)]",
    );
    expect(error[0]).toMatch(
      /^app\.ts:3: NewThing of Jobs is no property of AWS::SQS::Queue; it has /,
    );
    expect(code).toBe(3);
  });
});
