import type { EventSource } from '../spec/event-source.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { FailureDestination, StreamOptions, WindowOptions } from '../spec/stream-mapping.ts';
import type { TemplateBuilder } from './builder.ts';
import type { MappingProperties } from './event-source-mapping.ts';
import { synthesiseMapping } from './event-source-mapping.ts';

type Options = StreamOptions<'TRIM_HORIZON' | 'LATEST' | Date> & Partial<WindowOptions<unknown>>;

const FIFO: Readonly<Record<FailureDestination['kind'], string | undefined>> = {
  queue: 'FifoQueue',
  topic: 'FifoTopic',
  bucket: undefined,
};

/** "Standard Amazon SQS queue or standard Amazon SNS topic destination": https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html */
const isFifo = ({ kind, name }: FailureDestination, builder: TemplateBuilder): boolean =>
  builder.resources.get(name)?.Properties?.[FIFO[kind] ?? ''] === true;

/** Lambda's console and CDK allow no age under a minute: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.EventSourceMappingOptions.html#maxrecordage */
const LEAST_AGE = 60;

const mistakes = (options: Options, builder: TemplateBuilder): readonly string[] => {
  const { maximumRecordAge: age, tumblingWindow, onFailure, startingPosition } = options;
  return [
    ...(age !== undefined && age !== -1 && age < LEAST_AGE
      ? [`maximumRecordAge is ${age}; it is 60 to 604,800 s, or -1 for no limit.`]
      : []),
    ...(tumblingWindow !== undefined && tumblingWindow < 1
      ? [`tumblingWindow is ${tumblingWindow}; it is 1 to 900 s.`]
      : []),
    ...(onFailure !== undefined && isFifo(onFailure, builder)
      ? [
          `onFailure is ${onFailure.name}, which is FIFO; Lambda tells standard queues and topics alone. Declare one without fifo.`,
        ]
      : []),
    ...(startingPosition instanceof Date && Number.isNaN(startingPosition.getTime())
      ? ['startingPosition is a date that is none; give a Date, TRIM_HORIZON or LATEST.']
      : []),
  ];
};

const startOf = (position: Options['startingPosition'] = 'TRIM_HORIZON') =>
  position instanceof Date
    ? // Seconds: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
      { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: position.getTime() / 1000 }
    : { StartingPosition: position };

/** Without it a batch is given up whole, with the records behind the one that failed. */
const bisects = ({
  bisectBatchOnFunctionError,
  maximumRecordAge = -1,
  maximumRetryAttempts = -1,
}: Options): boolean | undefined =>
  bisectBatchOnFunctionError ??
  (maximumRecordAge >= 0 || maximumRetryAttempts >= 0 ? true : undefined);

/** The mapping of a stream. What is 0 or false stands in the template as such. */
export const synthesiseStreamMapping = (
  fn: FunctionDeclaration,
  source: EventSource,
  properties: MappingProperties,
  builder: TemplateBuilder,
): void => {
  const options = source.detail as Options;
  for (const mistake of mistakes(options, builder))
    builder.problem(
      'INVALID_OPTION',
      `${fn.name} on ${source.target.name}: ${mistake}`,
      fn.declaredAt,
    );
  synthesiseMapping(
    fn,
    source,
    {
      BisectBatchOnFunctionError: bisects(options),
      DestinationConfig:
        options.onFailure === undefined
          ? undefined
          : { OnFailure: { Destination: builder.resolve(options.onFailure.arn) } },
      MaximumRecordAgeInSeconds: options.maximumRecordAge,
      MaximumRetryAttempts: options.maximumRetryAttempts,
      ParallelizationFactor: options.parallelizationFactor,
      TumblingWindowInSeconds: options.tumblingWindow,
      ...startOf(options.startingPosition),
      ...properties,
    },
    builder,
  );
};
