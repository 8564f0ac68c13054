import type { ServiceContext } from '../../core/define-service.ts';
import type { MetricData, StatisticValues } from '../../core/minute-teller.ts';
import { minuteBefore, withValue } from '../../core/minute-teller.ts';
import type { KinesisState, Stream } from './state.ts';

/**
 * What CloudWatch is told of a stream, a value an operation.
 * @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
 */
const UNITS = {
  /** Records that one put brought in. */
  IncomingRecords: 'Count',
  /** Bytes of their data. */
  IncomingBytes: 'Bytes',
  /** Records of one put that were refused for want of throughput; 0 where none was. */
  WriteProvisionedThroughputExceeded: 'Count',
  /** Age of the last record that a reading gave; 0 when there was nothing to read. */
  'GetRecords.IteratorAgeMilliseconds': 'Milliseconds',
  /** 1 for a reading that was refused for want of throughput, else 0. */
  ReadProvisionedThroughputExceeded: 'Count',
} as const;

type Metric = keyof typeof UNITS;

/** Values of a minute, by the stream's name and the metric. */
export type Tallies = Map<string, Map<Metric, StatisticValues>>;

/** Notes what an operation saw of a stream, for CloudWatch. */
export const note = (
  context: ServiceContext<KinesisState>,
  { name }: Pick<Stream, 'name'>,
  values: Readonly<Partial<Record<Metric, number>>>,
): void => {
  const { tallies, teller } = context.state;
  const tally = tallies.get(name) ?? new Map<Metric, StatisticValues>();
  tallies.set(name, tally);
  for (const [metric, value] of Object.entries(values) as [Metric, number][])
    tally.set(metric, withValue(tally.get(metric), value));
  teller.begin(context, (now) => {
    const data = [...tallies].flatMap(([stream, of]) => dataOf(stream, of, now));
    tallies.clear();
    return data;
  });
};

const dataOf = (
  stream: string,
  tally: ReadonlyMap<Metric, StatisticValues>,
  now: number,
): MetricData =>
  [...tally].map(([MetricName, values]) => ({
    MetricName,
    Dimensions: [{ Name: 'StreamName', Value: stream }],
    StatisticValues: values,
    Timestamp: minuteBefore(now),
    Unit: UNITS[MetricName],
  }));
