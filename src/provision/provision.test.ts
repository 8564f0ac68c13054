import { afterEach, describe, expect, it } from 'vitest';
import type { ObjectCall, ScriptedAws } from './fixtures/scripted-aws.ts';
import { Fault, scriptAws } from './fixtures/scripted-aws.ts';
import type { ScriptedStack, Step } from './fixtures/scripted-stack.ts';
import { scriptStack } from './fixtures/scripted-stack.ts';
import type { DeployError, Progress, ProvisionRequest } from './index.ts';
import { openTarget, provision } from './index.ts';

const STACK = 'AWS::CloudFormation::Stack';
const BUCKET = 'AWS::S3::Bucket';
const TEMPLATE = {
  Parameters: { ArtifactBucket: { Type: 'String' }, ArtifactKey: { Type: 'String' } },
  Resources: { Photos: { Type: BUCKET } },
};
const ADD_PHOTOS = [
  {
    Type: 'Resource',
    ResourceChange: { Action: 'Add', LogicalResourceId: 'Photos', ResourceType: BUCKET },
  },
];
const CREATED: readonly Step[] = [
  ['Imager', STACK, 'CREATE_IN_PROGRESS', 'User Initiated'],
  ['Photos', BUCKET, 'CREATE_IN_PROGRESS'],
  ['Photos', BUCKET, 'CREATE_IN_PROGRESS', 'Resource creation Initiated'],
  ['Role', 'AWS::IAM::Role', 'CREATE_IN_PROGRESS'],
  ['Photos', BUCKET, 'CREATE_COMPLETE'],
  ['Role', 'AWS::IAM::Role', 'CREATE_COMPLETE'],
  ['Imager', STACK, 'CREATE_COMPLETE'],
];
const ROLLED_BACK: readonly Step[] = [
  ['Imager', STACK, 'UPDATE_IN_PROGRESS', 'User Initiated'],
  ['Role', 'AWS::IAM::Role', 'UPDATE_IN_PROGRESS'],
  ['Photos', BUCKET, 'CREATE_IN_PROGRESS'],
  [
    'Photos',
    BUCKET,
    'CREATE_FAILED',
    'Resource handler returned message: "photos already exists (Service: S3, Status Code: 0)" (RequestToken: 1, HandlerErrorCode: AlreadyExists)',
  ],
  ['Role', 'AWS::IAM::Role', 'UPDATE_FAILED', 'Resource update cancelled'],
  ['Imager', STACK, 'UPDATE_ROLLBACK_IN_PROGRESS', 'The following resource(s) failed'],
  ['Role', 'AWS::IAM::Role', 'UPDATE_IN_PROGRESS'],
  ['Role', 'AWS::IAM::Role', 'UPDATE_COMPLETE'],
  ['Imager', STACK, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'],
  ['Imager', STACK, 'UPDATE_ROLLBACK_COMPLETE'],
];
const DELETED: readonly Step[] = [
  ['Imager', STACK, 'DELETE_IN_PROGRESS'],
  ['Imager', STACK, 'DELETE_COMPLETE'],
];

let aws: ScriptedAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

const start = async (
  initial: Partial<ScriptedStack> = {},
  options: {
    readonly override?: (stack: ScriptedStack) => Parameters<typeof scriptAws>[0];
    readonly s3?: (call: ObjectCall) => ReturnType<NonNullable<Parameters<typeof scriptAws>[1]>>;
  } = {},
) => {
  const { stack, script } = scriptStack('Imager', initial);
  const running = await scriptAws({ ...script, ...options.override?.(stack) }, options.s3);
  aws = running;
  const progress: Progress[] = [];
  const controller = new AbortController();
  const run = (
    request: Partial<ProvisionRequest> = {},
    keys = { accessKeyId: 'test', secretAccessKey: 'test' },
  ) =>
    provision(openTarget({ endpoint: running.url, region: 'eu-west-1', credentials: keys }), {
      stackName: 'Imager',
      templateBody: JSON.stringify(TEMPLATE),
      template: TEMPLATE,
      archive: Promise.resolve({
        key: 'Imager/abc.zip',
        bytes: async () => Buffer.from('zip'),
        sizeBytes: 3,
        contentType: 'application/zip',
      }),
      onProgress: (step) => {
        progress.push(step);
      },
      signal: controller.signal,
      command: (verb) => `node app.ts ${verb}`,
      ...request,
    });
  return {
    stack,
    aws: running,
    progress,
    controller,
    run,
    kinds: () => progress.map((p) => p.kind),
  };
};

const failure = async (run: Promise<unknown>): Promise<DeployError> => {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'DeployError' });
  return error as DeployError;
};

