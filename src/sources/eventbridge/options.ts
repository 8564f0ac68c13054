import type { Keeping } from '../../spec/keeping.ts';
import type { MessageSchema, Sent } from '../../spec/message-schema.ts';
import type { Pattern } from '../../spec/pattern.ts';
import type { Expression, Value } from '../../spec/value.ts';
import type { QueueFeed, QueueReference } from '../sqs/spec.ts';
import type { TargetDelivery } from './delivery.ts';
import type { EventPattern } from './event.ts';

/** How a bus is made, or which one it is. */
export interface BusOptions extends Pick<Keeping, 'logicalId'> {
  /** Name or ARN of one that is there: of another service, of another account. Then nothing else is said of it. */
  readonly existing?: string;
  /** Physical name, up to 256 characters. @defaultValue the service's name and the bus's: `Shop-Orders` */
  readonly eventBusName?: string;
  /** What it is for, up to 512 characters. */
  readonly description?: string;
  /**
   * ARN, id or alias of the key that encrypts events; its policy must let `events.amazonaws.com` use it. @defaultValue EventBridge's own key
   * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html
   */
  readonly kmsKeyIdentifier?: Value<string>;
  /** Queue of events that could not be decrypted; a standard queue. */
  readonly deadLetter?: QueueReference;
  /** Other accounts that may put events, twelve digits each. Functions of this account are granted it: `event.put()`. */
  readonly allowedAccounts?: readonly Value<string>[];
  /** Organization whose accounts may put events: `o-a1b2c3d4e5`. */
  readonly allowedOrganization?: Value<string>;
  /** Events of other buses that come to this one, as they are. What came from another bus goes to no third one. */
  readonly from?: readonly EventFeed<unknown>[];
  /** Any further property of `AWS::Events::EventBus`, in CloudFormation's words. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** What an event is: who says what. */
export interface EventOptions<Schema extends MessageSchema | undefined = undefined> {
  /** Who says it: `shop.orders`. Sources that begin with `aws.` are AWS's own. */
  readonly source: string;
  /** How its detail looks; an object. Checked when it is put, and when it is received. */
  readonly schema?: Schema;
}

/** What can be said of every rule. */
export interface RuleOptions extends TargetDelivery {
  /** Whether it is looked at at all. @defaultValue true */
  readonly enabled?: boolean;
  /** What it is for, up to 512 characters. */
  readonly description?: string;
}

/** Which events of one kind are wanted. */
export interface EventChoice<Detail> extends RuleOptions {
  /** Pattern of the detail. @defaultValue every event */
  readonly detail?: Pattern<Detail, Expression>;
  /** Only what a replay sends again, or only what it does not. @defaultValue both */
  readonly replayed?: boolean;
}

/** How a function receives what does not fit its schema. */
export interface InvalidOption {
  /**
   * What becomes of an event that the schema refuses: the invocation fails, so that Lambda tries it again and lays it where failed invocations of
   * the function go, or it is dropped with a warning in the log. @defaultValue 'fail'
   */
  readonly invalid?: 'fail' | 'drop';
}

/** How a function receives events of one kind. */
export interface ReceiveEventOptions<Detail> extends EventChoice<Detail>, InvalidOption {
  /** Left out: the event as it is. */
  readonly transform?: undefined;
}

/** How a function receives events that a pattern picks. */
export interface EventsOptions<Schema extends MessageSchema | undefined>
  extends RuleOptions,
    InvalidOption {
  /** Which events. */
  readonly pattern: EventPattern<Sent<Schema>>;
  /** How their details look. */
  readonly schema?: Schema;
  /** Left out: the event as it is. */
  readonly transform?: undefined;
}

/** How events come to a queue. */
export interface FeedTarget {
  /**
   * Group of every message: the same for all of them, up to 100 characters. A FIFO queue needs one, and `contentBasedDeduplication`; in a standard queue
   * it is a tenant of a fair queue.
   */
  readonly messageGroupId?: string;
}

/** Events that feed a queue or another bus, as data. */
export interface EventFeed<Body> extends QueueFeed<Body> {
  /** The drawer in `src/sources` that knows it. */
  readonly source: 'eventbridge';
}

/** How an archive is made. */
export interface ArchiveOptions extends Keeping {
  /** Which events it keeps. @defaultValue all of the bus */
  readonly pattern?: EventPattern;
  /** Days that an event is kept, from 1. @defaultValue for ever */
  readonly retentionDays?: number;
  /** What it is for, up to 512 characters. */
  readonly description?: string;
  /** Physical name, up to 48 characters. Left out, CloudFormation makes one. */
  readonly archiveName?: string;
  /** ARN, id or alias of the key that encrypts events. @defaultValue EventBridge's own key */
  readonly kmsKeyIdentifier?: Value<string>;
  /** What becomes of it when the stack lets go of it. @defaultValue 'RetainExceptOnCreate' */
  readonly deletionPolicy?: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  /** Any further property of `AWS::Events::Archive`, in CloudFormation's words. */
  readonly properties?: Readonly<Record<string, unknown>>;
}
