/** An event on its way to an environment. */
export interface Invocation {
  /** What the function sees as `awsRequestId`. */
  readonly requestId: string;
  readonly payload: Uint8Array;
  /** With the qualifier that the caller used. */
  readonly invokedArn: string;
  /** JSON, decoded from the header of the call. */
  readonly clientContext?: string;
  /** Journal id of the call that this is. */
  readonly cause: number;
  /** Whether the end of the log goes back to the caller. */
  readonly tail: boolean;
}

export type InvocationStatus = 'success' | 'error' | 'timeout' | 'failure';

/** What became of an event. */
export interface Outcome {
  readonly payload: Uint8Array;
  readonly status: InvocationStatus;
  /** `Runtime.ExitError`, or the name of the error that the handler threw. Undefined on success. */
  readonly errorType?: string;
  /** From hand-over to answer, milliseconds. */
  readonly durationMs: number;
  readonly contentType?: string;
  /** Last 4 KB of the log in base64, where it was asked for. */
  readonly logTail?: string;
  /** It was the first of its environment. */
  readonly coldStart?: true;
}

/** Whether the function worked. */
export const succeeded = (outcome: Outcome): boolean => outcome.status === 'success';

const json = (errorType: string, errorMessage: string): Uint8Array =>
  Buffer.from(JSON.stringify({ errorType, errorMessage }));

/** An outcome that Lambda itself finds, in its words. */
export const platformFailure = (
  requestId: string,
  errorType: string,
  reason: string,
  durationMs: number,
  status: InvocationStatus = 'failure',
): Outcome => ({
  payload: json(errorType, `RequestId: ${requestId} Error: ${reason}`),
  status,
  errorType,
  durationMs,
});
