/**
 * Quotas of IAM. Sizes are characters without white space.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const LIMITS = {
  /** Managed policies attached to a role, a user or a group. */
  attachedPolicies: 10,
  accessKeysPerUser: 2,
  groups: 300,
  groupsPerUser: 10,
  instanceProfiles: 1_000,
  rolesPerInstanceProfile: 1,
  oidcProviders: 100,
  clientIdsPerOidcProvider: 100,
  /** Characters of a client id and of a provider's address. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html */
  clientIdLength: 255,
  oidcUrlLength: 255,
  thumbprintsPerOidcProvider: 5,
  thumbprintLength: 40,
  policyVersions: 5,
  tags: 50,
  /** All inline policies of a role together. */
  roleInlinePolicySize: 10_240,
  userInlinePolicySize: 2_048,
  groupInlinePolicySize: 5_120,
  managedPolicySize: 6_144,
  trustPolicySize: 2_048,
  roleNameLength: 64,
  userNameLength: 64,
  groupNameLength: 128,
  instanceProfileNameLength: 128,
  policyNameLength: 128,
  /** Seconds. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
  sessionSeconds: { default: 3_600, min: 3_600, max: 43_200 },
} as const;

/** Entries of a page when the call does not say. https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html */
export const PAGE_SIZE = 100;
