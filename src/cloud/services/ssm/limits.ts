/** https://docs.aws.amazon.com/general/latest/gr/ssm.html, Parameter Store quotas */
export const LIMITS = {
  /** Bytes of a standard parameter's value. */
  standardBytes: 4_096,
  /** Bytes of an advanced parameter's value. */
  advancedBytes: 8_192,
  /** Versions that are kept. */
  versions: 100,
  /** Labels of one version. */
  labels: 10,
  /** Levels of a hierarchy. */
  levels: 15,
  /** Characters of a name with what AWS puts before it: the ARN up to it counts too. */
  nameCharacters: 1_011,
  tags: 50,
} as const;

/** Entries of a page where the request says nothing. */
export const PAGE = { byPath: 10, describe: 50, history: 50 } as const;
