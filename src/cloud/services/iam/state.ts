import type { IdentityPolicies, StateTools } from '../../core/define-service.ts';
import type { Principal } from '../../core/principals.ts';
import type { Table } from '../../core/store.ts';
import { AWS_MANAGED_POLICIES } from './aws-managed-policies.ts';
import type { FormerPolicies } from './disorder.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What policies can be attached to. Times are milliseconds since the epoch. */
export interface Holder {
  readonly name: string;
  readonly path: string;
  /** `AROA…` or `AIDA…`: a new one even when the name is taken again. */
  readonly id: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly tags: readonly Tag[];
  /** ARN of the managed policy that bounds it. */
  readonly boundary?: string;
  readonly inlinePolicies: readonly { readonly name: string; readonly document: string }[];
  /** ARNs of managed policies. */
  readonly attachedPolicies: readonly string[];
}

export interface Role extends Holder {
  /** The trust policy, as given. */
  readonly trustPolicy: string;
  readonly description?: string;
  readonly maxSessionSeconds: number;
}

export interface User extends Holder {
  readonly accessKeys: readonly {
    readonly id: string;
    readonly active: boolean;
    readonly createdAt: number;
  }[];
}

/** Users that share policies. A group has neither tags nor a boundary. */
export interface Group extends Holder {
  /** Unique ids of its users, who keep them when the group is renamed. */
  readonly members: readonly string[];
}

export interface InstanceProfile {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly tags: readonly Tag[];
  /** Name of the role that it hands to an instance: one at most. */
  readonly role?: string;
}

/** An identity provider that issues OpenID Connect tokens. */
export interface OidcProvider {
  readonly arn: string;
  /** Without its `https://`, as IAM shows it. */
  readonly url: string;
  readonly createdAt: number;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
  readonly tags: readonly Tag[];
}

export interface PolicyVersion {
  readonly id: string;
  readonly document: string;
  readonly createdAt: number;
}

/** A managed policy. */
export interface ManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly description?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: readonly Tag[];
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersion: string;
  readonly nextVersion: number;
  readonly awsManaged?: boolean;
}

export interface IamState {
  role(name: string): Role | undefined;
  roles(): readonly Role[];
  putRole(role: Role): void;
  dropRole(name: string): void;
  user(name: string): User | undefined;
  users(): readonly User[];
  putUser(user: User): void;
  dropUser(name: string): void;
  group(name: string): Group | undefined;
  groups(): readonly Group[];
  groupsOf(user: User): readonly Group[];
  putGroup(group: Group): void;
  dropGroup(name: string): void;
  instanceProfile(name: string): InstanceProfile | undefined;
  instanceProfiles(): readonly InstanceProfile[];
  putInstanceProfile(profile: InstanceProfile): void;
  dropInstanceProfile(name: string): void;
  oidcProvider(arn: string): OidcProvider | undefined;
  oidcProviders(): readonly OidcProvider[];
  putOidcProvider(provider: OidcProvider): void;
  dropOidcProvider(arn: string): void;
  /** The account's own policy, or one of AWS's. */
  policy(arn: string): ManagedPolicy | undefined;
  policies(): readonly ManagedPolicy[];
  putPolicy(policy: ManagedPolicy): void;
  dropPolicy(arn: string): void;
  /** The policies that decide for a caller: none for one whose role or user is gone. */
  policiesOf(principal: Principal): IdentityPolicies;
  /** What every role and user has, by their ids. */
  policiesOfAll(): ReadonlyMap<string, IdentityPolicies>;
  /** By the id of the role or user whose policies were changed: those that decide for a while yet. */
  readonly former: Map<string, FormerPolicies>;
}

const NO_POLICIES: IdentityPolicies = { identity: [] };

