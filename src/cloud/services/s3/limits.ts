/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const LIMITS = {
  /** Bytes of one PUT, and of one part. */
  putBytes: 5 * 1024 ** 3,
  /** Least bytes of every part but the last. */
  leastPartBytes: 5 * 1024 ** 2,
  parts: 10_000,
  keyBytes: 1_024,
  metadataBytes: 2_048,
  page: 1_000,
} as const;
