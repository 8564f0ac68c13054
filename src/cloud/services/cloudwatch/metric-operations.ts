import type * as CloudWatch from '@aws-sdk/client-cloudwatch';
import { operation } from '../../core/define-service.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { notSupported } from '../../core/aws-error.ts';
import { evaluateAlarms } from './alarm-actions.ts';
import {
  invalidCombination,
  invalidParameterValue,
  missingParameter,
  validation,
} from './errors.ts';
import type { Datum, Metric } from './metrics.ts';
import { combine, isStatistic, metricKey, statistic } from './metrics.ts';
import type { CloudWatchState } from './state.ts';

/** Numbers of https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const LIMITS = {
  data: 1_000,
  dimensions: 30,
  pastMs: 14 * 86_400_000,
  futureMs: 2 * 3_600_000,
  valuesPerDatum: 150,
};

const dimensionsOf = (dimensions: readonly CloudWatch.Dimension[] | undefined) =>
  (dimensions ?? []).map(({ Name = '', Value = '' }) => ({ Name, Value }));

const readDatum = (
  namespace: string,
  datum: CloudWatch.MetricDatum,
  nowMs: number,
  index: number,
): Datum => {
  const at = datum.Timestamp?.getTime() ?? nowMs;
  const place = `MetricData.member.${index + 1}`;
  if (at < nowMs - LIMITS.pastMs || at > nowMs + LIMITS.futureMs)
    throw invalidParameterValue(
      `The parameter ${place}.Timestamp must specify a time no more than two hours in the future and no more than two weeks in the past.`,
    );
  if ((datum.Dimensions?.length ?? 0) > LIMITS.dimensions)
    throw invalidParameterValue(
      `The collection ${place}.Dimensions must not have a size greater than ${LIMITS.dimensions}.`,
    );
  const given = [datum.Value, datum.Values, datum.StatisticValues].filter(
    (value) => value !== undefined,
  );
  if (given.length === 0)
    throw missingParameter(
      `At least one of the parameters ${place}.Value, ${place}.Values or ${place}.StatisticValues must be specified.`,
    );
  if (given.length > 1)
    throw invalidCombination(
      `The parameters ${place}.Value and ${place}.StatisticValues are mutually exclusive and you have specified both.`,
    );
  const base = {
    namespace,
    name: datum.MetricName ?? '',
    dimensions: dimensionsOf(datum.Dimensions),
    at,
    unit: datum.Unit ?? 'None',
    resolutionSeconds: datum.StorageResolution === 1 ? 1 : 60,
  };
  const set = datum.StatisticValues;
  if (set !== undefined)
    return {
      ...base,
      sum: set.Sum ?? 0,
      count: set.SampleCount ?? 0,
      min: set.Minimum ?? 0,
      max: set.Maximum ?? 0,
      values: [],
    };
  const values = datum.Values ?? [datum.Value ?? 0];
  const counts = datum.Counts ?? values.map(() => 1);
  if (
    values.length === 0 ||
    values.length > LIMITS.valuesPerDatum ||
    counts.length !== values.length
  )
    throw invalidParameterValue(
      `${place}.Values and ${place}.Counts must have one length, at least 1 and at most ${LIMITS.valuesPerDatum}.`,
    );
  if (values.some((value) => !Number.isFinite(value)))
    throw invalidParameterValue(`The value for parameter ${place}.Value must be a finite number.`);
  const pairs = values.map((value, i) => [value, counts[i] ?? 1] as const);
  return {
    ...base,
    sum: pairs.reduce((sum, [value, times]) => sum + value * times, 0),
    count: pairs.reduce((sum, [, times]) => sum + times, 0),
    min: Math.min(...values),
    max: Math.max(...values),
    values: pairs,
  };
};

const putMetricData = operation<CloudWatchState, CloudWatch.PutMetricDataInput, object>({
  needs: ({ Namespace = '' }) => ({
    action: 'cloudwatch:PutMetricData',
    resource: '*',
    conditions: { 'cloudwatch:namespace': Namespace },
    ...selfWriting,
  }),
  handle: (input, context) => {
    const namespace = input.Namespace ?? '';
    // AWS keeps the namespaces that begin with AWS/ to its services.
    if (namespace.startsWith('AWS/') && context.principal.kind !== 'service')
      throw invalidParameterValue(
        "The value AWS/ for parameter Namespace is invalid: namespaces that begin with 'AWS/' are reserved.",
      );
    if (input.EntityMetricData !== undefined)
      throw notSupported('PutMetricData with EntityMetricData');
    const data = input.MetricData ?? [];
    if (data.length > LIMITS.data)
      throw invalidParameterValue(
        `The collection MetricData must not have a size greater than ${LIMITS.data}.`,
      );
    const read = data.map((datum, index) =>
      readDatum(namespace, datum, context.clock.now(), index),
    );
    for (const datum of read) context.state.metrics.put(datum);
    const touched = new Set(read.map(metricKey));
    evaluateAlarms(context, (alarm) => touched.has(metricKey(alarm)));
    return {};
  },
});

/** Services write their own metrics; no policy of the account says so. */
const selfWriting = {
  resourcePolicy: JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: {
          Service: [
            'kinesis.amazonaws.com',
            'lambda.amazonaws.com',
            'logs.amazonaws.com',
            'apigateway.amazonaws.com',
            'sns.amazonaws.com',
            'dynamodb.amazonaws.com',
            'sqs.amazonaws.com',
            's3.amazonaws.com',
            'scheduler.amazonaws.com',
          ],
        },
        Action: 'cloudwatch:PutMetricData',
        Resource: '*',
      },
    ],
  }),
} as const;