const NOT_THERE = { status: 404 };

describe('a stack that is not there', () => {
  it('is created through a change set: plan, upload, each resource once, outputs', async () => {
    const t = await start(
      { changes: ADD_PHOTOS, steps: CREATED, outputs: { Url: 'https://x' } },
      { s3: (call) => (call.method === 'HEAD' ? NOT_THERE : { status: 200 }) },
    );
    const result = await t.run();
    expect(result.outcome).toBe('created');
    expect(result.stack.outputs).toEqual([{ key: 'Url', value: 'https://x' }]);
    expect(t.progress).toMatchObject([
      { kind: 'uploaded', bucket: 'artifacts', key: 'Imager/abc.zip', sizeBytes: 3 },
      {
        kind: 'planned',
        plan: {
          kind: 'create',
          changes: [{ action: 'add', logicalId: 'Photos' }],
          accountId: '111122223333',
          region: 'eu-west-1',
        },
      },
      { kind: 'executing', operation: 'create' },
      { kind: 'resource', logicalId: 'Photos', phase: 'started' },
      { kind: 'resource', logicalId: 'Role', phase: 'started' },
      { kind: 'resource', logicalId: 'Photos', phase: 'done', elapsedMs: 300 },
      { kind: 'resource', logicalId: 'Role', phase: 'done', elapsedMs: 200 },
    ]);
    const created = t.aws.calls.find((call) => call.action === 'CreateChangeSet')?.params;
    expect(created).toMatchObject({
      ChangeSetType: 'CREATE',
      'Parameters.member.1.ParameterKey': 'ArtifactBucket',
      'Parameters.member.1.ParameterValue': 'artifacts',
      'Parameters.member.2.ParameterValue': 'Imager/abc.zip',
      'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
    });
  });

  it('leaves no shell behind when the plan is declined', async () => {
    const t = await start({ changes: ADD_PHOTOS });
    const error = await failure(t.run({ confirm: async () => false }));
    expect(error.code).toBe('DECLINED');
    expect(t.aws.actions).toContain('DeleteChangeSet');
    expect(t.aws.actions).toContain('DeleteStack');
    expect(t.aws.actions).not.toContain('ExecuteChangeSet');
    expect(t.stack.status).toBeUndefined();
  });

  it('leaves the shell to another deployment that plans in it', async () => {
    const t = await start({
      changes: ADD_PHOTOS,
      otherChangeSets: [
        {
          ChangeSetId: 'other',
          ChangeSetName: 'theirs',
          Status: 'CREATE_COMPLETE',
          CreationTime: new Date(),
        },
      ],
    });
    await failure(t.run({ confirm: async () => false }));
    expect(t.aws.actions).not.toContain('DeleteStack');
  });

  it('names what the validation before deployment found, not only that it failed', async () => {
    const t = await start(
      {
        changes:
          'The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation].',
      },
      {
        override: () => ({
          DescribeEvents: () => ({
            OperationEvents: [
              {
                LogicalResourceId: 'Photos',
                ValidationStatusReason: 'Property BucketNam is not known',
                ValidationPath: '/Resources/Photos/Properties',
              },
            ],
          }),
        }),
      },
    );
    const error = await failure(t.run());
    expect(error.code).toBe('CHANGE_SET_FAILED');
    expect(error.message).toContain(
      'Photos: Property BucketNam is not known (at /Resources/Photos/Properties)',
    );
    expect(t.stack.status).toBeUndefined();
  });

  it('sends a template over 51,200 bytes through the bucket', async () => {
    const t = await start(
      { changes: ADD_PHOTOS, steps: CREATED },
      { s3: (call) => (call.method === 'HEAD' ? NOT_THERE : { status: 200 }) },
    );
    await t.run({ templateBody: JSON.stringify({ ...TEMPLATE, Description: 'x'.repeat(52_000) }) });
    const created = t.aws.calls.find((call) => call.action === 'CreateChangeSet')?.params;
    expect(created?.['TemplateBody']).toBeUndefined();
    expect(created?.['TemplateURL']).toMatch(
      new RegExp(`^${t.aws.url}/artifacts/Imager/[0-9a-f]{64}\\.template\\.json$`),
    );
  });

  it('is refused, before any call, with a template that CloudFormation cannot take', async () => {
    const t = await start();
    const error = await failure(t.run({ templateBody: ' '.repeat(1_100_000) }));
    expect(error.code).toBe('TEMPLATE_TOO_LARGE');
    expect(t.aws.actions).toEqual([]);
  });
});

