import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';

/** A rollback, and a rollback that is continued, belong to the operation that failed. */
const STARTS = /^(CREATE|UPDATE|DELETE|IMPORT|REVIEW)_IN_PROGRESS$/;

/** Whether an event is the stack's own, not of a resource in it. */
export const isOfStack = (event: StackEvent): boolean => event.PhysicalResourceId === event.StackId;

/** The events of the last operation on a stack, what came of it included, oldest first. */
export const lastOperation = async (
  api: CloudFormationApi,
  stackId: string,
  signal: AbortSignal,
): Promise<readonly StackEvent[]> => {
  const events: StackEvent[] = [];
  let next: string | undefined;
  do {
    const page = await api.describeStackEvents(
      { StackName: stackId, ...(next === undefined ? {} : { NextToken: next }) },
      signal,
    );
    for (const event of page.StackEvents ?? []) {
      events.push(event);
      if (isOfStack(event) && STARTS.test(event.ResourceStatus ?? '')) return events.reverse();
    }
    next = page.NextToken;
  } while (next !== undefined);
  return events.reverse();
};
