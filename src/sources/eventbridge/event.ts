import type { Pattern } from '../../spec/pattern.ts';
import type { Expression } from '../../spec/value.ts';

/** An event as EventBridge delivers it. https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
export interface EventBridgeEvent<Detail = unknown> {
  /** `0` */
  readonly version: string;
  /** Id of the event. */
  readonly id: string;
  /** What happened. */
  readonly 'detail-type': string;
  /** Who says it. */
  readonly source: string;
  /** Account that it happened in, twelve digits. */
  readonly account: string;
  /** When it happened, ISO 8601 to the second. */
  readonly time: string;
  /** Region that it happened in. */
  readonly region: string;
  /** ARNs of what it is about. */
  readonly resources: readonly string[];
  /** What there is to say of it. */
  readonly detail: Detail;
  /** By which replay it comes again; not there when it comes for the first time. */
  readonly 'replay-name'?: string;
}

/** An event, read. */
export interface BusEvent<Detail> {
  /** What there is to say of it: of a source with a schema checked, and as that makes it. */
  readonly detail: Detail;
  /** Id of the event; it may come more than once. */
  readonly id: string;
  /** Who says it. */
  readonly source: string;
  /** What happened. */
  readonly detailType: string;
  /** When it happened. */
  readonly time: Date;
  /** Account that it happened in, twelve digits. */
  readonly account: string;
  /** Region that it happened in. */
  readonly region: string;
  /** ARNs of what it is about. */
  readonly resources: readonly string[];
  /** By which replay it comes again. */
  readonly replayName: string | undefined;
  /** As EventBridge delivered it. */
  readonly event: EventBridgeEvent;
}

/**
 * A pattern of events: for each field what its value may be, in a list: texts and comparisons, or names and ARNs of resources. All fields that
 * are named must fit.
 * @typeParam Detail - What the events' details are; its members alone compile.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export type EventPattern<Detail = unknown> = Pattern<EventBridgeEvent<Detail>, Expression>;