describe('a stack that is there', () => {
  const DEPLOYED = { ArtifactBucket: 'artifacts', ArtifactKey: 'Imager/abc.zip' };

  it('is a success without execution when nothing changes, and asks S3 for the record of in-place changes alone', async () => {
    const t = await start({
      status: 'UPDATE_COMPLETE',
      parameters: DEPLOYED,
      outputs: { Url: 'https://x' },
      changes:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    });
    const result = await t.run();
    expect(result).toMatchObject({ outcome: 'unchanged', stack: { outputs: [{ key: 'Url' }] } });
    expect(t.aws.actions).toContain('DeleteChangeSet');
    expect(t.aws.actions).not.toContain('ExecuteChangeSet');
    expect(t.aws.objects).toMatchObject([
      { method: 'GET', path: expect.stringContaining('Imager/in-place.json') },
    ]);
  });

  it('makes sure of the archive before it executes, though the key is the deployed one', async () => {
    const t = await start(
      {
        status: 'CREATE_COMPLETE',
        parameters: DEPLOYED,
        changes: ADD_PHOTOS,
        steps: [
          ['Imager', STACK, 'UPDATE_IN_PROGRESS'],
          ['Imager', STACK, 'UPDATE_COMPLETE'],
        ],
      },
      { s3: (call) => (call.method === 'HEAD' ? NOT_THERE : { status: 200 }) },
    );
    await t.run();
    expect(t.kinds()).toEqual(['planned', 'uploaded', 'executing']);
  });

  it('tells the first cause, then the rollback, then how to go on', async () => {
    const t = await start({
      status: 'CREATE_COMPLETE',
      parameters: DEPLOYED,
      changes: ADD_PHOTOS,
      steps: ROLLED_BACK,
    });
    const error = await failure(t.run());
    expect(error.code).toBe('DEPLOYMENT_FAILED');
    expect(error.failure).toMatchObject({
      logicalId: 'Photos',
      reason: 'photos already exists',
      handlerErrorCode: 'AlreadyExists',
      templatePath: 'Resources.Photos',
    });
    expect(error.message).toContain(
      'Photos (AWS::S3::Bucket) failed to create: photos already exists',
    );
    expect(error.message).toContain('runs as before');
    expect(error.hint).toContain('Bucket names are shared by all AWS accounts');
    expect(error.hint).toContain('"node app.ts provision"');
    const rollback = t.progress.findIndex((p) => p.kind === 'rolling-back');
    expect(t.progress[rollback]).toMatchObject({ failure: { logicalId: 'Photos' } });
    expect(t.progress.slice(rollback + 1)).toMatchObject([
      { logicalId: 'Role', phase: 'started', rollback: true },
      { logicalId: 'Role', phase: 'done', rollback: true },
    ]);
    expect(t.aws.actions).not.toContain('DeleteChangeSet');
  });

  it('is left alone while another operation runs on it', async () => {
    const t = await start({ status: 'UPDATE_IN_PROGRESS' });
    const error = await failure(t.run());
    expect(error.code).toBe('STACK_BUSY');
    expect(error.hint).toContain('node app.ts status');
    expect(t.aws.actions).not.toContain('CreateChangeSet');
  });

  it('belongs to the deployment that executes first; the other one is told', async () => {
    const t = await start(
      { status: 'CREATE_COMPLETE', parameters: DEPLOYED, changes: ADD_PHOTOS },
      {
        override: (stack) => ({
          ExecuteChangeSet: () => {
            stack.status = 'UPDATE_IN_PROGRESS';
            return new Fault(
              'InvalidChangeSetStatus',
              'cannot be executed in its current status of [OBSOLETE]',
            );
          },
        }),
      },
    );
    expect((await failure(t.run())).code).toBe('STACK_BUSY');
    expect(t.aws.actions).toContain('DeleteChangeSet');
  });

  it('is told when another deployment was through before it', async () => {
    const t = await start(
      { status: 'CREATE_COMPLETE', parameters: DEPLOYED, changes: ADD_PHOTOS },
      {
        override: () => ({
          ExecuteChangeSet: () => new Fault('ChangeSetNotFound', 'ChangeSet does not exist', 404),
          DeleteChangeSet: () => new Fault('ChangeSetNotFound', 'ChangeSet does not exist', 404),
        }),
      },
    );
    expect((await failure(t.run())).code).toBe('STACK_OVERTAKEN');
    expect(t.kinds()).not.toContain('left-behind');
  });

  it('is told when another deployment created the stack before it', async () => {
    const t = await start(
      { changes: ADD_PHOTOS },
      {
        override: (stack) => ({
          CreateChangeSet: () => {
            stack.status = 'CREATE_COMPLETE';
            return new Fault(
              'ValidationError',
              'Stack [Imager] already exists and cannot be created again with the changeSet [mine].',
            );
          },
        }),
      },
    );
    const error = await failure(t.run());
    expect([error.code, error.hint]).toEqual([
      'STACK_OVERTAKEN',
      'Run the same command again: it plans from what is there now.',
    ]);
  });

  it('keeps values that were given once, and refuses names that the template does not have', async () => {
    const template = { ...TEMPLATE, Parameters: { ...TEMPLATE.Parameters, Stage: {}, Size: {} } };
    const t = await start({
      status: 'CREATE_COMPLETE',
      parameters: { ...DEPLOYED, Stage: 'prod' },
      changes: "didn't contain changes",
    });
    const missing = await failure(t.run({ template }));
    expect(missing).toMatchObject({
      code: 'PARAMETER_MISSING',
      hint: 'Pass --parameter Size=VALUE.',
    });
    const unknown = await failure(t.run({ template, parameters: { size: '1' } }));
    expect(unknown.code).toBe('PARAMETER_UNKNOWN');
    await t.run({ template, parameters: { Size: '1' } });
    expect(t.aws.calls.findLast((call) => call.action === 'CreateChangeSet')?.params).toMatchObject(
      {
        'Parameters.member.3.ParameterKey': 'Stage',
        'Parameters.member.3.UsePreviousValue': 'true',
        'Parameters.member.4.ParameterValue': '1',
      },
    );
  });
});

