import { afterEach, expect, it } from 'vitest';
import type { Answer, ScriptedAws } from '../fixtures/scripted-aws.ts';
import { Fault, scriptAws } from '../fixtures/scripted-aws.ts';
import { scriptStack } from '../fixtures/scripted-stack.ts';
import type { Diagnosis, WayName } from '../index.ts';
import { examineStack, healStack, openTarget } from '../index.ts';

// States that the embedded cloud does not come to: nested stacks that are stuck beneath their parent, imports that cannot be undone.

const STACK = 'AWS::CloudFormation::Stack';
const ARN = 'arn:aws:cloudformation:eu-west-1:111122223333:stack';
const PARENT = `${ARN}/Imager/1`;
const NESTED = `${ARN}/Imager-Nested-1ABC/2`;

let aws: ScriptedAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

const command = (verb: string) => `node app.ts ${verb}`;
const signal = new AbortController().signal;
const doctor = async (script: Readonly<Record<string, Answer>>) => {
  const running = await scriptAws({
    ListChangeSets: () => ({ Summaries: [] }),
    GetTemplate: () => ({ TemplateBody: '{"Resources":{}}' }),
    ...script,
  });
  aws = running;
  const target = openTarget({
    endpoint: running.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    calls: running.calls,
    examine: () => examineStack(target, 'Imager', { command, signal }),
    heal: (diagnosis: Diagnosis, way: WayName) =>
      healStack(target, diagnosis, way, { command, signal, onProgress: () => undefined }),
  };
};

type Line = readonly [logicalId: string, type: string, status: string, reason?: string];

/** Newest first, as CloudFormation answers. */
const events = (stackId: string, name: string, lines: readonly Line[]) => ({
  StackEvents: lines
    .map(([LogicalResourceId, ResourceType, ResourceStatus, ResourceStatusReason], index) => ({
      StackId: stackId,
      EventId: `${name}-${index}`,
      LogicalResourceId,
      PhysicalResourceId: LogicalResourceId === name ? stackId : `${LogicalResourceId}-physical`,
      ResourceType,
      ResourceStatus,
      ResourceStatusReason,
      Timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, index)),
    }))
    .reverse(),
});

const EMBEDDED = `Embedded stack ${NESTED} was not successfully updated: The following resource(s) failed to update: [Queue].`;
const PARENT_STORY: readonly Line[] = [
  ['Imager', STACK, 'UPDATE_IN_PROGRESS', 'User Initiated'],
  ['Nested', STACK, 'UPDATE_IN_PROGRESS'],
  ['Topic', 'AWS::SNS::Topic', 'UPDATE_IN_PROGRESS'],
  ['Nested', STACK, 'UPDATE_FAILED', EMBEDDED],
  ['Imager', STACK, 'UPDATE_ROLLBACK_IN_PROGRESS', 'The following resource(s) failed'],
  ['Nested', STACK, 'UPDATE_FAILED', EMBEDDED],
  ['Topic', 'AWS::SNS::Topic', 'UPDATE_FAILED', 'Resource update cancelled'],
  ['Imager', STACK, 'UPDATE_ROLLBACK_FAILED', 'The following resource(s) failed'],
];
const NESTED_STORY: readonly Line[] = [
  ['Imager-Nested-1ABC', STACK, 'UPDATE_IN_PROGRESS'],
  ['Queue', 'AWS::SQS::Queue', 'UPDATE_FAILED', 'Queue does not exist'],
  ['Imager-Nested-1ABC', STACK, 'UPDATE_ROLLBACK_IN_PROGRESS'],
  ['Queue', 'AWS::SQS::Queue', 'UPDATE_FAILED', 'Queue does not exist'],
  ['Imager-Nested-1ABC', STACK, 'UPDATE_ROLLBACK_FAILED'],
];
const resource = (
  LogicalResourceId: string,
  ResourceType: string,
  ResourceStatus: string,
  PhysicalResourceId: string,
) => ({ LogicalResourceId, ResourceType, ResourceStatus, PhysicalResourceId });

