import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import type { ResourceFailure } from '../errors.ts';
import { isTransient } from '../failure/explain-failure.ts';
import { pollUntil } from '../aws/polling.ts';
import type { OnProgress, ResourceProgress } from '../progress.ts';
import { isCancellation, plainReason } from '../failure/resource-reason.ts';
import { freshEvents } from './fresh-events.ts';
import { createNestedFeed, inTime } from '../nested/nested-feed.ts';
import { describeStack, isNoSuchStack, isSettled } from './stack-state.ts';

/** How an operation on a stack ended. */
export interface StackOutcome {
  /** `CREATE_COMPLETE`, `UPDATE_ROLLBACK_COMPLETE`, … */
  readonly status: string;
  readonly statusReason?: string;
  /** Why it was rolled back, in CloudFormation's words. */
  readonly rollbackReason?: string;
  /** Failures of resources before any rollback, in order; the first is the cause. */
  readonly failures: readonly ResourceFailure[];
  /** Failures while undoing. */
  readonly rollbackFailures: readonly ResourceFailure[];
  /** Resources that CloudFormation left standing because their policy says so. */
  readonly retained: readonly ResourceProgress[];
}

/** What to watch. */
export interface WatchOptions {
  readonly stackName: string;
  readonly stackId: string;
  /** Events of earlier operations, from {@link eventsSoFar}. */
  readonly seen: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

const STACK_TYPE = 'AWS::CloudFormation::Stack';
/** Looks without an event after which the stack itself is asked, should its last event never come. */
const SILENT_LOOKS = 8;

/** Looks in a row that may fail in passing: a network that comes back must not end a watch of half an hour. */
const FAILED_LOOKS = 15;

/** The newest events of a stack, so that a watch can tell its own from those. */
export const eventsSoFar = async (
  api: CloudFormationApi,
  stackId: string,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> => {
  const { StackEvents } = await api.describeStackEvents({ StackName: stackId }, signal);
  return new Set((StackEvents ?? []).flatMap((event) => event.EventId ?? []));
};

/** Follows an operation until the stack settles, and reports each resource once per step. */
export const watchStack = async (
  api: CloudFormationApi,
  options: WatchOptions,
): Promise<StackOutcome> => {
  const reader = createEventReader(options);
  const nested = createNestedFeed(api, options.signal);
  const seen = new Set(options.seen);
  let silent = 0;
  let failed = 0;
  const ended = await pollUntil(
    async () => {
      let fresh: readonly StackEvent[];
      try {
        fresh = await freshEvents(api, options.stackId, seen, options.signal);
        // Read after the root: what the root says of a nested stack has happened there before.
        fresh = inTime(fresh, await nested.read(fresh));
      } catch (error) {
        if (isNoSuchStack(error)) return { status: 'DELETE_COMPLETE' };
        failed += 1;
        if (isTransient(error) && failed < FAILED_LOOKS) return undefined;
        throw error;
      }
      failed = 0;
      for (const event of fresh) {
        const end = reader.take(event);
        if (end !== undefined) return end;
      }
      silent = fresh.length === 0 ? silent + 1 : 0;
      if (silent === 0 || silent % SILENT_LOOKS !== 0) return undefined;
      const stack = await describeStack(api, options.stackId, options.signal);
      if (stack === undefined) return { status: 'DELETE_COMPLETE' };
      return isSettled(stack.status) ? { status: stack.status } : undefined;
    },
    options.signal,
    api,
  );
  return { ...ended, ...reader.found() };
};

interface EventReader {
  /** Takes the next event in time; answers with the end of the operation when this is it. */
  take(event: StackEvent): { readonly status: string; readonly statusReason?: string } | undefined;
  found(): Pick<StackOutcome, 'failures' | 'rollbackFailures' | 'retained' | 'rollbackReason'>;
}

const createEventReader = (options: WatchOptions): EventReader => {
  const started = new Map<string, { readonly verb: string; readonly at: number }>();
  const failures: ResourceFailure[] = [];
  const rollbackFailures: ResourceFailure[] = [];
  const retained: ResourceProgress[] = [];
  /** Nested stacks in which something failed: that they failed too says nothing new. */
  const failedInside = new Set<string>();
  const undoing = new Set<string>();
  let rollingBack = false;
  let rollbackReason: string | undefined;

  const takeStack = (event: StackEvent, status: string) => {
    if (status.includes('ROLLBACK') && !rollingBack) {
      rollingBack = true;
      rollbackReason = event.ResourceStatusReason || undefined;
      options.onProgress({
        kind: 'rolling-back',
        stackName: options.stackName,
        failure: failures[0] ?? stackFailure(event, status),
      });
    }
    if (!isSettled(status) || status === 'REVIEW_IN_PROGRESS') return undefined;
    return event.ResourceStatusReason
      ? { status, statusReason: event.ResourceStatusReason }
      : { status };
  };

  const takeResource = (event: StackEvent, status: string) => {
    const logicalId = event.LogicalResourceId ?? '';
    const verb = verbOf(status);
    if (verb === undefined) return;
    const at = event.Timestamp?.getTime() ?? 0;
    const key = `${event.StackId ?? ''} ${logicalId}`;
    const rollback = rollingBack || undoing.has(event.StackId ?? '');
    const before = started.get(key);
    const same = before?.verb === status.split('_')[0];
    const base = {
      kind: 'resource',
      stackName: options.stackName,
      logicalId,
      resourceType: event.ResourceType ?? '',
      verb,
      elapsedMs: same && before !== undefined ? Math.max(0, at - before.at) : 0,
      rollback,
      ...(event.PhysicalResourceId ? { physicalId: event.PhysicalResourceId } : {}),
    } as const;
    if (status.endsWith('_IN_PROGRESS')) {
      // CloudFormation says it twice: when it starts, and when the resource has its name.
      if (same) return;
      started.set(key, { verb: status.split('_')[0] ?? '', at });
      options.onProgress({ ...base, phase: 'started' });
      return;
    }
    started.delete(key);
    const reason = event.ResourceStatusReason ?? '';
    if (status.endsWith('_SKIPPED')) {
      const kept: ResourceProgress = { ...base, phase: 'retained' };
      retained.push(kept);
      options.onProgress(kept);
      return;
    }
    if (!status.endsWith('_FAILED')) {
      options.onProgress({ ...base, phase: 'done' });
      return;
    }
    const cancelled = isCancellation(reason);
    const told = failedInside.has(event.PhysicalResourceId ?? '');
    failedInside.add(event.StackId ?? '');
    if (!cancelled && !told)
      (rollback ? rollbackFailures : failures).push(readFailure(event, status));
    options.onProgress({
      ...base,
      phase: cancelled ? 'cancelled' : 'failed',
      reason: plainReason(reason).text,
    });
  };

  return {
    take: (event) => {
      const status = event.ResourceStatus ?? '';
      const ofStack =
        event.ResourceType === STACK_TYPE && event.PhysicalResourceId === event.StackId;
      if (ofStack && event.StackId === options.stackId) return takeStack(event, status);
      if (ofStack) {
        if (status.includes('ROLLBACK')) undoing.add(event.StackId ?? '');
        return undefined;
      }
      takeResource(event, status);
      return undefined;
    },
    found: () => ({
      failures,
      rollbackFailures,
      retained,
      ...(rollbackReason === undefined ? {} : { rollbackReason }),
    }),
  };
};

const verbOf = (status: string): ResourceProgress['verb'] | undefined => {
  if (status.startsWith('CREATE_')) return 'create';
  if (status.startsWith('UPDATE_')) return 'update';
  if (status.startsWith('DELETE_')) return 'delete';
  return status.startsWith('IMPORT_') ? 'import' : undefined;
};

const readFailure = (event: StackEvent, status: string): ResourceFailure => {
  const { text, handlerErrorCode } = plainReason(event.ResourceStatusReason ?? '');
  return {
    logicalId: event.LogicalResourceId ?? '',
    resourceType: event.ResourceType ?? '',
    status,
    reason: text === '' ? 'CloudFormation gives no reason' : text,
    templatePath: `Resources.${event.LogicalResourceId ?? ''}`,
    timestamp: event.Timestamp ?? new Date(0),
    ...(handlerErrorCode === undefined ? {} : { handlerErrorCode }),
    ...(event.PhysicalResourceId ? { physicalId: event.PhysicalResourceId } : {}),
  };
};

/** A rollback that no resource caused: cancelled by a person, a rollback alarm, a hook, a timeout. */
const stackFailure = (event: StackEvent, status: string): ResourceFailure => ({
  ...readFailure(event, status),
  templatePath: '',
});
