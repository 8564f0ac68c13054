import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { InPlaceRecord } from '../inplace/index.ts';
import { readRecord } from '../inplace/index.ts';
import type { StackResource } from './describe-contents.ts';
import { listAllResources } from './describe-contents.ts';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { isNestedStack } from '../nested/nested-stack.ts';
import { explainFailure } from '../failure/explain-failure.ts';
import { isCancellation, plainReason } from '../failure/resource-reason.ts';
import { isOfStack, lastOperation } from './last-operation.ts';
import type { StackSituation, StackState } from './stack-state.ts';
import { describeStack, situationOf } from './stack-state.ts';
import type { Target } from '../aws/target.ts';

/** The last operation on a stack, from its events. */
interface LastChange {
  readonly startedAt: Date;
  /** Undefined while it runs. */
  readonly endedAt?: Date;
  /** `User Initiated`, or CloudFormation's own words */
  readonly reason?: string;
  /** The first failure, when something failed. */
  readonly failure?: {
    readonly logicalId: string;
    readonly resourceType: string;
    readonly reason: string;
  };
  /** Resources that changed. */
  readonly changed: number;
}

/** A stack and what is in it. */
export interface StackReport {
  readonly stack: StackState;
  readonly situation: StackSituation;
  readonly resources: readonly StackResource[];
  readonly lastChange?: LastChange;
  /** What was changed in place since, and is not in the stack's template. */
  readonly inPlace?: InPlaceRecord;
}

/**
 * Reads a stack; undefined when nothing was provisioned under the name.
 *
 * @throws {DeployError} when it cannot be read; `code` says why
 */
export const readStatus = async (
  target: Target,
  stackName: string,
  signal: AbortSignal,
): Promise<StackReport | undefined> => {
  try {
    const api = await target.cloudFormation();
    const stack = await describeStack(api, stackName, signal);
    if (stack === undefined) return undefined;
    const [resources, lastChange, inPlace] = await Promise.all([
      listAllResources(api, stack.stackId, signal),
      readLastChange(api, stack.stackId, signal),
      readRecord(target, stack, signal),
    ]);
    return {
      stack,
      situation: situationOf(stack),
      resources,
      ...(lastChange === undefined ? {} : { lastChange }),
      ...(inPlace === undefined ? {} : { inPlace }),
    };
  } catch (error) {
    throw explainFailure(error, target, `reading stack ${stackName}`);
  }
};

/** The last operation, in which what nested stacks did counts, and their first failure stands for theirs. */
const readLastChange = async (
  api: CloudFormationApi,
  stackId: string,
  signal: AbortSignal,
): Promise<LastChange | undefined> => {
  const events = await lastOperation(api, stackId, signal);
  if (events.length === 0) return undefined;
  const own = summarise(events);
  const nested = new Map(
    events.filter(isOfNested).map((event) => [event.PhysicalResourceId, event.LogicalResourceId]),
  );
  const inside = await Promise.all(
    [...nested.keys()].map(async (id = '') => {
      const change = await readLastChange(api, id, signal);
      return change === undefined || change.startedAt < own.startedAt ? undefined : change;
    }),
  );
  const cause = inside.find((change) => change?.failure !== undefined)?.failure;
  const isTold = own.failure !== undefined && ![...nested.values()].includes(own.failure.logicalId);
  return {
    ...own,
    changed: inside.reduce((sum, change) => sum + (change?.changed ?? 0), own.changed),
    ...(cause === undefined || isTold ? {} : { failure: cause }),
  };
};

const isOfNested = (event: StackEvent): boolean =>
  !isOfStack(event) &&
  isNestedStack({
    resourceType: event.ResourceType ?? '',
    physicalId: event.PhysicalResourceId,
  });

const summarise = (events: readonly StackEvent[]): LastChange => {
  const [first] = events;
  const last = events.findLast(isOfStack);
  const running = last?.ResourceStatus?.endsWith('_IN_PROGRESS') ?? true;
  const failed = events.find(
    (event) =>
      !isOfStack(event) &&
      (event.ResourceStatus ?? '').endsWith('_FAILED') &&
      !isCancellation(event.ResourceStatusReason ?? ''),
  );
  return {
    startedAt: first?.Timestamp ?? new Date(0),
    changed: new Set(
      events
        .filter((event) => !isOfStack(event) && (event.ResourceStatus ?? '').endsWith('_COMPLETE'))
        .map((event) => event.LogicalResourceId),
    ).size,
    ...(running || last?.Timestamp === undefined ? {} : { endedAt: last.Timestamp }),
    ...(first?.ResourceStatusReason ? { reason: first.ResourceStatusReason } : {}),
    ...(failed === undefined
      ? {}
      : {
          failure: {
            logicalId: failed.LogicalResourceId ?? '',
            resourceType: failed.ResourceType ?? '',
            reason: plainReason(failed.ResourceStatusReason ?? '').text,
          },
        }),
  };
};