describe('a stack that is stuck', () => {
  it('in ROLLBACK_COMPLETE is explained, and recreated when asked to', async () => {
    const t = await start({ status: 'ROLLBACK_COMPLETE', changes: ADD_PHOTOS, steps: DELETED });
    const error = await failure(t.run());
    expect(error.code).toBe('STACK_STUCK');
    expect(error.hint).toContain('node app.ts provision --recover');
    expect(t.aws.actions).not.toContain('DeleteStack');
    const run = t.run({
      recover: true,
      onProgress: (p) => {
        t.progress.push(p);
        if (p.kind === 'planned') t.stack.steps = CREATED;
      },
    });
    expect((await run).outcome).toBe('created');
    expect(t.aws.actions.indexOf('DeleteStack')).toBeLessThan(
      t.aws.actions.indexOf('CreateChangeSet'),
    );
  });

  it('in UPDATE_ROLLBACK_FAILED has its rollback finished first when asked to', async () => {
    const t = await start({
      status: 'UPDATE_ROLLBACK_FAILED',
      changes: "didn't contain changes",
      steps: [
        ['Imager', STACK, 'UPDATE_ROLLBACK_IN_PROGRESS'],
        ['Imager', STACK, 'UPDATE_ROLLBACK_COMPLETE'],
      ],
    });
    expect((await failure(t.run())).code).toBe('STACK_STUCK');
    expect((await t.run({ recover: true })).outcome).toBe('unchanged');
    expect(t.aws.actions).toContain('ContinueUpdateRollback');
  });

  it('in REVIEW_IN_PROGRESS, left by a run that was killed, is created as if it were not there', async () => {
    const t = await start({ status: 'REVIEW_IN_PROGRESS', changes: ADD_PHOTOS, steps: CREATED });
    expect((await t.run()).outcome).toBe('created');
  });
});

