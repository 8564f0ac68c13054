/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
export const LIMITS = {
  /** Bytes of a value. */
  valueBytes: 65_536,
  /** Characters of a name. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
  nameCharacters: 512,
  /** Versions that are kept: the oldest without labels give way. */
  versions: 100,
  /** Labels over all versions. */
  stages: 20,
  tags: 50,
  /** Characters of a resource policy. */
  policyCharacters: 20_480,
  /** Days until a deleted secret is gone. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html */
  recoveryDays: { least: 7, most: 30 },
  /** Characters of a random password. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
  passwordCharacters: { usual: 32, most: 4_096 },
  /** Characters of a version's id. */
  token: { least: 32, most: 64 },
  /** Days between rotations. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html */
  rotationDays: { least: 1, most: 1_000 },
  /** Secrets of one batch. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html */
  batch: 20,
} as const;

/** Entries of a page where the request says nothing, and at most. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html */
export const PAGE = {
  secrets: { usual: 100, most: 100 },
  versions: { usual: 100, most: 100 },
  batch: { usual: 20, most: 20 },
} as const;

/** Milliseconds. */
export const DAY_MS = 86_400_000;
/** Milliseconds. */
export const HOUR_MS = 3_600_000;
