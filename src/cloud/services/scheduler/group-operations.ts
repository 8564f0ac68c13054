import type * as Scheduler from '@aws-sdk/client-scheduler';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { resourceTagKeys } from '../../core/resource-tags.ts';
import { conflict, defaultGroup, groupNotFound, quotaExceeded } from './errors.ts';
import { armSchedule } from './invoke.ts';
import { LIMITS } from './limits.ts';
import { checkName, DEFAULT_GROUP, groupArn, requireGroup } from './names.ts';
import { pageOf } from './page.ts';
import type { Group, SchedulerState } from './state.ts';

type Context = OperationContext<SchedulerState>;

const asTags = (tags: readonly Scheduler.Tag[] | undefined) =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

const requestTagKeys = (tags: readonly Scheduler.Tag[] | undefined) =>
  tags === undefined || tags.length === 0
    ? {}
    : {
        ...Object.fromEntries(
          tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value]),
        ),
        'aws:TagKeys': tags.map(({ Key = '' }) => Key),
      };

const told = ({ name, arn, createdAt, modifiedAt }: Group): Scheduler.ScheduleGroupSummary => ({
  Arn: arn,
  Name: name,
  State: 'ACTIVE',
  ...(createdAt === undefined ? {} : { CreationDate: new Date(createdAt) }),
  ...(modifiedAt === undefined ? {} : { LastModificationDate: new Date(modifiedAt) }),
});

const groupNeed =
  (action: string) =>
  ({ Name = '' }: { readonly Name?: string | undefined }, context: Context) => ({
    action: `scheduler:${action}`,
    resource: groupArn(context, Name),
  });

/** @throws {ResourceNotFoundException} */
const requireByArn = (context: Context, arn: string): Group => {
  const name = /:schedule-group\/(.+)$/.exec(arn)?.[1];
  if (name === undefined) throw groupNotFound(arn);
  return requireGroup(context, name);
};

export const groupOperations: OperationTable<SchedulerState> = {
  CreateScheduleGroup: operation<
    SchedulerState,
    Scheduler.CreateScheduleGroupInput,
    Scheduler.CreateScheduleGroupOutput
  >({
    needs: ({ Name = '', Tags }, context) => {
      const resource = groupArn(context, Name);
      const conditions = requestTagKeys(Tags);
      return [
        { action: 'scheduler:CreateScheduleGroup', resource, conditions },
        ...(Tags === undefined || Tags.length === 0
          ? []
          : [{ action: 'scheduler:TagResource', resource, conditions }]),
      ];
    },
    handle: ({ Name = '', Tags, ClientToken }, context) => {
      const { state, clock } = context;
      checkName('name', Name);
      if (Name === DEFAULT_GROUP) throw defaultGroup();
      const known = state.groups.get(Name);
      if (known !== undefined) {
        if (ClientToken !== undefined && known.clientToken === ClientToken)
          return { ScheduleGroupArn: known.arn };
        throw conflict(`Schedule group ${Name}`);
      }
      if (state.groups.size >= LIMITS.groups)
        throw quotaExceeded(`The limit of ${LIMITS.groups} schedule groups is reached.`);
      const group: Group = {
        name: Name,
        arn: groupArn(context, Name),
        tags: asTags(Tags),
        createdAt: clock.now(),
        modifiedAt: clock.now(),
        ...(ClientToken === undefined ? {} : { clientToken: ClientToken }),
      };
      state.groups.set(Name, group);
      return { ScheduleGroupArn: group.arn };
    },
  }),
  GetScheduleGroup: operation<
    SchedulerState,
    Scheduler.GetScheduleGroupInput,
    Scheduler.GetScheduleGroupOutput
  >({
    needs: groupNeed('GetScheduleGroup'),
    handle: ({ Name = '' }, context) => told(requireGroup(context, Name)),
  }),
  /** Its schedules go with it. Differs: at once; with AWS the group is DELETING for a while. */
  DeleteScheduleGroup: operation<SchedulerState, Scheduler.DeleteScheduleGroupInput, object>({
    needs: groupNeed('DeleteScheduleGroup'),
    handle: ({ Name = '' }, context) => {
      const { state } = context;
      if (Name === DEFAULT_GROUP) throw defaultGroup();
      requireGroup(context, Name);
      for (const { next: _, ...schedule } of state.schedules(Name)) {
        state.dropSchedule(schedule);
        armSchedule(context, schedule);
      }
      state.groups.delete(Name);
      return {};
    },
  }),
  ListScheduleGroups: operation<
    SchedulerState,
    Scheduler.ListScheduleGroupsInput,
    Scheduler.ListScheduleGroupsOutput
  >({
    needs: () => ({ action: 'scheduler:ListScheduleGroups', resource: '*' }),
    handle: (input, context) => {
      const names = [...new Set([DEFAULT_GROUP, ...context.state.groups.keys()])]
        .filter((name) => name.startsWith(input.NamePrefix ?? ''))
        .sort();
      const { page, next } = pageOf(names, input);
      return { ScheduleGroups: page.map((name) => told(requireGroup(context, name))), ...next };
    },
  }),
  TagResource: operation<SchedulerState, Scheduler.TagResourceInput, object>({
    needs: ({ ResourceArn = '*', Tags }) => ({
      action: 'scheduler:TagResource',
      resource: ResourceArn,
      conditions: requestTagKeys(Tags),
    }),
    handle: ({ ResourceArn = '', Tags }, context) => {
      const group = requireByArn(context, ResourceArn);
      const tags = { ...group.tags, ...asTags(Tags) };
      context.state.groups.set(group.name, { ...group, tags });
      return {};
    },
  }),
  UntagResource: operation<SchedulerState, Scheduler.UntagResourceInput, object>({
    needs: ({ ResourceArn = '*', TagKeys = [] }) => ({
      action: 'scheduler:UntagResource',
      resource: ResourceArn,
      conditions: { 'aws:TagKeys': TagKeys },
    }),
    handle: ({ ResourceArn = '', TagKeys = [] }, context) => {
      const group = requireByArn(context, ResourceArn);
      const tags = Object.fromEntries(
        Object.entries(group.tags).filter(([key]) => !TagKeys.includes(key)),
      );
      context.state.groups.set(group.name, { ...group, tags });
      return {};
    },
  }),
  ListTagsForResource: operation<
    SchedulerState,
    Scheduler.ListTagsForResourceInput,
    Scheduler.ListTagsForResourceOutput
  >({
    needs: ({ ResourceArn = '*' }) => ({
      action: 'scheduler:ListTagsForResource',
      resource: ResourceArn,
    }),
    handle: ({ ResourceArn = '' }, context) => ({
      Tags: Object.entries(requireByArn(context, ResourceArn).tags).map(([Key, Value]) => ({
        Key,
        Value,
      })),
    }),
  }),
};

/** `aws:ResourceTag/…`: a schedule has the tags of its group. */
export const resourceKeys = (
  arn: string,
  state: SchedulerState,
): Readonly<Record<string, string>> | undefined => {
  const name = /:schedule(?:-group)?\/([^/]+)/.exec(arn)?.[1] ?? '';
  return resourceTagKeys(state.groups.get(name)?.tags);
};
