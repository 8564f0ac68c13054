import type { EventReader } from './event-reader.ts';
import type { GrantStatement } from './grant.ts';
import type { Value } from './value.ts';

/** The drawers of `src/sources`. */
export type SourceKind =
  | 's3'
  | 'http-api'
  | 'sns'
  | 'sqs'
  | 'async'
  | 'custom-resource'
  | 'kinesis'
  | 'eventbridge'
  | 'scheduler'
  | 'dynamodb'
  | 'alarm'
  | 'logs';

/**
 * What starts a function, as data.
 * @typeParam Event - What the handler is given.
 * @typeParam Result - What it may answer.
 */
export interface EventSource<Event = unknown, Result = unknown> {
  readonly kind: 'event-source';
  /** The drawer in `src/sources` that knows it. */
  readonly source: SourceKind;
  /** The resource that the events come from. */
  readonly target: { readonly kind: string; readonly name: string };
  /** Name of the resource that its events tell, where `Ref` of the target does not answer it. */
  readonly physicalName?: Value<string>;
  /** What the source's synthesis needs to know; plain data. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** What the function's role needs for the source to be read; left out where the source calls the function. */
  readonly statements?: readonly GrantStatement[];
  /** How the run time reads its events. @defaultValue the handler is given the event as it is */
  readonly reader?: EventReader;
  /** Only for the compiler. */
  readonly gives?: Event;
  /** Only for the compiler. */
  readonly takes?: Result;
}

/** What may start a function: a source, or several. */
export type Sources = EventSource | readonly EventSource[] | undefined;

/** The event of a source, or of one of several; of a function without one, whatever its handler says. */
export type EventOf<Source> = Source extends readonly (infer Each)[]
  ? EventOf<Each>
  : Source extends EventSource<infer Event>
    ? Event
    : unknown;
/** What a handler of this source may answer. */
export type ResultOf<Source> = Source extends readonly (infer Each)[]
  ? ResultOf<Each>
  : Source extends EventSource<unknown, infer Result>
    ? Result
    : unknown;

/** The sources of a function, as a list. */
export const sourcesOf = (on: Sources): readonly EventSource[] =>
  on === undefined ? [] : isList(on) ? on : [on];

const isList = (on: EventSource | readonly EventSource[]): on is readonly EventSource[] =>
  Array.isArray(on);
