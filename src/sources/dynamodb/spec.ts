import type { AlarmMetric } from '../../spec/alarm.ts';
import { tableMetrics } from '../../spec/alarm.ts';
import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { Grant } from '../../spec/grant.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { MessageSchema, Sent } from '../../spec/message-schema.ts';
import type { StreamAnswer, StreamBatch, StreamWindow } from '../../spec/stream-batch.ts';
import type { WindowOptions } from '../../spec/stream-mapping.ts';
import { destinationOf, destinationStatements } from '../../spec/stream-mapping.ts';
import type { TableClient, TableMode } from '../../spec/table-client.ts';
import type {
  AllIndexTypes,
  AnyItem,
  Indexes,
  ItemOf,
  KeyAttribute,
  KeyedItem,
  KeyName,
  LocalIndexes,
  TableTypes,
} from '../../spec/table-keys.ts';
import type { Expression } from '../../spec/value.ts';
import { getAtt, ref } from '../../spec/value.ts';
import type {
  DynamoDbStreamEvent,
  ChangeEventName,
  StreamViewType,
  TableChange,
} from './change.ts';
import { grantOn, keyNamesOf, keyStatements } from './grants.ts';
import type { ChangeSourceOptions, TableOptions, TableSettings } from './options.ts';
import { batchReader, changeReader, eventReader, windowReader } from './runtime.ts';

/** What the compiler knows of a table, from its options. */
export interface TableTypesOf<
  Schema extends MessageSchema | undefined,
  Partition,
  Sort,
  Global,
  Local,
> {
  /** Items as they are stored. */
  readonly item: Schema extends MessageSchema ? ItemOf<Schema> : KeyedItem<Partition, Sort>;
  /** Items as they are put. */
  readonly input: Schema extends MessageSchema ? Sent<Schema> : KeyedItem<Partition, Sort>;
  /** Name of the partition key. */
  readonly partition: KeyName<Partition>;
  /** Name of the sort key; never where it has none. */
  readonly sort: KeyName<Sort>;
  /** Its indexes by their names. */
  readonly indexes: AllIndexTypes<ItemOf<Schema>, KeyName<Partition>, KeyName<Sort>, Global, Local>;
}

/** A table that something refers to, whatever its items are. */
export interface TableReference {
  readonly kind: 'table';
  /** Logical id. */
  readonly name: string;
  /** Its ARN. */
  readonly arn: Expression;
}

type IndexNames<T extends TableTypes> = keyof T['indexes'] & string;

/** A table as data. */
export interface TableDeclaration<T extends TableTypes = TableTypes> extends TableReference {
  /** How it is made. */
  readonly options: DeclaredTable;
  /** How its items look. */
  readonly schema: MessageSchema | undefined;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its physical name. */
  readonly tableName: Expression;
  /** ARN of its stream, where it has one. */
  readonly streamArn: Expression;
  /** Reads that were refused for want of capacity, a count: `ReadThrottleEvents`. */
  readonly readThrottles: AlarmMetric;
  /** Writes that were refused for want of capacity, a count: `WriteThrottleEvents`. */
  readonly writeThrottles: AlarmMetric;
  /** Read units that were used: `ConsumedReadCapacityUnits`. */
  readonly consumedReads: AlarmMetric;
  /** Write units that were used: `ConsumedWriteCapacityUnits`. */
  readonly consumedWrites: AlarmMetric;
  /**
   * Starts a function with each change of an item, in order. A change that the handler fails comes again, with those behind it, until it is
   * handled or given up: say `maximumRetryAttempts` and `onFailure`. The table gets a stream by this.
   */
  changes<
    const View extends StreamViewType = 'NEW_AND_OLD_IMAGES',
    const Name extends ChangeEventName = ChangeEventName,
  >(options?: ChangeSourceOptions<T, View, Name>): EventSource<TableChange<T, View, Name>, unknown>;
  /** Starts a function with each batch of changes; the handler says which failed. */
  batches<
    const View extends StreamViewType = 'NEW_AND_OLD_IMAGES',
    const Name extends ChangeEventName = ChangeEventName,
  >(
    options?: ChangeSourceOptions<T, View, Name>,
  ): EventSource<StreamBatch<TableChange<T, View, Name>>, unknown>;
  /**
   * Starts a function with the changes of a stretch of time, shard by shard, and with what it knows of them so far.
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
   */
  windows<
    State extends object,
    const View extends StreamViewType = 'NEW_AND_OLD_IMAGES',
    const Name extends ChangeEventName = ChangeEventName,
  >(
    options: WindowOptions<State> & ChangeSourceOptions<T, View, Name>,
  ): EventSource<StreamWindow<TableChange<T, View, Name>, State>, State | void>;
  /** Starts a function with what Lambda hands over, as it is; what it answers may name where to go on. */
  events(
    options?: ChangeSourceOptions<T> & Partial<Pick<WindowOptions<unknown>, 'tumblingWindow'>>,
  ): EventSource<DynamoDbStreamEvent, StreamAnswer | void>;
  /** Several permissions at once: `access('read', 'write', 'index:byCustomer')`. */
  access<const Modes extends readonly TableMode<IndexNames<T>>[]>(
    ...modes: Modes
  ): Grant<TableClient<Modes[number], T>>;
  /** Lets a function get items and query the table, and the indexes that are named. */
  read<const Index extends IndexNames<T> = never>(
    ...indexes: readonly Index[]
  ): Grant<TableClient<'read' | IndexMode<Index>, T>>;
  /** Lets a function read everything. */
  scan(): Grant<TableClient<'scan', T>>;
  /** Lets a function put items and change them. */
  write(): Grant<TableClient<'write', T>>;
  /** Lets a function delete items. */
  delete(): Grant<TableClient<'delete', T>>;
}