describe('Ctrl-C', () => {
  it('before the execution takes the change set back and changes nothing', async () => {
    const t = await start({ changes: ADD_PHOTOS });
    const error = await failure(
      t.run({
        confirm: async () => {
          t.controller.abort();
          return true;
        },
      }),
    );
    expect(error).toMatchObject({
      code: 'INTERRUPTED',
      message: 'Interrupted. Nothing of Imager was changed.',
    });
    expect(t.aws.actions).toContain('DeleteChangeSet');
    expect(t.aws.actions).not.toContain('ExecuteChangeSet');
    expect(t.stack.status).toBeUndefined();
  });

  it('during the execution stops watching, and says what CloudFormation is doing', async () => {
    const t = await start({ changes: ADD_PHOTOS, steps: CREATED.slice(0, 3) });
    const error = await failure(
      t.run({
        onProgress: (p) => {
          if (p.kind === 'resource') t.controller.abort();
        },
      }),
    );
    expect(error.code).toBe('INTERRUPTED');
    expect(error.message).toContain('CloudFormation goes on to create Imager');
    expect(error.hint).toContain('"node app.ts status"');
    expect(t.aws.actions).not.toContain('DeleteChangeSet');
    expect(t.aws.actions).not.toContain('DeleteStack');
  });
});

describe('while CloudFormation works', () => {
  const trouble = (faults: number, fault: Fault) => (stack: ScriptedStack) => {
    let left = faults;
    return {
      ExecuteChangeSet: () => {
        stack.status = 'CREATE_COMPLETE';
        return {};
      },
      DescribeStackEvents: () => {
        left -= 1;
        return left >= 0 ? fault : { StackEvents: [] };
      },
    };
  };

  it('looks again after failures that pass', async () => {
    const t = await start(
      { changes: ADD_PHOTOS },
      { override: trouble(3, new Fault('ServiceUnavailable', 'try later', 503)) },
    );
    expect((await t.run()).outcome).toBe('created');
  });

  it('says that it goes on when the credentials expire in the middle', async () => {
    const t = await start(
      { changes: ADD_PHOTOS },
      { override: trouble(1, new Fault('ExpiredToken', 'The security token is expired', 403)) },
    );
    const error = await failure(t.run());
    expect(error.code).toBe('CREDENTIALS_EXPIRED');
    expect(error.message).toContain('CloudFormation goes on to create Imager');
    expect(t.aws.actions).not.toContain('DeleteStack');
  });
});

