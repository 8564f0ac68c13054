import { AwsError } from '../core/aws-error.ts';
import type { Principal } from '../core/principals.ts';
import { dependencyGraph, dependsOn, references } from './dependencies.ts';
import { changedProperties, recreation, same } from './diff.ts';
import { failureReason } from './failure-reason.ts';
import type { Context } from './journal.ts';
import { changeStack, forgetResource, stackOf, tellResource, tellStack } from './journal.ts';
import { parseTemplate } from './parse-template.ts';
import type { Providers } from './provider-calls.ts';
import {
  actingPrincipal,
  checkProperties,
  inertNotice,
  providerContext,
  providerOf,
} from './provider-calls.ts';
import { resourceType } from './resource-types.ts';
import { reversed, runGraph } from './run-graph.ts';
import type { StackScope } from './stack-scope.ts';
import { createStackScope } from './stack-scope.ts';
import type { Stack, StackResource, Target } from './state.ts';
import { resourceKey } from './state.ts';
import { validationError } from './errors.ts';

/** Runs the operations of stacks. Every step is a record before the next begins, so that a killed cloud goes on. */
export interface Engine {
  run(context: Context, stackId: string): void;
}

interface Work {
  readonly context: Context;
  readonly stackId: string;
  readonly principal: Principal;
  readonly tags: Target['tags'];
}

const list = (ids: readonly string[]) => `[${ids.join(', ')}]`;

