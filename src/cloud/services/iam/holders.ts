import type { Need, OperationContext } from '../../core/define-service.ts';
import { roleNotFound, userNotFound } from './errors.ts';
import { LIMITS } from './limits.ts';
import { iamArn, required } from './names.ts';
import type { Holder, IamState, Role, User } from './state.ts';

/** Input of operations on a role or a user: one of the two names. */
export interface HolderInput {
  readonly RoleName?: string | undefined;
  readonly UserName?: string | undefined;
}

/** What operations on roles and on users have in common, and where they differ. */
export interface HolderKind<H extends Holder> {
  readonly noun: 'Role' | 'User';
  readonly lower: 'role' | 'user';
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

/** The ARN that a call on a role or user is about: of the one that exists, else what the name alone gives. */
export const holderArn = <H extends Holder>(
  kind: HolderKind<H>,
  name: string,
  { state, accountId }: Pick<OperationContext<IamState>, 'state' | 'accountId'>,
): string => kind.find(state, name)?.arn ?? iamArn(accountId, kind.lower, `/${name}`);

/** What a call on a role or user needs: its action on the ARN, under the keys that the holder itself gives. */
export const holderNeed = <H extends Holder>(
  kind: HolderKind<H>,
  action: string,
  input: HolderInput,
  context: OperationContext<IamState>,
  conditions: Need['conditions'] = {},
): Need => {
  const name = kind.nameOf(input);
  const holder = kind.find(context.state, name);
  const own: Record<string, string> = {};
  if (holder?.boundary !== undefined) own['iam:PermissionsBoundary'] = holder.boundary;
  for (const { Key, Value } of holder?.tags ?? []) {
    own[`aws:ResourceTag/${Key}`] = Value;
    own[`iam:ResourceTag/${Key}`] = Value;
  }
  return {
    action: `iam:${action}`,
    resource: holderArn(kind, name, context),
    conditions: { ...own, ...conditions },
  };
};
