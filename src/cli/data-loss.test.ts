import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedProgram } from './fixtures/embedded-program.ts';
import { startEmbeddedProgram } from './fixtures/embedded-program.ts';

const programOf = (declarations: string, made: string) =>
  `import { bucket, lambda, main, parameter, resource, secret, service } from 'sparta';
${declarations}
await main(service('Keeper', ${made}));
`;
const PHOTOS = programOf(
  `const photos = bucket('Photos');
const hello = lambda('Hello', { grants: { photos: photos.list() } }, async (_event: unknown, { log }) => { log.info('hello'); return 'hello'; });`,
  `{ functions: [hello] }`,
);
const PICTURES = PHOTOS.replace("'Photos'", "'Pictures'").replace("'Hello'", "'Greet'");

let program: EmbeddedProgram;
let s3: S3Client;
beforeEach(async () => {
  program = await startEmbeddedProgram(PHOTOS);
  s3 = new S3Client({ ...program.settings, forcePathStyle: true });
}, 60_000);
afterEach(() => program.stop());

const write = (text: string) => writeFileSync(join(program.folder, 'app.ts'), text);

/** Runs a command that must succeed. */
const done = async (...words: readonly string[]) => {
  const ended = await program.run(words);
  expect({ words, code: ended.code, error: ended.error }).toEqual({ words, code: 0, error: '' });
  return ended.out;
};

const physicalIds = async (): Promise<Readonly<Record<string, string>>> => {
  const { StackResourceSummaries = [] } = await new CloudFormationClient(program.settings).send(
    new ListStackResourcesCommand({ StackName: 'Keeper' }),
  );
  return Object.fromEntries(
    StackResourceSummaries.map((one) => [
      one.LogicalResourceId ?? '',
      one.PhysicalResourceId ?? '',
    ]),
  );
};

