/**
 * Metrics inside log lines: the embedded metric format.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export interface EmbeddedMetrics {
  readonly namespace: string;
  readonly data: readonly {
    readonly MetricName: string;
    readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    readonly Timestamp: Date;
    readonly Values: readonly number[];
    readonly Unit?: string;
    readonly StorageResolution?: number;
  }[];
}

/** The metrics of one line; none when it is not in the format. */
export const readEmbeddedMetrics = (message: string): readonly EmbeddedMetrics[] => {
  // Cheap refusal: nearly every line is no metric.
  if (!message.includes('"CloudWatchMetrics"')) return [];
  const line = parseObject(message);
  const header = line?.['_aws'];
  if (line === undefined || !isObject(header)) return [];
  const timestamp = header['Timestamp'];
  const directives = header['CloudWatchMetrics'];
  if (typeof timestamp !== 'number' || !Array.isArray(directives)) return [];
  return directives
    .filter(isObject)
    .flatMap((directive) => readDirective(line, directive, new Date(timestamp)));
};

const readDirective = (
  line: Readonly<Record<string, unknown>>,
  directive: Readonly<Record<string, unknown>>,
  timestamp: Date,
): readonly EmbeddedMetrics[] => {
  const { Namespace: namespace, Metrics: metrics, Dimensions: dimensions } = directive;
  if (typeof namespace !== 'string' || !Array.isArray(metrics)) return [];
  const sets: readonly unknown[] =
    Array.isArray(dimensions) && dimensions.length > 0 ? dimensions : [[]];
  const data = metrics.filter(isObject).flatMap((metric) => {
    const name = metric['Name'];
    if (typeof name !== 'string') return [];
    const values = [line[name]].flat().filter((value) => typeof value === 'number');
    if (values.length === 0) return [];
    return sets.filter(Array.isArray).map((names: readonly unknown[]) => ({
      MetricName: name,
      Dimensions: names
        .filter((key) => typeof key === 'string')
        .filter((key) => line[key] !== undefined)
        .map((key) => ({ Name: key, Value: String(line[key]) })),
      Timestamp: timestamp,
      Values: values,
      ...(typeof metric['Unit'] === 'string' ? { Unit: metric['Unit'] } : {}),
      ...(typeof metric['StorageResolution'] === 'number'
        ? { StorageResolution: metric['StorageResolution'] }
        : {}),
    }));
  });
  return data.length === 0 ? [] : [{ namespace, data }];
};

const parseObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
