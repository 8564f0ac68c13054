import type { Keeping } from '../../spec/keeping.ts';
import type { MessageSchema } from '../../spec/message-schema.ts';
import type { StreamOptions } from '../../spec/stream-mapping.ts';
import type {
  Capacity,
  ItemOf,
  KeyAttribute,
  RequestLimits,
  TableTypes,
  TimeAttribute,
} from '../../spec/table-keys.ts';
import type { Value } from '../../spec/value.ts';
import type { ChangeFilter, ChangeEventName, StreamViewType } from './change.ts';

/** How a table is made, beside its keys. */
export interface TableSettings<Item> extends Keeping {
  /** Member that says when an item is over, Unix time in seconds: DynamoDB then deletes it, within days. */
  readonly ttl?: TimeAttribute<Item>;
  /**
   * What its stream holds of changes. Turning another on replaces the stream: readers begin anew. @defaultValue what those need that read it;
   * no stream where none does
   */
  readonly stream?: StreamViewType;
  /** Physical name, 3 to 255 characters. Left out, CloudFormation makes one. */
  readonly tableName?: string;
  /** How it is paid: by request, with limits, or by the hour for a capacity. @defaultValue by request */
  readonly billing?: RequestLimits | Capacity;
  /** Whether it can be restored to any second of so many days. @defaultValue false; true is 35 days */
  readonly pointInTimeRecovery?:
    | boolean
    | {
        /** Days, 1 to 35. */
        readonly recoveryPeriodInDays: number;
      };
  /** Refuses to delete the table, whoever asks, until it is turned off. @defaultValue false */
  readonly deletionProtection?: boolean;
  /** ARN of the key that encrypts it, or `alias/aws/dynamodb` for AWS's own in this account. @defaultValue one that is AWS's alone */
  readonly kmsKeyArn?: Value<string>;
  /** What storage costs against requests. @defaultValue 'STANDARD' */
  readonly tableClass?: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  /** What becomes of it when the stack lets go of it. @defaultValue 'RetainExceptOnCreate' */
  readonly deletionPolicy?: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  /** Any further property of `AWS::DynamoDB::Table`, in CloudFormation's words. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** Refuses members that options do not have: what the compiler infers it would else take as it is. */
type Exactly<Given, Allowed> = {
  readonly [Name in keyof Given]: Given[Name] & {
    readonly [Extra in Exclude<keyof Given[Name], keyof Allowed>]: never;
  };
};

/** How a table is made. */
export interface TableOptions<
  Schema extends MessageSchema | undefined,
  Partition extends KeyAttribute<ItemOf<Schema>>,
  Sort extends KeyAttribute<ItemOf<Schema>> | undefined,
  Global,
  Local,
> extends TableSettings<ItemOf<Schema>> {
  /**
   * How items look: they are checked when they are put, and stored as the schema makes them. What is read is given as it is stored; a
   * `bigint` comes back as a number where that is exact.
   */
  readonly schema?: Schema;
  /** Member that items are found by: its name, or `{ name, type: 'N' }` where it is a number. */
  readonly partitionKey: Partition;
  /** Member that tells items of one partition key apart, and that they are in the order of. */
  readonly sortKey?: Sort;
  /**
   * Global indexes by their names: other keys to find items by, a moment behind the table. CloudFormation adds or removes one of them in an update
   * of the stack.
   */
  readonly indexes?: Global & Exactly<Global, Required<IndexShape>>;
  /** Local indexes by their names: other sort keys, as consistent as the table. They cannot be changed later. */
  readonly localIndexes?: Local & Exactly<Local, Required<LocalIndexShape>>;
}

interface LocalIndexShape {
  sortKey: unknown;
  projection: unknown;
}
interface IndexShape extends LocalIndexShape {
  partitionKey: unknown;
  billing: unknown;
}

/** How a function reads the changes of a table. */
export interface ChangeSourceOptions<
  T extends TableTypes,
  View extends StreamViewType = StreamViewType,
  Name extends ChangeEventName = ChangeEventName,
> extends StreamOptions {
  /** What is wanted of a change; more is held where another reader wants it. @defaultValue 'NEW_AND_OLD_IMAGES' */
  readonly streamViewType?: View;
  /** What must have happened. @defaultValue anything */
  readonly eventNames?: readonly Name[];
  /**
   * Which changes are handed over; one of several must fit, up to five. What fits none is passed over. @defaultValue all
   * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
   */
  readonly filter?: ChangeFilter<T> | readonly ChangeFilter<T>[];
}
