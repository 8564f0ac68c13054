/** Lifetimes of credentials, in seconds. */
export const SECONDS = {
  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
  assumeRole: { default: 3_600, min: 900, max: 43_200 },
  /** A session that assumes a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
  chained: 3_600,
  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
  sessionToken: { default: 43_200, min: 900, max: 129_600, rootMax: 3_600 },
} as const;

/** Characters of a session policy, white space not counted. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const SESSION_POLICY_SIZE = 2_048;

/** Managed session policies of one session. */
export const SESSION_POLICY_ARNS = 10;
