import type { Value } from '../spec/value.ts';
import type { Ask } from './logs.ts';
import type { ValueGround } from './physical-value.ts';
import { physicalValue } from './physical-value.ts';

/** A metric: that of a declaration, such as `fn.errors`, or any by its name. */
export interface MetricQuery {
  /** `AWS/Lambda`, or your own. */
  readonly namespace: Value<string>;
  /** `Errors` */
  readonly metricName: string;
  /** What is measured. @defaultValue none */
  readonly dimensions?: Readonly<Record<string, Value<string>>>;
  /** What `value` of a datapoint is: `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, `p99` … @defaultValue 'Sum' */
  readonly statistic?: string;
  /** Name of the declaration that is measured. @defaultValue none */
  readonly of?: string;
  /** Length of a datapoint in seconds: 1, 5, 10, 20, 30 or a multiple of 60. @defaultValue 60 */
  readonly period?: number;
}

/** The values of a metric in one period. */
export interface Datapoint {
  /** When the period begins. */
  readonly at: Date;
  /** The statistic that was asked for; most have the metric's own unit. */
  readonly value: number;
  /** Sum of the values, in the metric's own unit: a count, milliseconds, bytes … */
  readonly sum: number;
  /** How many values there are. */
  readonly count: number;
}

/** The values of a metric since the cloud was started; CloudWatch keeps those of 15 days. */
export interface MetricValues {
  /** Sum of all values, in the metric's own unit: a count, milliseconds, bytes … */
  readonly sum: number;
  /** How many values there are. */
  readonly count: number;
  /** The least value, in that unit; undefined without any. */
  readonly minimum: number | undefined;
  /** The greatest value, in that unit; undefined without any. */
  readonly maximum: number | undefined;
  /** Period by period, oldest first; periods without values are left out. */
  readonly datapoints: readonly Datapoint[];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
const KEPT_MS = 15 * 24 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

const SUMMARY = ['Sum', 'SampleCount', 'Minimum', 'Maximum'];
const PLAIN = new Set([...SUMMARY, 'Average']);

interface Statistics {
  readonly Timestamp?: Date;
  readonly Sum?: number;
  readonly SampleCount?: number;
  readonly Minimum?: number;
  readonly Maximum?: number;
  readonly Average?: number;
  readonly ExtendedStatistics?: Readonly<Record<string, number>>;
}

/** @throws {NOT_PROVISIONED | NO_VALUE} for a metric of what is in no stack, or of what only CloudFormation can tell */
export const readMetric = async (
  query: MetricQuery,
  { ask, now, ...ground }: Omit<ValueGround, 'of'> & { readonly ask: Ask; readonly now: number },
): Promise<MetricValues> => {
  const told = (value: Value<string>) => physicalValue(value, { ...ground, of: query.of });
  const { namespace, metricName, dimensions = {}, statistic = 'Sum', period = 60 } = query;
  const isPlain = PLAIN.has(statistic);
  const { Datapoints = [] } = (await ask('cloudwatch', 'GetMetricStatistics', {
    Namespace: told(namespace),
    MetricName: metricName,
    Dimensions: Object.entries(dimensions).map(([Name, value]) => ({
      Name,
      Value: told(value),
    })),
    StartTime: new Date(now - KEPT_MS),
    // A datum may be of a time to come.
    EndTime: new Date(now + DAY_MS),
    Period: period,
    Statistics: isPlain ? [...new Set([...SUMMARY, statistic])] : SUMMARY,
    ...(isPlain ? {} : { ExtendedStatistics: [statistic] }),
  })) as { readonly Datapoints?: readonly Statistics[] };
  const found = [...Datapoints].sort(
    (one, other) => (one.Timestamp?.getTime() ?? 0) - (other.Timestamp?.getTime() ?? 0),
  );
  const total = (of: (point: Statistics) => number | undefined) =>
    found.reduce((sum, point) => sum + (of(point) ?? 0), 0);
  const each = (of: (point: Statistics) => number | undefined) =>
    found.flatMap((point) => of(point) ?? []);
  return {
    sum: total(({ Sum }) => Sum),
    count: total(({ SampleCount }) => SampleCount),
    minimum: found.length === 0 ? undefined : Math.min(...each(({ Minimum }) => Minimum)),
    maximum: found.length === 0 ? undefined : Math.max(...each(({ Maximum }) => Maximum)),
    datapoints: found.map((point) => ({
      at: point.Timestamp ?? new Date(0),
      value:
        point.ExtendedStatistics?.[statistic] ??
        Number(point[statistic as keyof Statistics] ?? Number.NaN),
      sum: point.Sum ?? 0,
      count: point.SampleCount ?? 0,
    })),
  };
};
