/** An event for a function that runs in the cloud's own process. */
export interface HostedEvent {
  readonly requestId: string;
  readonly invokedArn: string;
  /** JSON */
  readonly payload: Uint8Array;
  /** JSON */
  readonly clientContext?: string;
  /** Milliseconds since the epoch, on the machine's own clock. */
  readonly deadlineMs: number;
}

/** What a hosted function answers. */
export type HostedResult =
  | { readonly kind: 'success'; readonly payload: Uint8Array }
  | { readonly kind: 'error'; readonly payload: Uint8Array; readonly errorType: string };

/** What one hosted environment is started with. */
export interface HostedStart {
  readonly functionName: string;
  readonly version: string;
  /** Seconds */
  readonly timeoutSeconds: number;
  readonly memorySizeMb: number;
  /** What a process of its own would have as environment variables, its role's keys among them. */
  readonly variables: Readonly<Record<string, string>>;
  /** Writes a line of the function's log. */
  readonly write: (line: string) => void;
}

/**
 * Runs functions in the cloud's own process, for tests: nothing is started, breakpoints hold. Such a function has its own
 * role and its own environment, but shares memory, files and everything else with the process.
 */
export interface FunctionHost {
  /** Whether this host has the code of a function with these environment variables. */
  has(variables: Readonly<Record<string, string>>): boolean;
  /** A new environment: one event at a time. */
  start(options: HostedStart): (event: HostedEvent) => Promise<HostedResult>;
}
