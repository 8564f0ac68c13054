import type * as Lambda from '@aws-sdk/client-lambda';
import type { Need, OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { constraints } from '../constraints.ts';
import { invalidParameterValue } from '../errors.ts';
import { functionArn, readReference } from '../names.ts';
import type { LambdaState } from '../state.ts';
import { describeMapping } from './describe.ts';
import { noSuchMapping } from './errors.ts';
import { MAPPING_LIMITS } from './limits.ts';
import type { MappingRecord } from './mapping.ts';
import { mappingArn } from './mapping.ts';
import { loadChange } from './load-mappings.ts';
import { dropPoller } from './pollers.ts';

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
        : {
            conditions: {
              'lambda:FunctionArn': functionArn(context, mapping.functionName, mapping.qualifier),
            },
          }),
    };
  };

const requireMapping = ({ state }: Context, { UUID = '' }: Named): MappingRecord => {
  const mapping = state.eventSourceMappings.get(UUID);
  if (mapping === undefined) throw noSuchMapping();
  return mapping;
};

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
  handle: async (input, context) => (await loadChange()).createMapping(input, context),
});

const update = operation<
  LambdaState,
  Lambda.UpdateEventSourceMappingRequest,
  Lambda.EventSourceMappingConfiguration
>({
  needs: onMapping('lambda:UpdateEventSourceMapping'),
  handle: async (input, context) =>
    (await loadChange()).updateMapping(requireMapping(context, input), input, context),
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
