import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';

/** Events come newest first, by pages; only the pages with something new are read. Those before `since` are of earlier operations. */
export const freshEvents = async (
  api: CloudFormationApi,
  stackId: string,
  seen: Set<string>,
  signal: AbortSignal,
  since?: Date,
): Promise<readonly StackEvent[]> => {
  const isOld = ({ EventId: id, Timestamp: at }: StackEvent) =>
    seen.has(id ?? '') || (since !== undefined && at !== undefined && at < since);
  const fresh: StackEvent[] = [];
  let next: string | undefined;
  do {
    const page = await api.describeStackEvents(
      { StackName: stackId, ...(next === undefined ? {} : { NextToken: next }) },
      signal,
    );
    const events = page.StackEvents ?? [];
    const known = events.findIndex(isOld);
    fresh.push(...(known < 0 ? events : events.slice(0, known)));
    next = known < 0 ? page.NextToken : undefined;
  } while (next !== undefined);
  for (const event of fresh) if (event.EventId !== undefined) seen.add(event.EventId);
  return fresh.reverse();
};
