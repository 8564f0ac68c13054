import { UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeQueues } from './fixtures/stacks.ts';
import { createFakeQueues, queue, startStacks, story } from './fixtures/stacks.ts';

let fakes: FakeQueues;
let cloud: Awaited<ReturnType<typeof startStacks>>;

beforeEach(async () => {
  fakes = createFakeQueues();
  cloud = await startStacks([fakes.provider]);
});
afterEach(() => cloud.stop());

describe('a stack policy', () => {
  const policy = (...Statement: readonly object[]) => JSON.stringify({ Statement });
  const ALL = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
  const KEEP_A = {
    Effect: 'Deny',
    Action: ['Update:Modify', 'Update:Delete'],
    Principal: '*',
    Resource: 'LogicalResourceId/A',
  };
  const both = (delay: number) => ({
    Resources: {
      A: queue({ QueueName: 'a', DelaySeconds: delay }),
      B: queue({ QueueName: 'b', DelaySeconds: delay }),
    },
  });

  it('keeps what it protects from changes and removal, and rolls the rest back', async () => {
    await cloud.create('s', both(1), { StackPolicyBody: policy(ALL, KEEP_A) });
    expect((await cloud.update('s', both(2))).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const told = story(await cloud.events('s')).join('\n');
    expect(told).toContain(
      'A UPDATE_FAILED: Action denied by stack policy: Statement [#2] does not allow [Update:Modify] for resource [LogicalResourceId/A]',
    );
    const without = await cloud.update('s', {
      Resources: { B: queue({ QueueName: 'b', DelaySeconds: 1 }) },
    });
    expect(without.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(fakes.queues.get('a')).toEqual({ QueueName: 'a', DelaySeconds: 1 });
  });

  it('gives way to one for the update alone; a new resource needs none', async () => {
    await cloud.create(
      's',
      { Resources: { A: queue({ QueueName: 'a', DelaySeconds: 1 }) } },
      {
        StackPolicyBody: policy({ ...ALL, Resource: 'LogicalResourceId/B' }),
      },
    );
    expect((await cloud.update('s', both(1))).StackStatus).toBe('UPDATE_COMPLETE');
    expect((await cloud.update('s', both(2))).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    await cloud.client.send(
      new UpdateStackCommand({
        StackName: 's',
        TemplateBody: JSON.stringify(both(2)),
        StackPolicyDuringUpdateBody: policy(ALL),
      }),
    );
    await cloud.settle();
    expect(fakes.queues.get('a')).toEqual({ QueueName: 'a', DelaySeconds: 2 });
  });

  it('is read before anything is done', async () => {
    await expect(
      cloud.create('s', both(1), { StackPolicyBody: policy({ ...ALL, Effect: 'Maybe' }) }),
    ).rejects.toThrow('Effect is "Maybe"; it has to be Allow or Deny.');
  });
});
