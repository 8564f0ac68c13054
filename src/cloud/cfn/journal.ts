import type { ServiceContext } from '../core/define-service.ts';
import type { CloudFormationState, Stack, StackResource } from './state.ts';
import { resourceKey } from './state.ts';

export type Context = ServiceContext<CloudFormationState>;

/** Writes states of stacks and resources with their events, each committed before the next step. */
export const stackOf = (context: Context, stackId: string): Stack => {
  const stack = context.state.stacks.get(stackId);
  if (stack === undefined) throw new RangeError(`no stack ${stackId}`);
  return stack;
};

export const changeStack = (context: Context, stackId: string, change: Partial<Stack>): Stack => {
  const changed = { ...stackOf(context, stackId), ...change };
  context.state.stacks.set(stackId, changed);
  return changed;
};

const STACK_TYPE = 'AWS::CloudFormation::Stack';

/** Sets a stack's status and tells it. */
export const tellStack = (
  context: Context,
  stackId: string,
  status: string,
  reason?: string,
): void => {
  const { statusReason: _, ...before } = stackOf(context, stackId);
  const stack: Stack = {
    ...before,
    status,
    ...(reason === undefined ? {} : { statusReason: reason }),
  };
  context.state.stacks.set(stackId, stack);
  context.state.addEvent({
    eventId: context.random.uuid(),
    stackId,
    stackName: stack.stackName,
    logicalId: stack.stackName,
    physicalId: stackId,
    type: STACK_TYPE,
    at: context.clock.now(),
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(stack.operation?.token === undefined ? {} : { token: stack.operation.token }),
  });
  context.commit();
};

/** Sets a resource's status and tells it. */
export const tellResource = (
  context: Context,
  resource: StackResource,
  status: string,
  reason?: string,
): StackResource => {
  const { statusReason: _, ...before } = resource;
  const changed: StackResource = {
    ...before,
    status,
    changedAt: context.clock.now(),
    ...(reason === undefined ? {} : { statusReason: reason }),
  };
  context.state.resources.set(resourceKey(resource.stackId, resource.logicalId), changed);
  const stack = stackOf(context, resource.stackId);
  context.state.addEvent({
    eventId: `${resource.logicalId}-${status}-${new Date(context.clock.now()).toISOString()}-${context.random.hex(4)}`,
    stackId: stack.stackId,
    stackName: stack.stackName,
    logicalId: resource.logicalId,
    physicalId: resource.physicalId ?? '',
    type: resource.type,
    at: context.clock.now(),
    status,
    properties: JSON.stringify(resource.properties),
    ...(reason === undefined ? {} : { reason }),
    ...(stack.operation?.token === undefined ? {} : { token: stack.operation.token }),
  });
  context.commit();
  return changed;
};

export const forgetResource = (context: Context, resource: StackResource): void => {
  context.state.resources.delete(resourceKey(resource.stackId, resource.logicalId));
};