const put = (Bucket: string | undefined, Key: string) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x'.repeat(1024) }));
const text = async (Bucket: string | undefined, Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

describe('a declaration that is renamed', () => {
  it('stops, is told with what it holds, and keeps it by --rename', async () => {
    await done('provision');
    const before = await physicalIds();
    await put(before['Photos'], 'a.png');
    await put(before['Photos'], 'b.png');
    await new LambdaClient(program.settings).send(
      new InvokeCommand({ FunctionName: before['Hello'] }),
    );

    write(PICTURES);
    const stopped = await program.run(['provision']);
    expect(stopped.code).toBe(10);
    expect(stopped.error).toContain(
      `Keeper would lose data, so nothing was changed:\n  HelloLogs (AWS::Logs::LogGroup) leaves the service: ${before['HelloLogs']} is deleted with all that is in it\n    it holds log events, since `,
    );
    expect(stopped.error).toContain(
      `  Photos (AWS::S3::Bucket) leaves the service: ${before['Photos']} stays behind, where no stack sees it\n    it holds 2 objects, 2.0 KB, since `,
    );
    expect(stopped.error).toContain('node app.ts provision --rename Hello=Greet\n');
    expect(stopped.error).toContain('node app.ts provision --rename Photos=Pictures\n');
    expect(stopped.error).toContain("bucket('Pictures', { logicalId: 'Photos' })");
    expect(stopped.error).toContain("lambda('Greet', { logicalId: 'Hello' })");
    expect(stopped.error).not.toContain('--rename PhotosPolicy');
    expect(await physicalIds()).toEqual(before);

    const out = await done('provision', '--rename', 'Photos=Pictures', '--rename', 'Hello=Greet');
    expect(out).toContain('Renaming: the resources stay as they are');
    expect(out).toContain('→ HelloLogs is GreetLogs');
    const after = await physicalIds();
    expect(after).toMatchObject({
      Pictures: before['Photos'],
      PicturesPolicy: before['PhotosPolicy'],
      Greet: before['Hello'],
      GreetLogs: before['HelloLogs'],
      GreetRole: before['HelloRole'],
    });
    expect(Object.keys(after)).toHaveLength(Object.keys(before).length);
    expect(await text(after['Pictures'], 'b.png')).toHaveLength(1024);
    const { Payload } = await new LambdaClient(program.settings).send(
      new InvokeCommand({ FunctionName: after['Greet'] }),
    );
    expect(Buffer.from(Payload ?? []).toString()).toBe('"hello"');

    // The same command again, and without the option: it is done.
    const again = await done('provision', '--rename', 'Photos=Pictures', '--rename', 'Hello=Greet');
    expect(again).toContain('no change');
    expect(await done('provision')).toContain('no change');
  }, 120_000);

  it('keeps it by a pinned logical id, and only the code changes', async () => {
    await done('provision');
    const before = await physicalIds();
    await put(before['Photos'], 'a.png');
    write(
      PHOTOS.replace("bucket('Photos')", "bucket('Pictures', { logicalId: 'Photos' })").replace(
        "lambda('Hello', {",
        "lambda('Greet', { logicalId: 'Hello',",
      ),
    );
    expect(await done('provision')).toContain(
      'Plan: 1 to change\n  ~ Hello  AWS::Lambda::Function  new code\n',
    );
    expect(await physicalIds()).toEqual(before);
    expect(await text(before['Photos'], 'a.png')).toHaveLength(1024);
  }, 60_000);

  it('is not renamed when the bucket has a name that follows the declaration', async () => {
    const started = (name: string) =>
      programOf(
        `const photos = bucket('${name}');
const hello = lambda('Hello', { on: photos.objectCreated() }, async () => {});`,
        '{ functions: [hello] }',
      );
    write(started('Photos'));
    await done('provision');
    const before = await physicalIds();
    write(started('Pictures'));
    const refused = await program.run(['provision', '--rename', 'Photos=Pictures']);
    expect(refused.code).toBe(2);
    expect(refused.error).toContain(
      'Pictures would be replaced all the same, since its BucketName is another one in the program.',
    );
    expect(refused.error).toContain("bucket('Pictures', { logicalId: 'Photos' })");
    expect(await physicalIds()).toEqual(before);
  }, 60_000);
});

describe('what leaves the program', () => {
  const FULL = programOf(
    `const photos = bucket('Photos');
const token = secret('Token');
const limit = parameter('Limit', { value: '7', parameterName: '/keeper/limit' });
const fixed = parameter('Fixed', { value: '8', parameterName: '/keeper/fixed' });
const empty = bucket('Empty');`,
    '{ resources: [photos, token, limit, fixed, empty] }',
  );
  const BARE = programOf(
    "const topic = resource('AWS::SNS::Topic', 'Topic');",
    '{ resources: [topic] }',
  );

  it('goes only by name, and what stays behind is told with how to delete it', async () => {
    write(FULL);
    await done('provision');
    const before = await physicalIds();
    await put(before['Photos'], 'a.png');
    await new SSMClient(program.settings).send(
      new PutParameterCommand({ Name: '/keeper/limit', Value: '9', Overwrite: true }),
    );
    write(BARE);

    const stopped = await program.run(['provision', '--json']);
    expect(stopped.code).toBe(10);
    const events = stopped.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly kind: string; readonly losses?: object[] });
    expect(events.find(({ kind }) => kind === 'data-loss')?.losses).toMatchObject([
      { logicalId: 'Empty', contents: { kind: 'empty' }, allowedBy: 'empty', old: 'left-behind' },
      { logicalId: 'Fixed', contents: { kind: 'empty' }, allowedBy: 'empty', old: 'deleted' },
      { logicalId: 'Limit', contents: { kind: 'holds' }, allowedBy: 'nothing', old: 'deleted' },
      {
        logicalId: 'Photos',
        contents: { kind: 'holds', items: { count: 1 }, bytes: 1024 },
        allowedBy: 'nothing',
      },
      { logicalId: 'Token', contents: { kind: 'holds' }, allowedBy: 'nothing' },
    ]);

    const some = ['--allow-loss', 'Photos', '--allow-loss', 'Token'];
    const less = await program.run(['provision', ...some]);
    expect(less.code).toBe(10);
    expect(less.error).toContain(
      'To go on all the same: node app.ts provision --allow-loss Limit\n',
    );
    expect(less.error).not.toContain('Photos (');
    const unknown = await program.run(['provision', '--allow-loss', 'Nope']);
    expect(unknown.code).toBe(2);
    expect(unknown.error).toContain('Data would be lost with Empty, Fixed, Limit, Photos, Token.');
    expect(await physicalIds()).toEqual(before);

    const out = await done('provision', ...some, '--allow-loss=Limit');
    expect(out).toContain(
      'it is empty now; what comes until it is done is left behind  (it goes on)',
    );
    expect(out).toContain('(allowed by --allow-loss)');
    expect(out).toContain(
      `to delete what is left behind, later: aws s3 rb --force s3://${before['Photos']}`,
    );
    expect(await text(before['Photos'], 'a.png')).toHaveLength(1024);
  }, 60_000);

  it('goes without a word of permission when the program said that it is replaceable', async () => {
    write(FULL.replace("bucket('Photos')", "bucket('Photos', { replaceable: true })"));
    await done('provision');
    const { Photos } = await physicalIds();
    await put(Photos, 'a.png');
    write(FULL.replace('[photos, ', '['));
    const ended = await program.run(['provision']);
    expect(ended.code).toBe(0);
    expect(ended.out).toContain('(replaceable, says the program)');
    expect(ended.out).toContain('is deleted if it is empty by then, else it stays behind');
    expect(await text(Photos, 'a.png')).toHaveLength(1024);
  }, 60_000);
});

