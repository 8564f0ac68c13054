/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const LIMITS = {
  /** Custom buses of an account and region. */
  buses: 100,
  /** Rules of a bus. */
  rules: 300,
  /** Targets of a rule. */
  targets: 5,
  /** Characters of a rule's pattern. */
  patternCharacters: 2_048,
  /** Bytes of a bus's policy. */
  policyBytes: 10_240,
  /** Entries of `PutEvents`. */
  entries: 10,
  /**
   * Bytes of all entries of `PutEvents` together; 256 KB before 2026-01-29.
   * https://aws.amazon.com/about-aws/whats-new/2026/01/amazon-eventbridge-event-payload-size-limit-1mb/
   */
  entriesBytes: 1_048_576,
  /** Variables of an input transformer. */
  variables: 100,
  /** Buses that an event passes through, from rule to rule. Differs: AWS does not tell its own bound. */
  hops: 10,
  /** Items of one page of the list operations, and the most that can be asked for. */
  page: 100,
  /** Replays that run at a time. */
  replays: 10,
} as const;
