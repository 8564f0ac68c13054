import type { BusPutter, EventPutter } from '../../spec/bus-client.ts';
import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import { FrameworkError } from '../../spec/errors.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { ClientBinding, Conditions, Grant } from '../../spec/grant.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { MessageSchema, Received, Sent } from '../../spec/message-schema.ts';
import type { Expression, Referable, Value } from '../../spec/value.ts';
import { aws, getAtt, ref, sub } from '../../spec/value.ts';
import type { ArchiveDeclaration } from './archive.ts';
import { archiveOf } from './archive.ts';
import type { BusEvent, EventBridgeEvent, EventPattern } from './event.ts';
import { markOf } from './mark.ts';
import type {
  ArchiveOptions,
  BusOptions,
  EventChoice,
  EventFeed,
  EventOptions,
  EventsOptions,
  FeedTarget,
  InvalidOption,
  ReceiveEventOptions,
  RuleOptions,
} from './options.ts';
import { eventReader, transformReader } from './runtime.ts';
import type { Transform, TransformDetail } from './transform.ts';

/** What a queue gets by a template: what its schema says, else nobody knows. */
type Template<Made> = Made extends MessageSchema ? Sent<Made> : never;

/** A kind of event of a bus, as data. */
export interface EventDeclaration<Schema extends MessageSchema | undefined = undefined> {
  readonly kind: 'bus-event';
  /** What happened: the event's detail-type. */
  readonly name: string;
  /** Who says it. */
  readonly source: string;
  /** How its detail looks. */
  readonly schema: Schema | undefined;
  /** The pattern of all events of this kind. */
  readonly pattern: EventPattern;
  /**
   * Starts a function with each of these events. Where a function has several rules, an event belongs to the source whose pattern it fits, whatever
   * the order; one that fits several starts the function once for each rule, and belongs to the first of them in `on` each time.
   */
  received(
    options?: ReceiveEventOptions<Sent<Schema>>,
  ): EventSource<BusEvent<Received<Schema>>, unknown>;
  /** Starts a function with what a template makes of each of these events. */
  received<const Made extends MessageSchema | undefined = undefined>(
    options: EventChoice<Sent<Schema>> &
      InvalidOption & {
        /** What the function is given in place of the event. */
        readonly transform: Transform<Made>;
      },
  ): EventSource<Received<Made>, unknown>;
  /** Feeds a queue or another bus with these events: `queue('Mail', { from: [placed.feed()] })`. */
  feed(
    options?: EventChoice<Sent<Schema>> & FeedTarget & { readonly transform?: undefined },
  ): EventFeed<EventBridgeEvent<Sent<Schema>>>;
  /** Feeds a queue with the details of these events alone. */
  feed(
    options: EventChoice<Sent<Schema>> &
      FeedTarget & { readonly transform: { readonly inputPath: '$.detail' } },
  ): EventFeed<Sent<Schema>>;
  /** Feeds a queue with what a template makes of these events. */
  feed<const Made extends MessageSchema | undefined = undefined>(
    options: EventChoice<Sent<Schema>> & FeedTarget & { readonly transform: Transform<Made> },
  ): EventFeed<Template<Made>>;
  /**
   * Lets a function put events of this kind, and no others.
   * @throws {INVALID_OPTION} for events of AWS's own, which nobody else can put
   */
  put(): Grant<EventPutter<Sent<Schema>>>;
}

/** A bus that something refers to. */
export interface BusReference extends Referable {
  readonly kind: 'bus';
  /** Its ARN. */
  readonly arn: Expression;
}