const nestedScript = (parentStatus: string, nestedStatus: string) => {
  const state = { parent: parentStatus };
  const script: Record<string, Answer> = {
    DescribeStacks: ({ StackName = '' }) => ({
      Stacks: [
        StackName.startsWith('Imager') || StackName === PARENT
          ? { StackId: PARENT, StackName: 'Imager', StackStatus: state.parent }
          : { StackId: NESTED, StackName: 'Imager-Nested-1ABC', StackStatus: nestedStatus },
      ],
    }),
    DescribeStackEvents: ({ StackName }) => {
      if (StackName !== PARENT) return events(NESTED, 'Imager-Nested-1ABC', NESTED_STORY);
      return events(PARENT, 'Imager', [
        ...PARENT_STORY,
        ...(state.parent === 'UPDATE_ROLLBACK_COMPLETE'
          ? ([['Imager', STACK, 'UPDATE_ROLLBACK_COMPLETE']] as const)
          : []),
      ]);
    },
    ListStackResources: ({ StackName }) => ({
      StackResourceSummaries:
        StackName === PARENT
          ? [
              resource('Nested', STACK, 'UPDATE_FAILED', NESTED),
              resource('Topic', 'AWS::SNS::Topic', 'UPDATE_FAILED', 'topic'),
            ]
          : [resource('Queue', 'AWS::SQS::Queue', 'UPDATE_FAILED', 'https://queue')],
    }),
    ContinueUpdateRollback: () => {
      state.parent = 'UPDATE_ROLLBACK_COMPLETE';
      return {};
    },
  };
  return script;
};

it('a resource of a nested stack is skipped by that stack’s name; what was only called off is not', async () => {
  const t = await doctor(nestedScript('UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_FAILED'));
  const diagnosis = await t.examine();
  expect(diagnosis).toMatchObject({
    health: 'stuck',
    // The parent says only that its nested stack failed; the cause is beneath.
    cause: {
      logicalId: 'Queue',
      reason: 'Queue does not exist',
      nestedStack: 'Imager-Nested-1ABC',
    },
    stuckResources: [{ id: 'Imager-Nested-1ABC.Queue', reason: 'Queue does not exist' }],
  });
  await t.heal(diagnosis, 'continue-rollback');
  const { params } = t.calls.find(({ action }) => action === 'ContinueUpdateRollback') ?? {};
  expect(params).toMatchObject({ 'ResourcesToSkip.member.1': 'Imager-Nested-1ABC.Queue' });
  expect(params).not.toHaveProperty('ResourcesToSkip.member.2');
});

it('a nested stack that is being deleted is skipped as a whole', async () => {
  const t = await doctor(nestedScript('UPDATE_ROLLBACK_FAILED', 'DELETE_FAILED'));
  expect((await t.examine()).stuckResources).toMatchObject([{ id: 'Nested' }]);
});

it('a nested stack that is stuck beneath a healthy one is told', async () => {
  const t = await doctor(nestedScript('UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED'));
  const diagnosis = await t.examine();
  expect(diagnosis.health).toBe('stuck');
  expect(diagnosis.notes.join()).toContain(
    'Its nested stack Nested, Imager-Nested-1ABC, is UPDATE_ROLLBACK_FAILED',
  );
});

it('an import that could not be undone says what AWS does not say', async () => {
  const { script } = scriptStack('Imager', {
    status: 'IMPORT_ROLLBACK_FAILED',
    steps: [
      ['Imager', STACK, 'UPDATE_ROLLBACK_IN_PROGRESS'],
      ['Imager', STACK, 'IMPORT_ROLLBACK_COMPLETE'],
    ],
  });
  const t = await doctor(script);
  const diagnosis = await t.examine();
  expect(diagnosis).toMatchObject({
    health: 'stuck',
    ways: [
      {
        name: 'retry-rollback',
        costs: expect.stringContaining('AWS does not say that this call takes a failed import'),
      },
    ],
  });
  await t.heal(diagnosis, 'retry-rollback');
  expect((await t.examine()).health).toBe('healthy');
});

it('what may not be looked at is said, and hides nothing else', async () => {
  const { script } = scriptStack('Imager', { status: 'ROLLBACK_COMPLETE' });
  const denied = () => new Fault('AccessDenied', 'not authorized to list', 403);
  const t = await doctor({ ...script, ListChangeSets: denied, GetTemplate: denied });
  expect(await t.examine()).toMatchObject({
    notes: ['Not looked at: not authorized to list', 'Not looked at: not authorized to list'],
    ways: [{ name: 'start-over' }],
  });
});

it('an operation whose beginning was answered by nothing is followed all the same', async () => {
  const { stack, script } = scriptStack('Imager', {
    status: 'UPDATE_ROLLBACK_FAILED',
    steps: [
      ['Imager', STACK, 'UPDATE_ROLLBACK_IN_PROGRESS'],
      ['Imager', STACK, 'UPDATE_ROLLBACK_COMPLETE'],
    ],
  });
  let asked = 0;
  const t = await doctor({
    ...script,
    ContinueUpdateRollback: async (params) => {
      asked += 1;
      if (asked > 1)
        return new Fault('ValidationError', `Stack is in ${stack.status} and can not continue`);
      await script['ContinueUpdateRollback']?.(params);
      return new Fault('InternalFailure', 'acted, and failed to say so', 500);
    },
  });
  await t.heal(await t.examine(), 'retry-rollback');
  expect(asked).toBe(2);
  expect((await t.examine()).status).toBe('UPDATE_ROLLBACK_COMPLETE');
});
