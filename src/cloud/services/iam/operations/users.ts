import type * as Iam from '@aws-sdk/client-iam';
import type { OperationContext, OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import {
  accessKeyNotFound,
  mustDeleteAccessKeys,
  mustDeletePolicies,
  mustDetachPolicies,
  mustRemoveUsers,
  policyNotAttachable,
  quotaExceeded,
  userExists,
  validationError,
} from '../errors.ts';
import { holderNeed, requireUser, USERS } from '../holders.ts';
import { uniqueId } from '../identifiers.ts';
import { LIMITS } from '../limits.ts';
import { checkName, checkPath, iamArn, required } from '../names.ts';
import { paginate } from '../page.ts';
import type { IamState, User } from '../state.ts';
import { mergeTags, tagConditions } from '../tags.ts';

/** A user as `GetUser` shows it; lists leave tags and boundary out. */
export const describeUser = (user: User, detail: 'full' | 'listed' = 'full'): Iam.User => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: new Date(user.createdAt),
  ...(detail === 'listed' || user.tags.length === 0 ? {} : { Tags: [...user.tags] }),
  ...(detail === 'listed' || user.boundary === undefined
    ? {}
    : {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
          PermissionsBoundaryArn: user.boundary,
        },
      }),
});

/** Operations whose user may be left out are then about the caller. */
const nameOrCaller = (
  name: string | undefined,
  { principal }: Pick<OperationContext<IamState>, 'principal'>,
): string => {
  if (name !== undefined) return name;
  if (principal.kind === 'user') return principal.userName;
  throw validationError('Must specify userName when calling with non-User credentials');
};

