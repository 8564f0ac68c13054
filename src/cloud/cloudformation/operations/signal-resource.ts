import type { SignalResourceInput } from '@aws-sdk/client-cloudformation';
import { readSignals, resourceSignalKey } from '../engine/creation-policy.ts';
import { stackDoesNotExist, validationError } from '../errors.ts';
import type { CloudFormationState } from '../state.ts';
import { requireLiving } from './find-stack.ts';
import { handler } from './handler.ts';

/** What resources with a creation policy are told. */
export const signalResource = {
  SignalResource: handler<CloudFormationState, SignalResourceInput, void>((input, context) => {
    const { StackName = '', LogicalResourceId = '', UniqueId = '', Status = '' } = input;
    const { state } = context;
    const stack = requireLiving(context, StackName, stackDoesNotExist);
    const resource = state.resource(stack.id, LogicalResourceId);
    if (resource === undefined)
      throw validationError(`Resource ${LogicalResourceId} does not exist for stack ${stack.name}`);
    const key = resourceSignalKey(stack.id, LogicalResourceId);
    const bodies = state.signals.get(key);
    // Text not seen from AWS.
    if (bodies === undefined)
      throw validationError(
        `Resource ${LogicalResourceId} is in ${resource.status} state and waits for no signal`,
      );
    // AWS: the same id again is refused once it was told.
    if (readSignals(bodies).some((signal) => signal.UniqueId === UniqueId))
      throw validationError(
        `Signal with ID ${UniqueId} for resource ${LogicalResourceId} already exists`,
      );
    state.signals.set(key, [...bodies, JSON.stringify({ UniqueId, Status })]);
    state.bell.ring(key);
  }),
};
