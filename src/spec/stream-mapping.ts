import type { MappingOptions } from './event-source-mapping.ts';
import type { GrantStatement } from './grant.ts';
import type { Expression } from './value.ts';
import { sub } from './value.ts';

/** What is told of records that were given up: a standard queue, a standard topic, or a bucket, which also gets the records. */
export interface FailureDestination {
  readonly kind: 'queue' | 'topic' | 'bucket';
  /** Logical id. */
  readonly name: string;
  /** Its ARN. */
  readonly arn: Expression;
}

/**
 * What every stream that Lambda polls can be told.
 * @typeParam Position - Where reading may begin.
 */
export interface StreamOptions<Position = 'TRIM_HORIZON' | 'LATEST'>
  extends Omit<MappingOptions<unknown>, 'filter'> {
  /**
   * Where reading begins when the function is first connected: with the oldest record that there is, or with what comes next. Creating a
   * mapping takes minutes, and `LATEST` may miss what is written meanwhile. Another one replaces the mapping. @defaultValue 'TRIM_HORIZON'
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
   */
  readonly startingPosition?: Position;
  /** Batches of one shard at one time, 1 to 10. Records of one key keep their order. @defaultValue 1 */
  readonly parallelizationFactor?: number;
  /**
   * Whether a batch that failed is tried again in halves, until what fails stands alone. It costs no attempt.
   * @defaultValue true where records may be given up (`maximumRetryAttempts`, `maximumRecordAge`), so that none takes others with it; else false
   */
  readonly bisectBatchOnFunctionError?: boolean;
  /** Seconds after which a record is given up, 60 to 604,800; -1 as long as the stream keeps it. @defaultValue -1 */
  readonly maximumRecordAge?: number;
  /** Times that a batch is tried again before it is given up, 0 to 10,000; -1 as long as the stream keeps it. @defaultValue -1 */
  readonly maximumRetryAttempts?: number;
  /** What is told of records that were given up. */
  readonly onFailure?: FailureDestination;
}

/**
 * How a function reads a stream in tumbling windows.
 * @typeParam State - What it knows of a window so far; JSON.
 */
export interface WindowOptions<State> {
  /** Length of a window in seconds, 1 to 900. */
  readonly tumblingWindow: number;
  /** What is known when a window begins. */
  readonly initialState: State;
}

/** Only what synthesis needs of a destination: its declaration may hold a schema, which is not for walking through. */
export const destinationOf = ({ kind, name, arn }: FailureDestination): FailureDestination => ({
  kind,
  name,
  arn,
});

/** What Lambda does at the destination in the function's name. https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html and kafka-on-failure.html there */
export const destinationStatements = (
  onFailure: FailureDestination | undefined,
): readonly GrantStatement[] => {
  if (onFailure === undefined) return [];
  const { kind, arn } = onFailure;
  if (kind === 'queue') return [{ actions: ['sqs:SendMessage'], resources: [arn] }];
  if (kind === 'topic') return [{ actions: ['sns:Publish'], resources: [arn] }];
  return [
    { actions: ['s3:PutObject'], resources: [sub`${arn}/*`] },
    { actions: ['s3:ListBucket'], resources: [arn] },
  ];
};
