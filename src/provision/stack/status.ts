import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import type { StackResource } from './describe-contents.ts';
import { listResources } from './describe-contents.ts';
import { explainFailure } from '../failure/explain-failure.ts';
import { isCancellation, plainReason } from '../failure/resource-reason.ts';
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
    const [resources, lastChange] = await Promise.all([
      listResources(api, stack.stackId, signal),
      readLastChange(api, stack.stackId, signal),
    ]);
    return {
      stack,
      situation: situationOf(stack),
      resources,
      ...(lastChange === undefined ? {} : { lastChange }),
    };
  } catch (error) {
    throw explainFailure(error, target, `reading stack ${stackName}`);
  }
};

const STARTS = /^(CREATE|UPDATE|DELETE|IMPORT|REVIEW)_IN_PROGRESS$/;

const readLastChange = async (
  api: CloudFormationApi,
  stackId: string,
  signal: AbortSignal,
): Promise<LastChange | undefined> => {
  const events: StackEvent[] = [];
  let next: string | undefined;
  do {
    const page = await api.describeStackEvents(
      { StackName: stackId, ...(next === undefined ? {} : { NextToken: next }) },
      signal,
    );
    for (const event of page.StackEvents ?? []) {
      events.push(event);
      if (isOfStack(event) && STARTS.test(event.ResourceStatus ?? '')) return summarise(events);
    }
    next = page.NextToken;
  } while (next !== undefined);
  return events.length === 0 ? undefined : summarise(events);
};

const isOfStack = (event: StackEvent): boolean => event.PhysicalResourceId === event.StackId;

const summarise = (newestFirst: readonly StackEvent[]): LastChange => {
  const events = newestFirst.toReversed();
  const [first] = events;
  const last = newestFirst.find(isOfStack);
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