it('what is kept by default is no litter of a creation that failed', async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'taken' }));
  write(
    programOf(
      `const photos = bucket('Photos');
const taken = resource('AWS::S3::Bucket', 'Taken', { BucketName: 'taken' }, { dependsOn: [photos] });`,
      '{ resources: [photos, taken] }',
    ),
  );
  expect((await program.run(['provision'])).code).toBe(8);
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  expect(Buckets.map(({ Name }) => Name)).toEqual(['taken']);
}, 60_000);

describe('delete', () => {
  const KEPT = programOf(
    `const photos = bucket('Photos', { versioned: true });
const token = secret('Token');
const log = resource('AWS::Logs::LogGroup', 'Log');
const scratch = bucket('Scratch', { replaceable: true });`,
    '{ resources: [photos, token, log, scratch] }',
  );
  const exists = (Bucket: string | undefined) =>
    s3.send(new HeadBucketCommand({ Bucket })).then(
      () => true,
      () => false,
    );

  it('keeps what holds data, says so before and after, and --purge takes it, now or later', async () => {
    write(KEPT);
    await done('provision');
    const before = await physicalIds();
    await put(before['Photos'], 'a.png');
    await put(before['Photos'], 'a.png');
    await put(before['Scratch'], 'b.png');
    await s3.send(
      new CreateMultipartUploadCommand({ Bucket: before['Photos'], Key: 'never-ended' }),
    );

    const out = await done('delete', '--purge', 'Log', '--purge', 'Scratch');
    expect(out).toMatch(/- Scratch +AWS::S3::Bucket +is purged: .* holds 1 object, 1\.0 KB/);
    expect(out).toMatch(/- Log +AWS::Logs::LogGroup +is purged: .* is empty/);
    expect(out).toMatch(/= Photos +AWS::S3::Bucket +stays, as /);
    expect(out).toContain(`Photos still exists, as ${before['Photos']}`);
    expect(out).toContain(
      'to delete it with all that is in it: node app.ts delete --purge Photos\n',
    );
    expect(await exists(before['Photos'])).toBe(true);
    expect(await exists(before['Scratch'])).toBe(false);

    // The stack is gone, and what it left is found again: so is a purge that was killed.
    expect(await done('delete')).toMatch(
      /Keeper is not provisioned on .*: nothing to delete\.\n {2}Photos still exists[^]*Token still exists/,
    );
    const wrong = await program.run(['delete', '--purge', 'Fotos']);
    expect(wrong.code).toBe(2);
    expect(wrong.error).toContain('There is Photos, Token.');
    const purged = await done('delete', '--purge', 'Photos', '--purge', 'Token');
    expect(purged).toContain('Plan: purge 2 resources that no stack manages');
    expect(purged).toMatch(/- Photos +AWS::S3::Bucket +is purged: .* holds 2 objects, 2\.0 KB/);
    expect(purged).toContain('Deleted 3 objects and versions of Photos');
    expect(await exists(before['Photos'])).toBe(false);
    const secret = await new SecretsManagerClient(program.settings).send(
      new DescribeSecretCommand({ SecretId: before['Token'] }),
    );
    expect(secret.DeletedDate).toBeDefined();
    expect(await done('delete')).not.toContain('still exists');
  }, 60_000);
});
