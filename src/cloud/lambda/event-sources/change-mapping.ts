import type * as Lambda from '@aws-sdk/client-lambda';
import type { OperationContext } from '../../core/define-service.ts';
import { invalidParameterValue } from '../errors.ts';
import { functionArn, readReference, resolveFunction } from '../names.ts';
import type { ResolvedFunction } from '../names.ts';
import type { LambdaState } from '../state.ts';
import { checkAccess } from './access.ts';
import { describeMapping } from './describe.ts';
import { duplicate, noSuchMapping } from './errors.ts';
import type { MappingRecord } from './mapping.ts';
import { startPoller } from './pollers.ts';
import { checkRanges, readSettings, refuseUnsupported } from './settings.ts';
import { readSource } from './source.ts';

type Context = OperationContext<LambdaState>;

/** @throws {InvalidParameterValueException} in AWS's words, where there is no such function */
const requireFunction = (context: Context, given: string | undefined): ResolvedFunction => {
  const reference = readReference(context, given);
  if (!context.state.functions.has(reference.name))
    throw invalidParameterValue('Function does not exist');
  return resolveFunction(context.state, reference);
};

const sameFunction = (mapping: MappingRecord, { name, qualifier }: ResolvedFunction) =>
  mapping.functionName === name && mapping.qualifier === qualifier;

const assertNew = ({ state }: Context, sourceArn: string, resolved: ResolvedFunction): void => {
  for (const mapping of state.eventSourceMappings.values())
    if (mapping.sourceArn === sourceArn && sameFunction(mapping, resolved))
      throw duplicate(mapping);
};

const USER_ACTION = { sqs: 'USER_INITIATED', kinesis: 'User action', dynamodb: 'User action' };

/** @throws {InvalidParameterValueException | ValidationException | ResourceConflictException | NotImplemented} */
export const createMapping = async (
  input: Lambda.CreateEventSourceMappingRequest,
  context: Context,
): Promise<Lambda.EventSourceMappingConfiguration> => {
  const { state, clock, random } = context;
  refuseUnsupported(input);
  checkRanges(input);
  if (input.EventSourceArn === undefined) throw invalidParameterValue('Unrecognized event source.');
  const source = readSource(context, input.EventSourceArn);
  if (source.kind !== 'sqs' && input.StartingPosition === undefined)
    throw invalidParameterValue(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    );
  const settings = readSettings(source, input);
  const resolved = requireFunction(context, input.FunctionName);
  assertNew(context, source.arn, resolved);
  await checkAccess(context, resolved.version, source, settings.onFailure);
  // Another creation may have come in while the source was asked.
  assertNew(context, source.arn, resolved);
  const mapping: MappingRecord = {
    uuid: random.uuid(),
    kind: source.kind,
    sourceArn: source.arn,
    functionName: resolved.name,
    enabled: input.Enabled ?? true,
    settings,
    reason: USER_ACTION[source.kind],
    modifiedAt: clock.now(),
    tags: { ...input.Tags },
    ...(resolved.qualifier === undefined ? {} : { qualifier: resolved.qualifier }),
    ...(source.kind === 'sqs' ? {} : { lastResult: 'No records processed' }),
  };
  state.eventSourceMappings.set(mapping.uuid, mapping);
  const answer = describeMapping(state, mapping, mapping.enabled ? 'Creating' : 'Disabled');
  // The answer waits until it is known where in the stream the mapping begins.
  await startPoller(context, mapping.uuid);
  return answer;
};

const transition = (before: MappingRecord, enabled: boolean): string => {
  if (before.enabled === enabled) return 'Updating';
  return enabled ? 'Enabling' : 'Disabling';
};

/** @throws {InvalidParameterValueException | ValidationException | ResourceConflictException | NotImplemented} */
export const updateMapping = async (
  before: MappingRecord,
  input: Lambda.UpdateEventSourceMappingRequest,
  context: Context,
): Promise<Lambda.EventSourceMappingConfiguration> => {
  const { state } = context;
  refuseUnsupported(input);
  checkRanges(input);
  const source = readSource(context, before.sourceArn);
  const settings = readSettings(source, input, before.settings);
  const resolved = requireFunction(
    context,
    input.FunctionName ?? functionArn(context, before.functionName, before.qualifier),
  );
  if (!sameFunction(before, resolved)) assertNew(context, source.arn, resolved);
  await checkAccess(context, resolved.version, source, settings.onFailure);
  // It may have been deleted, or have learned something, while the source was asked.
  const now = state.eventSourceMappings.get(before.uuid);
  if (now === undefined) throw noSuchMapping();
  const { qualifier: _before, ...rest } = now;
  const mapping: MappingRecord = {
    ...rest,
    functionName: resolved.name,
    enabled: input.Enabled ?? before.enabled,
    settings,
    reason: USER_ACTION[source.kind],
    modifiedAt: context.clock.now(),
    ...(resolved.qualifier === undefined ? {} : { qualifier: resolved.qualifier }),
  };
  state.eventSourceMappings.set(mapping.uuid, mapping);
  (state.base ?? context).background('event source mapping', () =>
    startPoller(context, mapping.uuid),
  );
  return describeMapping(state, mapping, transition(before, mapping.enabled));
};
