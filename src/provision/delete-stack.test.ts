import { afterEach, describe, expect, it } from 'vitest';
import type { ScriptedAws } from './fixtures/scripted-aws.ts';
import { scriptAws } from './fixtures/scripted-aws.ts';
import type { ScriptedStack, Step } from './fixtures/scripted-stack.ts';
import { scriptStack } from './fixtures/scripted-stack.ts';
import type { DeletePlan, DeleteRequest, Progress } from './index.ts';
import { deleteStack, openTarget, readStatus } from './index.ts';

const STACK = 'AWS::CloudFormation::Stack';
const BUCKET = 'AWS::S3::Bucket';
const RESOURCES = [
  {
    LogicalResourceId: 'Photos',
    PhysicalResourceId: 'imager-photos',
    ResourceType: BUCKET,
    ResourceStatus: 'CREATE_COMPLETE',
    LastUpdatedTimestamp: new Date('2026-01-01T00:00:00Z'),
  },
  {
    LogicalResourceId: 'Log',
    PhysicalResourceId: '/aws/lambda/x',
    ResourceType: 'AWS::Logs::LogGroup',
    ResourceStatus: 'CREATE_COMPLETE',
    LastUpdatedTimestamp: new Date('2026-01-01T00:00:00Z'),
  },
];
const TEMPLATE = JSON.stringify({
  Resources: { Photos: { Type: BUCKET, DeletionPolicy: 'Retain' }, Log: {} },
});
const GONE: readonly Step[] = [
  ['Imager', STACK, 'DELETE_IN_PROGRESS', 'User Initiated'],
  ['Log', 'AWS::Logs::LogGroup', 'DELETE_IN_PROGRESS'],
  ['Photos', BUCKET, 'DELETE_SKIPPED'],
  ['Log', 'AWS::Logs::LogGroup', 'DELETE_COMPLETE'],
  ['Imager', STACK, 'DELETE_COMPLETE'],
];
const NOT_EMPTY: readonly Step[] = [
  ['Imager', STACK, 'DELETE_IN_PROGRESS', 'User Initiated'],
  ['Photos', BUCKET, 'DELETE_IN_PROGRESS'],
  [
    'Photos',
    BUCKET,
    'DELETE_FAILED',
    'Resource handler returned message: "The bucket you tried to delete is not empty (Service: S3, Status Code: 409, Request ID: 1)" (RequestToken: 1, HandlerErrorCode: GeneralServiceException)',
  ],
  ['Imager', STACK, 'DELETE_FAILED', 'The following resource(s) failed to delete: [Photos].'],
];

let aws: ScriptedAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

