import type * as Lambda from '@aws-sdk/client-lambda';
import { functionArn } from '../names.ts';
import type { LambdaState } from '../state.ts';
import type { MappingRecord } from './mapping.ts';
import { mappingArn } from './mapping.ts';

/** What streams have beside what every source has. */
const streamSettings = ({
  settings,
}: MappingRecord): Partial<Lambda.EventSourceMappingConfiguration> => ({
  ParallelizationFactor: settings.parallelization,
  BisectBatchOnFunctionError: settings.bisects,
  MaximumRetryAttempts: settings.maximumRetries,
  MaximumRecordAgeInSeconds: settings.maximumAgeSeconds,
  TumblingWindowInSeconds: settings.tumblingSeconds,
  DestinationConfig: {
    OnFailure: settings.onFailure === undefined ? {} : { Destination: settings.onFailure },
  },
  ...(settings.startingPosition === undefined
    ? {}
    : { StartingPosition: settings.startingPosition }),
  ...(settings.startingTimestamp === undefined
    ? {}
    : { StartingPositionTimestamp: new Date(settings.startingTimestamp) }),
});

/**
 * A mapping as the API shows it; members as recorded from AWS by LocalStack's snapshot tests.
 * @param state - What it is becoming. @defaultValue what it is
 */
export const describeMapping = (
  lambda: LambdaState,
  mapping: MappingRecord,
  state = mapping.enabled ? 'Enabled' : 'Disabled',
): Lambda.EventSourceMappingConfiguration => {
  const { settings } = mapping;
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: mappingArn(lambda, mapping.uuid),
    EventSourceArn: mapping.sourceArn,
    FunctionArn: functionArn(lambda, mapping.functionName, mapping.qualifier),
    BatchSize: settings.batchSize,
    MaximumBatchingWindowInSeconds: settings.windowSeconds,
    FunctionResponseTypes: settings.reportsFailures ? ['ReportBatchItemFailures'] : [],
    LastModified: new Date(mapping.modifiedAt),
    State: state,
    StateTransitionReason: mapping.reason,
    ...(mapping.lastResult === undefined ? {} : { LastProcessingResult: mapping.lastResult }),
    ...(settings.filters.length === 0
      ? {}
      : { FilterCriteria: { Filters: settings.filters.map((Pattern) => ({ Pattern })) } }),
    ...(settings.maximumConcurrency === undefined
      ? {}
      : { ScalingConfig: { MaximumConcurrency: settings.maximumConcurrency } }),
    ...(mapping.kind === 'sqs' ? {} : streamSettings(mapping)),
  };
};
