/** An event as JSON, in the order of AWS's fields. */
export type EventText = string;

export interface EventParts {
  readonly id: string;
  readonly detailType: string;
  readonly source: string;
  readonly account: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly region: string;
  readonly resources: readonly string[];
  /** JSON of an object; stands in the event as it was given, so that no number changes. */
  readonly detail: string;
}

/** `2026-11-27T08:00:00Z` */
export const eventTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
export const writeEvent = (parts: EventParts): EventText =>
  `${JSON.stringify({
    version: '0',
    id: parts.id,
    'detail-type': parts.detailType,
    source: parts.source,
    account: parts.account,
    time: eventTime(parts.at),
    region: parts.region,
    resources: parts.resources,
  }).slice(0, -1)},"detail":${parts.detail}}`;

/** A replayed event tells by which replay it comes, between region and resources. */
export const asReplayed = (event: EventText, replayName: string): EventText => {
  // The first of them is the event's own: what stands before it is text of EventBridge's, with its quotation marks escaped.
  const at = event.indexOf(',"resources":[');
  return `${event.slice(0, at)},"replay-name":${JSON.stringify(replayName)}${event.slice(at)}`;
};
