import {
  CreateStackRefactorCommand,
  DescribeStackRefactorCommand,
  ExecuteStackRefactorCommand,
  ListStackRefactorActionsCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FakeQueues } from './fixtures/stacks.ts';
import { createFakeQueues, queue, startStacks } from './fixtures/stacks.ts';

let fakes: FakeQueues;
let cloud: Awaited<ReturnType<typeof startStacks>>;

beforeEach(async () => {
  fakes = createFakeQueues();
  cloud = await startStacks([fakes.provider]);
  await cloud.create('one', {
    Resources: { A: queue({ QueueName: 'a' }), B: queue({ QueueName: 'b' }) },
  });
  fakes.calls.length = 0;
});
afterEach(() => cloud.stop());

const refactor = async (
  stacks: Readonly<Record<string, object>>,
  mappings?: Readonly<Record<string, string>>,
) => {
  const place = (text: string) => {
    const [StackName = '', LogicalResourceId = ''] = text.split('.');
    return { StackName, LogicalResourceId };
  };
  const { StackRefactorId } = await cloud.client.send(
    new CreateStackRefactorCommand({
      EnableStackCreation: true,
      StackDefinitions: Object.entries(stacks).map(([StackName, Resources]) => ({
        StackName,
        TemplateBody: JSON.stringify({ Resources, Outputs: outputs(Resources) }),
      })),
      ...(mappings === undefined
        ? {}
        : {
            ResourceMappings: Object.entries(mappings).map(([from, to]) => ({
              Source: place(from),
              Destination: place(to),
            })),
          }),
    }),
  );
  return {
    StackRefactorId,
    described: await cloud.client.send(new DescribeStackRefactorCommand({ StackRefactorId })),
  };
};

const outputs = (resources: object) => ({
  Names: { Value: { 'Fn::Join': [',', Object.keys(resources).map((Ref) => ({ Ref }))] } },
});

const idsOf = async (name: string) =>
  Object.fromEntries(
    (await cloud.resources(name)).map((one) => [one.LogicalResourceId, one.PhysicalResourceId]),
  );

it('renames a resource and moves another to a new stack, and touches neither', async () => {
  const { StackRefactorId, described } = await refactor(
    { one: { Renamed: queue({ QueueName: 'a' }) }, two: { B: queue({ QueueName: 'b' }) } },
    { 'one.A': 'one.Renamed', 'one.B': 'two.B' },
  );
  expect(described).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' });
  const { StackRefactorActions = [] } = await cloud.client.send(
    new ListStackRefactorActionsCommand({ StackRefactorId }),
  );
  expect(StackRefactorActions.map(({ Action, Entity }) => `${Action} ${Entity}`)).toEqual([
    'CREATE STACK',
    'MOVE RESOURCE',
    'MOVE RESOURCE',
  ]);
  await cloud.client.send(new ExecuteStackRefactorCommand({ StackRefactorId }));
  expect(await idsOf('one')).toEqual({ Renamed: 'a' });
  expect(await idsOf('two')).toEqual({ B: 'b' });
  expect((await cloud.describe('one')).Outputs?.[0]?.OutputValue).toBe('a');
  expect((await cloud.describe('two')).StackStatus).toBe('CREATE_COMPLETE');
  expect(fakes.calls).toEqual([]);

  // Both stacks own what they have now.
  expect((await cloud.delete('two')).StackStatus).toBe('DELETE_COMPLETE');
  expect([...fakes.queues.keys()]).toEqual(['a']);
});

it('finds by itself what was renamed', async () => {
  const { StackRefactorId, described } = await refactor({
    one: { X: queue({ QueueName: 'a' }), B: queue({ QueueName: 'b' }) },
  });
  expect(described.Status).toBe('CREATE_COMPLETE');
  await cloud.client.send(new ExecuteStackRefactorCommand({ StackRefactorId }));
  expect(await idsOf('one')).toEqual({ X: 'a', B: 'b' });
  await expect(
    cloud.client.send(new ExecuteStackRefactorCommand({ StackRefactorId })),
  ).rejects.toThrow('cannot be executed in its current status of [EXECUTE_COMPLETE]');
});

it('fails when anything else would change', async () => {
  const { described } = await refactor(
    { one: { Renamed: queue({ QueueName: 'a', DelaySeconds: 5 }), B: queue({ QueueName: 'b' }) } },
    { 'one.A': 'one.Renamed' },
  );
  expect(described).toMatchObject({ Status: 'CREATE_FAILED', ExecutionStatus: 'UNAVAILABLE' });
  expect(described.StatusReason).toContain('[Modify one.Renamed]');
  expect(await idsOf('one')).toEqual({ A: 'a', B: 'b' });
});
