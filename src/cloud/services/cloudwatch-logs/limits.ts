/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const PUT_LOG_EVENTS = {
  /** Events in one call. */
  events: 10_000,
  /** UTF-8 bytes of all messages plus {@link PUT_LOG_EVENTS.eventOverheadBytes} each. */
  batchBytes: 1_048_576,
  eventOverheadBytes: 26,
  spanMs: 24 * 3_600_000,
  futureMs: 2 * 3_600_000,
  pastMs: 14 * 24 * 3_600_000,
} as const;

/** Events in one answer. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export const PAGE_EVENTS = 10_000;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
export const PAGE_GROUPS = 50;

/**
 * Policies of an account and region, their length, and the length of a log group's own.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
 */
export const RESOURCE_POLICIES = {
  ofAccount: 10,
  accountCharacters: 5_120,
  groupBytes: 51_200,
} as const;

/** Filters of one log group. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export const FILTERS = { subscriptions: 2, metrics: 100, dimensions: 3 } as const;

/**
 * How long events are tried again; the pauses are our own, AWS's are not published.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html
 */
export const FORWARDING = {
  retriedMs: 24 * 3_600_000,
  firstPauseMs: 1_000,
  mostPauseMs: 300_000,
} as const;
