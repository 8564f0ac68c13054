import type { AlarmMetric } from './alarm.ts';
import { functionMetrics } from './alarm.ts';
import { declaredAt } from './declared-at.ts';
import type { DeclaredAt } from './declared-at.ts';
import type { EventOf, EventSource, ResultOf, Sources } from './event-source.ts';
import { sourcesOf } from './event-source.ts';
import type { ClientsOf, Grant, Grants } from './grant.ts';
import type { HandlerContext } from './handler-context.ts';
import { logicalIdOf } from './keeping.ts';
import type { FunctionSettings } from './lambda-options.ts';
import type { Expression } from './value.ts';
import { getAtt, ref } from './value.ts';

/** What {@link lambda} takes beside name and handler. */
export interface LambdaOptions<On extends Sources, G extends Grants> extends FunctionSettings {
  /** What starts it: a source, or several. Left out, it is invoked by name. */
  readonly on?: On;
  /** What it may do; the handler gets a client under each name. */
  readonly grants?: G;
  /**
   * The logical id, where the function has got another name since it was provisioned: it stays the function that it was,
   * with its role and its log. @defaultValue the name of the declaration
   */
  readonly logicalId?: string;
}

/** What runs: given the event and a context with the granted clients. */
export type Handler<Event, G extends Grants, Result> = (
  event: Event,
  context: HandlerContext & ClientsOf<G>,
) => Result | Promise<Result>;

/** A module that exports a handler as `handler` or as its default. */
export type HandlerModule<Event, G extends Grants, Result> =
  | { readonly handler: Handler<Event, G, Result> }
  | { readonly default: Handler<Event, G, Result> };

/** A handler in a module of its own, which only a start of its function loads. */
export type LazyHandler<Event, G extends Grants, Result> = () => Promise<
  HandlerModule<Event, G, Result>
>;

/** Calls a function from another one, typed by its handler. */
export interface FunctionClient<Event, Result> {
  /** Calls and waits. @throws {FunctionInvocationError} with the function's own error when it failed */
  invoke(event: Event): Promise<Result>;
  /** Hands the event over and does not wait; Lambda tries it up to three times. */
  send(event: Event): Promise<void>;
}

/** A function as data. */
export interface FunctionDeclaration<Event = never, Result = unknown> {
  readonly kind: 'function';
  /** Logical id. */
  readonly name: string;
  /** What starts it. */
  readonly on: readonly EventSource[];
  /** What it may do. */
  readonly grants: Grants;
  /** Lambda's settings. */
  readonly settings: FunctionSettings;
  /** The handler, or what loads it. */
  readonly handler: unknown;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its ARN. */
  readonly arn: Expression;
  /** Its physical name. */
  readonly functionName: Expression;
  /** Failed invocations, a count. */
  readonly errors: AlarmMetric;
  /** Invocations that were refused for want of concurrency, a count. */
  readonly throttles: AlarmMetric;
  /** All invocations, a count. */
  readonly invocations: AlarmMetric;
  /** How long an invocation took, milliseconds. */
  readonly duration: AlarmMetric;
  /** Of a function that reads streams: how old a batch's last record was when it was handed over, milliseconds. */
  readonly iteratorAge: AlarmMetric;
  /** Lets another function call this one. */
  invoke(): Grant<FunctionClient<Event, Result>>;
}

/**
 * States a function: what starts it, what it may do, and what it does.
 *
 * @param name - Logical id: a letter, then letters and digits; one of a kind in its service.
 * @param handler - Inline, or `() => import('./handler.ts')` of a module that exports `handler` or a default.
 * @example
 * ```ts
 * import { bucket, lambda } from 'sparta';
 * const photos = bucket('Photos');
 * export const count = lambda('Count', { grants: { photos: photos.list() } }, async (_event, { photos }) => {
 *   let found = 0;
 *   for await (const _object of photos.list()) found += 1;
 *   return { found };
 * });
 * ```
 */
export function lambda<
  const On extends Sources = undefined,
  const G extends Grants = Record<never, never>,
  Event = EventOf<On>,
  Result extends ResultOf<On> = ResultOf<On>,
>(
  name: string,
  options: LambdaOptions<On, G>,
  handler: Handler<Event & EventOf<On>, G, Result> | LazyHandler<Event & EventOf<On>, G, Result>,
): FunctionDeclaration<Event & EventOf<On>, Result> {
  const { on, grants, logicalId, ...settings } = options;
  const id = logicalIdOf(name, logicalId === undefined ? {} : { logicalId });
  const self = { kind: 'function', name: id } as const;
  return Object.freeze({
    ...self,
    on: sourcesOf(on),
    grants: grants ?? {},
    settings,
    handler,
    ...declaredAt(),
    arn: getAtt(self, 'Arn'),
    functionName: ref(self),
    ...functionMetrics(self),
    invoke: (): Grant<FunctionClient<Event & EventOf<On>, Result>> => ({
      kind: 'grant',
      statements: [{ actions: ['lambda:InvokeFunction'], resources: [getAtt(self, 'Arn')] }],
      binding: { kind: 'function', resource: id, modes: ['invoke'] },
      target: self,
    }),
  });
}
