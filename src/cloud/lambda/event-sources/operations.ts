import type * as Lambda from '@aws-sdk/client-lambda';
import type { Need, OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { constraints } from '../constraints.ts';
import { invalidParameterValue } from '../errors.ts';
import { functionArn, readReference, resolveFunction } from '../names.ts';
import type { ResolvedFunction } from '../names.ts';
import type { LambdaState } from '../state.ts';
import { checkAccess } from './access.ts';
import { describeMapping } from './describe.ts';
import { duplicate, noSuchMapping } from './errors.ts';
import { MAPPING_LIMITS } from './limits.ts';
import type { MappingRecord } from './mapping.ts';
import { mappingArn } from './mapping.ts';
import { dropPoller, startPoller } from './pollers.ts';
import { checkRanges, readSettings, refuseUnsupported } from './settings.ts';
import { readSource } from './source.ts';

type Context = OperationContext<LambdaState>;

type Named = { readonly UUID?: string | undefined };

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
const onMapping =
  (action: string) =>
  ({ UUID = '' }: Named, context: Context): Need => {
    const mapping = context.state.eventSourceMappings.get(UUID);
    return {
      action,
      resource: mappingArn(context, UUID),
      ...(mapping === undefined
        ? {}
        : { conditions: { 'lambda:FunctionArn': arnOfFunction(context, mapping) } }),
    };
  };

const arnOfFunction = (context: Context, { functionName, qualifier }: MappingRecord) =>
  functionArn(context, functionName, qualifier);

/** @throws {InvalidParameterValueException} in AWS's words, where there is no such function */
const requireFunction = (context: Context, given: string | undefined): ResolvedFunction => {
  const reference = readReference(context, given);
  if (!context.state.functions.has(reference.name))
    throw invalidParameterValue('Function does not exist');
  return resolveFunction(context.state, reference);
};

const requireMapping = ({ state }: Context, { UUID = '' }: Named): MappingRecord => {
  const mapping = state.eventSourceMappings.get(UUID);
  if (mapping === undefined) throw noSuchMapping();
  return mapping;
};

const sameFunction = (mapping: MappingRecord, { name, qualifier }: ResolvedFunction) =>
  mapping.functionName === name && mapping.qualifier === qualifier;

const assertNew = ({ state }: Context, sourceArn: string, resolved: ResolvedFunction): void => {
  for (const mapping of state.eventSourceMappings.values())
    if (mapping.sourceArn === sourceArn && sameFunction(mapping, resolved))
      throw duplicate(mapping);
};

const USER_ACTION = { sqs: 'USER_INITIATED', kinesis: 'User action', dynamodb: 'User action' };

const create = operation<
  LambdaState,
  Lambda.CreateEventSourceMappingRequest,
  Lambda.EventSourceMappingConfiguration
>({
  needs: (input, context) => {
    const { name, qualifier } = readReference(context, input.FunctionName);
    const tags = Object.entries(input.Tags ?? {});
    return {
      action: 'lambda:CreateEventSourceMapping',
      resource: '*',
      conditions: {
        'lambda:FunctionArn': functionArn(context, name, qualifier),
        ...(tags.length === 0 ? {} : { 'aws:TagKeys': tags.map(([key]) => key) }),
        ...Object.fromEntries(tags.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
      },
    };
  },
  handle: async (input, context) => {
    const { state, clock, random } = context;
    refuseUnsupported(input);
    checkRanges(input);
    if (input.EventSourceArn === undefined)
      throw invalidParameterValue('Unrecognized event source.');
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
  },
});

const transition = (before: MappingRecord, enabled: boolean): string => {
  if (before.enabled === enabled) return 'Updating';
  return enabled ? 'Enabling' : 'Disabling';
};

const update = operation<
  LambdaState,
  Lambda.UpdateEventSourceMappingRequest,
  Lambda.EventSourceMappingConfiguration
>({
  needs: onMapping('lambda:UpdateEventSourceMapping'),
  handle: async (input, context) => {
    const { state } = context;
    refuseUnsupported(input);
    checkRanges(input);
    const before = requireMapping(context, input);
    const source = readSource(context, before.sourceArn);
    const settings = readSettings(source, input, before.settings);
    const resolved = requireFunction(context, input.FunctionName ?? arnOfFunction(context, before));
    if (!sameFunction(before, resolved)) assertNew(context, source.arn, resolved);
    await checkAccess(context, resolved.version, source, settings.onFailure);
    const { qualifier: _before, ...rest } = state.eventSourceMappings.get(before.uuid) ?? before;
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
  },
});

const remove = operation<
  LambdaState,
  Lambda.DeleteEventSourceMappingRequest,
  Lambda.EventSourceMappingConfiguration
>({
  needs: onMapping('lambda:DeleteEventSourceMapping'),
  handle: (input, context) => {
    const { state } = context;
    const mapping = requireMapping(context, input);
    state.eventSourceMappings.delete(mapping.uuid);
    (state.base ?? context).background('event source mapping', () =>
      dropPoller(context, mapping.uuid),
    );
    return describeMapping(state, mapping, 'Deleting');
  },
});

const get = operation<
  LambdaState,
  Lambda.GetEventSourceMappingRequest,
  Lambda.EventSourceMappingConfiguration
>({
  needs: onMapping('lambda:GetEventSourceMapping'),
  handle: (input, context) => describeMapping(context.state, requireMapping(context, input)),
});

const list = operation<
  LambdaState,
  Lambda.ListEventSourceMappingsRequest,
  Lambda.ListEventSourceMappingsResponse
>({
  needs: () => ({ action: 'lambda:ListEventSourceMappings', resource: '*' }),
  handle: ({ EventSourceArn, FunctionName, Marker, MaxItems }, context) => {
    const reference = FunctionName === undefined ? undefined : readReference(context, FunctionName);
    const found = [...context.state.eventSourceMappings.values()].filter(
      ({ sourceArn, functionName, qualifier }) =>
        (EventSourceArn === undefined || sourceArn === EventSourceArn) &&
        (reference === undefined ||
          (functionName === reference.name && qualifier === reference.qualifier)),
    );
    constraints().range('maxItems', MaxItems, 1, MAPPING_LIMITS.maxItems).check();
    const start = Marker === undefined || Marker === '' ? 0 : Number(Marker);
    if (!Number.isInteger(start) || start < 0)
      throw invalidParameterValue('The provided Marker is invalid.');
    const end = start + Math.min(MaxItems ?? MAPPING_LIMITS.listed, MAPPING_LIMITS.listed);
    return {
      EventSourceMappings: found
        .slice(start, end)
        .map((mapping) => describeMapping(context.state, mapping)),
      ...(end < found.length ? { NextMarker: String(end) } : {}),
    };
  },
});

export const eventSourceOperations: OperationTable<LambdaState> = {
  CreateEventSourceMapping: create,
  UpdateEventSourceMapping: update,
  DeleteEventSourceMapping: remove,
  GetEventSourceMapping: get,
  ListEventSourceMappings: list,
};