/** A bus as data. */
export interface BusDeclaration extends BusReference {
  /** How it is made, or which one it is. */
  readonly options: BusOptions;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its physical name; of one that is there what it was called by. */
  readonly eventBusName: Value<string>;
  /**
   * States a kind of event: who puts it and who receives it agree on its detail.
   * @param detailType - What happened: `OrderPlaced`.
   */
  event<const Schema extends MessageSchema | undefined = undefined>(
    detailType: string,
    options: EventOptions<Schema>,
  ): EventDeclaration<Schema>;
  /** Starts a function with each event that a pattern fits; every event of the bus fits `{ source: [{ prefix: '' }] }`. */
  events<const Schema extends MessageSchema | undefined = undefined>(
    options: EventsOptions<Schema>,
  ): EventSource<BusEvent<Received<Schema>>, unknown>;
  /** Starts a function with what a template makes of each event that a pattern fits. */
  events<const Made extends MessageSchema | undefined = undefined>(
    options: RuleOptions &
      InvalidOption & {
        /** Which events. */
        readonly pattern: EventPattern;
        /** What the function is given in place of the event. */
        readonly transform: Transform<Made>;
      },
  ): EventSource<Received<Made>, unknown>;
  /** Feeds a queue or another bus with the events that a pattern fits. */
  feed(
    options: RuleOptions &
      FeedTarget & { readonly pattern: EventPattern; readonly transform?: undefined },
  ): EventFeed<EventBridgeEvent>;
  /** Feeds a queue with what a template makes of the events that a pattern fits. */
  feed<const Made extends MessageSchema | undefined = undefined>(
    options: RuleOptions &
      FeedTarget & { readonly pattern: EventPattern; readonly transform: Transform<Made> },
  ): EventFeed<Template<Made>>;
  /** States an archive of its events; one that nothing refers to stands in `resources` of the service. */
  archive(name: string, options?: ArchiveOptions): ArchiveDeclaration;
  /** Lets a function put events of any kind, or of some sources alone: `put('shop.orders')`. */
  put(...sources: readonly string[]): Grant<BusPutter>;
}

/** What a rule is made of, whatever its target is. */
interface RuleDetail extends RuleOptions, FeedTarget {
  readonly [more: string]: unknown;
  /** What it is called by: the events' detail-type. */
  readonly label: string;
  readonly pattern: EventPattern;
  readonly transform?: TransformDetail;
}

type AnyTransform = Transform<MessageSchema | undefined>;

const bare = ({ schema: _schema, ...transform }: AnyTransform): TransformDetail => transform;

const detailOf = (
  {
    transform,
    ...rest
  }: RuleOptions & FeedTarget & { readonly transform?: AnyTransform | undefined },
  label: string,
  pattern: EventPattern,
): RuleDetail => ({
  ...rest,
  label,
  pattern,
  ...(transform === undefined ? {} : { transform: bare(transform) }),
});

