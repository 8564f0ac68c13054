import { afterEach, expect, it } from 'vitest';
import type { ScriptedAws } from '../fixtures/scripted-aws.ts';
import { Fault, scriptAws } from '../fixtures/scripted-aws.ts';
import type { ScriptedStack } from '../fixtures/scripted-stack.ts';
import { scriptStack } from '../fixtures/scripted-stack.ts';
import type { DeployError, PlanRequest, Progress } from '../index.ts';
import { openTarget, planStack } from '../index.ts';

const TEMPLATE = {
  Parameters: { ArtifactBucket: { Type: 'String' }, ArtifactKey: { Type: 'String' } },
  Resources: { Photos: { Type: 'AWS::S3::Bucket' } },
};
const ADD_PHOTOS = [
  {
    Type: 'Resource',
    ResourceChange: {
      Action: 'Add',
      LogicalResourceId: 'Photos',
      ResourceType: 'AWS::S3::Bucket',
    },
  },
];
const NEW_CODE = [
  {
    Type: 'Resource',
    ResourceChange: {
      Action: 'Modify',
      LogicalResourceId: 'Stamp',
      ResourceType: 'AWS::Lambda::Function',
      Replacement: 'False',
      Details: [{ Target: { Attribute: 'Properties', Path: '/Properties/Code/S3Key' } }],
    },
  },
];
const DEPLOYED = { ArtifactBucket: 'artifacts', ArtifactKey: 'Imager/old.zip' };
const ARCHIVE = {
  key: 'Imager/new.zip',
  bytes: async () => Buffer.from('zip'),
  sizeBytes: 3,
  contentType: 'application/zip',
  contents: {
    sizeBytes: 3,
    unpackedBytes: 9,
    parts: [
      { name: 'yaml', kind: 'package', sizeBytes: 500 },
      { name: 'app.ts', kind: 'module', sizeBytes: 40 },
    ],
  },
} as const;

let aws: ScriptedAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

const start = async (
  initial: Partial<ScriptedStack>,
  {
    override = {},
    s3,
  }: {
    readonly override?: Parameters<typeof scriptAws>[0];
    readonly s3?: Parameters<typeof scriptAws>[1];
  } = {},
) => {
  const { stack, script } = scriptStack('Imager', initial);
  const running = await scriptAws({ ...script, ...override }, s3);
  aws = running;
  const progress: Progress[] = [];
  const controller = new AbortController();
  const plan = (request: Partial<PlanRequest> = {}) =>
    planStack(
      openTarget({
        endpoint: running.url,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      }),
      {
        stackName: 'Imager',
        templateBody: JSON.stringify(TEMPLATE),
        template: TEMPLATE,
        archive: Promise.resolve(ARCHIVE),
        onProgress: (step) => {
          progress.push(step);
        },
        signal: controller.signal,
        command: (verb) => `node app.ts ${verb}`,
        ...request,
      },
    );
  return { stack, aws: running, progress, controller, plan };
};

const failure = async (run: Promise<unknown>): Promise<DeployError> => {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'DeployError' });
  return error as DeployError;
};

it('leaves nothing of a stack that does not exist: no shell, no bucket, no archive', async () => {
  const t = await start(
    { changes: ADD_PHOTOS },
    {
      override: {
        DescribeStacks: ({ StackName = '' }) =>
          StackName === 'sparta-artifacts' || t.stack.status === undefined
            ? new Fault('ValidationError', `Stack with id ${StackName} does not exist`)
            : {
                Stacks: [
                  {
                    StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Imager/1',
                    StackName: 'Imager',
                    StackStatus: t.stack.status,
                    CreationTime: new Date(),
                  },
                ],
              },
      },
    },
  );
  expect(await t.plan()).toMatchObject({
    kind: 'create',
    accountId: '111122223333',
    makesBucket: true,
    changes: [{ action: 'add', logicalId: 'Photos', holdsData: true }],
    archive: { sizeBytes: 3, replaces: false },
  });
  expect(t.stack.status).toBeUndefined();
  expect(t.aws.actions).not.toContain('CreateStack');
  expect(t.aws.actions).not.toContain('ExecuteChangeSet');
  expect(t.aws.objects).toEqual([]);
});

it('asks S3 nothing when the code is the deployed one, and no template when no permission can change', async () => {
  const t = await start({
    status: 'UPDATE_COMPLETE',
    parameters: { ...DEPLOYED, ArtifactKey: ARCHIVE.key },
    changes: [
      {
        Type: 'Resource',
        ResourceChange: {
          Action: 'Modify',
          LogicalResourceId: 'Stamp',
          ResourceType: 'AWS::Lambda::Function',
          Details: [{ Target: { Path: '/Properties/MemorySize' } }],
        },
      },
    ],
  });
  const plan = await t.plan();
  expect(plan).toMatchObject({ kind: 'update', permissions: { known: true, holders: [] } });
  expect(plan.archive).toBeUndefined();
  expect(t.aws.objects).toEqual([]);
  expect(t.aws.actions).not.toContain('GetTemplate');
  expect(t.aws.actions).toContain('DeleteChangeSet');
});

