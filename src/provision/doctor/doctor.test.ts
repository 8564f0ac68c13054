import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  ListChangeSetsCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../cloud/index.ts';
import { startCloud } from '../../cloud/index.ts';
import { changeSetOrigin } from '../change-set/abandoned.ts';
import type { Diagnosis, Target, WayName } from '../index.ts';
import {
  deleteStack,
  diagnosisLines,
  examineStack,
  healStack,
  openTarget,
  provision,
} from '../index.ts';

let cloud: RunningCloud;
let target: Target;
let cfn: CloudFormationClient;
let logs: CloudWatchLogsClient;
let settings: {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
};
beforeAll(async () => {
  cloud = await startCloud();
  settings = {
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  target = openTarget(settings);
  cfn = new CloudFormationClient(settings);
  logs = new CloudWatchLogsClient(settings);
});
afterAll(() => cloud.stop());

const command = (verb: string) => `node app.ts ${verb}`;
const signal = new AbortController().signal;
const examine = (stackName: string, programExports?: readonly string[]) =>
  examineStack(target, stackName, {
    command,
    signal,
    placeOf: (logicalId) => (logicalId === 'Log' ? 'app.ts:3' : undefined),
    ...(programExports === undefined ? {} : { programExports }),
  });
const heal = (diagnosis: Diagnosis, way: WayName) =>
  healStack(target, diagnosis, way, { command, signal, onProgress: () => undefined });
const ways = ({ ways: found }: Diagnosis) => found.map(({ name }) => name);
const deploy = (stackName: string, template: object, more: object = {}) =>
  provision(target, {
    stackName,
    templateBody: JSON.stringify(template),
    template,
    onProgress: () => undefined,
    signal,
    command,
    ...more,
  });

const log = (name: string, more: object = {}) => ({
  Type: 'AWS::Logs::LogGroup',
  DeletionPolicy: 'Delete',
  Properties: { LogGroupName: name, ...more },
});
const topic = (more: object = {}) => ({ Type: 'AWS::SNS::Topic', ...more });
const create = async (StackName: string, template: object, more: object = {}) => {
  await cfn.send(
    new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template), ...more }),
  );
  await cloud.cloud.settle();
};
const update = async (StackName: string, template: object, more: object = {}) => {
  await cfn.send(
    new UpdateStackCommand({ StackName, TemplateBody: JSON.stringify(template), ...more }),
  );
};
const take = (logGroupName: string) => logs.send(new CreateLogGroupCommand({ logGroupName }));
const free = (logGroupName: string) => logs.send(new DeleteLogGroupCommand({ logGroupName }));

/** A log group, and after it something that waits until a test says how it ends. */
const waiting = (group: object) => ({
  Resources: {
    Log: group,
    Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
    Wait: {
      Type: 'AWS::CloudFormation::WaitCondition',
      DependsOn: 'Log',
      Properties: { Handle: { Ref: 'Handle' }, Timeout: '3600' },
    },
  },
});
const untilWaiting = async (StackName: string) => {
  for (;;) {
    const { StackResources = [] } = await cfn.send(
      new DescribeStackResourcesCommand({ StackName }),
    );
    const at = (id: string) => StackResources.find((one) => one.LogicalResourceId === id);
    if (at('Wait')?.ResourceStatus === 'CREATE_IN_PROGRESS')
      return at('Handle')?.PhysicalResourceId ?? '';
  }
};
const signalFailure = async (url: string) => {
  await fetch(url, {
    method: 'PUT',
    body: JSON.stringify({ Status: 'FAILURE', UniqueId: '1', Data: '', Reason: 'was told to' }),
  });
  await cloud.cloud.settle();
};