/** Names differ by more than case. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const keyOf = (name: string) => name.toLowerCase();

const byName = (a: { readonly name: string }, b: { readonly name: string }) =>
  keyOf(a.name) < keyOf(b.name) ? -1 : 1;

export const createIamState = (tools: StateTools): IamState => {
  const roles: Table<Role> = tools.table('roles');
  const users: Table<User> = tools.table('users');
  const groups: Table<Group> = tools.table('groups');
  const profiles: Table<InstanceProfile> = tools.table('instance-profiles');
  const providers: Table<OidcProvider> = tools.table('oidc-providers');
  const policies: Table<ManagedPolicy> = tools.table('policies');
  // Derived: what a holder's policies come to, until it, one of its groups or a managed policy changes.
  let gathered = new WeakMap<Holder, IdentityPolicies>();

  const policy = (arn: string) => policies.get(arn) ?? awsManagedPolicies().get(arn);
  const groupsOf = ({ id }: User) =>
    [...groups.values()].filter(({ members }) => members.includes(id)).sort(byName);
  const managed = (arn: string) => {
    const document = defaultDocument(policy(arn));
    return document === undefined ? [] : [{ name: arn, document }];
  };
  const attachedTo = (holder: Holder) => [
    ...holder.inlinePolicies.map(({ name, document }) => ({
      name: `${holder.name}/${name}`,
      document,
    })),
    ...holder.attachedPolicies.flatMap(managed),
  ];
  const gather = (holder: Holder, ofGroups: () => readonly Group[] = () => []) => {
    const known = gathered.get(holder);
    if (known !== undefined) return known;
    const [boundary] = holder.boundary === undefined ? [] : managed(holder.boundary);
    const found: IdentityPolicies = {
      identity: [
        ...attachedTo(holder),
        // A denial names the group, so that its reader knows where the policy stands.
        ...ofGroups().flatMap((group) =>
          attachedTo(group).map(({ name, document }) => ({
            name: `${name} (of the group ${group.name})`,
            document,
          })),
        ),
      ],
      ...(boundary === undefined ? {} : { boundary }),
      tags: holder.tags,
    };
    gathered.set(holder, found);
    return found;
  };

  const former = new Map<string, FormerPolicies>();
  const formerOf = ({ id }: Holder): IdentityPolicies | undefined => {
    const found = former.get(id);
    if (found === undefined) return undefined;
    if (found.looks === 0 || found.isOver()) return void former.delete(id);
    found.looks -= 1;
    return found.policies;
  };

  return {
    role: (name) => roles.get(keyOf(name)),
    roles: () => [...roles.values()].sort(byName),
    putRole: (role) => roles.set(keyOf(role.name), role),
    dropRole: (name) => void roles.delete(keyOf(name)),
    user: (name) => users.get(keyOf(name)),
    users: () => [...users.values()].sort(byName),
    putUser: (user) => users.set(keyOf(user.name), user),
    dropUser: (name) => void users.delete(keyOf(name)),
    group: (name) => groups.get(keyOf(name)),
    groups: () => [...groups.values()].sort(byName),
    groupsOf,
    putGroup: (group) => {
      groups.set(keyOf(group.name), group);
      gathered = new WeakMap();
    },
    dropGroup: (name) => {
      groups.delete(keyOf(name));
      gathered = new WeakMap();
    },
    instanceProfile: (name) => profiles.get(keyOf(name)),
    instanceProfiles: () => [...profiles.values()].sort(byName),
    putInstanceProfile: (profile) => profiles.set(keyOf(profile.name), profile),
    dropInstanceProfile: (name) => void profiles.delete(keyOf(name)),
    oidcProvider: (arn) => providers.get(arn),
    oidcProviders: () => [...providers.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1)),
    putOidcProvider: (provider) => providers.set(provider.arn, provider),
    dropOidcProvider: (arn) => void providers.delete(arn),
    policy,
    policies: () => [...policies.values(), ...awsManagedPolicies().values()].sort(byName),
    putPolicy: (changed) => {
      policies.set(changed.arn, changed);
      gathered = new WeakMap();
    },
    dropPolicy: (arn) => {
      policies.delete(arn);
      gathered = new WeakMap();
    },
    former,
    policiesOfAll: () =>
      new Map([
        ...Array.from(roles.values(), (role) => [role.id, gather(role)] as const),
        ...Array.from(
          users.values(),
          (user) => [user.id, gather(user, () => groupsOf(user))] as const,
        ),
      ]),
    policiesOf: (principal) => {
      switch (principal.kind) {
        case 'session': {
          const role = roles.get(keyOf(principal.roleName));
          // A role that was deleted and made again is another one: its old sessions may do nothing.
          return role === undefined || !principal.userId.startsWith(`${role.id}:`)
            ? NO_POLICIES
            : (formerOf(role) ?? gather(role));
        }
        case 'user': {
          const user = users.get(keyOf(principal.userName));
          return user === undefined || user.id !== principal.userId
            ? NO_POLICIES
            : (formerOf(user) ?? gather(user, () => groupsOf(user)));
        }
        case 'root':
        case 'service':
        case 'anonymous':
          return NO_POLICIES;
      }
    },
  };
};

/** The text of a policy's default version. */
export const defaultDocument = (policy: ManagedPolicy | undefined): string | undefined =>
  policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document;

const awsManagedPolicies = (() => {
  // Built on first use: most clouds never ask for one.
  let built: ReadonlyMap<string, ManagedPolicy> | undefined;
  return (): ReadonlyMap<string, ManagedPolicy> => {
    built ??= new Map(
      AWS_MANAGED_POLICIES.map(({ name, path, version, createdAt, updatedAt, document }) => {
        const arn = `arn:aws:iam::aws:policy${path}${name}`;
        const updated = Date.parse(updatedAt);
        const managed: ManagedPolicy = {
          name,
          path,
          arn,
          // Differs: AWS's own ids are not known; these only keep their form and stay the same.
          id: `ANPA${name
            .replaceAll(/[^A-Za-z0-9]/g, '')
            .toUpperCase()
            .padEnd(17, 'A')
            .slice(-17)}`,
          createdAt: Date.parse(createdAt),
          updatedAt: updated,
          tags: [],
          versions: [{ id: version, document, createdAt: updated }],
          defaultVersion: version,
          nextVersion: Number(version.slice(1)) + 1,
          awsManaged: true,
        };
        return [arn, managed];
      }),
    );
    return built;
  };
})();
