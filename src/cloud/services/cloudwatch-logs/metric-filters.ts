import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { filterNotFound, groupNotFound, invalidParameter, limitExceeded } from './errors.ts';
import type { LogPattern } from './filter-pattern.ts';
import { compilePattern } from './filter-pattern.ts';
import { FILTERS, PAGE_GROUPS } from './limits.ts';
import { anyGroup, groupNeed } from './names.ts';
import { page } from './page.ts';
import type { LogsState, MetricFilter } from './state.ts';

const describe = ({ metric, ...filter }: MetricFilter): Logs.MetricFilter => ({
  filterName: filter.name,
  logGroupName: filter.group,
  filterPattern: filter.pattern,
  creationTime: filter.createdAt,
  applyOnTransformedLogs: false,
  metricTransformations: [
    {
      metricName: metric.name,
      metricNamespace: metric.namespace,
      metricValue: metric.value,
      ...(metric.defaultValue === undefined ? {} : { defaultValue: metric.defaultValue }),
      ...(metric.unit === undefined ? {} : { unit: metric.unit as Logs.StandardUnit }),
      ...(metric.dimensions === undefined ? {} : { dimensions: { ...metric.dimensions } }),
    },
  ],
});

const refuseUnsupported = (input: Logs.PutMetricFilterRequest) => {
  if (input.applyOnTransformedLogs === true) throw notSupported('applyOnTransformedLogs');
  if (input.fieldSelectionCriteria !== undefined) throw notSupported('fieldSelectionCriteria');
  if ((input.emitSystemFieldDimensions ?? []).length > 0)
    throw notSupported('emitSystemFieldDimensions');
};

const readMetric = (
  transformations: readonly Logs.MetricTransformation[],
  pattern: LogPattern,
): MetricFilter['metric'] => {
  const [one, ...more] = transformations;
  if (one === undefined || more.length > 0)
    throw invalidParameter(
      `1 validation error detected: Value at 'metricTransformations' failed to satisfy constraint: Member must have length ${one === undefined ? 'greater' : 'less'} than or equal to 1`,
    );
  const { metricValue: value = '', metricNamespace: namespace = '', defaultValue, unit } = one;
  if (namespace.startsWith('AWS/'))
    throw invalidParameter("The metric namespace must not begin with 'AWS/'.");
  // Not seen from AWS.
  if (!value.startsWith('$') && !Number.isFinite(Number(value)))
    throw invalidParameter(
      `Invalid metric transformation: the metric value '${value}' is neither a number nor a field of the pattern, such as $.latency or $size`,
    );
  const dimensions = Object.entries(one.dimensions ?? {});
  // https://github.com/hashicorp/terraform-provider-aws/issues/22105
  if (dimensions.length > 0 && !pattern.isStructured)
    throw invalidParameter('The specified filter pattern does not support dimensions');
  // https://github.com/aws-solutions-library-samples/guidance-for-claude-code-with-amazon-bedrock/pull/632
  if (dimensions.length > 0 && defaultValue !== undefined)
    throw invalidParameter(
      'Invalid metric transformation: dimensions and default value are mutually exclusive properties.',
    );
  if (dimensions.length > FILTERS.dimensions)
    throw invalidParameter(
      `Invalid metric transformation: a metric filter has ${FILTERS.dimensions} dimensions at most`,
    );
  return {
    name: one.metricName ?? '',
    namespace,
    value,
    ...(defaultValue === undefined ? {} : { defaultValue }),
    ...(unit === undefined ? {} : { unit }),
    ...(dimensions.length === 0 ? {} : { dimensions: Object.fromEntries(dimensions) }),
  };
};

/** Operations on metric filters. */
export const metricFilterOperations: OperationTable<LogsState> = {
  PutMetricFilter: operation<LogsState, Logs.PutMetricFilterRequest, object>({
    needs: groupNeed('logs:PutMetricFilter'),
    handle: (input, { state, clock }) => {
      const { logGroupName: group = '', filterName: name = '', filterPattern = '' } = input;
      refuseUnsupported(input);
      const metric = readMetric(input.metricTransformations ?? [], compilePattern(filterPattern));
      if (!state.groups.has(group)) throw groupNotFound();
      const known = state.metricFilters.get(group, name);
      if (known === undefined && state.metricFilters.of(group).length >= FILTERS.metrics)
        throw limitExceeded();
      state.metricFilters.set({
        group,
        name,
        pattern: filterPattern,
        createdAt: known?.createdAt ?? clock.now(),
        metric,
      });
      return {};
    },
  }),
  DescribeMetricFilters: operation<
    LogsState,
    Logs.DescribeMetricFiltersRequest,
    Logs.DescribeMetricFiltersResponse
  >({
    needs: (input, context) =>
      input.logGroupName === undefined
        ? { action: 'logs:DescribeMetricFilters', resource: anyGroup(context) }
        : groupNeed('logs:DescribeMetricFilters')(input, context),
    handle: (input, { state }) => {
      const { logGroupName: group, metricName, metricNamespace } = input;
      // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html; the words are our own
      if ((metricName === undefined) !== (metricNamespace === undefined))
        throw invalidParameter('metricName and metricNamespace must be given together.');
      if (group !== undefined && !state.groups.has(group)) throw groupNotFound();
      const found = (
        group === undefined ? state.metricFilters.all() : state.metricFilters.of(group)
      )
        .filter(({ name }) => name.startsWith(input.filterNamePrefix ?? ''))
        .filter(({ metric }) => (metricName ?? metric.name) === metric.name)
        .filter(({ metric }) => (metricNamespace ?? metric.namespace) === metric.namespace)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = page(found, input.nextToken, input.limit ?? PAGE_GROUPS);
      return { metricFilters: items.map(describe), nextToken };
    },
  }),
  DeleteMetricFilter: operation<LogsState, Logs.DeleteMetricFilterRequest, object>({
    needs: groupNeed('logs:DeleteMetricFilter'),
    handle: ({ logGroupName: group = '', filterName: name = '' }, { state }) => {
      if (!state.groups.has(group)) throw groupNotFound();
      if (state.metricFilters.get(group, name) === undefined) throw filterNotFound('metric');
      state.metricFilters.delete(group, name);
      return {};
    },
  }),
  TestMetricFilter: operation<
    LogsState,
    Logs.TestMetricFilterRequest,
    Logs.TestMetricFilterResponse
  >({
    needs: () => ({ action: 'logs:TestMetricFilter', resource: '*' }),
    handle: ({ filterPattern = '', logEventMessages = [] }) => {
      const pattern = compilePattern(filterPattern);
      return {
        matches: logEventMessages.flatMap((eventMessage, index) =>
          pattern.matches(eventMessage)
            ? [
                {
                  eventNumber: index + 1,
                  eventMessage,
                  extractedValues: { ...pattern.extract(eventMessage) },
                },
              ]
            : [],
        ),
      };
    },
  }),
};
