import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { isCancellation, plainReason } from '../failure/resource-reason.ts';
import { isOfStack } from '../stack/last-operation.ts';
import type { Cause, RunningOperation } from './diagnosis.ts';

const EXPORT_IN_USE = /Export \S+ cannot be (?:deleted|updated|removed) as it is in use by/i;

/** The first failure of an operation; a resource's before the stack's own. */
export const firstCause = (
  events: readonly StackEvent[],
  placeOf: (logicalId: string) => string | undefined,
): Cause | undefined => {
  const failed = (event: StackEvent) => (event.ResourceStatus ?? '').endsWith('_FAILED');
  const found =
    events.find(
      (event) =>
        !isOfStack(event) && failed(event) && !isCancellation(event.ResourceStatusReason ?? ''),
    ) ??
    // No resource failed: a time limit, a rollback alarm, a person, an export in use.
    events.find(
      (event) =>
        isOfStack(event) &&
        Boolean(event.ResourceStatusReason) &&
        (failed(event) ||
          (event.ResourceStatus ?? '').includes('ROLLBACK') ||
          EXPORT_IN_USE.test(event.ResourceStatusReason ?? '')),
    );
  if (found === undefined) return undefined;
  const base = {
    at: found.Timestamp ?? new Date(0),
    status: found.ResourceStatus ?? '',
    reason: plainReason(found.ResourceStatusReason ?? 'CloudFormation gives no reason').text,
  };
  if (isOfStack(found)) return base;
  const logicalId = found.LogicalResourceId ?? '';
  const place = placeOf(logicalId);
  return {
    ...base,
    logicalId,
    resourceType: found.ResourceType ?? '',
    ...(place === undefined ? {} : { place }),
  };
};

/** What an operation that runs has done so far. */
export const readRunning = (
  events: readonly StackEvent[],
  roleArn: string | undefined,
): RunningOperation => {
  const working = new Map<string, string>();
  for (const event of events) {
    if (isOfStack(event)) continue;
    const id = event.LogicalResourceId ?? '';
    if ((event.ResourceStatus ?? '').endsWith('_IN_PROGRESS'))
      working.set(id, event.ResourceType ?? '');
    else working.delete(id);
  }
  // A rollback is given no token, so the last one that was given counts.
  const token = events.findLast((event) => event.ClientRequestToken)?.ClientRequestToken;
  return {
    since: events[0]?.Timestamp,
    startedBy: `${starter(token)}${roleArn === undefined ? '' : `, under the role ${roleArn}`}`,
    workingOn: [...working].map(([id, type]) => `${id} (${type})`),
  };
};

// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html: tokens that the console makes begin with
// Console-, and every event of an operation carries its token.
const starter = (token: string | undefined): string => {
  if (token === undefined) return 'somebody whom its events do not name';
  if (token.startsWith('sparta-')) return 'a deployment by Sparta';
  return token.startsWith('Console-')
    ? 'somebody in the AWS console'
    : `another tool (its token is ${token})`;
};
