import type * as Iam from '@aws-sdk/client-iam';
import type { Need, OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import {
  awsManaged,
  policyExists,
  policyHasVersions,
  policyIsAttached,
  policyNotFound,
  quotaExceeded,
  tooManyVersions,
  versionIsDefault,
  versionNotFound,
} from '../errors.ts';
import { uniqueId } from '../identifiers.ts';
import { LIMITS } from '../limits.ts';
import { checkName, checkPath, iamArn, required } from '../names.ts';
import { paginate } from '../page.ts';
import { encodePolicy, policySize, readPolicy } from '../policy-text.ts';
import type { Holder, IamState, ManagedPolicy, PolicyVersion } from '../state.ts';
import { mergeTags, removeTags, tagConditions, type TagInput } from '../tags.ts';

interface PolicyInput {
  readonly PolicyArn?: string | undefined;
}

const policyNeed =
  (action: string) =>
  (
    input: PolicyInput & {
      readonly Tags?: TagInput | undefined;
      readonly TagKeys?: readonly string[] | undefined;
    },
  ): Need => ({
    action: `iam:${action}`,
    resource: required(input.PolicyArn, 'policyArn'),
    conditions: tagConditions(input.Tags ?? input.TagKeys),
  });

const requirePolicy = (state: IamState, { PolicyArn }: PolicyInput): ManagedPolicy => {
  const arn = required(PolicyArn, 'policyArn');
  const policy = state.policy(arn);
  if (policy === undefined) throw policyNotFound(arn);
  return policy;
};

const requireOwnPolicy = (state: IamState, input: PolicyInput): ManagedPolicy => {
  const policy = requirePolicy(state, input);
  if (policy.awsManaged === true) throw awsManaged();
  return policy;
};

const requireVersion = (policy: ManagedPolicy, version: string | undefined): PolicyVersion => {
  const found = policy.versions.find(({ id }) => id === version);
  if (found === undefined) throw versionNotFound(policy.arn, version ?? '');
  return found;
};

const holdersOf = (state: IamState): readonly Holder[] => [
  ...state.roles(),
  ...state.users(),
  ...state.groups(),
];

const countHolders = (state: IamState, uses: (holder: Holder) => boolean): number =>
  holdersOf(state).filter(uses).length;

const checkDocument = (text: string | undefined): string => {
  const document = required(text, 'policyDocument');
  readPolicy(document, 'managed');
  if (policySize(document) > LIMITS.managedPolicySize)
    throw quotaExceeded('PolicySize', LIMITS.managedPolicySize);
  return document;
};

/** A policy as `GetPolicy` shows it; lists leave description and tags out. */
const describePolicy = (
  policy: ManagedPolicy,
  state: IamState,
  detail: 'full' | 'listed' = 'full',
): Iam.Policy => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: countHolders(state, ({ attachedPolicies }) =>
    attachedPolicies.includes(policy.arn),
  ),
  PermissionsBoundaryUsageCount: countHolders(state, ({ boundary }) => boundary === policy.arn),
  IsAttachable: true,
  CreateDate: new Date(policy.createdAt),
  UpdateDate: new Date(policy.updatedAt),
  ...(detail === 'listed' || policy.description === undefined
    ? {}
    : { Description: policy.description }),
  ...(detail === 'listed' ? {} : { Tags: [...policy.tags] }),
});

const describeVersion = (
  policy: ManagedPolicy,
  version: PolicyVersion,
  withDocument = false,
): Iam.PolicyVersion => ({
  VersionId: version.id,
  IsDefaultVersion: version.id === policy.defaultVersion,
  CreateDate: new Date(version.createdAt),
  ...(withDocument ? { Document: encodePolicy(version.document) } : {}),
});