const buckets = (
  { state }: Pick<OperationContext<CloudWatchState>, 'state'>,
  metric: Metric,
  startMs: number,
  endMs: number,
  periodMs: number,
  unit: string | undefined,
) => {
  const first = Math.floor(startMs / periodMs) * periodMs;
  const slots = state.metrics
    .slots(metric, first, endMs)
    .filter((slot) => unit === undefined || slot.unit === unit);
  const groups = Map.groupBy(slots, ({ at }) => Math.floor(at / periodMs) * periodMs);
  return [...groups].flatMap(([at, members]) => {
    const slot = combine(members);
    return slot === undefined ? [] : [{ at, slot }];
  });
};

const checkPeriod = (period: number | undefined): number => {
  if (
    period === undefined ||
    period < 1 ||
    (period >= 60 ? period % 60 !== 0 : ![1, 5, 10, 20, 30].includes(period))
  )
    throw invalidParameterValue(
      `The value ${period ?? 'null'} for parameter Period is invalid: it must be 1, 5, 10, 20, 30 or a multiple of 60 seconds.`,
    );
  return period * 1000;
};

const checkStatistic = (name: string): void => {
  if (!isStatistic(name)) throw notSupported(`The statistic '${name}'`);
};

const getMetricStatistics = operation<
  CloudWatchState,
  CloudWatch.GetMetricStatisticsInput,
  CloudWatch.GetMetricStatisticsOutput
>({
  needs: () => ({ action: 'cloudwatch:GetMetricStatistics', resource: '*' }),
  handle: (input, context) => {
    const start = input.StartTime?.getTime() ?? 0;
    const end = input.EndTime?.getTime() ?? 0;
    if (start >= end)
      throw invalidCombination('The parameter StartTime must be less than the parameter EndTime.');
    const period = checkPeriod(input.Period);
    const metric = {
      namespace: input.Namespace ?? '',
      name: input.MetricName ?? '',
      dimensions: dimensionsOf(input.Dimensions),
    };
    const names = [...(input.Statistics ?? []), ...(input.ExtendedStatistics ?? [])];
    if (names.length === 0)
      throw missingParameter(
        'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
      );
    for (const name of names) checkStatistic(name);
    return {
      Label: metric.name,
      Datapoints: buckets(context, metric, start, end, period, input.Unit).map(({ at, slot }) => ({
        Timestamp: new Date(at),
        Unit: slot.unit as CloudWatch.StandardUnit,
        ...Object.fromEntries(
          (input.Statistics ?? []).map((name) => [name, statistic(slot, name)]),
        ),
        ...(input.ExtendedStatistics === undefined
          ? {}
          : {
              ExtendedStatistics: Object.fromEntries(
                input.ExtendedStatistics.map((name) => [name, statistic(slot, name) ?? 0]),
              ),
            }),
      })),
    };
  },
});

