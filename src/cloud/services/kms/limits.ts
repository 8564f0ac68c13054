/** https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html and the operations' own pages */
export const LIMITS = {
  /** Bytes that Encrypt takes. https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
  plaintextBytes: 4_096,
  /** Bytes of a data key or of random. https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html */
  randomBytes: 1_024,
  /** Bytes of a message to sign. https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html */
  messageBytes: 4_096,
  /** Bytes of a key policy. */
  policyBytes: 32_768,
  /** Days until a scheduled deletion. https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
  deletionDays: { least: 7, most: 30 },
  /** Days between automatic rotations. https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html */
  rotationDays: { least: 90, most: 2_560, usual: 365 },
  /** Rotations on demand of one key. https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html */
  rotationsOnDemand: 25,
  grantsOfKey: 50_000,
  aliasesOfKey: 50,
  tags: 50,
} as const;

/** Entries of a page where the request says nothing, and at most. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html */
export const PAGE = {
  keys: { usual: 100, most: 1_000 },
  aliases: { usual: 50, most: 100 },
  grants: { usual: 50, most: 100 },
  tags: { usual: 50, most: 50 },
} as const;

/** Milliseconds. */
export const DAY_MS = 86_400_000;
