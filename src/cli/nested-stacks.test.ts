import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EmbeddedProgram, Ended } from './fixtures/embedded-program.ts';
import { startEmbeddedProgram } from './fixtures/embedded-program.ts';

// A service that grows over the size of a template, and shrinks again: FUNCTIONS says how many functions it has.
const PROGRAM = `import { alarm, bucket, httpApi, lambda, main, service } from 'sparta';
const count = Number(process.env.FUNCTIONS ?? 200);
const api = httpApi('Api');
const files = bucket('Files');
const functions = Array.from({ length: count }, (_, n) =>
  lambda('Fn' + n, {
    ...(n % 25 === 0 ? { on: api.get('/' + n) } : {}),
    grants: { files: files.write() },
    memorySize: n === Number(process.env.LARGER) ? 256 : 128,
    ...(String(n) === process.env.TWIN || n + 1 === Number(process.env.TWIN) ? { functionName: 'twin' } : {}),
  }, async (_event, { files }) => {
    await files.put('number', String(n));
    return { number: n };
  }));
await main(service('Large', { functions, alarms: [alarm(functions[0].errors, { threshold: 1 })] }));
`;

let program: EmbeddedProgram;
let stacks: CloudFormation;
/** The service of 160 functions, once it is there. */
let split: ReadonlyMap<string, Listed>;
beforeAll(async () => {
  program = await startEmbeddedProgram(PROGRAM);
  stacks = new CloudFormation(program.settings);
});
afterAll(() => program.stop());

const run = (
  functions: number,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
) => program.run(words, { FUNCTIONS: String(functions), ...env });

interface Event {
  readonly kind: string;
  readonly plan?: { readonly changes: readonly Readonly<Record<string, unknown>>[] };
  readonly report?: { readonly resources: readonly Listed[] };
  readonly stack?: {
    readonly outputs: readonly { readonly key: string; readonly value: string }[];
  };
}
interface Listed {
  readonly logicalId: string;
  readonly nestedIn?: string;
  readonly physicalId?: string;
}

const events = ({ out }: Ended): readonly Event[] =>
  out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Event);
const planOf = (ended: Ended) =>
  events(ended).find(({ kind }) => kind === 'planned')?.plan?.changes ?? [];
const resourcesOf = async (functions: number): Promise<ReadonlyMap<string, Listed>> => {
  const [event] = events(await run(functions, ['status', '--json']));
  return new Map((event?.report?.resources ?? []).map((one) => [one.logicalId, one]));
};

/** What was there before has kept its stack and its physical resource. */
const expectNothingMoved = (
  before: ReadonlyMap<string, Listed>,
  after: ReadonlyMap<string, Listed>,
) => {
  const moved = [...before].filter(([id, { physicalId, nestedIn }]) => {
    const now = after.get(id);
    return now !== undefined && (now.physicalId !== physicalId || now.nestedIn !== nestedIn);
  });
  expect(moved).toEqual([]);
};

it('is one stack, and is split where it grows over a template: nothing moves, and what is nested answers', async () => {
  const first = await run(130, ['provision', '--json']);
  expect(first).toMatchObject({ code: 0 });
  const flat = await resourcesOf(130);
  expect(flat.has('Part1')).toBe(false);

  const grown = await run(160, ['provision', '--json']);
  expect(grown).toMatchObject({ code: 0 });
  expect(planOf(grown).map(({ action }) => action)).not.toContain('modify');
  expect(planOf(grown).map(({ logicalId }) => logicalId)).toEqual(
    expect.arrayContaining(['Part1', 'Fn159', 'Fn159Role', 'Fn159Logs']),
  );
  split = await resourcesOf(160);
  expectNothingMoved(flat, split);
  expect(split.get('Fn159')?.nestedIn).toBe('Part1');
  expect(split.get('Fn129')?.nestedIn).toBeUndefined();

  const url = events(grown)
    .find(({ kind }) => kind === 'result')
    ?.stack?.outputs.find(({ key }) => key === 'ApiUrl')?.value;
  const answer = await fetch(`${url}/150`);
  expect(await answer.json()).toEqual({ number: 150 });

  const same = await run(160, ['provision']);
  expect(same.out).toContain('no change');
});

it('plans a change by the name of what changes, and tells the first cause of a failure, wherever it is nested', async () => {
  const changed = await run(160, ['provision', '--json'], { LARGER: '155' });
  expect(planOf(changed)).toMatchObject([
    {
      action: 'modify',
      logicalId: 'Fn155',
      resourceType: 'AWS::Lambda::Function',
      properties: [{ path: '/Properties/MemorySize', before: '128', after: '256' }],
    },
  ]);

  const may = await run(160, [
    'can',
    'Fn155',
    's3:PutObject',
    `arn:aws:s3:::${split.get('Files')?.physicalId}/a`,
  ]);
  expect(may.out).toContain('allowed');
  expect(may.out).toContain('Fn155');

  const failed = await run(164, ['provision'], { LARGER: '155', TWIN: '163' });
  expect(failed.code).not.toBe(0);
  expect(failed.error).toMatch(
    /Fn16[23] \(AWS::Lambda::Function, app.ts:6\) failed to create: .*twin/,
  );
  expect(failed.error).not.toContain('Embedded stack');
  const status = await run(164, ['status']);
  expect(status.out).toMatch(/Fn16[23] \(AWS::Lambda::Function\) failed: /);
});

