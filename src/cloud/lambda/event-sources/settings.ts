import type * as Lambda from '@aws-sdk/client-lambda';
import { notSupported } from '../../core/aws-error.ts';
import { constraints } from '../constraints.ts';
import { invalidParameterValue, validation } from '../errors.ts';
import { unsupportedParameter } from './errors.ts';
import { createFilter } from './filter.ts';
import { MAPPING_LIMITS as LIMITS } from './limits.ts';
import type { MappingSettings } from './mapping.ts';
import type { Source } from './source.ts';

/** What creation and update have in common. */
export type MappingInput = Partial<Lambda.CreateEventSourceMappingRequest>;

/** Parameters of AWS that the embedded cloud has not, and what they are for. */
const NOT_HERE: readonly (readonly [keyof MappingInput, string])[] = [
  ['SelfManagedEventSource', 'Self-managed Apache Kafka as an event source'],
  ['AmazonManagedKafkaEventSourceConfig', 'Amazon MSK as an event source'],
  ['SelfManagedKafkaEventSourceConfig', 'Self-managed Apache Kafka as an event source'],
  ['DocumentDBEventSourceConfig', 'Amazon DocumentDB as an event source'],
  ['Topics', 'A Kafka topic as an event source'],
  ['Queues', 'Amazon MQ as an event source'],
  ['SourceAccessConfigurations', 'SourceAccessConfigurations of an event source mapping'],
  ['ProvisionedPollerConfig', 'Provisioned pollers of an event source mapping'],
  ['KMSKeyArn', 'Encrypted filter criteria (KMSKeyArn of an event source mapping)'],
  ['MetricsConfig', 'MetricsConfig of an event source mapping'],
  ['LoggingConfig', 'LoggingConfig of an event source mapping'],
];

/** @throws {NotImplemented} naming the first parameter that the embedded cloud has not */
export const refuseUnsupported = (input: MappingInput): void => {
  for (const [name, what] of NOT_HERE) {
    const given = input[name];
    if (given !== undefined && !(Array.isArray(given) && given.length === 0) && given !== '')
      throw notSupported(what);
  }
};

/** @throws {ValidationException} naming every value that is out of range */
export const checkRanges = (input: MappingInput): void => {
  constraints()
    .range('batchSize', input.BatchSize, LIMITS.batchSize.min, LIMITS.batchSize.max)
    .range(
      'maximumBatchingWindowInSeconds',
      input.MaximumBatchingWindowInSeconds,
      LIMITS.windowSeconds.min,
      LIMITS.windowSeconds.max,
    )
    .range(
      'scalingConfig.maximumConcurrency',
      input.ScalingConfig?.MaximumConcurrency,
      LIMITS.concurrency.min,
      LIMITS.concurrency.max,
    )
    .range(
      'parallelizationFactor',
      input.ParallelizationFactor,
      LIMITS.parallelization.min,
      LIMITS.parallelization.max,
    )
    .oneOf('startingPosition', input.StartingPosition, ['LATEST', 'AT_TIMESTAMP', 'TRIM_HORIZON'])
    .range(
      'maximumRecordAgeInSeconds',
      input.MaximumRecordAgeInSeconds,
      LIMITS.ageSeconds.min,
      LIMITS.ageSeconds.max,
    )
    .range(
      'maximumRetryAttempts',
      input.MaximumRetryAttempts,
      LIMITS.retries.min,
      LIMITS.retries.max,
    )
    .range(
      'tumblingWindowInSeconds',
      input.TumblingWindowInSeconds,
      LIMITS.tumblingSeconds.min,
      LIMITS.tumblingSeconds.max,
    )
    .check();
  const types = input.FunctionResponseTypes ?? [];
  if (types.some((type) => type !== 'ReportBatchItemFailures'))
    throw validation(
      `1 validation error detected: Value '[${types.join(', ')}]' at 'functionResponseTypes' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [ReportBatchItemFailures]]`,
    );
};

const ONLY_STREAMS: readonly (keyof MappingInput)[] = [
  'ParallelizationFactor',
  'BisectBatchOnFunctionError',
  'MaximumRetryAttempts',
  'MaximumRecordAgeInSeconds',
  'TumblingWindowInSeconds',
];

