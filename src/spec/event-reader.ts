import type { Logger } from './handler-context.ts';

/** Physical names of the resources that a function has to tell apart, by their logical ids. */
export type PhysicalNames = (logicalId: string) => string | undefined;

/** What a reader works with beside the event. */
export interface Reading {
  /** Runs the function's handler on what it is given. */
  run(given: unknown): Promise<unknown>;
  /** Writes the function's log. */
  readonly log: Logger;
  /** Milliseconds until Lambda ends the invocation. */
  remainingTimeMs(): number;
  /** Puts text at a presigned URL. */
  put(url: string, body: string): Promise<void>;
}

/**
 * How the events of one source become what a handler is given, and what it answers what the source wants. It is code of the
 * run time that a declaration brings along: an archive holds the readers of the sources that its program states, and no others.
 */
export interface EventReader {
  /** Whether this is an event of the source. */
  matches(event: unknown, names: PhysicalNames): boolean;
  /**
   * Whether `matches` asks for the name of the source's resource. It is told when a function has several such sources;
   * of a name that is not told there is but one resource.
   */
  readonly byName?: true;
  /** Handles one event. What it throws fails the invocation. */
  handle(event: never, reading: Reading): Promise<unknown>;
}
