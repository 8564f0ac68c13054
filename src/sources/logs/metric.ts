import type { AlarmMetric } from '../../spec/alarm.ts';
import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { Referable, Value } from '../../spec/value.ts';
import { aws } from '../../spec/value.ts';

/** How lines become a metric. */
export interface LogMetricOptions<Dimensions extends string = string> {
  /** Which lines count. @defaultValue all of them @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
  readonly pattern?: string;
  /** What a line counts, in the metric's unit: a number, or where it stands in the line, `$.latency`. @defaultValue 1 */
  readonly value?: number | `$${string}`;
  /** Value that a minute counts in which lines came, and none fitted. Not with `dimensions`. @defaultValue nothing */
  readonly defaultValue?: number;
  /** `Count`, `Milliseconds`, `Bytes` … @defaultValue 'None' */
  readonly unit?: string;
  /** Up to three, by name, with where their values stand in the line: `{ Path: '$.path' }`. Each combination of values is a metric that is paid for. */
  readonly dimensions?: Readonly<Record<Dimensions, `$${string}`>>;
  /** Statistic that alarms on it use: `Sum`, `Average`, `Maximum`, `p99` … @defaultValue 'Sum' */
  readonly statistic?: string;
  /** What the metric is among. @defaultValue the name of the stack */
  readonly namespace?: Value<string>;
}

/** The log group whose lines become a metric. */
interface Measured {
  readonly target: Referable;
  readonly logGroupName: Value<string>;
}

/**
 * A metric that is made of lines, as data; an alarm looks at it.
 * @typeParam Dimensions - Names of its dimensions.
 */
export interface LogMetric<Dimensions extends string = never> extends AlarmMetric {
  /** Logical id of the filter that makes it, and name of the metric. */
  readonly name: string;
  /** How lines become a metric, and which lines. */
  readonly options: LogMetricOptions<Dimensions> & {
    readonly group: Referable;
    readonly logGroupName: Value<string>;
  };
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** The metric of one combination of dimensions, for an alarm: an alarm never sums them up. */
  with(dimensions: Readonly<Record<Dimensions, string>>): AlarmMetric;
}

export const logMetric = <Dimensions extends string>(
  name: string,
  options: LogMetricOptions<Dimensions>,
  { target: group, logGroupName }: Measured,
): LogMetric<Dimensions> => {
  const self = {
    kind: 'metric',
    name,
    namespace: options.namespace ?? aws.stackName,
    metricName: name,
    statistic: options.statistic ?? 'Sum',
    dimensions: {},
    of: group.name,
    options: { ...options, group, logGroupName },
    ...declaredAt(),
  } as const;
  return Object.freeze({
    ...self,
    with: (dimensions: Readonly<Record<Dimensions, string>>): AlarmMetric => ({
      ...self,
      dimensions,
    }),
  });
};