export const createEngine = (providers: Providers): Engine => {
  const provider = (type: string) => providerOf(providers, type);
  const contextFor = ({ context, stackId, principal, tags }: Work, logicalId: string) =>
    providerContext(context, stackId, logicalId, principal, tags);
  const recordOf = ({ context, stackId }: Work, id: string) =>
    context.state.resources.get(resourceKey(stackId, id));

  const createOne = async (
    work: Work,
    record: StackResource,
    status: 'CREATE' | 'UPDATE',
  ): Promise<StackResource> => {
    const type = provider(record.type);
    checkProperties(record.logicalId, record.type, record.properties);
    const made = await type.create(record.properties, contextFor(work, record.logicalId));
    const notice = inertNotice(type, record.properties);
    const initiated = tellResource(
      work.context,
      { ...record, physicalId: made.physicalId, attributes: made.attributes ?? {} },
      `${status}_IN_PROGRESS`,
      'Resource creation Initiated',
    );
    return tellResource(work.context, initiated, `${status}_COMPLETE`, notice);
  };

  const deleteOne = async (work: Work, record: StackResource): Promise<void> => {
    const begun = tellResource(work.context, record, 'DELETE_IN_PROGRESS');
    if (record.physicalId !== undefined) {
      try {
        await provider(record.type).delete(
          record.physicalId,
          record.properties,
          contextFor(work, record.logicalId),
        );
      } catch (error) {
        tellResource(
          work.context,
          begun,
          'DELETE_FAILED',
          failureReason(error, record.type, work.context.random),
        );
        throw error;
      }
    }
    tellResource(work.context, begun, 'DELETE_COMPLETE');
    forgetResource(work.context, record);
  };

  /** Makes, changes or replaces one resource until it is as the template says. */
  const applyOne = async (
    work: Work,
    scope: StackScope,
    id: string,
    fresh: boolean,
  ): Promise<void> => {
    const stated = scope.template.Resources[id];
    if (stated === undefined) return;
    const existing = recordOf(work, id);
    const base = {
      stackId: work.stackId,
      logicalId: id,
      type: stated.Type,
      dependsOn: [...references(stated.Properties), ...dependsOn(stated)],
      changedAt: work.context.clock.now(),
      ...(stated.DeletionPolicy === undefined ? {} : { deletionPolicy: stated.DeletionPolicy }),
      ...(stated.UpdateReplacePolicy === undefined
        ? {}
        : { updateReplacePolicy: stated.UpdateReplacePolicy }),
      ...(stated.Metadata === undefined ? {} : { metadata: stated.Metadata }),
    };
    const done = existing?.physicalId !== undefined && existing.status.endsWith('_COMPLETE');
    if (existing === undefined || (!done && existing.physicalId === undefined)) {
      const properties = tryProperties(work, scope, id, base, fresh);
      const record: StackResource = {
        ...base,
        status: 'CREATE_IN_PROGRESS',
        properties,
        attributes: {},
        ...(fresh ? {} : { before: 'absent' as const }),
      };
      await attempt(
        work,
        tellResource(work.context, record, 'CREATE_IN_PROGRESS'),
        'CREATE',
        (begun) => createOne(work, begun, 'CREATE'),
      );
      return;
    }
    if (fresh) return;
    const properties = scope.properties(id);
    const changed = changedProperties(existing.properties, properties);
    const { operation } = stackOf(work.context, work.stackId);
    const retagged =
      resourceType(stated.Type)?.tags !== undefined &&
      !same(operation?.previous?.tags ?? [], operation?.target?.tags ?? []);
    const settled = existing.before !== undefined;
    if (settled || (changed.length === 0 && !retagged && existing.type === stated.Type)) {
      if (!settled) {
        const { deletionPolicy: _d, updateReplacePolicy: _u, metadata: _m, ...kept } = existing;
        work.context.state.resources.set(resourceKey(work.stackId, id), {
          ...kept,
          ...base,
          changedAt: existing.changedAt,
        });
      }
      return;
    }
    await change(
      work,
      existing,
      {
        ...base,
        status: 'UPDATE_IN_PROGRESS',
        properties,
        attributes: existing.attributes,
        before: existing,
      },
      changed,
    );
  };

  const tryProperties = (
    work: Work,
    scope: StackScope,
    id: string,
    base: Omit<StackResource, 'status' | 'properties' | 'attributes'>,
    fresh: boolean,
  ) => {
    try {
      return scope.properties(id);
    } catch (error) {
      tellResource(
        work.context,
        {
          ...base,
          status: 'CREATE_FAILED',
          properties: {},
          attributes: {},
          ...(fresh ? {} : { before: 'absent' as const }),
        },
        'CREATE_FAILED',
        failureReason(error, base.type, work.context.random),
      );
      throw error;
    }
  };

  /** Runs a step; its failure is told at once, and is the step's. */
  const attempt = async (
    work: Work,
    record: StackResource,
    verb: 'CREATE' | 'UPDATE',
    step: (record: StackResource) => Promise<unknown>,
  ): Promise<void> => {
    try {
      await step(record);
    } catch (error) {
      const latest = recordOf(work, record.logicalId) ?? record;
      tellResource(
        work.context,
        latest,
        `${verb}_FAILED`,
        failureReason(error, record.type, work.context.random),
      );
      throw error;
    }
  };

  const change = async (
    work: Work,
    existing: StackResource,
    next: StackResource,
    changed: readonly string[],
  ): Promise<void> => {
    const type = provider(next.type);
    const replaces =
      existing.type !== next.type ||
      (changed.length > 0 && type.update === undefined) ||
      changed.some((name) => recreation(next.type, name) === 'Always');
    const { physicalId = '' } = existing;
    if (replaces) {
      const record = tellResource(
        work.context,
        { ...next, physicalId },
        'UPDATE_IN_PROGRESS',
        'Requested update requires the creation of a new physical resource; hence creating one.',
      );
      await attempt(work, record, 'UPDATE', async (begun) => {
        const old = {
          physicalId,
          type: existing.type,
          properties: existing.properties,
          retain: existing.updateReplacePolicy === 'Retain',
        };
        await createOne(
          work,
          { ...begun, replaced: [...(existing.replaced ?? []), old] },
          'UPDATE',
        );
      });
      return;
    }
    if (type.update === undefined) {
      work.context.state.resources.set(resourceKey(work.stackId, next.logicalId), {
        ...next,
        physicalId,
        status: existing.status,
      });
      return;
    }
    const update = type.update.bind(type);
    await attempt(
      work,
      tellResource(work.context, { ...next, physicalId }, 'UPDATE_IN_PROGRESS'),
      'UPDATE',
      async (begun) => {
        checkProperties(next.logicalId, next.type, next.properties);
        const made = await update(
          physicalId,
          next.properties,
          existing.properties,
          contextFor(work, next.logicalId),
        );
        tellResource(
          work.context,
          {
            ...begun,
            physicalId: made.physicalId,
            attributes: made.attributes ?? existing.attributes,
          },
          'UPDATE_COMPLETE',
          inertNotice(type, next.properties),
        );
      },
    );
  };

  const scopeOf = (work: Work, target: Target): StackScope => {
    const stack = stackOf(work.context, work.stackId);
    return createStackScope(
      parseTemplate(target.templateBody),
      target,
      stack,
      work.context,
      work.context.state,
      (id) => {
        const record = recordOf(work, id);
        return record?.physicalId === undefined ? undefined : record;
      },
    );
  };

  const outputsOf = (work: Work, scope: StackScope): Stack['outputs'] => {
    const outputs = Object.entries(scope.template.Outputs)
      .filter(([, output]) => scope.holds(output.Condition))
      .map(([OutputKey, output]) => ({
        OutputKey,
        OutputValue: String(scope.evaluate(output.Value)),
        ...(output.Description === undefined ? {} : { Description: output.Description }),
        ...(output.Export === undefined
          ? {}
          : { ExportName: String(scope.evaluate(output.Export.Name)) }),
      }));
    for (const { ExportName } of outputs)
      for (const other of work.context.state.stacks.values())
        if (
          ExportName !== undefined &&
          other.stackId !== work.stackId &&
          other.status !== 'DELETE_COMPLETE' &&
          other.outputs.some((output) => output.ExportName === ExportName)
        )
          throw validationError(
            `Export with name ${ExportName} is already exported by stack ${other.stackName}`,
          );
    return outputs;
  };

  const cancelled = (work: Work) => () =>
    stackOf(work.context, work.stackId).cancelRequested === true;

  /** Applies a target; answers with the sentence of what failed, or undefined. */
  const apply = async (work: Work, target: Target, fresh: boolean): Promise<string | undefined> => {
    let scope: StackScope;
    try {
      scope = scopeOf(work, target);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    const failures = await runGraph(
      dependencyGraph(scope.template, scope.active),
      (id) => applyOne(work, scope, id, fresh),
      cancelled(work),
    );
    if (failures.length > 0) {
      const ids = list(failures.map(({ id }) => id));
      return fresh
        ? `The following resource(s) failed to create: ${ids}. `
        : `The following resource(s) failed to ${failures.some(({ id }) => recordOf(work, id)?.before === 'absent') ? 'create' : 'update'}: ${ids}. `;
    }
    if (cancelled(work)()) return 'Update cancelled by user. ';
    try {
      changeStack(work.context, work.stackId, { outputs: outputsOf(work, scope) });
      return undefined;
    } catch (error) {
      return `${error instanceof Error ? error.message : String(error)} `;
    }
  };

  const graphOfRecords = (records: readonly StackResource[]) => {
    const ids = new Set(records.map(({ logicalId }) => logicalId));
    return new Map(
      records.map(({ logicalId, dependsOn: needed }) => [
        logicalId,
        new Set(needed.filter((id) => ids.has(id) && id !== logicalId)),
      ]),
    );
  };

  /** Deletes resources, those that need others first. Answers with those that failed. */
  const deleteAll = async (
    work: Work,
    records: readonly StackResource[],
    keep: (record: StackResource) => boolean,
  ): Promise<readonly string[]> => {
    const byId = new Map(records.map((record) => [record.logicalId, record]));
    const failed: string[] = [];
    await runGraph(reversed(graphOfRecords(records)), async (id) => {
      const record = byId.get(id);
      if (record === undefined) return;
      if (keep(record)) {
        tellResource(work.context, record, 'DELETE_SKIPPED');
        forgetResource(work.context, record);
        return;
      }
      try {
        await deleteOne(work, record);
      } catch {
        // The others go on: AWS deletes all that it can.
        failed.push(id);
      }
    });
    return failed;
  };

  const isKept = ({ deletionPolicy }: StackResource) =>
    deletionPolicy === 'Retain' || deletionPolicy === 'RetainExceptOnCreate';

  const finish = (context: Context, stackId: string, status: string, reason?: string) => {
    const { operation: _, cancelRequested: _c, ...stack } = stackOf(context, stackId);
    context.state.stacks.set(stackId, {
      ...stack,
      ...(_?.target === undefined || /ROLLBACK/.test(status) ? {} : { current: _.target }),
    });
    tellStack(context, stackId, status, reason);
  };

  const runCreate = async (work: Work, target: Target): Promise<void> => {
    const { context, stackId } = work;
    const failed = await apply(work, target, true);
    const stack = stackOf(context, stackId);
    if (failed === undefined) return finish(context, stackId, 'CREATE_COMPLETE');
    const onFailure = stack.operation?.onFailure ?? 'ROLLBACK';
    if (onFailure === 'DO_NOTHING') return finish(context, stackId, 'CREATE_FAILED', failed.trim());
    if (onFailure === 'DELETE') {
      tellStack(context, stackId, 'DELETE_IN_PROGRESS', `${failed}Delete requested by user.`);
      return runDelete(work, []);
    }
    tellStack(context, stackId, 'ROLLBACK_IN_PROGRESS', `${failed}Rollback requested by user.`);
    await rollbackCreate(work);
  };

  const rollbackCreate = async (work: Work): Promise<void> => {
    const { context, stackId } = work;
    const left = await deleteAll(
      work,
      context.state.resourcesOf(stackId),
      ({ deletionPolicy }) => deletionPolicy === 'Retain',
    );
    if (left.length === 0) finish(context, stackId, 'ROLLBACK_COMPLETE');
    else
      finish(
        context,
        stackId,
        'ROLLBACK_FAILED',
        `The following resource(s) failed to delete: ${list(left)}. `,
      );
  };

  const runUpdate = async (work: Work, target: Target): Promise<void> => {
    const { context, stackId } = work;
    const failed = await apply(work, target, false);
    if (failed !== undefined) {
      if (
        stackOf(context, stackId).disableRollback ||
        stackOf(context, stackId).operation?.onFailure === 'DO_NOTHING'
      )
        return finish(context, stackId, 'UPDATE_FAILED', failed.trim());
      tellStack(context, stackId, 'UPDATE_ROLLBACK_IN_PROGRESS', failed.trim());
      return rollbackUpdate(work);
    }
    changeStack(context, stackId, { current: target });
    tellStack(context, stackId, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await cleanUp(work, target);
    settle(work);
    finish(context, stackId, 'UPDATE_COMPLETE');
  };

  /** Deletes what the update let go of. Failures are told; the update stands. */
  const cleanUp = async (work: Work, target: Target): Promise<void> => {
    const { context, stackId } = work;
    const scope = scopeOf(work, target);
    const records = context.state.resourcesOf(stackId);
    await deleteAll(
      work,
      records.filter(({ logicalId }) => !scope.active.has(logicalId)),
      isKept,
    );
    for (const record of records)
      for (const old of record.replaced ?? []) await deleteReplaced(work, record, old);
  };

  const deleteReplaced = async (
    work: Work,
    record: StackResource,
    old: NonNullable<StackResource['replaced']>[number],
  ): Promise<void> => {
    const shownAs = {
      ...record,
      physicalId: old.physicalId,
      type: old.type,
      properties: old.properties,
    };
    const tell = (status: string, reason?: string) => {
      tellResource(work.context, shownAs, status, reason);
      // The events are the old one's; the record stays the new one's.
      work.context.state.resources.set(resourceKey(record.stackId, record.logicalId), record);
    };
    if (old.retain) return tell('DELETE_SKIPPED');
    tell('DELETE_IN_PROGRESS');
    try {
      await provider(old.type).delete(
        old.physicalId,
        old.properties,
        contextFor(work, record.logicalId),
      );
      tell('DELETE_COMPLETE');
    } catch (error) {
      tell('DELETE_FAILED', failureReason(error, old.type, work.context.random));
    }
  };

  const settle = ({ context, stackId }: Work) => {
    for (const { before: _b, replaced: _r, ...record } of context.state.resourcesOf(stackId))
      context.state.resources.set(resourceKey(stackId, record.logicalId), record);
  };

  const rollbackUpdate = async (work: Work, skip: readonly string[] = []): Promise<void> => {
    const { context, stackId } = work;
    const touched = context.state.resourcesOf(stackId).filter(({ before }) => before !== undefined);
    const failed: string[] = [];
    await runGraph(graphOfRecords(touched), async (id) => {
      const record = recordOf(work, id);
      if (record === undefined || record.before === undefined || record.before === 'absent') return;
      try {
        await restore(work, record, record.before, skip.includes(id));
      } catch {
        failed.push(id);
      }
    });
    if (failed.length > 0)
      return finish(
        context,
        stackId,
        'UPDATE_ROLLBACK_FAILED',
        `The following resource(s) failed to update: ${list(failed)}. `,
      );
    tellStack(context, stackId, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    const made = context.state.resourcesOf(stackId).filter(({ before }) => before === 'absent');
    await deleteAll(work, made, ({ deletionPolicy }) => deletionPolicy === 'Retain');
    for (const record of context.state.resourcesOf(stackId))
      for (const old of record.replaced ?? []) await deleteReplaced(work, record, old);
    settle(work);
    finish(context, stackId, 'UPDATE_ROLLBACK_COMPLETE');
  };

  /** Puts one resource back to what it was. A replacement leaves the new one to be cleaned up. */
  const restore = async (
    work: Work,
    record: StackResource,
    before: StackResource,
    skipped: boolean,
  ): Promise<void> => {
    const { context } = work;
    const { replaced: _r, ...old } = before;
    const key = resourceKey(record.stackId, record.logicalId);
    if (skipped) {
      context.state.resources.set(key, { ...old, status: 'UPDATE_COMPLETE' });
      return;
    }
    if (record.physicalId !== undefined && record.physicalId !== before.physicalId) {
      const begun = tellResource(context, { ...old, before }, 'UPDATE_IN_PROGRESS');
      tellResource(
        context,
        {
          ...begun,
          replaced: [
            {
              physicalId: record.physicalId,
              type: record.type,
              properties: record.properties,
              retain: false,
            },
          ],
        },
        'UPDATE_COMPLETE',
      );
      return;
    }
    const type = provider(before.type);
    const begun = tellResource(context, { ...old, before }, 'UPDATE_IN_PROGRESS');
    try {
      const made = await type.update?.(
        before.physicalId ?? '',
        before.properties,
        record.properties,
        contextFor(work, record.logicalId),
      );
      tellResource(
        context,
        { ...begun, attributes: made?.attributes ?? before.attributes },
        'UPDATE_COMPLETE',
      );
    } catch (error) {
      tellResource(
        context,
        { ...record, before },
        'UPDATE_FAILED',
        failureReason(error, record.type, context.random),
      );
      throw error;
    }
  };

  const runDelete = async (work: Work, retain: readonly string[]): Promise<void> => {
    const { context, stackId } = work;
    const failed = await deleteAll(
      work,
      context.state.resourcesOf(stackId),
      (record) => isKept(record) || retain.includes(record.logicalId),
    );
    if (failed.length > 0)
      return finish(
        context,
        stackId,
        'DELETE_FAILED',
        `The following resource(s) failed to delete: ${list(failed)}. `,
      );
    changeStack(context, stackId, { deletedAt: context.clock.now(), outputs: [] });
    finish(context, stackId, 'DELETE_COMPLETE');
  };

  const go = async (context: Context, stackId: string): Promise<void> => {
    const { operation, status } = stackOf(context, stackId);
    if (operation === undefined) return;
    const principal = await actingPrincipal(context, stackId);
    const work: Work = {
      context,
      stackId,
      principal,
      tags: (operation.target ?? operation.previous)?.tags ?? [],
    };
    if (status === 'ROLLBACK_IN_PROGRESS') return rollbackCreate(work);
    if (
      status === 'UPDATE_ROLLBACK_IN_PROGRESS' ||
      status === 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'
    )
      return rollbackUpdate(work, operation.retain);
    if (operation.kind === 'delete' || status === 'DELETE_IN_PROGRESS')
      return runDelete(work, operation.retain ?? []);
    const { target } = operation;
    if (target === undefined) throw validationError('the operation has no target');
    return operation.kind === 'create' ? runCreate(work, target) : runUpdate(work, target);
  };

  return {
    run: (context, stackId) =>
      context.background(`operation of ${stackOf(context, stackId).stackName}`, async () => {
        try {
          await go(context, stackId);
        } catch (error) {
          const { status } = stackOf(context, stackId);
          const reason = error instanceof Error ? error.message : String(error);
          finish(
            context,
            stackId,
            status.startsWith('DELETE')
              ? 'DELETE_FAILED'
              : status.startsWith('UPDATE')
                ? 'UPDATE_ROLLBACK_FAILED'
                : 'ROLLBACK_FAILED',
            reason,
          );
          if (!(error instanceof AwsError)) throw error;
        }
      }),
  };
};
