import type { Need, OperationContext } from '../../core/define-service.ts';
import { groupNotFound, roleNotFound, userNotFound } from './errors.ts';
import { LIMITS } from './limits.ts';
import { iamArn, required } from './names.ts';
import type { Group, Holder, IamState, Role, User } from './state.ts';

/** Input of operations on a role, a user or a group: one of the names. */
export interface HolderInput {
  readonly GroupName?: string | undefined;
  readonly RoleName?: string | undefined;
  readonly UserName?: string | undefined;
}

/** What operations on roles, on users and on groups have in common, and where they differ. */
export interface HolderKind<H extends Holder> {
  readonly noun: 'Role' | 'User' | 'Group';
  readonly lower: 'role' | 'user' | 'group';
  readonly inlineLimit: number;
  readonly attachedQuota: string;
  nameOf(input: HolderInput): string;
  find(state: IamState, name: string): H | undefined;
  require(state: IamState, name: string): H;
  put(state: IamState, holder: H): void;
}

export const requireRole = (state: IamState, name: string): Role => {
  const role = state.role(name);
  if (role === undefined) throw roleNotFound(name);
  return role;
};

export const requireUser = (state: IamState, name: string): User => {
  const user = state.user(name);
  if (user === undefined) throw userNotFound(name);
  return user;
};

export const requireGroup = (state: IamState, name: string): Group => {
  const group = state.group(name);
  if (group === undefined) throw groupNotFound(name);
  return group;
};

export const ROLES: HolderKind<Role> = {
  noun: 'Role',
  lower: 'role',
  inlineLimit: LIMITS.roleInlinePolicySize,
  attachedQuota: 'PoliciesPerRole',
  nameOf: ({ RoleName }) => required(RoleName, 'roleName'),
  find: (state, name) => state.role(name),
  require: requireRole,
  put: (state, role) => state.putRole(role),
};

export const USERS: HolderKind<User> = {
  noun: 'User',
  lower: 'user',
  inlineLimit: LIMITS.userInlinePolicySize,
  attachedQuota: 'PoliciesPerUser',
  nameOf: ({ UserName }) => required(UserName, 'userName'),
  find: (state, name) => state.user(name),
  require: requireUser,
  put: (state, user) => state.putUser(user),
};

export const GROUPS: HolderKind<Group> = {
  noun: 'Group',
  lower: 'group',
  inlineLimit: LIMITS.groupInlinePolicySize,
  attachedQuota: 'PoliciesPerGroup',
  nameOf: ({ GroupName }) => required(GroupName, 'groupName'),
  find: (state, name) => state.group(name),
  require: requireGroup,
  put: (state, group) => state.putGroup(group),
};

/** The ARN that a call on a role, user or group is about: of the one that exists, else what the name alone gives. */
export const holderArn = <H extends Holder>(
  kind: HolderKind<H>,
  name: string,
  { state, accountId }: Pick<OperationContext<IamState>, 'state' | 'accountId'>,
): string => kind.find(state, name)?.arn ?? iamArn(accountId, kind.lower, `/${name}`);

/**
 * Actions that change what a boundary bounds: they know the boundary that stands, or the one that is asked for.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
const KNOWS_BOUNDARY =
  /^(?:Attach|Detach|Put|Delete)(?:Role|User)Policy$|^(?:Put|Delete)(?:Role|User)PermissionsBoundary$/;

/**
 * What a call on a role, user or group needs: its action on the ARN. The holder's own tags are filled for every need on its
 * ARN ({@link resourceKeys}).
 */
export const holderNeed = <H extends Holder>(
  kind: HolderKind<H>,
  action: string,
  input: HolderInput,
  context: OperationContext<IamState>,
  conditions: Need['conditions'] = {},
): Need => {
  const name = kind.nameOf(input);
  const boundary = kind.find(context.state, name)?.boundary;
  return {
    action: `iam:${action}`,
    resource: holderArn(kind, name, context),
    conditions: {
      ...(boundary !== undefined && KNOWS_BOUNDARY.test(action)
        ? { 'iam:PermissionsBoundary': boundary }
        : {}),
      ...conditions,
    },
  };
};
