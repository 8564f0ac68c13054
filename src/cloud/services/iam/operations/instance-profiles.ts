import type * as Iam from '@aws-sdk/client-iam';
import type { Need, OperationContext, OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import {
  instanceProfileExists,
  instanceProfileNotFound,
  mustRemoveRoles,
  quotaExceeded,
  roleNotInInstanceProfile,
} from '../errors.ts';
import { holderArn, holderNeed, requireRole, ROLES } from '../holders.ts';
import { uniqueId } from '../identifiers.ts';
import { LIMITS } from '../limits.ts';
import { checkName, checkPath, iamArn, required } from '../names.ts';
import { paginate } from '../page.ts';
import type { IamState, InstanceProfile } from '../state.ts';
import type { TagInput } from '../tags.ts';
import { mergeTags, removeTags, tagConditions } from '../tags.ts';
import { describeRoleBriefly } from './roles.ts';

interface ProfileInput {
  readonly InstanceProfileName?: string | undefined;
}

const nameOf = ({ InstanceProfileName }: ProfileInput) =>
  required(InstanceProfileName, 'instanceProfileName');

const requireProfile = (state: IamState, input: ProfileInput): InstanceProfile => {
  const profile = state.instanceProfile(nameOf(input));
  if (profile === undefined) throw instanceProfileNotFound(nameOf(input));
  return profile;
};

const profileNeed =
  (action: string) =>
  (
    input: ProfileInput & {
      readonly Tags?: TagInput | undefined;
      readonly TagKeys?: readonly string[] | undefined;
    },
    { state, accountId }: Pick<OperationContext<IamState>, 'state' | 'accountId'>,
  ): Need => ({
    action: `iam:${action}`,
    resource:
      state.instanceProfile(nameOf(input))?.arn ??
      iamArn(accountId, 'instance-profile', `/${nameOf(input)}`),
    conditions: tagConditions(input.Tags ?? input.TagKeys),
  });

/** A profile as lists show it; `GetInstanceProfile` adds its tags. */
const describeProfile = (profile: InstanceProfile, state: IamState): Iam.InstanceProfile => {
  const role = profile.role === undefined ? undefined : state.role(profile.role);
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: new Date(profile.createdAt),
    Roles: role === undefined ? [] : [describeRoleBriefly(role)],
  };
};

const lowerName = ({ name }: InstanceProfile) => name.toLowerCase();

