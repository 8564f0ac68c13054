/** Numbers of Lambda. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html unless said otherwise. */
export const LIMITS = {
  /** Request of a synchronous invocation, bytes: 6 MB. */
  syncPayloadBytes: 6 * 1024 * 1024,
  /** Request of an asynchronous invocation, bytes: 1 MB since 10/2025. */
  asyncPayloadBytes: 1024 * 1024,
  /** Answer of an invocation, bytes: 6 MB and a margin of 100, as the error text of AWS says. */
  responseBytes: 6 * 1024 * 1024 + 100,
  /** Streamed answer, bytes: 200 MB. Here it is held to what fits a buffered one. */
  zipBytes: 50 * 1024 * 1024,
  unzippedBytes: 262_144_000,
  environmentBytes: 4 * 1024,
  memoryMb: { min: 128, max: 10_240, default: 128 },
  timeoutSeconds: { min: 1, max: 900, default: 3 },
  ephemeralStorageMb: { min: 512, max: 10_240, default: 512 },
  accountConcurrency: 1000,
  /** Kept for functions without a reservation. https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
  unreservedMinimum: 100,
  totalCodeBytes: 80_530_636_800,
  policyBytes: 20 * 1024,
  /** Start of an environment. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
  initMs: 10_000,
  logTailBytes: 4 * 1024,
  clientContextBytes: 3583,
} as const;

/** Asynchronous invocations. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export const ASYNC = {
  retries: 2,
  /** Pause before the first and the second retry. */
  retryMs: [60_000, 120_000],
  maximumAgeSeconds: 21_600,
  /** Backoff after a throttle: from one second, up to five minutes. */
  throttleMs: { first: 1_000, most: 300_000 },
} as const;

/** How environments are kept; none of these is AWS's own number. */
export const FLEET = {
  /** A longer wait for an environment starts another one. */
  stuckMs: 25,
  /** The same once there are as many as cores. */
  crowdedMs: 60,
  freezeMs: 250,
  idleMs: 10 * 60_000,
  sweepMs: 60_000,
  memoryPollMs: 100,
  /** Left to a runtime that could not start, to write its last words. */
  farewellMs: 200,
  /** Longest that a stopping cloud waits for its processes to be gone. */
  stopMs: 2_000,
  /** Life of an environment's credentials; it is not used for their last hour. */
  credentialSeconds: 12 * 3_600,
  retireMs: 3_600_000,
  /** Pause in which log events and metrics are gathered. */
  gatherMs: 40,
  metricsMs: 1_000,
} as const;
