import type { AnyPattern } from '../../spec/pattern.ts';
import type { KeyOf, Only, TableTypes } from '../../spec/table-keys.ts';

/** A value as DynamoDB writes it in JSON: bytes are in base64, numbers are text. */
export type AttributeJson = Readonly<Record<string, unknown>>;

/** What an event says of an item that changed. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html */
export interface DynamoDbStreamRecord {
  /** Id of the change. */
  readonly eventID: string;
  /** What happened to the item. */
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** `aws:dynamodb` */
  readonly eventSource: string;
  /** `1.1` */
  readonly eventVersion: string;
  /** `us-east-1` */
  readonly awsRegion: string;
  /** The change. */
  readonly dynamodb: {
    /** When, in seconds of Unix time. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Readonly<Record<string, AttributeJson>>;
    readonly NewImage?: Readonly<Record<string, AttributeJson>>;
    readonly OldImage?: Readonly<Record<string, AttributeJson>>;
    readonly SequenceNumber: string;
    /** Bytes. */
    readonly SizeBytes: number;
    readonly StreamViewType: StreamViewType;
  };
  /** Who did it, where it was DynamoDB itself. */
  readonly userIdentity?: {
    /** `Service` */
    readonly type: string;
    /** `dynamodb.amazonaws.com` */
    readonly principalId: string;
  };
  /** ARN of the stream. */
  readonly eventSourceARN: string;
}

/** A batch of changes as Lambda hands it over. */
export interface DynamoDbStreamEvent {
  /** Changes, in their order. */
  readonly Records: readonly DynamoDbStreamRecord[];
}

/** What a stream holds of a change: the item as it is, as it was, both, or its key alone. */
export type StreamViewType = 'NEW_AND_OLD_IMAGES' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'KEYS_ONLY';

/** What happened to an item. */
export type ChangeEventName = 'INSERT' | 'MODIFY' | 'REMOVE';

type New<Item, View> = View extends 'NEW_AND_OLD_IMAGES' | 'NEW_IMAGE' ? Item : undefined;
type Old<Item, View> = View extends 'NEW_AND_OLD_IMAGES' | 'OLD_IMAGE' ? Item : undefined;

/** What every change has. */
export interface ChangeBase<Key> {
  /** The item's key. */
  readonly keys: Key;
  /** Its place in its shard. */
  readonly sequenceNumber: string;
  /** When it happened, to the second. */
  readonly at: Date;
  /** Whether DynamoDB deleted the item because its time was over. */
  readonly byTimeToLive: boolean;
  /** As Lambda handed it over. */
  readonly record: DynamoDbStreamRecord;
}

interface Images<Item, View> {
  readonly INSERT: {
    readonly eventName: 'INSERT';
    /** The item as it is now. */
    readonly newImage: New<Item, View>;
    /** There was none. */
    readonly oldImage: undefined;
  };
  readonly MODIFY: {
    readonly eventName: 'MODIFY';
    /** The item as it is now. */
    readonly newImage: New<Item, View>;
    /** The item as it was. */
    readonly oldImage: Old<Item, View>;
  };
  readonly REMOVE: {
    readonly eventName: 'REMOVE';
    /** There is none any more. */
    readonly newImage: undefined;
    /** The item as it was. */
    readonly oldImage: Old<Item, View>;
  };
}

/** A change of an item, read. `eventName` tells which of its images there are. */
export type TableChange<
  T extends TableTypes,
  View extends StreamViewType = 'NEW_AND_OLD_IMAGES',
  Name extends ChangeEventName = ChangeEventName,
> = ChangeBase<KeyOf<T>> & Images<T['item'], View>[Name];

type Texts<Value> = [Extract<Value, string>] extends [never]
  ? never
  :
      | { readonly prefix: string | { readonly 'equals-ignore-case': string } }
      | { readonly suffix: string | { readonly 'equals-ignore-case': string } }
      | { readonly 'equals-ignore-case': string }
      | { readonly wildcard: string };

type Comparable<Value> = Extract<Value, string | number | bigint>;

/** What a value in an image may be. Ranges of numbers are not: DynamoDB writes them as text, which Lambda compares as such. */
export type ImageMatcher<Value> =
  | Extract<Value, string | number | bigint | boolean | null>
  | {
      /** Whether it exists: a text, a number, a truth, null, bytes or a set. */
      readonly exists: boolean;
    }
  | {
      /** None of these, and there. */
      readonly 'anything-but': Comparable<Value> | readonly Comparable<Value>[];
    }
  | Texts<Value>;

type Scalar = string | number | bigint | boolean | null;

/**
 * A pattern of an item's image: for each member what its value may be, in a list; for a map a pattern of its own. Lists and sets have none:
 * say them with `raw`.
 */
export type ImagePattern<Item> = Item extends unknown
  ? string extends keyof Item
    ? AnyPattern
    : { readonly [Name in keyof Item]?: MemberPattern<Exclude<Item[Name], undefined>> }
  : never;

type MemberPattern<Value> = [Value] extends [Scalar]
  ? readonly ImageMatcher<Value>[]
  : [Value] extends [Uint8Array | Set<unknown> | readonly unknown[]]
    ? never
    : unknown extends Value
      ? unknown
      : ImagePattern<Exclude<Value, Scalar>>;

/** Which changes are wanted; all of it must fit. */
export interface ChangeFilter<T extends TableTypes> {
  /** What happened. @defaultValue anything */
  readonly eventNames?: readonly ChangeEventName[];
  /** The item as it is now. */
  readonly newImage?: ImagePattern<T['item']>;
  /** The item as it was. */
  readonly oldImage?: ImagePattern<T['item']>;
  /** Its key. */
  readonly keys?: ImagePattern<Only<T['item'], T['partition'] | T['sort']>>;
  /** Whether DynamoDB deleted it because its time was over, or not. */
  readonly byTimeToLive?: boolean;
  /** A pattern of the record as Lambda sees it, in AWS's words, beside the rest. */
  readonly raw?: Readonly<Record<string, unknown>>;
}
