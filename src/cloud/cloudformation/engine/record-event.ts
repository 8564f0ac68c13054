import type { Json } from '../json.ts';
import { scalarsAsText } from '../json.ts';
import type { Stack, StackEvent, StackResource } from '../state.ts';
import type { Context } from './context.ts';
import { notifyTopics } from './notify-topics.ts';

/** What an event says beside the resource's own facts. */
export interface EventFacts {
  readonly status: string;
  readonly reason?: string;
  /** @defaultValue the resource's own, or none */
  readonly physicalId?: string;
  /** As they may be shown. Left out of the events of deletions, as AWS does. */
  readonly properties?: Json;
}

const operationFacts = (context: Context, stackId: string) => {
  const operation = context.state.operations.get(stackId);
  return {
    ...(operation?.token === undefined ? {} : { token: operation.token }),
    ...(operation === undefined ? {} : { operationId: operation.id }),
  };
};

const without = <K extends string>(record: object, ...names: readonly K[]) =>
  Object.fromEntries(
    Object.entries(record).filter(([name]) => !(names as readonly string[]).includes(name)),
  );

/** Sets a stack's status and records the event of it. */
export const setStackStatus = (
  context: Context,
  stackId: string,
  status: string,
  reason?: string,
): Stack => {
  const { state, clock, random } = context;
  const stack = stackOf(context, stackId);
  const changed = {
    ...(without(stack, 'statusReason') as unknown as Stack),
    status,
    ...(reason === undefined ? {} : { statusReason: reason }),
  };
  state.putStack(changed);
  const event: StackEvent = {
    eventId: random.uuid(),
    at: clock.now(),
    logicalId: stack.name,
    physicalId: stackId,
    type: 'AWS::CloudFormation::Stack',
    status,
    ...(reason === undefined ? {} : { reason }),
    ...operationFacts(context, stackId),
  };
  state.addEvent(stackId, event);
  notifyTopics(context, stackId, event);
  state.bell.ring(stackId);
  return changed;
};

export const stackOf = (context: Context, stackId: string): Stack => {
  const stack = context.state.stacks.get(stackId);
  if (stack === undefined) throw new TypeError(`no record of the stack ${stackId}`);
  return stack;
};

/** Records an event of a resource, and with `keep` its status. */
export const setResourceStatus = (
  context: Context,
  resource: StackResource,
  facts: EventFacts,
): StackResource => {
  const changed: StackResource = {
    ...(without(resource, 'statusReason') as unknown as StackResource),
    status: facts.status,
    changedAt: context.clock.now(),
    ...(facts.reason === undefined ? {} : { statusReason: facts.reason }),
  };
  context.state.putResource(changed);
  recordResourceEvent(context, resource, facts);
  return changed;
};

/** Records an event alone: of a physical resource that the stack has given up. */
export const recordResourceEvent = (
  context: Context,
  resource: Pick<StackResource, 'stackId' | 'logicalId' | 'type' | 'physicalId'>,
  facts: EventFacts,
): void => {
  const { state } = context;
  const { status } = facts;
  const at = eventTime(context, resource, status);
  const deletes = status.startsWith('DELETE_');
  const event: StackEvent = {
    eventId: deletes
      ? `${resource.logicalId}-${context.random.uuid()}`
      : `${resource.logicalId}-${status}-${isoTime(at)}`,
    at,
    logicalId: resource.logicalId,
    physicalId: facts.physicalId ?? resource.physicalId ?? '',
    type: resource.type,
    status,
    ...(facts.reason === undefined ? {} : { reason: facts.reason }),
    ...(facts.properties === undefined || deletes
      ? {}
      : { properties: JSON.stringify(scalarsAsText(facts.properties)) }),
    ...operationFacts(context, resource.stackId),
  };
  state.addEvent(resource.stackId, event);
  notifyTopics(context, resource.stackId, event);
};

/**
 * An event's id is made of its time, and clients tell events apart by their id: the second event of one status in the
 * same millisecond is a millisecond later, and so is what begins after something has ended, however long time stands still.
 */
const eventTime = (
  context: Context,
  { stackId, logicalId }: Pick<StackResource, 'stackId' | 'logicalId'>,
  status: string,
): number => {
  const now = context.clock.now();
  const last = context.state.lastEventOf(stackId, logicalId);
  if (last === undefined || last.at < now) return now;
  return last.status !== status && last.status.endsWith('_IN_PROGRESS') ? last.at : last.at + 1;
};

const isoTime = (at: number): string => new Date(at).toISOString();