/** Managed policies, their versions and tags. */
export const managedPolicyOperations: OperationTable<IamState> = {
  CreatePolicy: operation<IamState, Iam.CreatePolicyRequest, Iam.CreatePolicyResponse>({
    needs: (input, { accountId }) => ({
      action: 'iam:CreatePolicy',
      resource: iamArn(accountId, 'policy', `${input.Path ?? '/'}${input.PolicyName ?? ''}`),
      conditions: tagConditions(input.Tags),
    }),
    handle: (input, { state, accountId, clock, random }) => {
      const name = checkName(input.PolicyName, 'policyName', LIMITS.policyNameLength);
      const path = checkPath(input.Path);
      const arn = iamArn(accountId, 'policy', `${path}${name}`);
      const document = checkDocument(input.PolicyDocument);
      const isTaken = state
        .policies()
        .some(
          (policy) =>
            policy.awsManaged !== true && policy.name.toLowerCase() === name.toLowerCase(),
        );
      if (isTaken) throw policyExists(name);
      const now = clock.now();
      const policy: ManagedPolicy = {
        name,
        path,
        arn,
        id: uniqueId('policy', random),
        createdAt: now,
        updatedAt: now,
        tags: mergeTags([], input.Tags),
        versions: [{ id: 'v1', document, createdAt: now }],
        defaultVersion: 'v1',
        nextVersion: 2,
        ...(input.Description === undefined ? {} : { description: input.Description }),
      };
      state.putPolicy(policy);
      return { Policy: describePolicy(policy, state) };
    },
  }),
  GetPolicy: operation<IamState, Iam.GetPolicyRequest, Iam.GetPolicyResponse>({
    needs: policyNeed('GetPolicy'),
    handle: (input, { state }) => ({ Policy: describePolicy(requirePolicy(state, input), state) }),
  }),
  ListPolicies: operation<IamState, Iam.ListPoliciesRequest, Iam.ListPoliciesResponse>({
    needs: () => ({ action: 'iam:ListPolicies', resource: '*' }),
    handle: (input, { state }) => {
      const attached = new Set(
        holdersOf(state).flatMap(({ attachedPolicies }) => attachedPolicies),
      );
      const bounding = new Set(holdersOf(state).flatMap(({ boundary }) => boundary ?? []));
      const found = state
        .policies()
        .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
        .filter(({ awsManaged: byAws = false }) =>
          input.Scope === 'AWS' ? byAws : input.Scope !== 'Local' || !byAws,
        )
        .filter(({ arn }) => input.OnlyAttached !== true || attached.has(arn) || bounding.has(arn))
        .filter(({ arn }) =>
          input.PolicyUsageFilter === undefined
            ? true
            : (input.PolicyUsageFilter === 'PermissionsBoundary' ? bounding : attached).has(arn),
        )
        .sort((a, b) => (a.arn < b.arn ? -1 : 1));
      const { items, ...page } = paginate(found, input, ({ arn }) => arn);
      return { Policies: items.map((policy) => describePolicy(policy, state, 'listed')), ...page };
    },
  }),
  DeletePolicy: operation<IamState, Iam.DeletePolicyRequest, object>({
    needs: policyNeed('DeletePolicy'),
    handle: (input, { state }) => {
      const policy = requireOwnPolicy(state, input);
      const { arn } = policy;
      const uses = ({ attachedPolicies, boundary }: Holder) =>
        attachedPolicies.includes(arn) || boundary === arn;
      if (countHolders(state, uses) > 0) throw policyIsAttached();
      if (policy.versions.length > 1) throw policyHasVersions();
      state.dropPolicy(arn);
      return {};
    },
  }),
  CreatePolicyVersion: operation<
    IamState,
    Iam.CreatePolicyVersionRequest,
    Iam.CreatePolicyVersionResponse
  >({
    needs: policyNeed('CreatePolicyVersion'),
    handle: (input, { state, clock }) => {
      const policy = requireOwnPolicy(state, input);
      const document = checkDocument(input.PolicyDocument);
      if (policy.versions.length >= LIMITS.policyVersions) throw tooManyVersions();
      const version = { id: `v${policy.nextVersion}`, document, createdAt: clock.now() };
      const changed: ManagedPolicy = {
        ...policy,
        updatedAt: version.createdAt,
        versions: [version, ...policy.versions],
        nextVersion: policy.nextVersion + 1,
        ...(input.SetAsDefault === true ? { defaultVersion: version.id } : {}),
      };
      state.putPolicy(changed);
      return { PolicyVersion: describeVersion(changed, version) };
    },
  }),
  GetPolicyVersion: operation<IamState, Iam.GetPolicyVersionRequest, Iam.GetPolicyVersionResponse>({
    needs: policyNeed('GetPolicyVersion'),
    handle: (input, { state }) => {
      const policy = requirePolicy(state, input);
      return {
        PolicyVersion: describeVersion(policy, requireVersion(policy, input.VersionId), true),
      };
    },
  }),
  ListPolicyVersions: operation<
    IamState,
    Iam.ListPolicyVersionsRequest,
    Iam.ListPolicyVersionsResponse
  >({
    needs: policyNeed('ListPolicyVersions'),
    handle: (input, { state }) => {
      const policy = requirePolicy(state, input);
      const key = ({ id }: PolicyVersion) => String(999_999 - Number(id.slice(1))).padStart(6, '0');
      const newestFirst = [...policy.versions].sort((a, b) => (key(a) < key(b) ? -1 : 1));
      const { items, ...page } = paginate(newestFirst, input, key);
      return { Versions: items.map((version) => describeVersion(policy, version)), ...page };
    },
  }),
  SetDefaultPolicyVersion: operation<IamState, Iam.SetDefaultPolicyVersionRequest, object>({
    needs: policyNeed('SetDefaultPolicyVersion'),
    handle: (input, { state, clock }) => {
      const policy = requireOwnPolicy(state, input);
      const { id } = requireVersion(policy, input.VersionId);
      state.putPolicy({ ...policy, defaultVersion: id, updatedAt: clock.now() });
      return {};
    },
  }),
  DeletePolicyVersion: operation<IamState, Iam.DeletePolicyVersionRequest, object>({
    needs: policyNeed('DeletePolicyVersion'),
    handle: (input, { state }) => {
      const policy = requireOwnPolicy(state, input);
      const { id } = requireVersion(policy, input.VersionId);
      if (id === policy.defaultVersion) throw versionIsDefault();
      state.putPolicy({
        ...policy,
        versions: policy.versions.filter((version) => version.id !== id),
      });
      return {};
    },
  }),
  ListEntitiesForPolicy: operation<
    IamState,
    Iam.ListEntitiesForPolicyRequest,
    Iam.ListEntitiesForPolicyResponse
  >({
    needs: policyNeed('ListEntitiesForPolicy'),
    handle: (input, { state }) => {
      const { arn } = requirePolicy(state, input);
      const asBoundary = input.PolicyUsageFilter === 'PermissionsBoundary';
      const uses = ({ attachedPolicies, boundary, path }: Holder) =>
        (asBoundary ? boundary === arn : attachedPolicies.includes(arn)) &&
        path.startsWith(input.PathPrefix ?? '/');
      const wants = (kind: Iam.EntityType) =>
        input.EntityFilter === undefined || input.EntityFilter === kind;
      return {
        PolicyGroups: wants('Group')
          ? state
              .groups()
              .filter(uses)
              .map(({ name, id }) => ({ GroupName: name, GroupId: id }))
          : [],
        PolicyRoles: wants('Role')
          ? state
              .roles()
              .filter(uses)
              .map(({ name, id }) => ({ RoleName: name, RoleId: id }))
          : [],
        PolicyUsers: wants('User')
          ? state
              .users()
              .filter(uses)
              .map(({ name, id }) => ({ UserName: name, UserId: id }))
          : [],
        IsTruncated: false,
      };
    },
  }),
  TagPolicy: operation<IamState, Iam.TagPolicyRequest, object>({
    needs: policyNeed('TagPolicy'),
    handle: (input, { state }) => {
      const policy = requireOwnPolicy(state, input);
      state.putPolicy({ ...policy, tags: mergeTags(policy.tags, input.Tags) });
      return {};
    },
  }),
  UntagPolicy: operation<IamState, Iam.UntagPolicyRequest, object>({
    needs: policyNeed('UntagPolicy'),
    handle: (input, { state }) => {
      const policy = requireOwnPolicy(state, input);
      state.putPolicy({ ...policy, tags: removeTags(policy.tags, input.TagKeys) });
      return {};
    },
  }),
  ListPolicyTags: operation<IamState, Iam.ListPolicyTagsRequest, Iam.ListPolicyTagsResponse>({
    needs: policyNeed('ListPolicyTags'),
    handle: (input, { state }) => {
      const tags = [...requirePolicy(state, input).tags].sort((a, b) => (a.Key < b.Key ? -1 : 1));
      const { items, ...page } = paginate(tags, input, ({ Key }) => Key);
      return { Tags: [...items], ...page };
    },
  }),
};
