import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { checkDestination, tryDestination } from './destination.ts';
import { filterNotFound, groupNotFound, limitExceeded } from './errors.ts';
import { compileFilter } from './filter-pattern.ts';
import { FILTERS, PAGE_GROUPS } from './limits.ts';
import { groupNeed } from './names.ts';
import { page } from './page.ts';
import type { LogsState, SubscriptionFilter } from './state.ts';

const describe = (filter: SubscriptionFilter): Logs.SubscriptionFilter => ({
  filterName: filter.name,
  logGroupName: filter.group,
  filterPattern: filter.pattern,
  destinationArn: filter.destinationArn,
  distribution: filter.distribution,
  applyOnTransformedLogs: false,
  creationTime: filter.createdAt,
  ...(filter.roleArn === undefined ? {} : { roleArn: filter.roleArn }),
});

/** What needs a log transformer, or the fields of an account's policy. */
const refuseUnsupported = (input: Logs.PutSubscriptionFilterRequest) => {
  if (input.applyOnTransformedLogs === true) throw notSupported('applyOnTransformedLogs');
  if (input.fieldSelectionCriteria !== undefined) throw notSupported('fieldSelectionCriteria');
  if ((input.emitSystemFields ?? []).length > 0) throw notSupported('emitSystemFields');
};

/** Operations on subscription filters. */
export const subscriptionFilterOperations: OperationTable<LogsState> = {
  PutSubscriptionFilter: operation<LogsState, Logs.PutSubscriptionFilterRequest, object>({
    needs: (input, context) => [
      groupNeed('logs:PutSubscriptionFilter')(input, context),
      ...(input.roleArn === undefined
        ? []
        : [
            {
              action: 'iam:PassRole',
              resource: input.roleArn,
              conditions: { 'iam:PassedToService': 'logs.amazonaws.com' },
            },
          ]),
    ],
    handle: async (input, context) => {
      const { state, clock } = context;
      const { logGroupName: group = '', filterName: name = '', destinationArn = '' } = input;
      refuseUnsupported(input);
      const destination = {
        group,
        destinationArn,
        roleArn: input.roleArn,
        distribution: input.distribution ?? 'ByLogStream',
      } as const;
      // Before the group is looked for, as recorded from AWS by LocalStack's snapshot tests.
      checkDestination(context, destination);
      compileFilter(input.filterPattern ?? '');
      if (!state.groups.has(group)) throw groupNotFound();
      const known = state.subscriptionFilters.get(group, name);
      if (
        known === undefined &&
        state.subscriptionFilters.of(group).length >= FILTERS.subscriptions
      )
        throw limitExceeded();
      const principal = await tryDestination(context, destination);
      state.subscriptionFilters.set({
        group,
        name,
        pattern: input.filterPattern ?? '',
        destinationArn,
        ...(input.roleArn === undefined ? {} : { roleArn: input.roleArn }),
        distribution: destination.distribution,
        createdAt: known?.createdAt ?? clock.now(),
        principal,
      });
      return {};
    },
  }),
  DescribeSubscriptionFilters: operation<
    LogsState,
    Logs.DescribeSubscriptionFiltersRequest,
    Logs.DescribeSubscriptionFiltersResponse
  >({
    needs: groupNeed('logs:DescribeSubscriptionFilters'),
    handle: (input, { state }) => {
      const group = input.logGroupName ?? '';
      if (!state.groups.has(group)) throw groupNotFound();
      const found = state.subscriptionFilters
        .of(group)
        .filter(({ name }) => name.startsWith(input.filterNamePrefix ?? ''))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = page(found, input.nextToken, input.limit ?? PAGE_GROUPS);
      return { subscriptionFilters: items.map(describe), nextToken };
    },
  }),
  DeleteSubscriptionFilter: operation<LogsState, Logs.DeleteSubscriptionFilterRequest, object>({
    needs: groupNeed('logs:DeleteSubscriptionFilter'),
    handle: ({ logGroupName: group = '', filterName: name = '' }, { state }) => {
      if (!state.groups.has(group)) throw groupNotFound();
      if (state.subscriptionFilters.get(group, name) === undefined)
        throw filterNotFound('subscription');
      state.subscriptionFilters.delete(group, name);
      return {};
    },
  }),
};