/** @throws {InvalidParameterValueException} for parameters that a source of this kind has not */
const checkKind = ({ kind, fifo, arn }: Source, input: MappingInput): void => {
  const { DestinationConfig, StartingPosition, StartingPositionTimestamp } = input;
  if (DestinationConfig?.OnSuccess !== undefined) throw unsupportedParameter('DestinationConfig');
  if (kind === 'sqs') {
    if (StartingPosition !== undefined || StartingPositionTimestamp !== undefined)
      throw invalidParameterValue('StartingPosition is not valid for SQS event sources.');
    for (const name of ONLY_STREAMS)
      if (input[name] !== undefined) throw unsupportedParameter(name);
    if ((DestinationConfig?.OnFailure?.Destination ?? '') !== '')
      throw unsupportedParameter('DestinationConfig');
    if (fifo && (input.MaximumBatchingWindowInSeconds ?? 0) > 0)
      throw invalidParameterValue('Batching window is not supported for FIFO queues');
    if (fifo && (input.BatchSize ?? 0) > LIMITS.fifoBatchSize)
      throw invalidParameterValue(
        `Batch size must not exceed ${LIMITS.fifoBatchSize} for FIFO queues`,
      );
    return;
  }
  if (input.ScalingConfig?.MaximumConcurrency !== undefined)
    throw unsupportedParameter('ScalingConfig');
  if (StartingPosition === 'AT_TIMESTAMP' && kind === 'dynamodb')
    throw invalidParameterValue(`Unsupported starting position for arn type: ${arn}`);
  if (StartingPosition === 'AT_TIMESTAMP' && StartingPositionTimestamp === undefined)
    throw invalidParameterValue(
      'StartingPosition AT_TIMESTAMP needs a StartingPositionTimestamp: the time of the first record to be read.',
    );
  if (StartingPositionTimestamp !== undefined && StartingPosition !== 'AT_TIMESTAMP')
    throw invalidParameterValue('Timestamp only valid with StartingPosition AT_TIMESTAMP');
  if (StartingPositionTimestamp !== undefined && StartingPositionTimestamp.getTime() < 0)
    throw invalidParameterValue(
      'Received Exception while reading from provided stream. class java.lang.Long can not be converted to a Timestamp',
    );
};

/** An empty text takes the destination away. */
const readDestination = (given: string | undefined, known: string | undefined) => {
  const arn = given ?? known ?? '';
  if (arn === '') return {};
  if (arn.startsWith('kafka:')) throw notSupported('A Kafka topic as a destination');
  if (!/^arn:aws[\w-]*:(sqs|sns|s3):/.test(arn))
    throw invalidParameterValue(
      `The provided destination ${arn} is no queue, no topic and no bucket: only these are told of records that an event source mapping gave up.`,
    );
  return { onFailure: arn };
};

const readFilters = (
  { kind }: Source,
  given: Lambda.FilterCriteria | undefined,
  known: readonly string[],
): readonly string[] => {
  if (given === undefined) return known;
  const filters = (given.Filters ?? []).map(({ Pattern = '' }) => Pattern);
  if (filters.length > LIMITS.filters)
    throw validation(
      `1 validation error detected: Value at 'filterCriteria.filters' failed to satisfy constraint: Member must have length less than or equal to ${LIMITS.filters}`,
    );
  createFilter(kind, filters);
  return filters;
};

/**
 * What a mapping is to do, on top of what it did.
 * @throws {InvalidParameterValueException | ValidationException | NotImplemented}
 */
export const readSettings = (
  source: Source,
  input: MappingInput,
  before?: MappingSettings,
): MappingSettings => {
  checkKind(source, input);
  const batchSize = input.BatchSize ?? before?.batchSize ?? LIMITS.defaultBatchSize[source.kind];
  const windowSeconds = input.MaximumBatchingWindowInSeconds ?? before?.windowSeconds ?? 0;
  if (source.kind === 'sqs' && batchSize > LIMITS.batchWithoutWindow && windowSeconds === 0)
    throw invalidParameterValue(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    );
  const maximumAgeSeconds = input.MaximumRecordAgeInSeconds ?? before?.maximumAgeSeconds ?? -1;
  if (maximumAgeSeconds >= 0 && maximumAgeSeconds < LIMITS.ageSeconds.leastIfSet)
    throw invalidParameterValue(
      `MaximumRecordAgeInSeconds is ${maximumAgeSeconds}; it must be -1 (no limit) or from ${LIMITS.ageSeconds.leastIfSet} to ${LIMITS.ageSeconds.max} seconds.`,
    );
  const parallelization = input.ParallelizationFactor ?? before?.parallelization ?? 1;
  const tumblingSeconds = input.TumblingWindowInSeconds ?? before?.tumblingSeconds ?? 0;
  if (tumblingSeconds > 0 && parallelization > 1)
    throw notSupported('A tumbling window together with a ParallelizationFactor over 1');
  const scaling = input.ScalingConfig;
  const maximumConcurrency =
    scaling === undefined ? before?.maximumConcurrency : scaling.MaximumConcurrency;
  const position = input.StartingPosition ?? before?.startingPosition;
  const timestamp = input.StartingPositionTimestamp?.getTime() ?? before?.startingTimestamp;
  return {
    batchSize,
    windowSeconds,
    filters: readFilters(source, input.FilterCriteria, before?.filters ?? []),
    reportsFailures:
      input.FunctionResponseTypes === undefined
        ? (before?.reportsFailures ?? false)
        : input.FunctionResponseTypes.length > 0,
    parallelization,
    bisects: input.BisectBatchOnFunctionError ?? before?.bisects ?? false,
    maximumRetries: input.MaximumRetryAttempts ?? before?.maximumRetries ?? -1,
    maximumAgeSeconds,
    tumblingSeconds,
    ...(maximumConcurrency === undefined ? {} : { maximumConcurrency }),
    ...(position === undefined ? {} : { startingPosition: position }),
    ...(timestamp === undefined ? {} : { startingTimestamp: timestamp }),
    ...readDestination(input.DestinationConfig?.OnFailure?.Destination, before?.onFailure),
  };
};