type IndexMode<Index extends string> = [Index] extends [never] ? never : `index:${Index}`;

/** A table's options as synthesis sees them: without the schema, and without the compiler's knowledge. */
export interface DeclaredTable extends TableSettings<AnyItem> {
  /** Member that items are found by. */
  readonly partitionKey: KeyAttribute<AnyItem>;
  /** Member that tells items of one partition key apart. */
  readonly sortKey?: KeyAttribute<AnyItem> | undefined;
  /** Global indexes by their names. */
  readonly indexes?: Indexes;
  /** Local indexes by their names. */
  readonly localIndexes?: LocalIndexes;
}

/**
 * What Lambda does in the function's name. https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-setup.html
 * `ListStreams` knows no resource, and Lambda asks for nothing by it: it stands here, and not on everything, as with
 * https://github.com/serverless/serverless/blob/main/lib/plugins/aws/package/compile/events/stream.js
 */
const READING: readonly string[] = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];

type AnySourceOptions = ChangeSourceOptions<TableTypes> & Partial<WindowOptions<unknown>>;

/**
 * States a table: paid by request, encrypted by DynamoDB.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { lambda, table } from 'sparta';
 * import { z } from 'zod';
 * const orders = table('Orders', {
 *   schema: z.object({ id: z.string(), customer: z.string(), at: z.number(), status: z.enum(['open', 'paid']) }),
 *   partitionKey: 'id',
 *   indexes: { byCustomer: { partitionKey: 'customer', sortKey: { name: 'at', type: 'N' } } },
 * });
 * export const pay = lambda('Pay', { grants: { orders: orders.write() } }, async (event: { id: string }, { orders }) =>
 *   orders.update({ id: event.id }, { set: { status: 'paid' }, when: { status: 'open' } }),
 * );
 * export const paid = lambda(
 *   'Paid',
 *   { on: orders.changes({ eventNames: ['MODIFY'], filter: { newImage: { status: ['paid'] } } }) },
 *   async ({ newImage, oldImage }, { log }) => log.info('paid', { id: newImage.id, before: oldImage.status }),
 * );
 * ```
 */
export const table = <
  const Schema extends MessageSchema | undefined = undefined,
  const Partition extends KeyAttribute<ItemOf<Schema>> = never,
  const Sort extends KeyAttribute<ItemOf<Schema>> | undefined = undefined,
  const Global extends Indexes<ItemOf<Schema>> = Record<never, never>,
  const Local extends LocalIndexes<ItemOf<Schema>> = Record<never, never>,
>(
  declared: string,
  { schema, ...given }: TableOptions<Schema, Partition, Sort, Global, Local>,
): TableDeclaration<TableTypesOf<Schema, Partition, Sort, Global, Local>> => {
  const options = given as unknown as DeclaredTable;
  const name = logicalIdOf(declared, options);
  const self = { kind: 'table', name, options, ...declaredAt() } as const;
  const arn = getAtt(self, 'Arn');
  const streamArn = getAtt(self, 'StreamArn');
  const source = (of: object, reader: EventSource['reader']): EventSource<never, never> => {
    const { initialState: _initialState, onFailure, ...detail } = of as AnySourceOptions;
    return {
      kind: 'event-source',
      source: 'dynamodb',
      target: self,
      detail: {
        ...detail,
        ...(onFailure === undefined ? {} : { onFailure: destinationOf(onFailure) }),
      },
      statements: [
        { actions: READING, resources: [streamArn] },
        ...keyStatements(options, false),
        ...destinationStatements(onFailure),
      ],
      ...(reader === undefined ? {} : { reader }),
    };
  };
  const grant = (modes: readonly TableMode[]): Grant<never> =>
    grantOn({ target: self, arn, modes, schema, keys: keyNamesOf(options) });
  return Object.freeze({
    ...self,
    schema,
    arn,
    tableName: ref(self),
    streamArn,
    ...tableMetrics(self),
    changes: (of = {}) => source(of, changeReader(name)),
    batches: (of = {}) => source(of, batchReader(name)),
    windows: (of) => source(of, windowReader(name, of.initialState)),
    events: (of = {}) => source(of, eventReader(name)),
    access: (...modes) => grant(modes),
    read: (...indexes) => grant(['read', ...indexes.map((index) => `index:${index}` as const)]),
    scan: () => grant(['scan']),
    write: () => grant(['write']),
    delete: () => grant(['delete']),
  } satisfies TableDeclaration<TableTypesOf<Schema, Partition, Sort, Global, Local>>);
};