it('compares the code by what lies beside the deployed archive, in one call', async () => {
  const before = {
    format: 1,
    sizeBytes: 2,
    unpackedBytes: 9,
    parts: [
      { name: 'app.ts', kind: 'module', sizeBytes: 30 },
      { name: 'lodash', kind: 'package', sizeBytes: 900 },
    ],
  };
  const t = await start(
    { status: 'CREATE_COMPLETE', parameters: DEPLOYED, changes: NEW_CODE },
    { s3: () => ({ status: 200, body: JSON.stringify(before) }) },
  );
  expect((await t.plan()).archive).toEqual({
    sizeBytes: 3,
    beforeBytes: 2,
    replaces: true,
    parts: [
      { name: 'lodash', kind: 'package', before: 900 },
      { name: 'yaml', kind: 'package', after: 500 },
      { name: 'app.ts', kind: 'module', before: 30, after: 40 },
    ],
  });
  expect(t.aws.objects.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /artifacts/Imager/old.json',
  ]);
});

it.each([
  ['is missing', { status: 404, code: 'NoSuchKey' }],
  ['may not be read', { status: 403, code: 'AccessDenied' }],
  ['is of another format', { status: 200, body: '{"format":2}' }],
  ['is no JSON', { status: 200, body: '<html>' }],
])('knows the size alone when the description %s', async (_, answer) => {
  const t = await start(
    { status: 'CREATE_COMPLETE', parameters: DEPLOYED, changes: NEW_CODE },
    {
      s3: ({ method }) =>
        method === 'HEAD' ? { status: 200, headers: { 'content-length': '77' } } : answer,
    },
  );
  expect((await t.plan()).archive).toEqual({ sizeBytes: 3, beforeBytes: 77, replaces: true });
});

it('says so when nothing of the deployed archive can be read', async () => {
  const t = await start(
    { status: 'CREATE_COMPLETE', parameters: DEPLOYED, changes: NEW_CODE },
    { s3: () => ({ status: 403, code: 'AccessDenied' }) },
  );
  expect((await t.plan()).archive).toEqual({ sizeBytes: 3, replaces: true });
});

it.each([
  ['is not JSON', () => ({ TemplateBody: 'Resources: {}' }), /not JSON/],
  ['may not be read', () => new Fault('AccessDenied', 'no GetTemplate', 403), /no GetTemplate/],
])('stands without permissions when the deployed template %s', async (_, answer, why) => {
  const t = await start(
    { status: 'CREATE_COMPLETE', parameters: DEPLOYED, changes: ADD_PHOTOS },
    { override: { GetTemplate: answer } },
  );
  expect((await t.plan()).permissions).toEqual({
    known: false,
    why: expect.stringMatching(why) as string,
  });
});

it('is told in words while a deployment runs, and when one overtakes it', async () => {
  const busy = await start({ status: 'UPDATE_IN_PROGRESS' });
  const refused = await failure(busy.plan());
  expect(refused.code).toBe('STACK_BUSY');
  expect(refused.message).toContain('Another operation runs on stack Imager');
  await aws?.close();
  const overtaken = await start(
    { status: 'CREATE_COMPLETE', parameters: DEPLOYED },
    {
      override: {
        DescribeChangeSet: () =>
          new Fault('ChangeSetNotFound', 'ChangeSet [x] does not exist', 404),
        DeleteChangeSet: () => new Fault('ChangeSetNotFound', 'ChangeSet [x] does not exist', 404),
      },
    },
  );
  expect(await failure(overtaken.plan())).toMatchObject({
    code: 'STACK_OVERTAKEN',
    message: 'Another run changed Imager while this plan was made, so it came to nothing.',
  });
});

it('leaves the shell to another plan that is made in it', async () => {
  const t = await start({
    changes: ADD_PHOTOS,
    otherChangeSets: [
      {
        ChangeSetId: 'other',
        ChangeSetName: 'sparta-theirs',
        Status: 'CREATE_IN_PROGRESS',
        CreationTime: new Date(),
      },
    ],
  });
  await t.plan();
  expect(t.aws.actions).not.toContain('DeleteStack');
  expect(t.stack.status).toBe('REVIEW_IN_PROGRESS');
});

it('takes everything back at Ctrl-C, while CloudFormation still compares', async () => {
  const t = await start(
    { changes: ADD_PHOTOS },
    {
      override: {
        DescribeChangeSet: () => {
          t.controller.abort();
          return { Status: 'CREATE_IN_PROGRESS' };
        },
      },
    },
  );
  const error = await failure(t.plan());
  expect(error).toMatchObject({
    code: 'INTERRUPTED',
    message: 'Interrupted. Nothing of Imager was changed.',
  });
  expect(t.aws.actions).toContain('DeleteChangeSet');
  expect(t.stack.status).toBeUndefined();
});

it('makes no bucket for a template that needs one, and says what to do', async () => {
  const t = await start(
    { changes: ADD_PHOTOS },
    {
      override: {
        DescribeStacks: ({ StackName = '' }) =>
          new Fault('ValidationError', `Stack with id ${StackName} does not exist`),
      },
    },
  );
  const error = await failure(
    t.plan({ templateBody: JSON.stringify({ ...TEMPLATE, Description: 'x'.repeat(52_000) }) }),
  );
  expect(error.code).toBe('BUCKET_NOT_FOUND');
  expect(error.message).toContain('51200');
  expect(error.hint).toContain('node app.ts provision --confirm');
  expect(t.aws.actions).not.toContain('CreateStack');
  expect(t.aws.actions).not.toContain('CreateChangeSet');
});