/** Everything that may be said of how events are received or fed. */
interface Chosen extends EventChoice<unknown>, InvalidOption, FeedTarget {
  readonly transform?: AnyTransform | undefined;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html: keys of several values, which must be there */
const boundTo = (values: Readonly<Record<string, string | readonly string[]>>): Conditions => ({
  'ForAllValues:StringEquals': values,
  Null: Object.fromEntries(Object.keys(values).map((key) => [key, 'false'])),
});

/**
 * States a bus of events, or names one that is there (`existing`). Its kinds of events are stated once, and typed for whoever puts or receives
 * them.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { bus, lambda } from 'sparta';
 * import { z } from 'zod';
 * const shop = bus('Shop');
 * const placed = shop.event('OrderPlaced', { source: 'shop.orders', schema: z.object({ id: z.string(), total: z.number() }) });
 * export const order = lambda('Order', { grants: { placed: placed.put() } }, async (_event, { placed }) =>
 *   placed.put({ id: 'a1', total: 120 }),
 * );
 * export const thank = lambda('Thank', { on: placed.received({ detail: { total: [{ numeric: ['>', 100] }] } }) }, async ({ detail }, { log }) => {
 *   log.info('thank you', { id: detail.id });
 * });
 * ```
 */
export const bus = (declared: string, options: BusOptions = {}): BusDeclaration => {
  const name = logicalIdOf(declared, options);
  const { existing } = options;
  const self = { kind: 'bus', name, options, ...declaredAt() } as const;
  const arn =
    existing === undefined
      ? getAtt(self, 'Arn')
      : existing.startsWith('arn:')
        ? sub`${existing}`
        : sub`arn:${aws.partition}:events:${aws.region}:${aws.accountId}:event-bus/${existing}`;
  const source = (
    { schema, invalid = 'fail', ...rest }: Chosen & { readonly schema?: MessageSchema | undefined },
    label: string,
    pattern: EventPattern,
  ): EventSource<never, never> => {
    const { transform } = rest;
    const detail = detailOf(rest, label, pattern);
    const mark = markOf([pattern, detail.transform]);
    const what = `${label} of ${name}`;
    return {
      kind: 'event-source',
      source: 'eventbridge',
      target: self,
      detail: { ...detail, mark },
      reader:
        transform === undefined
          ? eventReader({ what, schema, invalid }, pattern)
          : transformReader({ what, schema: transform.schema, invalid }, mark),
    };
  };
  const feed = (given: Chosen, label: string, pattern: EventPattern): EventFeed<never> => ({
    kind: 'queue-feed',
    source: 'eventbridge',
    target: self,
    detail: detailOf(given, label, pattern),
  });
  const grant = (
    conditions: Conditions | undefined,
    more: Partial<ClientBinding>,
  ): Grant<never> => ({
    kind: 'grant',
    statements: [
      {
        actions: ['events:PutEvents'],
        resources: [arn],
        ...(conditions === undefined ? {} : { conditions }),
      },
    ],
    binding: {
      kind: 'bus',
      resource: name,
      modes: ['put'],
      ...(existing === undefined ? {} : { physicalName: existing }),
      ...more,
    },
    ...(existing === undefined ? { target: self } : {}),
  });
  return Object.freeze({
    ...self,
    arn,
    eventBusName: existing ?? ref(self),
    event: (detailType, { source: from, schema }) =>
      eventOf({ detailType, from, schema }, { source, feed, grant }),
    events: ({ pattern, ...of }: Chosen & { readonly pattern: EventPattern }) =>
      source(of, 'Events', pattern),
    feed: ({ pattern, ...of }: Chosen & { readonly pattern: EventPattern }) =>
      feed(of, 'Events', pattern),
    archive: (archiveName, of = {}) => archiveOf({ ...self, arn }, archiveName, of),
    put: (...sources) =>
      grant(sources.length === 0 ? undefined : boundTo({ 'events:source': sources }), {}),
  } satisfies BusDeclaration);
};

/** What a bus does for its events. */
interface Ways {
  source(
    given: Chosen & { readonly schema?: MessageSchema | undefined },
    label: string,
    pattern: EventPattern,
  ): EventSource<never, never>;
  feed(given: Chosen, label: string, pattern: EventPattern): EventFeed<never>;
  grant(conditions: Conditions, more: Partial<ClientBinding>): Grant<never>;
}

const eventOf = <Schema extends MessageSchema | undefined>(
  {
    detailType,
    from,
    schema,
  }: { readonly detailType: string; readonly from: string; readonly schema: Schema | undefined },
  ways: Ways,
): EventDeclaration<Schema> => {
  const all: EventPattern = { source: [from], 'detail-type': [detailType] };
  const chosen = ({ detail, replayed }: Chosen): EventPattern =>
    ({
      ...all,
      ...(detail === undefined ? {} : { detail }),
      ...(replayed === undefined ? {} : { 'replay-name': [{ exists: replayed }] }),
    }) as EventPattern;
  const rest = ({ detail: _detail, replayed: _replayed, ...of }: Chosen): Chosen => of;
  return Object.freeze({
    kind: 'bus-event',
    name: detailType,
    source: from,
    schema,
    pattern: all,
    received: (of: Chosen = {}) => ways.source({ ...rest(of), schema }, detailType, chosen(of)),
    feed: (of: Chosen = {}) => ways.feed(rest(of), detailType, chosen(of)),
    put: () => {
      if (from.startsWith('aws.'))
        throw new FrameworkError(
          'INVALID_OPTION',
          `The event ${detailType} has the source ${from}; only AWS puts events whose source begins with aws. Give it a source of your own, such as 'shop.orders', or leave put() out.`,
        );
      return ways.grant(boundTo({ 'events:source': from, 'events:detail-type': detailType }), {
        ...(schema === undefined ? {} : { schema }),
        event: { source: from, detailType },
      });
    },
  } satisfies EventDeclaration<Schema>);
};

/**
 * The account's own bus, which is there always: AWS's services put their events there. It is no resource of any stack.
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/events.html
 * @example
 * ```ts
 * import { defaultBus, lambda } from 'sparta';
 * export const alarmed = lambda('Alarmed', {
 *   on: defaultBus.events({ pattern: { source: ['aws.cloudwatch'], 'detail-type': ['CloudWatch Alarm State Change'] } }),
 * }, async ({ resources }, { log }) => log.warn('alarm', { resources }));
 * ```
 */
export const defaultBus: BusDeclaration = /* @__PURE__ */ bus('DefaultBus', {
  existing: 'default',
});