/** Users and their access keys. */
export const userOperations: OperationTable<IamState> = {
  CreateUser: operation<IamState, Iam.CreateUserRequest, Iam.CreateUserResponse>({
    needs: (input, { accountId }) => ({
      action: 'iam:CreateUser',
      resource: iamArn(accountId, 'user', `${input.Path ?? '/'}${input.UserName ?? ''}`),
      conditions: {
        ...tagConditions(input.Tags),
        ...(input.PermissionsBoundary === undefined
          ? {}
          : { 'iam:PermissionsBoundary': input.PermissionsBoundary }),
      },
    }),
    handle: (input, { state, accountId, clock, random }) => {
      const name = checkName(input.UserName, 'userName', LIMITS.userNameLength);
      const path = checkPath(input.Path);
      if (state.user(name) !== undefined) throw userExists(name);
      const boundary = input.PermissionsBoundary;
      if (boundary !== undefined && state.policy(boundary) === undefined)
        throw policyNotAttachable(boundary);
      const user: User = {
        name,
        path,
        id: uniqueId('user', random),
        arn: iamArn(accountId, 'user', `${path}${name}`),
        createdAt: clock.now(),
        tags: mergeTags([], input.Tags),
        inlinePolicies: [],
        attachedPolicies: [],
        accessKeys: [],
        ...(boundary === undefined ? {} : { boundary }),
      };
      state.putUser(user);
      return { User: describeUser(user) };
    },
  }),
  GetUser: operation<IamState, Iam.GetUserRequest, Iam.GetUserResponse>({
    needs: (input, context) =>
      input.UserName === undefined && context.principal.kind === 'root'
        ? { action: 'iam:GetUser', resource: context.principal.arn }
        : holderNeed(
            USERS,
            'GetUser',
            { UserName: nameOrCaller(input.UserName, context) },
            context,
          ),
    handle: (input, context) => {
      const { principal } = context;
      // The root user has no name. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
      if (input.UserName === undefined && principal.kind === 'root') {
        return {
          User: {
            Path: '/',
            UserName: undefined,
            UserId: principal.accountId,
            Arn: principal.arn,
            CreateDate: new Date(0),
          },
        };
      }
      return {
        User: describeUser(requireUser(context.state, nameOrCaller(input.UserName, context))),
      };
    },
  }),
  ListUsers: operation<IamState, Iam.ListUsersRequest, Iam.ListUsersResponse>({
    needs: (input, { accountId }) => ({
      action: 'iam:ListUsers',
      resource: iamArn(accountId, 'user', input.PathPrefix ?? '/'),
    }),
    handle: (input, { state }) => {
      const users = state.users().filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
      const { items, ...page } = paginate(users, input, ({ name }) => name.toLowerCase());
      return { Users: items.map((user) => describeUser(user, 'listed')), ...page };
    },
  }),
  DeleteUser: operation<IamState, Iam.DeleteUserRequest, object>({
    needs: (input, context) => holderNeed(USERS, 'DeleteUser', input, context),
    handle: (input, { state }) => {
      const user = requireUser(state, USERS.nameOf(input));
      if (user.attachedPolicies.length > 0) throw mustDetachPolicies();
      if (user.inlinePolicies.length > 0) throw mustDeletePolicies();
      if (user.accessKeys.length > 0) throw mustDeleteAccessKeys();
      if (state.groupsOf(user).length > 0) throw mustRemoveUsers();
      state.dropUser(user.name);
      return {};
    },
  }),
  CreateAccessKey: operation<IamState, Iam.CreateAccessKeyRequest, Iam.CreateAccessKeyResponse>({
    needs: (input, context) =>
      holderNeed(
        USERS,
        'CreateAccessKey',
        { UserName: nameOrCaller(input.UserName, context) },
        context,
      ),
    handle: (input, context) => {
      const { state, accountId, clock, credentials } = context;
      const user = requireUser(state, nameOrCaller(input.UserName, context));
      if (user.accessKeys.length >= LIMITS.accessKeysPerUser)
        throw quotaExceeded('AccessKeysPerUser', LIMITS.accessKeysPerUser);
      const { accessKeyId, secretAccessKey } = credentials.issueUserKey({
        kind: 'user',
        accountId,
        arn: user.arn,
        userId: user.id,
        userName: user.name,
      });
      const key = { id: accessKeyId, active: true, createdAt: clock.now() };
      state.putUser({ ...user, accessKeys: [...user.accessKeys, key] });
      return {
        AccessKey: {
          UserName: user.name,
          AccessKeyId: accessKeyId,
          Status: 'Active',
          SecretAccessKey: secretAccessKey,
          CreateDate: new Date(key.createdAt),
        },
      };
    },
  }),
  ListAccessKeys: operation<IamState, Iam.ListAccessKeysRequest, Iam.ListAccessKeysResponse>({
    needs: (input, context) =>
      holderNeed(
        USERS,
        'ListAccessKeys',
        { UserName: nameOrCaller(input.UserName, context) },
        context,
      ),
    handle: (input, context) => {
      const user = requireUser(context.state, nameOrCaller(input.UserName, context));
      const keys = user.accessKeys.map(({ id, active, createdAt }) => ({
        UserName: user.name,
        AccessKeyId: id,
        Status: active ? ('Active' as const) : ('Inactive' as const),
        CreateDate: new Date(createdAt),
      }));
      return { AccessKeyMetadata: keys, IsTruncated: false };
    },
  }),
  UpdateAccessKey: operation<IamState, Iam.UpdateAccessKeyRequest, object>({
    needs: (input, context) =>
      holderNeed(
        USERS,
        'UpdateAccessKey',
        { UserName: nameOrCaller(input.UserName, context) },
        context,
      ),
    handle: (input, context) => {
      const user = requireUser(context.state, nameOrCaller(input.UserName, context));
      const id = required(input.AccessKeyId, 'accessKeyId');
      if (!user.accessKeys.some((key) => key.id === id)) throw accessKeyNotFound(id);
      const active = input.Status === 'Active';
      context.credentials.setUserKeyActive(id, active);
      const accessKeys = user.accessKeys.map((key) => (key.id === id ? { ...key, active } : key));
      context.state.putUser({ ...user, accessKeys });
      return {};
    },
  }),
  DeleteAccessKey: operation<IamState, Iam.DeleteAccessKeyRequest, object>({
    needs: (input, context) =>
      holderNeed(
        USERS,
        'DeleteAccessKey',
        { UserName: nameOrCaller(input.UserName, context) },
        context,
      ),
    handle: (input, context) => {
      const user = requireUser(context.state, nameOrCaller(input.UserName, context));
      const id = required(input.AccessKeyId, 'accessKeyId');
      if (!user.accessKeys.some((key) => key.id === id)) throw accessKeyNotFound(id);
      context.credentials.remove(id);
      context.state.putUser({
        ...user,
        accessKeys: user.accessKeys.filter((key) => key.id !== id),
      });
      return {};
    },
  }),
  ListAccountAliases: operation<
    IamState,
    Iam.ListAccountAliasesRequest,
    Iam.ListAccountAliasesResponse
  >({
    needs: () => ({ action: 'iam:ListAccountAliases', resource: '*' }),
    handle: () => ({ AccountAliases: [], IsTruncated: false }),
  }),
};
