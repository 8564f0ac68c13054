import type * as Iam from '@aws-sdk/client-iam';
import type { OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import {
  mustDeletePolicies,
  mustDetachPolicies,
  mustRemoveRoles,
  policyNotAttachable,
  quotaExceeded,
  roleExists,
  validationError,
} from '../errors.ts';
import { holderNeed, requireRole, ROLES } from '../holders.ts';
import { uniqueId } from '../identifiers.ts';
import { LIMITS } from '../limits.ts';
import { checkName, checkPath, iamArn, required } from '../names.ts';
import { paginate } from '../page.ts';
import { encodePolicy, policySize, readTrustPolicy } from '../policy-text.ts';
import type { IamState, Role } from '../state.ts';
import { mergeTags, tagConditions } from '../tags.ts';

/** A role as an instance profile shows it. */
export const describeRoleBriefly = (role: Role) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: new Date(role.createdAt),
  AssumeRolePolicyDocument: encodePolicy(role.trustPolicy),
});

/** A role as `GetRole` shows it; lists leave tags and boundary out. */
const describeRole = (role: Role, detail: 'full' | 'listed' = 'full'): Iam.Role => ({
  ...describeRoleBriefly(role),
  MaxSessionDuration: role.maxSessionSeconds,
  ...(role.description === undefined ? {} : { Description: role.description }),
  ...(detail === 'listed' || role.tags.length === 0 ? {} : { Tags: [...role.tags] }),
  ...(detail === 'listed' || role.boundary === undefined
    ? {}
    : {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
          PermissionsBoundaryArn: role.boundary,
        },
      }),
  ...(detail === 'full' ? { RoleLastUsed: {} } : {}),
});

const checkTrust = (document: string, state: IamState, accountId: string): string => {
  readTrustPolicy(document, state, accountId);
  if (policySize(document) > LIMITS.trustPolicySize)
    throw quotaExceeded('ACLSizePerRole', LIMITS.trustPolicySize);
  return document;
};

const checkSessionDuration = (seconds: number | undefined): number => {
  const { default: usual, min, max } = LIMITS.sessionSeconds;
  if (seconds === undefined) return usual;
  if (seconds < min || seconds > max)
    throw validationError(
      `1 validation error detected: Value '${seconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value ${seconds < min ? `greater than or equal to ${min}` : `less than or equal to ${max}`}`,
    );
  return seconds;
};

/** Roles themselves: their trust, description and duration. */
export const roleOperations: OperationTable<IamState> = {
  CreateRole: operation<IamState, Iam.CreateRoleRequest, Iam.CreateRoleResponse>({
    needs: (input, { accountId }) => ({
      action: 'iam:CreateRole',
      resource: iamArn(accountId, 'role', `${input.Path ?? '/'}${input.RoleName ?? ''}`),
      conditions: {
        ...tagConditions(input.Tags),
        ...(input.PermissionsBoundary === undefined
          ? {}
          : { 'iam:PermissionsBoundary': input.PermissionsBoundary }),
      },
    }),
    handle: (input, { state, accountId, clock, random }) => {
      const name = checkName(input.RoleName, 'roleName', LIMITS.roleNameLength);
      const path = checkPath(input.Path);
      const trustPolicy = required(input.AssumeRolePolicyDocument, 'assumeRolePolicyDocument');
      if (state.role(name) !== undefined) throw roleExists(name);
      checkTrust(trustPolicy, state, accountId);
      const boundary = input.PermissionsBoundary;
      if (boundary !== undefined && state.policy(boundary) === undefined)
        throw policyNotAttachable(boundary);
      const role: Role = {
        name,
        path,
        id: uniqueId('role', random),
        arn: iamArn(accountId, 'role', `${path}${name}`),
        createdAt: clock.now(),
        trustPolicy,
        maxSessionSeconds: checkSessionDuration(input.MaxSessionDuration),
        tags: mergeTags([], input.Tags),
        inlinePolicies: [],
        attachedPolicies: [],
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(boundary === undefined ? {} : { boundary }),
      };
      state.putRole(role);
      const { RoleLastUsed: _, ...described } = describeRole(role);
      return { Role: described };
    },
  }),
  GetRole: operation<IamState, Iam.GetRoleRequest, Iam.GetRoleResponse>({
    needs: (input, context) => holderNeed(ROLES, 'GetRole', input, context),
    handle: (input, { state }) => ({ Role: describeRole(requireRole(state, ROLES.nameOf(input))) }),
  }),
  ListRoles: operation<IamState, Iam.ListRolesRequest, Iam.ListRolesResponse>({
    needs: (input, { accountId }) => ({
      action: 'iam:ListRoles',
      resource: iamArn(accountId, 'role', input.PathPrefix ?? '/'),
    }),
    handle: (input, { state }) => {
      const roles = state.roles().filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
      const { items, ...page } = paginate(roles, input, ({ name }) => name.toLowerCase());
      return { Roles: items.map((role) => describeRole(role, 'listed')), ...page };
    },
  }),
  UpdateRole: operation<IamState, Iam.UpdateRoleRequest, Iam.UpdateRoleResponse>({
    needs: (input, context) => holderNeed(ROLES, 'UpdateRole', input, context),
    handle: (input, { state }) => {
      const role = requireRole(state, ROLES.nameOf(input));
      state.putRole({
        ...role,
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.MaxSessionDuration === undefined
          ? {}
          : { maxSessionSeconds: checkSessionDuration(input.MaxSessionDuration) }),
      });
      return {};
    },
  }),
  UpdateRoleDescription: operation<
    IamState,
    Iam.UpdateRoleDescriptionRequest,
    Iam.UpdateRoleDescriptionResponse
  >({
    needs: (input, context) => holderNeed(ROLES, 'UpdateRoleDescription', input, context),
    handle: (input, { state }) => {
      const role = {
        ...requireRole(state, ROLES.nameOf(input)),
        description: required(input.Description, 'description'),
      };
      state.putRole(role);
      return { Role: describeRole(role) };
    },
  }),
  UpdateAssumeRolePolicy: operation<IamState, Iam.UpdateAssumeRolePolicyRequest, object>({
    needs: (input, context) => holderNeed(ROLES, 'UpdateAssumeRolePolicy', input, context),
    handle: (input, { state, accountId }) => {
      const role = requireRole(state, ROLES.nameOf(input));
      const document = required(input.PolicyDocument, 'policyDocument');
      state.putRole({ ...role, trustPolicy: checkTrust(document, state, accountId) });
      return {};
    },
  }),
  DeleteRole: operation<IamState, Iam.DeleteRoleRequest, object>({
    needs: (input, context) => holderNeed(ROLES, 'DeleteRole', input, context),
    handle: (input, { state }) => {
      const role = requireRole(state, ROLES.nameOf(input));
      if (role.attachedPolicies.length > 0) throw mustDetachPolicies();
      if (role.inlinePolicies.length > 0) throw mustDeletePolicies();
      if (state.instanceProfiles().some((profile) => profile.role === role.name))
        throw mustRemoveRoles();
      state.dropRole(role.name);
      return {};
    },
  }),
};