const getMetricData = operation<
  CloudWatchState,
  CloudWatch.GetMetricDataInput,
  CloudWatch.GetMetricDataOutput
>({
  needs: () => ({ action: 'cloudwatch:GetMetricData', resource: '*' }),
  handle: (input, context) => {
    const start = input.StartTime?.getTime() ?? 0;
    const end = input.EndTime?.getTime() ?? 0;
    if (start >= end)
      throw validation('The parameter StartTime must be less than the parameter EndTime.');
    return {
      Messages: [],
      MetricDataResults: (input.MetricDataQueries ?? []).flatMap((query) => {
        if (query.Expression !== undefined)
          throw notSupported(`Metric math ('${query.Expression}')`);
        if (query.MetricStat === undefined)
          throw validation(`The query '${query.Id}' must have a MetricStat or an Expression.`);
        const { Metric: given, Period, Stat = 'Average', Unit } = query.MetricStat;
        checkStatistic(Stat);
        const metric = {
          namespace: given?.Namespace ?? '',
          name: given?.MetricName ?? '',
          dimensions: dimensionsOf(given?.Dimensions),
        };
        const found = buckets(context, metric, start, end, checkPeriod(Period), Unit);
        if (input.ScanBy !== 'TimestampAscending') found.reverse();
        if (query.ReturnData === false) return [];
        return [
          {
            Id: query.Id,
            Label: query.Label ?? metric.name,
            StatusCode: 'Complete' as const,
            Timestamps: found.map(({ at }) => new Date(at)),
            Values: found.map(({ slot }) => statistic(slot, Stat) ?? 0),
          },
        ];
      }),
    };
  },
});

const listMetrics = operation<
  CloudWatchState,
  CloudWatch.ListMetricsInput,
  CloudWatch.ListMetricsOutput
>({
  needs: () => ({ action: 'cloudwatch:ListMetrics', resource: '*' }),
  handle: (input, { state, clock }) => {
    const RECENT_MS = 3 * 3_600_000;
    const found = state.metrics
      .list()
      .filter(({ namespace }) => input.Namespace === undefined || namespace === input.Namespace)
      .filter(({ name }) => input.MetricName === undefined || name === input.MetricName)
      .filter(({ lastAt }) => input.RecentlyActive !== 'PT3H' || lastAt >= clock.now() - RECENT_MS)
      .filter(({ dimensions }) =>
        (input.Dimensions ?? []).every(({ Name, Value }) =>
          dimensions.some(
            (own) => own.Name === Name && (Value === undefined || own.Value === Value),
          ),
        ),
      );
    const PAGE = 500;
    const at = Number(input.NextToken ?? 0);
    if (!Number.isInteger(at) || at < 0)
      throw invalidParameterValue('The value for parameter NextToken is invalid.');
    return {
      Metrics: found.slice(at, at + PAGE).map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: [...dimensions],
      })),
      ...(found.length > at + PAGE ? { NextToken: String(at + PAGE) } : {}),
    };
  },
});

/** Operations on metrics. */
export const metricOperations: OperationTable<CloudWatchState> = {
  PutMetricData: putMetricData,
  GetMetricStatistics: getMetricStatistics,
  GetMetricData: getMetricData,
  ListMetrics: listMetrics,
};