/** Instance profiles, which hand a role to an instance of EC2. */
export const instanceProfileOperations: OperationTable<IamState> = {
  CreateInstanceProfile: operation<
    IamState,
    Iam.CreateInstanceProfileRequest,
    Iam.CreateInstanceProfileResponse
  >({
    needs: (input, { accountId }) => ({
      action: 'iam:CreateInstanceProfile',
      resource: iamArn(
        accountId,
        'instance-profile',
        `${input.Path ?? '/'}${input.InstanceProfileName ?? ''}`,
      ),
      conditions: tagConditions(input.Tags),
    }),
    handle: (input, { state, accountId, clock, random }) => {
      const name = checkName(
        input.InstanceProfileName,
        'instanceProfileName',
        LIMITS.instanceProfileNameLength,
      );
      const path = checkPath(input.Path);
      if (state.instanceProfile(name) !== undefined) throw instanceProfileExists(name);
      if (state.instanceProfiles().length >= LIMITS.instanceProfiles)
        throw quotaExceeded('InstanceProfilesPerAccount', LIMITS.instanceProfiles);
      const profile: InstanceProfile = {
        name,
        path,
        id: uniqueId('instance-profile', random),
        arn: iamArn(accountId, 'instance-profile', `${path}${name}`),
        createdAt: clock.now(),
        tags: mergeTags([], input.Tags),
      };
      state.putInstanceProfile(profile);
      const described = describeProfile(profile, state);
      return {
        InstanceProfile:
          profile.tags.length === 0 ? described : { ...described, Tags: [...profile.tags] },
      };
    },
  }),
  GetInstanceProfile: operation<
    IamState,
    Iam.GetInstanceProfileRequest,
    Iam.GetInstanceProfileResponse
  >({
    needs: profileNeed('GetInstanceProfile'),
    handle: (input, { state }) => {
      const profile = requireProfile(state, input);
      return { InstanceProfile: { ...describeProfile(profile, state), Tags: [...profile.tags] } };
    },
  }),
  ListInstanceProfiles: operation<
    IamState,
    Iam.ListInstanceProfilesRequest,
    Iam.ListInstanceProfilesResponse
  >({
    needs: (input, { accountId }) => ({
      action: 'iam:ListInstanceProfiles',
      resource: iamArn(accountId, 'instance-profile', input.PathPrefix ?? '/'),
    }),
    handle: (input, { state }) => {
      const profiles = state
        .instanceProfiles()
        .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
      const { items, ...page } = paginate(profiles, input, lowerName);
      return { InstanceProfiles: items.map((profile) => describeProfile(profile, state)), ...page };
    },
  }),
  ListInstanceProfilesForRole: operation<
    IamState,
    Iam.ListInstanceProfilesForRoleRequest,
    Iam.ListInstanceProfilesForRoleResponse
  >({
    needs: (input, context) => holderNeed(ROLES, 'ListInstanceProfilesForRole', input, context),
    handle: (input, { state }) => {
      const role = requireRole(state, ROLES.nameOf(input));
      const profiles = state.instanceProfiles().filter((profile) => profile.role === role.name);
      const { items, ...page } = paginate(profiles, input, lowerName);
      return { InstanceProfiles: items.map((profile) => describeProfile(profile, state)), ...page };
    },
  }),
  DeleteInstanceProfile: operation<IamState, Iam.DeleteInstanceProfileRequest, object>({
    needs: profileNeed('DeleteInstanceProfile'),
    handle: (input, { state }) => {
      const profile = requireProfile(state, input);
      if (profile.role !== undefined) throw mustRemoveRoles();
      state.dropInstanceProfile(profile.name);
      return {};
    },
  }),
  AddRoleToInstanceProfile: operation<IamState, Iam.AddRoleToInstanceProfileRequest, object>({
    needs: (input, context) => [
      profileNeed('AddRoleToInstanceProfile')(input, context),
      {
        action: 'iam:PassRole',
        resource: holderArn(ROLES, ROLES.nameOf(input), context),
        conditions: { 'iam:PassedToService': 'ec2.amazonaws.com' },
      },
    ],
    handle: (input, { state }) => {
      const profile = requireProfile(state, input);
      const role = requireRole(state, ROLES.nameOf(input));
      if (profile.role !== undefined)
        throw quotaExceeded('InstanceSessionsPerInstanceProfile', LIMITS.rolesPerInstanceProfile);
      state.putInstanceProfile({ ...profile, role: role.name });
      return {};
    },
  }),
  RemoveRoleFromInstanceProfile: operation<
    IamState,
    Iam.RemoveRoleFromInstanceProfileRequest,
    object
  >({
    needs: profileNeed('RemoveRoleFromInstanceProfile'),
    handle: (input, { state }) => {
      const profile = requireProfile(state, input);
      const role = requireRole(state, ROLES.nameOf(input));
      if (profile.role !== role.name) throw roleNotInInstanceProfile(role.name, profile.name);
      const { role: _, ...empty } = profile;
      state.putInstanceProfile(empty);
      return {};
    },
  }),
  TagInstanceProfile: operation<IamState, Iam.TagInstanceProfileRequest, object>({
    needs: profileNeed('TagInstanceProfile'),
    handle: (input, { state }) => {
      const profile = requireProfile(state, input);
      state.putInstanceProfile({ ...profile, tags: mergeTags(profile.tags, input.Tags) });
      return {};
    },
  }),
  UntagInstanceProfile: operation<IamState, Iam.UntagInstanceProfileRequest, object>({
    needs: profileNeed('UntagInstanceProfile'),
    handle: (input, { state }) => {
      const profile = requireProfile(state, input);
      state.putInstanceProfile({ ...profile, tags: removeTags(profile.tags, input.TagKeys) });
      return {};
    },
  }),
  ListInstanceProfileTags: operation<
    IamState,
    Iam.ListInstanceProfileTagsRequest,
    Iam.ListInstanceProfileTagsResponse
  >({
    needs: profileNeed('ListInstanceProfileTags'),
    handle: (input, { state }) => {
      const tags = [...requireProfile(state, input).tags].sort((a, b) => (a.Key < b.Key ? -1 : 1));
      const { items, ...page } = paginate(tags, input, ({ Key }) => Key);
      return { Tags: [...items], ...page };
    },
  }),
};
