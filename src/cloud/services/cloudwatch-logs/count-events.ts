import type { OperationContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import type { LogPattern } from './filter-pattern.ts';
import type { LogsState, MetricFilter } from './state.ts';

interface Event {
  readonly timestamp: number;
  readonly message: string;
}

const MINUTE_MS = 60_000;

/** Publishes what the log group's metric filters make of a batch. */
export const countEvents = (
  context: OperationContext<LogsState>,
  group: string,
  events: readonly Event[],
): void => {
  const data = context.state.metricFilters.of(group).flatMap((filter) => {
    const found = dataOf(context.state, filter, events);
    return found.length === 0 ? [] : [{ namespace: filter.metric.namespace, found }];
  });
  if (data.length === 0) return;
  context.background(`metric filters of ${group}`, async () => {
    for (const { namespace, found } of data)
      await context.call({
        service: 'cloudwatch',
        operation: 'PutMetricData',
        input: { Namespace: namespace, MetricData: found },
        principal: servicePrincipal('logs.amazonaws.com', { sourceAccount: context.accountId }),
      });
  });
};

const dataOf = (state: LogsState, filter: MetricFilter, events: readonly Event[]) => {
  const pattern = state.pattern(filter.pattern);
  const { metric } = filter;
  const base = {
    MetricName: metric.name,
    ...(metric.unit === undefined ? {} : { Unit: metric.unit }),
  };
  const matched = events.filter(({ message }) => pattern.matches(message));
  if (matched.length === 0) return defaultOf(state, filter, events, base);
  return matched.flatMap(({ timestamp, message }) => {
    const value = valueOf(pattern, metric.value, message);
    const dimensions = dimensionsOf(pattern, metric.dimensions, message);
    // A line without the number, or without a dimension, makes no data point.
    if (value === undefined || dimensions === undefined) return [];
    return [
      {
        ...base,
        ...(dimensions.length === 0 ? {} : { Dimensions: dimensions }),
        Timestamp: new Date(timestamp),
        Value: value,
      },
    ];
  });
};

const valueOf = (pattern: LogPattern, value: string, message: string): number | undefined => {
  const text = value.startsWith('$') ? pattern.read(message, value) : value;
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
};

const dimensionsOf = (
  pattern: LogPattern,
  dimensions: Readonly<Record<string, string>> | undefined,
  message: string,
) => {
  const found = Object.entries(dimensions ?? {}).map(([Name, selector]) => ({
    Name,
    Value: pattern.read(message, selector),
  }));
  return found.every(hasValue) ? found : undefined;
};

const hasValue = (dimension: {
  readonly Name: string;
  readonly Value: string | undefined;
}): dimension is { readonly Name: string; readonly Value: string } =>
  dimension.Value !== undefined && dimension.Value !== '';

/**
 * "The value reported to the metric filter during a period when logs are ingested but no matching logs are found": once a
 * minute. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
 */
const defaultOf = (
  { toldDefaults }: LogsState,
  { group, name, metric }: MetricFilter,
  events: readonly Event[],
  base: object,
) => {
  if (metric.defaultValue === undefined) return [];
  const key = `${group}\n${name}`;
  const minutes = [...new Set(events.map(({ timestamp }) => Math.floor(timestamp / MINUTE_MS)))];
  const fresh = minutes.filter((minute) => minute > (toldDefaults.get(key) ?? -1));
  if (fresh.length === 0) return [];
  toldDefaults.set(key, Math.max(...fresh));
  return fresh.map((minute) => ({
    ...base,
    Timestamp: new Date(minute * MINUTE_MS),
    Value: metric.defaultValue,
  }));
};