describe('what goes wrong on the way is said in a sentence', () => {
  const refusing = (fault: Fault) => ({ override: () => ({ DescribeStacks: () => fault }) });
  const cases: readonly (readonly [string, Fault, string, RegExp])[] = [
    [
      'expired keys',
      new Fault('ExpiredToken', 'The security token included in the request is expired', 403),
      'CREDENTIALS_EXPIRED',
      /new ones/,
    ],
    [
      'a key that nobody knows',
      new Fault(
        'InvalidClientTokenId',
        'The security token included in the request is invalid.',
        403,
      ),
      'CREDENTIALS_INVALID',
      /keys/,
    ],
    [
      'a wrong secret',
      new Fault('SignatureDoesNotMatch', 'The request signature we calculated does not match', 403),
      'CREDENTIALS_INVALID',
      /keys/,
    ],
    [
      'a clock that is off',
      new Fault('SignatureDoesNotMatch', 'Signature not yet current: 20260101 is still later', 403),
      'CLOCK_SKEWED',
      /clock/,
    ],
    [
      'a missing permission',
      new Fault(
        'AccessDenied',
        'User: arn:aws:iam::1:user/x is not authorized to perform: cloudformation:DescribeStacks',
        403,
      ),
      'ACCESS_DENIED',
      /policy/,
    ],
  ];
  it.each(cases)('%s', async (_, fault, code, hint) => {
    const t = await start({}, refusing(fault));
    const error = await failure(t.run());
    expect(error.code).toBe(code);
    expect(error.message).toContain(fault.message);
    expect(error.hint).toMatch(hint);
  });

  it('an endpoint where nobody listens', async () => {
    const target = openTarget({
      endpoint: 'http://127.0.0.1:1',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    const { run } = await start();
    void run;
    const error = await failure(
      provision(target, {
        stackName: 'Imager',
        templateBody: '{}',
        template: {},
        onProgress: () => undefined,
        signal: new AbortController().signal,
        command: (verb) => verb,
      }),
    );
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.message).toContain('http://127.0.0.1:1');
    expect(error.hint).toContain('--local');
  });

  it('an endpoint that is no URL', () => {
    expect(() => openTarget({ env: { AWS_ENDPOINT_URL: 'localhost:4566' } })).toThrow(
      /AWS_ENDPOINT_URL is "localhost:4566"/,
    );
  });

  const buckets: readonly (readonly [
    string,
    ReturnType<NonNullable<Parameters<typeof scriptAws>[1]>>,
    string,
  ])[] = [
    ['a bucket that is not there', { status: 404, code: 'NoSuchBucket' }, 'BUCKET_NOT_FOUND'],
    ['a bucket of another account', { status: 403, code: 'AccessDenied' }, 'BUCKET_FORBIDDEN'],
    [
      'a bucket in another region',
      { status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'us-west-2' } },
      'BUCKET_WRONG_REGION',
    ],
  ];
  it.each(buckets)('%s', async (_, answer, code) => {
    const t = await start({ changes: ADD_PHOTOS }, { s3: () => answer });
    const error = await failure(t.run({ bucket: 'my-bucket' }));
    expect(error.code).toBe(code);
    expect(error.message).toContain('my-bucket');
    expect(t.aws.actions).not.toContain('ExecuteChangeSet');
    expect(t.stack.status).toBeUndefined();
  });

  it('a bucket name that S3 could not have', async () => {
    const t = await start();
    expect((await failure(t.run({ bucket: 's3://My_Bucket' }))).code).toBe('BUCKET_NAME_INVALID');
    expect(t.aws.actions).toEqual([]);
  });
});