it('shrinks without moving anything, and goes', async () => {
  // Fn150 was called above: its log goes with it, and has to be let go.
  const shrunk = await run(140, ['provision', '--json', '--allow-loss', 'Fn150Logs'], {
    LARGER: '155',
  });
  expect(shrunk).toMatchObject({ code: 0, error: '' });
  const smaller = await resourcesOf(140);
  expect(smaller.has('Fn155')).toBe(false);
  expect(smaller.get('Fn139')?.nestedIn).toBe('Part1');
  expectNothingMoved(split, smaller);

  const deleted = await run(140, ['delete']);
  expect(deleted).toMatchObject({ code: 0 });
  expect(deleted.out).toMatch(/- Fn139 +AWS::Lambda::Function/);
  expect(deleted.out).toMatch(/✓ Fn139 +AWS::Lambda::Function +deleted/);
  const { Stacks: left = [] } = await stacks.describeStacks();
  expect(left.map(({ StackName }) => StackName)).toEqual(['sparta-artifacts']);
});

it('builds templates that name those nested in them by file, split as they are deployed', async () => {
  await run(160, ['build', '--out', 'fresh']);
  const fresh = JSON.parse(readFileSync(join(program.folder, 'fresh/template.json'), 'utf8')) as {
    readonly Resources: Readonly<
      Record<string, { readonly Properties: Readonly<Record<string, unknown>> }>
    >;
  };
  expect(fresh.Resources['Part1']?.Properties['TemplateURL']).toBe('Part1.template.json');
  expect(fresh.Resources['Fn0']).toBeUndefined();

  const small = await run(130, ['build', '--out', 'small']);
  expect(small.out).not.toContain('nested');
  const built = await run(160, ['build', '--out', 'grown', '--deployed', 'small/template.json']);
  expect(built.out).toContain('aws cloudformation package --template-file grown/template.json');
  const nested = JSON.parse(
    readFileSync(join(program.folder, 'grown/Part1.template.json'), 'utf8'),
  ) as typeof fresh;
  expect(Object.keys(nested.Resources)).toContain('Fn159');
  expect(Object.keys(nested.Resources)).not.toContain('Fn129');

  writeFileSync(join(program.folder, 'deployed.yaml'), 'Resources: {}');
  const refused = await run(160, ['build', '--deployed', 'deployed.yaml']);
  expect(refused.code).not.toBe(0);
  expect(refused.error).toContain('--deployed deployed.yaml cannot be read as a template in JSON');
});

const HOLDER = `import { main, resource, service } from 'sparta';
await main(service('Holder', { resources: [
  resource('AWS::CloudFormation::Stack', 'Inner', { TemplateURL: 'https://s3.us-east-1.amazonaws.com/templates/inner.json' }),
] }));
`;
const INNER = {
  Resources: {
    Full: { Type: 'AWS::S3::Bucket' },
    Kept: { Type: 'AWS::SNS::Topic', DeletionPolicy: 'Retain' },
  },
};

it('deletes what is nested by its policies, says what stands in the way, and leaves it standing or empties it on request', async () => {
  writeFileSync(join(program.folder, 'holder.ts'), HOLDER);
  const s3 = new S3({ ...program.settings, forcePathStyle: true });
  await s3.createBucket({ Bucket: 'templates' });
  await s3.putObject({ Bucket: 'templates', Key: 'inner.json', Body: JSON.stringify(INNER) });
  const holder = (...words: readonly string[]) => program.run(words, {}, 'holder.ts');
  expect(await holder('provision')).toMatchObject({ code: 0 });
  const [event] = events(await holder('status', '--json'));
  const full = event?.report?.resources.find(({ logicalId }) => logicalId === 'Full');
  expect(full?.nestedIn).toBe('Inner');
  await s3.putObject({ Bucket: full?.physicalId ?? '', Key: 'a', Body: 'a' });

  const failed = await holder('delete');
  expect(failed.code).not.toBe(0);
  expect(failed.out).toMatch(/= Kept .*stays/);
  expect(failed.error).toContain('Full (AWS::S3::Bucket) could not be deleted');
  expect(failed.error).not.toContain('Inner (AWS::CloudFormation::Stack) could not');
  expect(failed.error).toContain('delete --purge Full');

  const retained = await holder('delete', '--retain', 'Full');
  expect(retained).toMatchObject({ code: 0 });
  expect(retained.out).toMatch(/Full still exists, as/);
  await s3.headObject({ Bucket: full?.physicalId ?? '', Key: 'a' });

  expect(await holder('provision')).toMatchObject({ code: 0 });
  const [again] = events(await holder('status', '--json'));
  const fresh = again?.report?.resources.find(({ logicalId }) => logicalId === 'Full');
  await s3.putObject({ Bucket: fresh?.physicalId ?? '', Key: 'a', Body: 'a' });
  const emptied = await holder('delete', '--purge', 'Full');
  expect(emptied).toMatchObject({ code: 0 });
  await expect(s3.headBucket({ Bucket: fresh?.physicalId ?? '' })).rejects.toThrow();
});
