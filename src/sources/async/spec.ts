import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import { recordReader } from './runtime.ts';

/**
 * What Lambda tells of an asynchronous invocation.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export interface InvocationRecord<Event> {
  /** When the record was made. */
  readonly at: Date;
  /** Id of the invocation. */
  readonly requestId: string;
  /** ARN of the function that was invoked. */
  readonly functionArn: string;
  /** How many times the event was tried; 0 of one that never was. */
  readonly invokeCount: number;
  /** The event that it was invoked with. */
  readonly event: Event;
}

/** An asynchronous invocation that failed for good. */
export interface FailedInvocation<Event> extends InvocationRecord<Event> {
  /** Why Lambda gave it up. */
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded' | (string & {});
  /** The function's last error; undefined for an event that was never tried. */
  readonly error: { readonly name: string; readonly message: string } | undefined;
}

/** An asynchronous invocation that succeeded. */
export interface SucceededInvocation<Event, Result> extends InvocationRecord<Event> {
  /** What the function answered. */
  readonly result: Result;
}

/**
 * Starts a function with every event that another one failed for good, typed by what that one is given.
 *
 * @param fn - The other function, which is invoked asynchronously.
 * @example
 * ```ts
 * import { bucket, failuresOf, lambda } from 'sparta';
 * const photos = bucket('Photos');
 * const stamp = lambda('Stamp', { on: photos.objectCreated() }, async () => {});
 * export const tell = lambda('Tell', { on: failuresOf(stamp) }, async ({ event, error }, { log }) => {
 *   log.error('not stamped', { records: event.Records.length, why: error?.message });
 * });
 * ```
 */
export const failuresOf = <Event, Result>(
  fn: FunctionDeclaration<Event, Result>,
): EventSource<FailedInvocation<Event>, unknown> => source(fn, 'onFailure');

/**
 * Starts a function with every event that another one handled, and what it answered.
 *
 * @param fn - The other function, which is invoked asynchronously.
 * @example
 * ```ts
 * import { lambda, successesOf } from 'sparta';
 * const add = lambda('Add', {}, async ({ a, b }: { readonly a: number; readonly b: number }) => a + b);
 * export const told = lambda('Told', { on: successesOf(add) }, async ({ event, result }, { log }) => {
 *   log.info('added', { a: event.a, b: event.b, result });
 * });
 * ```
 */
export const successesOf = <Event, Result>(
  fn: FunctionDeclaration<Event, Result>,
): EventSource<SucceededInvocation<Event, Result>, unknown> => source(fn, 'onSuccess');

const source = (
  { kind, name, declaredAt }: Pick<FunctionDeclaration, 'kind' | 'name' | 'declaredAt'>,
  when: 'onSuccess' | 'onFailure',
): EventSource<never, unknown> => ({
  kind: 'event-source',
  source: 'async',
  target: { kind, name, ...(declaredAt === undefined ? {} : { declaredAt }) },
  detail: { when },
  reader: recordReader(name, when),
});
