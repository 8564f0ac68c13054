/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html */
export const LIMITS = {
  /** Groups of an account and region. */
  groups: 500,
  /** Items of one page of the list operations, and the most that can be asked for. */
  page: 100,
  /** Minutes of a flexible time window. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html */
  windowMinutes: { least: 1, most: 1440 },
} as const;