const start = async (initial: Partial<ScriptedStack>) => {
  const { stack, script } = scriptStack('Imager', initial);
  const running = await scriptAws(script);
  aws = running;
  const target = openTarget({
    endpoint: running.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const progress: Progress[] = [];
  const plans: DeletePlan[] = [];
  return {
    aws: running,
    stack,
    target,
    progress,
    plans,
    run: (request: Partial<DeleteRequest> = {}) =>
      deleteStack(target, {
        stackName: 'Imager',
        onPlan: (plan) => {
          plans.push(plan);
        },
        onProgress: (step) => {
          progress.push(step);
        },
        signal: new AbortController().signal,
        command: (verb) => `node app.ts ${verb}`,
        ...request,
      }),
  };
};

describe('deleting', () => {
  it('shows what goes and what stays, waits, and names what still exists', async () => {
    const t = await start({
      status: 'CREATE_COMPLETE',
      resources: RESOURCES,
      template: TEMPLATE,
      steps: GONE,
    });
    const result = await t.run();
    expect(t.plans).toMatchObject([
      {
        goes: [{ logicalId: 'Log' }],
        stays: [{ logicalId: 'Photos', physicalId: 'imager-photos' }],
      },
    ]);
    expect(result).toMatchObject({
      outcome: 'deleted',
      retained: [{ physicalId: 'imager-photos' }],
    });
    expect(t.progress).toMatchObject([
      { kind: 'executing', operation: 'delete' },
      { logicalId: 'Log', phase: 'started' },
      { logicalId: 'Photos', phase: 'retained' },
      { logicalId: 'Log', phase: 'done', elapsedMs: 200 },
    ]);
  });

  it('is a success that says so when there is nothing', async () => {
    const t = await start({});
    expect(await t.run()).toMatchObject({ outcome: 'absent' });
    expect(t.aws.actions).toEqual(['DescribeStacks', 'ListStacks']);
  });

  it('touches nothing when it is declined', async () => {
    const t = await start({ status: 'CREATE_COMPLETE', resources: RESOURCES });
    await expect(t.run({ confirm: async () => false })).rejects.toMatchObject({ code: 'DECLINED' });
    expect(t.aws.actions).not.toContain('DeleteStack');
  });

  it('that stops at a full bucket names both ways out', async () => {
    const t = await start({ status: 'CREATE_COMPLETE', resources: RESOURCES, steps: NOT_EMPTY });
    await expect(t.run()).rejects.toMatchObject({
      code: 'DELETE_FAILED',
      stackStatus: 'DELETE_FAILED',
      message:
        'Photos (AWS::S3::Bucket) could not be deleted: The bucket you tried to delete is not empty\nStack Imager is DELETE_FAILED.',
      hint: 'To delete the objects too: node app.ts delete --purge Photos\nTo leave Photos standing: node app.ts delete --retain Photos',
    });
  });

  it('leaves a resource standing by request only after a failure, as CloudFormation has it', async () => {
    const t = await start({ status: 'CREATE_COMPLETE', resources: RESOURCES });
    await expect(t.run({ retain: ['Photos'] })).rejects.toMatchObject({ code: 'RETAIN_REFUSED' });
    const failed = await start({
      status: 'DELETE_FAILED',
      resources: RESOURCES,
      steps: [['Imager', STACK, 'DELETE_COMPLETE']],
    });
    await failed.run({ retain: ['Photos'] });
    expect(failed.aws.calls.find((call) => call.action === 'DeleteStack')?.params).toMatchObject({
      'RetainResources.member.1': 'Photos',
    });
  });

  it('refuses to purge what only its service can delete, with the command for later', async () => {
    const t = await start({
      status: 'CREATE_COMPLETE',
      resources: [
        {
          LogicalResourceId: 'Key',
          PhysicalResourceId: '1234-abcd',
          ResourceType: 'AWS::KMS::Key',
          ResourceStatus: 'CREATE_COMPLETE',
        },
      ],
      template: JSON.stringify({ Resources: { Key: { DeletionPolicy: 'RetainExceptOnCreate' } } }),
    });
    await expect(t.run({ purge: ['Key'] })).rejects.toMatchObject({
      code: 'PURGE_REFUSED',
      hint: expect.stringContaining('aws kms schedule-key-deletion --key-id 1234-abcd'),
    });
    expect(t.aws.actions).not.toContain('DeleteStack');
  });

  it('refuses names that the stack does not have, and lists those that it has', async () => {
    const t = await start({ status: 'CREATE_COMPLETE', resources: RESOURCES });
    await expect(t.run({ purge: ['Fotos'] })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      hint: 'There is Photos, Log.',
    });
    const failed = await start({ status: 'DELETE_FAILED', resources: RESOURCES });
    await expect(failed.run({ retain: ['Logs'] })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    expect(t.aws.actions).not.toContain('DeleteStack');
  });

  it('respects termination protection and other operations', async () => {
    const guarded = await start({ status: 'CREATE_COMPLETE', protected: true });
    await expect(guarded.run()).rejects.toMatchObject({ code: 'STACK_PROTECTED' });
    const busy = await start({ status: 'UPDATE_IN_PROGRESS' });
    await expect(busy.run()).rejects.toMatchObject({ code: 'STACK_BUSY' });
  });

  it('that runs already is watched, not started again', async () => {
    const t = await start({ status: 'DELETE_IN_PROGRESS', resources: RESOURCES });
    const run = t.run({
      onPlan: () => {
        t.stack.status = 'DELETE_COMPLETE';
      },
    });
    expect((await run).outcome).toBe('deleted');
    expect(t.aws.actions).not.toContain('DeleteStack');
  });
});

describe('status', () => {
  it('is the stack, its resources, and how the last change ended', async () => {
    const t = await start({
      status: 'CREATE_COMPLETE',
      resources: RESOURCES,
      steps: NOT_EMPTY,
      outputs: { Url: 'https://x' },
    });
    await t.run().catch(() => undefined);
    const report = await readStatus(t.target, 'Imager', new AbortController().signal);
    expect(report).toMatchObject({
      situation: 'must-finish-delete',
      stack: { status: 'DELETE_FAILED', accountId: '111122223333', outputs: [{ key: 'Url' }] },
      resources: [{ logicalId: 'Photos' }, { logicalId: 'Log' }],
      lastChange: {
        reason: 'User Initiated',
        failure: { logicalId: 'Photos', reason: 'The bucket you tried to delete is not empty' },
      },
    });
    const { startedAt, endedAt } = report?.lastChange ?? {};
    expect(Number(endedAt) - Number(startedAt)).toBe(300);
  });

  it('is nothing for a stack that is not there', async () => {
    const t = await start({});
    expect(await readStatus(t.target, 'Imager', new AbortController().signal)).toBeUndefined();
  });
});
