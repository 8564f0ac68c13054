import type * as Iam from '@aws-sdk/client-iam';
import type { OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import {
  groupExists,
  mustDeletePolicies,
  mustDetachPolicies,
  mustRemoveUsers,
  quotaExceeded,
} from '../errors.ts';
import { GROUPS, holderNeed, requireGroup, requireUser, USERS } from '../holders.ts';
import { uniqueId } from '../identifiers.ts';
import { LIMITS } from '../limits.ts';
import { checkName, checkPath, iamArn } from '../names.ts';
import { paginate } from '../page.ts';
import type { Group, IamState } from '../state.ts';
import { describeUser } from './users.ts';

const describeGroup = (group: Group): Iam.Group => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: group.arn,
  CreateDate: new Date(group.createdAt),
});

const lowerName = ({ name }: { readonly name: string }) => name.toLowerCase();

/** Groups themselves, and who is in them. */
export const groupOperations: OperationTable<IamState> = {
  CreateGroup: operation<IamState, Iam.CreateGroupRequest, Iam.CreateGroupResponse>({
    needs: (input, { accountId }) => ({
      action: 'iam:CreateGroup',
      resource: iamArn(accountId, 'group', `${input.Path ?? '/'}${input.GroupName ?? ''}`),
    }),
    handle: (input, { state, accountId, clock, random }) => {
      const name = checkName(input.GroupName, 'groupName', LIMITS.groupNameLength);
      const path = checkPath(input.Path);
      if (state.group(name) !== undefined) throw groupExists(name);
      if (state.groups().length >= LIMITS.groups)
        throw quotaExceeded('GroupsPerAccount', LIMITS.groups);
      const group: Group = {
        name,
        path,
        id: uniqueId('group', random),
        arn: iamArn(accountId, 'group', `${path}${name}`),
        createdAt: clock.now(),
        tags: [],
        inlinePolicies: [],
        attachedPolicies: [],
        members: [],
      };
      state.putGroup(group);
      return { Group: describeGroup(group) };
    },
  }),
  GetGroup: operation<IamState, Iam.GetGroupRequest, Iam.GetGroupResponse>({
    needs: (input, context) => holderNeed(GROUPS, 'GetGroup', input, context),
    handle: (input, { state }) => {
      const group = requireGroup(state, GROUPS.nameOf(input));
      const users = state.users().filter(({ id }) => group.members.includes(id));
      const { items, ...page } = paginate(users, input, lowerName);
      return {
        Group: describeGroup(group),
        Users: items.map((user) => describeUser(user, 'listed')),
        ...page,
      };
    },
  }),
  ListGroups: operation<IamState, Iam.ListGroupsRequest, Iam.ListGroupsResponse>({
    needs: (input, { accountId }) => ({
      action: 'iam:ListGroups',
      resource: iamArn(accountId, 'group', input.PathPrefix ?? '/'),
    }),
    handle: (input, { state }) => {
      const groups = state.groups().filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
      const { items, ...page } = paginate(groups, input, lowerName);
      return { Groups: items.map(describeGroup), ...page };
    },
  }),
  ListGroupsForUser: operation<
    IamState,
    Iam.ListGroupsForUserRequest,
    Iam.ListGroupsForUserResponse
  >({
    needs: (input, context) => holderNeed(USERS, 'ListGroupsForUser', input, context),
    handle: (input, { state }) => {
      const groups = state.groupsOf(requireUser(state, USERS.nameOf(input)));
      const { items, ...page } = paginate(groups, input, lowerName);
      return { Groups: items.map(describeGroup), ...page };
    },
  }),
  UpdateGroup: operation<IamState, Iam.UpdateGroupRequest, object>({
    // "must have permission to change the role group with the old name and the new name"
    // (https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html).
    needs: (input, context) => {
      const need = holderNeed(GROUPS, 'UpdateGroup', input, context);
      const group = context.state.group(GROUPS.nameOf(input));
      const pathAndName = `${input.NewPath ?? group?.path ?? '/'}${input.NewGroupName ?? GROUPS.nameOf(input)}`;
      const renamed = iamArn(context.accountId, 'group', pathAndName);
      return renamed === need.resource ? need : [need, { ...need, resource: renamed }];
    },
    handle: (input, { state, accountId }) => {
      const group = requireGroup(state, GROUPS.nameOf(input));
      const name =
        input.NewGroupName === undefined
          ? group.name
          : checkName(input.NewGroupName, 'newGroupName', LIMITS.groupNameLength);
      const path = input.NewPath === undefined ? group.path : checkPath(input.NewPath);
      const taken = state.group(name);
      if (taken !== undefined && taken.id !== group.id) throw groupExists(name);
      state.dropGroup(group.name);
      state.putGroup({ ...group, name, path, arn: iamArn(accountId, 'group', `${path}${name}`) });
      return {};
    },
  }),
  DeleteGroup: operation<IamState, Iam.DeleteGroupRequest, object>({
    needs: (input, context) => holderNeed(GROUPS, 'DeleteGroup', input, context),
    handle: (input, { state }) => {
      const group = requireGroup(state, GROUPS.nameOf(input));
      if (group.members.length > 0) throw mustRemoveUsers();
      if (group.attachedPolicies.length > 0) throw mustDetachPolicies();
      if (group.inlinePolicies.length > 0) throw mustDeletePolicies();
      state.dropGroup(group.name);
      return {};
    },
  }),
  AddUserToGroup: operation<IamState, Iam.AddUserToGroupRequest, object>({
    needs: (input, context) => holderNeed(GROUPS, 'AddUserToGroup', input, context),
    handle: (input, { state }) => {
      const user = requireUser(state, USERS.nameOf(input));
      const group = requireGroup(state, GROUPS.nameOf(input));
      // Adding who is in the group is no error.
      if (group.members.includes(user.id)) return {};
      if (state.groupsOf(user).length >= LIMITS.groupsPerUser)
        throw quotaExceeded('GroupsPerUser', LIMITS.groupsPerUser);
      state.putGroup({ ...group, members: [...group.members, user.id] });
      return {};
    },
  }),
  RemoveUserFromGroup: operation<IamState, Iam.RemoveUserFromGroupRequest, object>({
    needs: (input, context) => holderNeed(GROUPS, 'RemoveUserFromGroup', input, context),
    handle: (input, { state }) => {
      const user = requireUser(state, USERS.nameOf(input));
      const group = requireGroup(state, GROUPS.nameOf(input));
      // Nor is removing who is not (https://github.com/cloud-custodian/cloud-custodian/pull/4730, tried on AWS).
      if (group.members.includes(user.id))
        state.putGroup({ ...group, members: group.members.filter((id) => id !== user.id) });
      return {};
    },
  }),
};
