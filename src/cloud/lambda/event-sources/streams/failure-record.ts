import { succeeded } from '../../environment/invocation.ts';
import type { Handover } from '../invoke-batch.ts';
import type { StreamRecord, StreamSource } from './stream-source.ts';

/** Records that were given up, and why. */
export interface Discarded {
  readonly records: readonly StreamRecord[];
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  readonly invokes: number;
  /** The last time that they were handed over. */
  readonly last: Handover | undefined;
}

/**
 * What a destination is told, with the records themselves in S3 alone. Members as recorded from AWS by LocalStack's snapshot tests.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export const failureRecord = (
  { records, condition, invokes, last }: Discarded,
  about: {
    readonly source: StreamSource;
    readonly arn: string;
    readonly shardId: string;
    readonly functionArn: string;
    readonly requestId: string;
    readonly nowMs: number;
  },
): Readonly<Record<string, unknown>> => {
  const { source } = about;
  const [first] = records;
  const final = records.at(-1);
  return {
    requestContext: {
      requestId: last?.kind === 'answered' ? last.requestId : about.requestId,
      functionArn: about.functionArn,
      condition,
      approximateInvokeCount: invokes,
    },
    ...(last?.kind === 'answered'
      ? {
          responseContext: {
            statusCode: 200,
            executedVersion: last.version.version,
            ...(succeeded(last.outcome) ? {} : { functionError: 'Unhandled' }),
          },
        }
      : {}),
    version: '1.0',
    timestamp: new Date(about.nowMs).toISOString(),
    [source.batchInfo]: {
      shardId: about.shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: final?.sequenceNumber,
      approximateArrivalOfFirstRecord: source.printTime(first?.arrivedAt ?? 0),
      approximateArrivalOfLastRecord: source.printTime(final?.arrivedAt ?? 0),
      batchSize: records.length,
      streamArn: about.arn,
    },
  };
};
