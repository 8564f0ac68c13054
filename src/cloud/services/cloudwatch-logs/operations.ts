import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import {
  groupExists,
  groupNotFound,
  invalidOperation,
  invalidParameter,
  streamExists,
  streamNotFound,
} from './errors.ts';
import { filterLogEvents, getLogEvents } from './read-events.ts';
import { PAGE_GROUPS, RETENTION_DAYS } from './limits.ts';
import { anyGroup, groupArn, groupName, groupNeed, streamNeed } from './names.ts';
import { metricFilterOperations } from './metric-filters.ts';
import { page } from './page.ts';
import { putLogEvents } from './put-log-events.ts';
import { resourcePolicyOperations } from './resource-policies.ts';
import type { LogGroup, LogsState, LogStream } from './state.ts';
import { subscriptionFilterOperations } from './subscription-filters.ts';

const GROUP_NAME = /^[\w./#-]{1,512}$/;

const requireGroup = (state: LogsState, name: string): LogGroup => {
  const group = state.groups.get(name);
  if (group === undefined) throw groupNotFound();
  return group;
};

const describeGroup = (state: LogsState, group: LogGroup): Logs.LogGroup => ({
  logGroupName: group.name,
  arn: `${group.arn}:*`,
  logGroupArn: group.arn,
  creationTime: group.createdAt,
  metricFilterCount: state.metricFilters.of(group.name).length,
  storedBytes: 0,
  logGroupClass: group.logGroupClass as Logs.LogGroupClass,
  deletionProtectionEnabled: group.deletionProtection,
  ...(group.retentionDays === undefined ? {} : { retentionInDays: group.retentionDays }),
  ...(group.kmsKeyId === undefined ? {} : { kmsKeyId: group.kmsKeyId }),
});

const describeStream = (group: LogGroup, stream: LogStream): Logs.LogStream => ({
  logStreamName: stream.name,
  creationTime: stream.createdAt,
  arn: `${group.arn}:log-stream:${stream.name}`,
  storedBytes: 0,
  ...(stream.firstEventAt === undefined ? {} : { firstEventTimestamp: stream.firstEventAt }),
  ...(stream.lastEventAt === undefined ? {} : { lastEventTimestamp: stream.lastEventAt }),
  ...(stream.lastIngestionAt === undefined ? {} : { lastIngestionTime: stream.lastIngestionAt }),
});

const setRetention = (state: LogsState, name: string, days: number | undefined) => {
  const { retentionDays: _, ...group } = requireGroup(state, name);
  state.groups.set(name, days === undefined ? group : { ...group, retentionDays: days });
};

const taggedGroup = (state: LogsState, arn: string | undefined) =>
  requireGroup(state, groupName({ logGroupIdentifier: arn }));

/** Every operation that the cloud has of CloudWatch Logs. */
export const operations: OperationTable<LogsState> = {
  CreateLogGroup: operation<LogsState, Logs.CreateLogGroupRequest, object>({
    needs: groupNeed('logs:CreateLogGroup'),
    handle: (input, { state, accountId, region, clock }) => {
      const name = input.logGroupName ?? '';
      if (!GROUP_NAME.test(name))
        throw invalidParameter(
          `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
        );
      if (state.groups.has(name)) throw groupExists();
      state.groups.set(name, {
        name,
        arn: groupArn(region, accountId, name),
        createdAt: clock.now(),
        logGroupClass: input.logGroupClass ?? 'STANDARD',
        deletionProtection: input.deletionProtectionEnabled ?? false,
        tags: { ...input.tags },
        ...(input.kmsKeyId === undefined ? {} : { kmsKeyId: input.kmsKeyId }),
      });
      return {};
    },
  }),
  DeleteLogGroup: operation<LogsState, Logs.DeleteLogGroupRequest, object>({
    needs: groupNeed('logs:DeleteLogGroup'),
    handle: (input, { state }) => {
      const group = requireGroup(state, input.logGroupName ?? '');
      if (group.deletionProtection)
        throw invalidOperation(
          `The log group ${group.name} has deletion protection. Take it off with PutLogGroupDeletionProtection first.`,
        );
      for (const stream of state.streamsOf(group.name)) state.dropStream(group.name, stream.name);
      for (const { name } of state.subscriptionFilters.of(group.name))
        state.subscriptionFilters.delete(group.name, name);
      for (const { name } of state.metricFilters.of(group.name))
        state.metricFilters.delete(group.name, name);
      // A log group's own policy goes with it.
      state.setPolicy(group.arn, undefined);
      state.groups.delete(group.name);
      return {};
    },
  }),
  DescribeLogGroups: operation<
    LogsState,
    Logs.DescribeLogGroupsRequest,
    Logs.DescribeLogGroupsResponse
  >({
    needs: (_input, context) => ({ action: 'logs:DescribeLogGroups', resource: anyGroup(context) }),
    handle: (input, { state }) => {
      const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
      if (prefix !== undefined && pattern !== undefined)
        throw invalidParameter(
          'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
        );
      const names = input.logGroupIdentifiers?.map((logGroupIdentifier) =>
        groupName({ logGroupIdentifier }),
      );
      const found = [...state.groups.values()]
        .filter(({ name }) => name.startsWith(prefix ?? '') && name.includes(pattern ?? ''))
        .filter(({ name }) => names?.includes(name) ?? true)
        .filter(({ logGroupClass }) => (input.logGroupClass ?? logGroupClass) === logGroupClass)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = page(found, input.nextToken, input.limit ?? PAGE_GROUPS);
      return { logGroups: items.map((group) => describeGroup(state, group)), nextToken };
    },
  }),
  PutRetentionPolicy: operation<LogsState, Logs.PutRetentionPolicyRequest, object>({
    needs: groupNeed('logs:PutRetentionPolicy'),
    handle: (input, { state }) => {
      const days = input.retentionInDays ?? 0;
      if (!RETENTION_DAYS.includes(days))
        throw invalidParameter(
          `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
        );
      setRetention(state, input.logGroupName ?? '', days);
      return {};
    },
  }),
  DeleteRetentionPolicy: operation<LogsState, Logs.DeleteRetentionPolicyRequest, object>({
    needs: groupNeed('logs:DeleteRetentionPolicy'),
    handle: (input, { state }) => {
      setRetention(state, input.logGroupName ?? '', undefined);
      return {};
    },
  }),
  PutLogGroupDeletionProtection: operation<
    LogsState,
    Logs.PutLogGroupDeletionProtectionRequest,
    object
  >({
    needs: groupNeed('logs:PutLogGroupDeletionProtection'),
    handle: (input, { state }) => {
      const group = requireGroup(state, groupName(input));
      const deletionProtection = input.deletionProtectionEnabled === true;
      state.groups.set(group.name, { ...group, deletionProtection });
      return {};
    },
  }),
  TagResource: operation<LogsState, Logs.TagResourceRequest, object>({
    needs: ({ resourceArn = '*' }) => ({ action: 'logs:TagResource', resource: resourceArn }),
    handle: (input, { state }) => {
      const group = taggedGroup(state, input.resourceArn);
      state.groups.set(group.name, { ...group, tags: { ...group.tags, ...input.tags } });
      return {};
    },
  }),
  UntagResource: operation<LogsState, Logs.UntagResourceRequest, object>({
    needs: ({ resourceArn = '*' }) => ({ action: 'logs:UntagResource', resource: resourceArn }),
    handle: (input, { state }) => {
      const group = taggedGroup(state, input.resourceArn);
      const gone = new Set(input.tagKeys);
      const tags = Object.fromEntries(Object.entries(group.tags).filter(([key]) => !gone.has(key)));
      state.groups.set(group.name, { ...group, tags });
      return {};
    },
  }),
  ListTagsForResource: operation<
    LogsState,
    Logs.ListTagsForResourceRequest,
    Logs.ListTagsForResourceResponse
  >({
    needs: ({ resourceArn = '*' }) => ({
      action: 'logs:ListTagsForResource',
      resource: resourceArn,
    }),
    handle: (input, { state }) => ({ tags: { ...taggedGroup(state, input.resourceArn).tags } }),
  }),
  CreateLogStream: operation<LogsState, Logs.CreateLogStreamRequest, object>({
    needs: streamNeed('logs:CreateLogStream'),
    handle: (input, { state, clock }) => {
      const group = requireGroup(state, input.logGroupName ?? '');
      const name = input.logStreamName ?? '';
      if (name === '' || name.length > 512 || /[:*]/.test(name))
        throw invalidParameter(
          `1 validation error detected: Value '${name}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
        );
      if (state.stream(group.name, name) !== undefined) throw streamExists();
      state.putStream({ group: group.name, name, createdAt: clock.now() });
      return {};
    },
  }),
  DeleteLogStream: operation<LogsState, Logs.DeleteLogStreamRequest, object>({
    needs: streamNeed('logs:DeleteLogStream'),
    handle: (input, { state }) => {
      const group = requireGroup(state, input.logGroupName ?? '');
      const name = input.logStreamName ?? '';
      if (state.stream(group.name, name) === undefined) throw streamNotFound();
      state.dropStream(group.name, name);
      return {};
    },
  }),
  DescribeLogStreams: operation<
    LogsState,
    Logs.DescribeLogStreamsRequest,
    Logs.DescribeLogStreamsResponse
  >({
    needs: groupNeed('logs:DescribeLogStreams'),
    handle: (input, { state }) => {
      const group = requireGroup(state, groupName(input));
      const byTime = input.orderBy === 'LastEventTime';
      if (byTime && input.logStreamNamePrefix !== undefined)
        throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
      const found = state
        .streamsOf(group.name)
        .filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ''))
        .sort((a, b) =>
          byTime ? (a.lastEventAt ?? 0) - (b.lastEventAt ?? 0) : a.name < b.name ? -1 : 1,
        );
      if (input.descending === true) found.reverse();
      const { items, nextToken } = page(found, input.nextToken, input.limit ?? PAGE_GROUPS);
      return { logStreams: items.map((stream) => describeStream(group, stream)), nextToken };
    },
  }),
  ...resourcePolicyOperations,
  ...subscriptionFilterOperations,
  ...metricFilterOperations,
  PutLogEvents: putLogEvents,
  GetLogEvents: getLogEvents,
  FilterLogEvents: filterLogEvents,
};