describe('a stack that', () => {
  it('is not there, or is healthy, needs nothing', async () => {
    expect(await examine('nowhere')).toMatchObject({ health: 'absent', ways: [] });
    await create('healthy', { Resources: { Topic: topic() } });
    const healthy = await examine('healthy');
    expect(healthy).toMatchObject({ health: 'healthy', status: 'CREATE_COMPLETE', ways: [] });
    await expect(heal(healthy, 'retry-delete')).rejects.toMatchObject({
      code: 'WAY_CLOSED',
      hint: 'There is nothing for the doctor to do.',
    });
  });

  it('failed when it was created names the first cause and the line, and starts over', async () => {
    await take('/first');
    const template = { Resources: { Log: log('/first'), Topic: topic() } };
    await create('first', template);
    const diagnosis = await examine('first');
    expect(diagnosis).toMatchObject({
      status: 'ROLLBACK_COMPLETE',
      health: 'stuck',
      cause: { logicalId: 'Log', status: 'CREATE_FAILED', place: 'app.ts:3' },
      ways: [
        {
          name: 'start-over',
          costs: 'nothing is lost: no resource is left',
          command: 'node app.ts doctor --do start-over',
        },
      ],
    });
    expect(diagnosisLines(diagnosis).join('\n')).toMatch(
      /First cause, \S+: Log \(AWS::Logs::LogGroup, app\.ts:3\) CREATE_FAILED: .*already exists/,
    );
    // The same words meet whoever deploys onto it.
    const refused = await deploy('first', template).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'STACK_STUCK',
      message: expect.stringContaining(diagnosis.summary),
      hint: expect.stringContaining('node app.ts doctor --do start-over'),
    });
    await heal(diagnosis, 'start-over');
    expect((await examine('first')).health).toBe('absent');
    await free('/first');
    expect((await deploy('first', template)).outcome).toBe('created');
  });

  it('was left as it failed is cleared, unless it may hold data', async () => {
    await take('/left');
    const template = { Resources: { Log: log('/left'), Topic: topic() } };
    await create('left', template, { DisableRollback: true });
    const diagnosis = await examine('left');
    expect(diagnosis).toMatchObject({ status: 'CREATE_FAILED', cause: { logicalId: 'Log' } });
    expect(diagnosis.ways).toMatchObject([
      { name: 'start-over', costs: 'Topic goes; none of it holds data' },
    ]);
    await free('/left');
    expect((await deploy('left', template, { recover: true })).outcome).toBe('created');

    await take('/held');
    const bucket = { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Delete' };
    await create(
      'held',
      { Resources: { Photos: bucket, Log: { ...log('/held'), DependsOn: 'Photos' } } },
      { DisableRollback: true },
    );
    const held = await examine('held');
    expect(ways(held)).toEqual([]);
    expect(held.notes.join()).toContain('Photos (AWS::S3::Bucket) may hold data');
    const refused = await deploy('held', template, { recover: true }).catch((e: unknown) => e);
    expect(refused).toMatchObject({ code: 'STACK_STUCK' });
  });

  it('could not be rolled back when its creation failed says what is left', async () => {
    const iam = new IAMClient(settings);
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'creator',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'cloudformation.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          ],
        }),
      }),
    );
    const put = (PolicyName: string, Effect: string, Action: string) =>
      iam.send(
        new PutRolePolicyCommand({
          RoleName: 'creator',
          PolicyName,
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect, Action, Resource: '*' }],
          }),
        }),
      );
    await put('all', 'Allow', '*');
    await put('none', 'Deny', 'sns:DeleteTopic');
    await take('/denied');
    await create(
      'denied',
      { Resources: { Topic: topic(), Log: { ...log('/denied'), DependsOn: 'Topic' } } },
      { RoleARN: 'arn:aws:iam::000000000000:role/creator' },
    );
    const diagnosis = await examine('denied');
    expect(diagnosis).toMatchObject({
      status: 'ROLLBACK_FAILED',
      cause: { logicalId: 'Log' },
      stuckResources: [{ id: 'Topic' }],
    });
    expect(ways(diagnosis)).toEqual(['start-over']);
    const still = await heal(diagnosis, 'start-over').catch((error: unknown) => error);
    expect(still).toMatchObject({ code: 'STACK_STUCK', stackStatus: 'DELETE_FAILED' });
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'creator', PolicyName: 'none' }));
    await heal(await examine('denied'), 'retry-delete');
    expect((await examine('denied')).health).toBe('absent');
  });

  it('failed in an update without rollback is rolled back', async () => {
    await create('halfway', { Resources: { Topic: topic() } });
    await take('/halfway');
    const template = { Resources: { Topic: topic(), Log: log('/halfway') } };
    await update('halfway', template, { DisableRollback: true });
    await cloud.cloud.settle();
    const diagnosis = await examine('halfway');
    expect(diagnosis).toMatchObject({ status: 'UPDATE_FAILED', cause: { logicalId: 'Log' } });
    const refused = await deploy('halfway', template).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'STACK_STUCK' });
    await heal(diagnosis, 'roll-back');
    expect(await examine('halfway')).toMatchObject({
      health: 'healthy',
      status: 'UPDATE_ROLLBACK_COMPLETE',
    });
  });

  it('cannot be put back, because something was deleted by hand, goes on without that', async () => {
    await create('half-back', { Resources: { Log: log('/half-back', { RetentionInDays: 7 }) } });
    await update('half-back', waiting(log('/half-back', { RetentionInDays: 14 })));
    const url = await untilWaiting('half-back');
    const busy = await examine('half-back');
    expect(busy).toMatchObject({
      health: 'busy',
      running: { workingOn: ['Wait (AWS::CloudFormation::WaitCondition)'] },
    });
    expect(ways(busy)).toEqual(['wait', 'cancel-update']);
    await free('/half-back');
    await signalFailure(url);
    const diagnosis = await examine('half-back');
    expect(diagnosis).toMatchObject({
      status: 'UPDATE_ROLLBACK_FAILED',
      cause: { logicalId: 'Wait', reason: expect.stringContaining('was told to') },
      stuckResources: [{ id: 'Log', place: 'app.ts:3' }],
    });
    expect(diagnosis.ways).toMatchObject([
      { name: 'retry-rollback' },
      { name: 'continue-rollback', subjects: ['Log'] },
    ]);
    const again = await heal(diagnosis, 'retry-rollback').catch((error: unknown) => error);
    expect(again).toMatchObject({
      code: 'STACK_STUCK',
      hint: expect.stringContaining('node app.ts doctor'),
    });
    await heal(await examine('half-back'), 'continue-rollback');
    expect(await examine('half-back')).toMatchObject({ health: 'healthy' });
  });

  it('is being changed is waited for, or called off', async () => {
    await create('busy', { Resources: { Log: log('/busy') } });
    await update('busy', waiting(log('/busy', { RetentionInDays: 14 })), {
      ClientRequestToken: 'Console-UpdateStack-1',
    });
    const url = await untilWaiting('busy');
    const busy = await examine('busy');
    expect(busy.running?.startedBy).toBe('somebody in the AWS console');
    for (const refused of [
      deploy('busy', { Resources: { Log: log('/busy') } }),
      deleteStack(target, {
        stackName: 'busy',
        onPlan: () => undefined,
        onProgress: () => undefined,
        signal,
        command,
      }),
    ])
      await expect(refused).rejects.toMatchObject({
        code: 'STACK_BUSY',
        message: expect.stringContaining('by somebody in the AWS console; it works on Wait'),
      });
    const waited = heal(busy, 'wait');
    const begun = Promise.withResolvers<void>();
    const cancelled = healStack(target, busy, 'cancel-update', {
      command,
      signal,
      onProgress: ({ kind }) => {
        if (kind === 'executing') begun.resolve();
      },
    });
    // A resource that is being made is waited for, as on AWS.
    await begun.promise;
    await signalFailure(url);
    await Promise.all([waited, cancelled]);
    expect(await examine('busy')).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    await expect(heal(busy, 'cancel-update')).rejects.toMatchObject({
      code: 'STACK_OVERTAKEN',
      message: expect.stringContaining('is UPDATE_ROLLBACK_COMPLETE now'),
    });
  });

  it('is only a shell is removed', async () => {
    await cfn.send(
      new CreateChangeSetCommand({
        StackName: 'shell',
        ChangeSetName: 'of-another-tool',
        ChangeSetType: 'CREATE',
        TemplateBody: JSON.stringify({ Resources: { Topic: topic() } }),
      }),
    );
    const diagnosis = await examine('shell');
    expect(diagnosis).toMatchObject({ status: 'REVIEW_IN_PROGRESS', health: 'stuck' });
    expect(diagnosis.notes.join()).not.toContain('undefined');
    await heal(diagnosis, 'remove-shell');
    expect((await examine('shell')).health).toBe('absent');
  });

  it('could not be deleted keeps what cannot go', async () => {
    await create('full', {
      Resources: { Photos: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Delete' }, Topic: topic() },
    });
    const { StackResources = [] } = await cfn.send(
      new DescribeStackResourcesCommand({ StackName: 'full' }),
    );
    const bucket = StackResources.find(({ LogicalResourceId }) => LogicalResourceId === 'Photos');
    await new S3Client({ ...settings, forcePathStyle: true }).send(
      new PutObjectCommand({ Bucket: bucket?.PhysicalResourceId, Key: 'a', Body: 'a' }),
    );
    await cfn.send(new DeleteStackCommand({ StackName: 'full' }));
    await cloud.cloud.settle();
    const diagnosis = await examine('full');
    expect(diagnosis).toMatchObject({
      status: 'DELETE_FAILED',
      stuckResources: [{ id: 'Photos', physicalId: bucket?.PhysicalResourceId }],
      ways: [
        { name: 'retry-delete', costs: 'Photos goes, and what Photos holds with it' },
        { name: 'delete-retaining', subjects: ['Photos'] },
      ],
    });
    await heal(diagnosis, 'delete-retaining');
    expect((await examine('full')).health).toBe('absent');
  });

  it('exports what others import says who and where, and keeps the export for one more deployment', async () => {
    const exporter = {
      Resources: { Topic: topic() },
      Outputs: { TopicArn: { Value: { Ref: 'Topic' }, Export: { Name: 'shared-topic' } } },
    };
    await create('exporter', exporter);
    await create('importer', {
      Resources: {
        Mail: {
          Type: 'AWS::SNS::Topic',
          Properties: { DisplayName: { 'Fn::ImportValue': 'shared-topic' } },
        },
      },
    });
    const without = { Resources: { Topic: topic() } };
    const diagnosis = await examine('exporter', []);
    expect(diagnosis).toMatchObject({
      health: 'healthy',
      exportsInUse: [
        {
          name: 'shared-topic',
          importers: [{ stackName: 'importer', resources: ['Mail'] }],
          inProgram: false,
        },
      ],
    });
    expect(ways(diagnosis)).toEqual(['keep-export']);
    const failed = await deploy('exporter', without).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'DEPLOYMENT_FAILED',
      message: expect.stringContaining('is in use by importer'),
      hint: expect.stringContaining('node app.ts provision --keep-export shared-topic'),
    });
    const refused = await deleteStack(target, {
      stackName: 'exporter',
      onPlan: () => undefined,
      onProgress: () => undefined,
      signal,
      command,
    }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'EXPORT_IN_USE',
      message: expect.stringContaining('imported by importer (in Mail)'),
    });
    await cfn.send(new DeleteStackCommand({ StackName: 'exporter' }));
    await cloud.cloud.settle();
    const halfGone = await examine('exporter');
    expect(halfGone).toMatchObject({ status: 'DELETE_FAILED' });
    expect(diagnosisLines(halfGone).join('\n')).toMatch(/First cause, .*in use by importer/);
    await cfn.send(new DeleteStackCommand({ StackName: 'importer' }));
    await cloud.cloud.settle();
    await heal(await examine('exporter'), 'retry-delete');
    expect((await examine('exporter')).health).toBe('absent');
  });

  it('has change sets left over loses them', async () => {
    await create('planned', { Resources: { Topic: topic() } });
    for (const [ChangeSetName, Description] of [
      ['of-another-tool', 'for review'],
      ['sparta-of-a-living-run', 'Sparta, process 1 on 000000000000'],
      ['sparta-of-a-dead-run', changeSetOrigin().replace(/\d+/, '999999999')],
    ])
      await cfn.send(
        new CreateChangeSetCommand({
          StackName: 'planned',
          ChangeSetName,
          Description,
          TemplateBody: JSON.stringify({ Resources: { Topic: topic(), Other: topic() } }),
        }),
      );
    const diagnosis = await examine('planned');
    expect(diagnosis.health).toBe('healthy');
    expect(diagnosis.notes).toEqual([
      'Not executed: change set of-another-tool (of another tool), change set sparta-of-a-living-run (of a run of Sparta that may still plan), change set sparta-of-a-dead-run (of a run of Sparta that was killed).',
    ]);
    expect(ways(diagnosis)).toEqual(['remove-change-sets', 'remove-foreign-change-sets']);
    await heal(diagnosis, 'remove-change-sets');
    await heal(await examine('planned'), 'remove-foreign-change-sets');
    const { Summaries } = await cfn.send(new ListChangeSetsCommand({ StackName: 'planned' }));
    expect(Summaries).toMatchObject([{ ChangeSetName: 'sparta-of-a-living-run' }]);
  });

  it('is protected is deleted only after that was turned off by its name', async () => {
    await create('guarded', { Resources: { Topic: topic() } });
    await cfn.send(
      new UpdateTerminationProtectionCommand({
        StackName: 'guarded',
        EnableTerminationProtection: true,
      }),
    );
    const remove = () =>
      deleteStack(target, {
        stackName: 'guarded',
        onPlan: () => undefined,
        onProgress: () => undefined,
        signal,
        command,
      });
    await expect(remove()).rejects.toMatchObject({
      code: 'STACK_PROTECTED',
      hint: 'If it is to go: node app.ts doctor --do unprotect',
    });
    const diagnosis = await examine('guarded');
    expect(diagnosis).toMatchObject({ health: 'healthy', ways: [{ name: 'unprotect' }] });
    await heal(diagnosis, 'unprotect');
    expect((await remove()).outcome).toBe('deleted');
  });
});
