import {
  CancelUpdateStackCommand,
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  RollbackStackCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../core/clock.ts';
import type { FakeQueues } from './fixtures/stacks.ts';
import { createFakeQueues, queue, startStacks, story } from './fixtures/stacks.ts';

let fakes: FakeQueues;
let cloud: Awaited<ReturnType<typeof startStacks>>;

beforeEach(async () => {
  fakes = createFakeQueues();
  cloud = await startStacks([fakes.provider]);
});
afterEach(() => cloud.stop());

const ref = (Ref: string) => ({ Ref });

describe('creating', () => {
  it('goes by dependencies, and at one time where there are none', async () => {
    const a = fakes.hold('create', 'A');
    const b = fakes.hold('create', 'B');
    await cloud.begin('s', {
      Resources: {
        C: queue({ QueueName: { 'Fn::Join': ['-', [ref('A'), 'c']] } }, { DependsOn: 'B' }),
        A: queue({ QueueName: 'a' }),
        B: queue({ QueueName: 'b' }),
      },
    });
    await Promise.all([a.reached, b.reached]);
    expect(fakes.calls).toEqual(['create A', 'create B']);
    a.release();
    b.release();
    await cloud.settle();
    expect((await cloud.describe('s')).StackStatus).toBe('CREATE_COMPLETE');
    expect([...fakes.queues.keys()]).toEqual(['a', 'b', 'a-c']);
  });

  it("tells AWS's events in AWS's order", async () => {
    await cloud.create('s', { Resources: { A: queue({ QueueName: 'a', DelaySeconds: 5 }) } });
    const events = await cloud.events('s');
    expect(story(events)).toEqual([
      's CREATE_IN_PROGRESS: User Initiated',
      'A CREATE_IN_PROGRESS',
      'A CREATE_IN_PROGRESS: Resource creation Initiated',
      'A CREATE_COMPLETE',
      's CREATE_COMPLETE',
    ]);
    expect(events[1]?.PhysicalResourceId).toBe('');
    expect(events[2]?.PhysicalResourceId).toBe('a');
    expect(JSON.parse(events[1]?.ResourceProperties ?? '')).toEqual({
      QueueName: 'a',
      DelaySeconds: '5',
    });
    expect(new Set(events.map(({ EventId }) => EventId)).size).toBe(events.length);
  });

  it('gives properties the types of the schema', async () => {
    await cloud.create('s', {
      Resources: { A: queue({ QueueName: 'a', DelaySeconds: '5', FifoQueue: 'true' }) },
    });
    expect(fakes.queues.get('a')).toEqual({ QueueName: 'a', DelaySeconds: 5, FifoQueue: true });
  });

  it("fails a resource whose properties do not fit, in the schema's words", async () => {
    const stack = await cloud.create('s', {
      Resources: { A: queue({ DelaySeconds: 'soon', Delay: 1 }) },
    });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(story(await cloud.events('s'))).toContain(
      'A CREATE_FAILED: Properties validation failed for resource A with message:\n[#/DelaySeconds: expected type: Integer, found: String, #: extraneous key [Delay] is not permitted]',
    );
    expect(fakes.calls).toEqual([]);
  });

  it('tells of properties that nothing acts on', async () => {
    await cloud.create('s', { Resources: { A: queue({ KmsMasterKeyId: 'alias/aws/sqs' }) } });
    expect(story(await cloud.events('s'))).toContain(
      'A CREATE_COMPLETE: Kept but not acted on by the embedded cloud: KmsMasterKeyId',
    );
  });

  it('rolls back what was made, and calls off what runs beside the failure', async () => {
    const slow = fakes.hold('create', 'Slow');
    fakes.fail('create', 'Bad');
    const bad = fakes.hold('create', 'Bad');
    await cloud.begin('s', {
      Resources: {
        First: queue({ QueueName: 'first' }),
        Bad: queue({}, { DependsOn: 'First' }),
        Slow: queue({ QueueName: 'slow' }, { DependsOn: 'First' }),
        Never: queue({}, { DependsOn: 'Bad' }),
      },
    });
    await Promise.all([slow.reached, bad.reached]);
    bad.release();
    // A round trip later the failure has been told.
    await cloud.describe('s');
    slow.release();
    await cloud.settle();
    const events = story(await cloud.events('s'));
    expect(events.at(-1)).toBe('s ROLLBACK_COMPLETE');
    expect(events.find((event) => event.startsWith('Bad CREATE_FAILED'))).toMatch(
      /^Bad CREATE_FAILED: Resource handler returned message: "Bad was told to fail \(Service: SQS, Status Code: 400, Request ID: .+\)" \(RequestToken: .+, HandlerErrorCode: InvalidRequest\)$/,
    );
    expect(events).toContain('Slow CREATE_FAILED: Resource creation cancelled');
    expect(events).toContain(
      's ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Bad, Slow]. Rollback requested by user.',
    );
    expect(events.filter((event) => event.startsWith('Never'))).toEqual([]);
    // What Slow had made before it was called off is gone as well.
    expect([...fakes.queues.keys()]).toEqual([]);
    expect(fakes.calls).not.toContain('create Never');
  });

  it('keeps what was made when it is asked to, goes on beside the failure, and rolls back later', async () => {
    fakes.fail('create', 'Bad');
    const stack = await cloud.create(
      's',
      { Resources: { Bad: queue(), Good: queue({ QueueName: 'good' }) } },
      { DisableRollback: true },
    );
    expect(stack).toMatchObject({
      StackStatus: 'CREATE_FAILED',
      StackStatusReason: 'The following resource(s) failed to create: [Bad].',
    });
    expect([...fakes.queues.keys()]).toEqual(['good']);
    await cloud.client.send(new RollbackStackCommand({ StackName: 's' }));
    await cloud.settle();
    expect((await cloud.describe('s')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(fakes.queues.size).toBe(0);
  });

  it('deletes the stack when it is asked to', async () => {
    fakes.fail('create', 'Bad');
    const id = await cloud.begin(
      's',
      { Resources: { Bad: queue({}, { DependsOn: 'Good' }), Good: queue() } },
      { OnFailure: 'DELETE' },
    );
    await cloud.settle();
    expect((await cloud.describe(id)).StackStatus).toBe('DELETE_COMPLETE');
    expect(fakes.queues.size).toBe(0);
    await expect(cloud.describe('s')).rejects.toThrow('Stack with id s does not exist');
  });

  it('ends in ROLLBACK_FAILED when what was made cannot be deleted', async () => {
    fakes.fail('create', 'Bad');
    fakes.fail('delete', 'Good');
    const stack = await cloud.create('s', {
      Resources: { Bad: queue({}, { DependsOn: 'Good' }), Good: queue() },
    });
    expect(stack).toMatchObject({
      StackStatus: 'ROLLBACK_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [Good].',
    });
    expect((await cloud.delete('s')).StackStatus).toBe('DELETE_COMPLETE');
    expect(fakes.queues.size).toBe(0);
  });

  it('is called off by a deletion', async () => {
    const slow = fakes.hold('create', 'A');
    const id = await cloud.begin('s', {
      Resources: { A: queue(), B: queue({}, { DependsOn: 'A' }) },
    });
    await slow.reached;
    await cloud.client.send(new DeleteStackCommand({ StackName: 's' }));
    slow.release();
    await cloud.settle();
    expect((await cloud.describe(id)).StackStatus).toBe('DELETE_COMPLETE');
    expect(fakes.calls).toEqual(['create A', 'delete A']);
  });

  it('stops at its time limit', async () => {
    const clock = createVirtualClock(Date.now());
    const limited = await startStacks([fakes.provider], { clock });
    const slow = fakes.hold('create', 'A');
    await limited.begin('s', { Resources: { A: queue() } }, { TimeoutInMinutes: 1 });
    await slow.reached;
    await clock.advance(60_000);
    slow.release();
    await limited.settle();
    const events = story(await limited.events('s'));
    expect(events).toContain('A CREATE_FAILED: Resource creation cancelled');
    expect(events).toContain(
      's ROLLBACK_IN_PROGRESS: Stack creation time exceeded the specified timeout. Rollback requested by user.',
    );
    expect(events.at(-1)).toBe('s ROLLBACK_COMPLETE');
    await limited.stop();
  });
});

describe('updating', () => {
  const one = (properties: Readonly<Record<string, unknown>>, more = {}) => ({
    Resources: { A: queue(properties, more) },
  });

  it('changes in place, or makes a new one before the old one goes', async () => {
    await cloud.create('s', one({ QueueName: 'a', DelaySeconds: 1 }));
    await cloud.update('s', one({ QueueName: 'a', DelaySeconds: 2 }));
    expect(fakes.queues.get('a')).toMatchObject({ DelaySeconds: 2 });
    await cloud.update('s', one({ QueueName: 'b', DelaySeconds: 2 }));
    expect([...fakes.queues.keys()]).toEqual(['b']);
    expect(fakes.calls).toEqual(['create A', 'update A', 'create A', 'delete A']);
    expect(story(await cloud.events('s')).slice(-8)).toEqual([
      's UPDATE_IN_PROGRESS: User Initiated',
      'A UPDATE_IN_PROGRESS: Requested update requires the creation of a new physical resource; hence creating one.',
      'A UPDATE_IN_PROGRESS: Resource creation Initiated',
      'A UPDATE_COMPLETE',
      's UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'A DELETE_IN_PROGRESS',
      'A DELETE_COMPLETE',
      's UPDATE_COMPLETE',
    ]);
  });

  it('says when nothing changes', async () => {
    await cloud.create('s', one({ QueueName: 'a', DelaySeconds: 1 }));
    await expect(cloud.update('s', one({ QueueName: 'a', DelaySeconds: '1' }))).rejects.toThrow(
      'No updates are to be performed.',
    );
  });

  it('refuses to replace what has a name of its own', async () => {
    await cloud.create('s', one({ QueueName: 'a' }));
    const stack = await cloud.update('s', one({ QueueName: 'a', FifoQueue: true }));
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(story(await cloud.events('s'))).toContain(
      'A UPDATE_FAILED: CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename a and update the stack again.',
    );
  });

  it('puts everything back when one fails, and takes away what it made', async () => {
    await cloud.create('s', {
      Resources: {
        Changed: queue({ QueueName: 'changed', DelaySeconds: 1 }),
        Replaced: queue({ QueueName: 'old' }),
        Removed: queue({ QueueName: 'removed' }),
      },
    });
    fakes.fail('create', 'Bad');
    const stack = await cloud.update('s', {
      Resources: {
        Changed: queue({ QueueName: 'changed', DelaySeconds: 2 }),
        Replaced: queue({ QueueName: 'new' }),
        Added: queue({ QueueName: 'added' }),
        Bad: queue({}, { DependsOn: ['Changed', 'Replaced', 'Added'] }),
      },
    });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...fakes.queues].sort(([a], [b]) => a.localeCompare(b))).toEqual([
      ['changed', { QueueName: 'changed', DelaySeconds: 1 }],
      ['old', { QueueName: 'old' }],
      ['removed', { QueueName: 'removed' }],
    ]);
    const events = story(await cloud.events('s'));
    expect(events).toContain(
      's UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Bad].',
    );
    expect(events).toContain('s UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    expect(
      (await cloud.resources('s')).map(({ LogicalResourceId, PhysicalResourceId }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ]),
    ).toEqual([
      ['Changed', 'changed'],
      ['Replaced', 'old'],
      ['Removed', 'removed'],
    ]);
    // It can be updated again.
    await cloud.update('s', one({ QueueName: 'x' }));
    expect([...fakes.queues.keys()]).toEqual(['x']);
  });

  it('that cannot be put back waits in UPDATE_ROLLBACK_FAILED, and goes on', async () => {
    const template = (delay: number) => ({
      Resources: {
        A: queue({ QueueName: 'a', DelaySeconds: delay }),
        B: queue({ QueueName: 'b', DelaySeconds: delay }, { DependsOn: 'A' }),
      },
    });
    await cloud.create('s', template(1));
    fakes.fail('update', 'B', 2);
    const stack = await cloud.update('s', template(2));
    expect(stack).toMatchObject({
      StackStatus: 'UPDATE_ROLLBACK_FAILED',
      StackStatusReason: 'The following resource(s) failed to update: [B].',
    });
    await expect(cloud.update('s', template(3))).rejects.toThrow(
      /^Stack:arn:.* is in UPDATE_ROLLBACK_FAILED state and can not be updated\.$/,
    );
    await cloud.client.send(new ContinueUpdateRollbackCommand({ StackName: 's' }));
    await cloud.settle();
    expect((await cloud.describe('s')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(fakes.queues.get('b')).toMatchObject({ DelaySeconds: 1 });
  });

  it('can skip what cannot be put back', async () => {
    const template = (delay: number) => one({ QueueName: 'a', DelaySeconds: delay });
    await cloud.create('s', template(1));
    fakes.fail('update', 'A', 9);
    await cloud.update('s', template(2));
    await expect(
      cloud.client.send(
        new ContinueUpdateRollbackCommand({ StackName: 's', ResourcesToSkip: ['Other'] }),
      ),
    ).rejects.toThrow('[Other] are not in UPDATE_FAILED state');
    await cloud.client.send(
      new ContinueUpdateRollbackCommand({ StackName: 's', ResourcesToSkip: ['A'] }),
    );
    await cloud.settle();
    expect((await cloud.describe('s')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('is cancelled', async () => {
    const template = (delay: number) => ({
      Resources: {
        A: queue({ QueueName: 'a', DelaySeconds: delay }),
        B: queue({ QueueName: 'b', DelaySeconds: delay }, { DependsOn: 'A' }),
      },
    });
    await cloud.create('s', template(1));
    const slow = fakes.hold('update', 'A');
    await cloud.client.send(
      new UpdateStackCommand({ StackName: 's', TemplateBody: JSON.stringify(template(2)) }),
    );
    await slow.reached;
    await cloud.client.send(new CancelUpdateStackCommand({ StackName: 's' }));
    slow.release();
    await cloud.settle();
    expect(await cloud.describe('s')).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(fakes.queues.get('a')).toMatchObject({ DelaySeconds: 1 });
    expect(fakes.calls).not.toContain('update B');
    await expect(
      cloud.client.send(new CancelUpdateStackCommand({ StackName: 's' })),
    ).rejects.toThrow('CancelUpdateStack cannot be called from current stack status');
  });

  it('that failed and was kept is updated, or rolled back to what was there before it', async () => {
    const template = (delay: number, extra = {}) => ({
      Resources: { A: queue({ QueueName: 'a', DelaySeconds: delay }), ...extra },
    });
    await cloud.create('s', template(1));
    fakes.fail('create', 'B');
    const failed = await cloud.update('s', template(2, { B: queue({ QueueName: 'b' }) }), {
      DisableRollback: true,
    });
    expect(failed.StackStatus).toBe('UPDATE_FAILED');
    expect(fakes.queues.get('a')).toMatchObject({ DelaySeconds: 2 });
    await expect(cloud.update('s', template(3))).rejects.toThrow('non-terminal [UPDATE_FAILED]');
    const fixed = await cloud.update('s', template(3, { B: queue({ QueueName: 'b' }) }), {
      DisableRollback: true,
    });
    expect(fixed.StackStatus).toBe('UPDATE_COMPLETE');
    fakes.fail('create', 'C');
    await cloud.update('s', template(4, { C: queue() }), { DisableRollback: true });
    await cloud.client.send(new RollbackStackCommand({ StackName: 's' }));
    await cloud.settle();
    expect((await cloud.describe('s')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...fakes.queues].sort(([a], [b]) => a.localeCompare(b))).toEqual([
      ['a', { QueueName: 'a', DelaySeconds: 3 }],
      ['b', { QueueName: 'b' }],
    ]);
  });

  it('refuses another type under the same name', async () => {
    await cloud.create('s', one({}));
    await expect(
      cloud.update('s', { Resources: { A: { Type: 'AWS::SNS::Topic' } } }),
    ).rejects.toThrow(
      'Update of resource type is not permitted. The new template modifies resource type of the following resources: [A]',
    );
  });

  it('keeps what its policies keep', async () => {
    await cloud.create('s', {
      Resources: {
        Gone: queue({ QueueName: 'kept' }, { DeletionPolicy: 'Retain' }),
        Replaced: queue({ QueueName: 'old' }),
      },
    });
    await cloud.update('s', {
      Resources: { Replaced: queue({ QueueName: 'new' }, { UpdateReplacePolicy: 'Retain' }) },
    });
    expect([...fakes.queues.keys()].sort()).toEqual(['kept', 'new', 'old']);
    const skipped = story(await cloud.events('s')).filter((event) => event.includes('SKIPPED'));
    expect(skipped.sort()).toEqual(['Gone DELETE_SKIPPED', 'Replaced DELETE_SKIPPED']);
  });
});

describe('deleting', () => {
  it('goes backwards, and tries again what failed', async () => {
    await cloud.create('s', {
      Resources: { A: queue({ QueueName: 'a' }), B: queue({ QueueName: 'b' }, { DependsOn: 'A' }) },
    });
    fakes.fail('delete', 'B');
    const failed = await cloud.delete('s');
    expect(failed).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [B].',
    });
    expect(fakes.calls.slice(2)).toEqual(['delete B']);
    const gone = await cloud.delete('s');
    expect(gone.StackStatus).toBe('DELETE_COMPLETE');
    expect(fakes.calls.slice(3)).toEqual(['delete B', 'delete A']);
  });

  it('leaves what it is told to leave, once it has failed', async () => {
    await cloud.create('s', { Resources: { A: queue({ QueueName: 'a' }) } });
    await expect(cloud.delete('s', { RetainResources: ['A'] })).rejects.toThrow(
      'only for a stack in DELETE_FAILED state',
    );
    fakes.fail('delete', 'A', 9);
    await cloud.delete('s');
    const gone = await cloud.delete('s', { RetainResources: ['A'] });
    expect(gone.StackStatus).toBe('DELETE_COMPLETE');
    expect([...fakes.queues.keys()]).toEqual(['a']);
  });

  it('is refused under termination protection, and is nothing for a stack that is not there', async () => {
    await cloud.create('s', { Resources: { A: queue() } }, { EnableTerminationProtection: true });
    await expect(cloud.delete('s')).rejects.toThrow(
      'Stack [s] cannot be deleted while TerminationProtection is enabled',
    );
    await cloud.client.send(
      new UpdateTerminationProtectionCommand({
        StackName: 's',
        EnableTerminationProtection: false,
      }),
    );
    expect((await cloud.delete('s')).StackStatus).toBe('DELETE_COMPLETE');
    await cloud.client.send(new DeleteStackCommand({ StackName: 's' }));
  });
});
