import type { MessageSchema, Received } from './message-schema.ts';

/** Items of which nothing is known. */
export type AnyItem = Readonly<Record<string, unknown>>;

/** What is there once it has been stored: a `bigint` that JavaScript's numbers hold exactly comes back as a `number`. */
export type Stored<T> = T extends bigint
  ? number | bigint
  : T extends string | number | boolean | null | undefined | Uint8Array | Date
    ? T
    : T extends Set<infer Each>
      ? Set<Stored<Each>>
      : T extends readonly unknown[] | object
        ? { [Name in keyof T]: Stored<T[Name]> }
        : T;

/** Items of a table with this schema, as they are stored: what the schema makes of what is put. */
export type ItemOf<Schema> = Schema extends MessageSchema ? Stored<Received<Schema>> : AnyItem;

/** Items of which the keys alone are known. */
export type KeyedItem<Partition, Sort> = AnyItem & KeyMember<Partition> & KeyMember<Sort>;

type KeyMember<Key> = Key extends string
  ? { readonly [Name in Key]: string }
  : Key extends { readonly name: infer Name extends string; readonly type: infer Type }
    ? { readonly [N in Name]: KeyTypes[Type & KeyType] }
    : unknown;

/** What a key may be. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.PrimaryKey */
export interface KeyTypes {
  readonly S: string;
  readonly N: number | bigint;
  readonly B: Uint8Array;
}

/** Type of a key: text, number, bytes. */
export type KeyType = keyof KeyTypes;

type Members<Item> = Item extends unknown ? keyof Item & string : never;

/** Names of members whose values are such; of items that may be one of several, members of any of them. */
type NamesOf<Item, Value> = string extends keyof Item
  ? string
  : Item extends unknown
    ? {
        [Name in keyof Item & string]: Exclude<Item[Name], undefined> extends Value ? Name : never;
      }[keyof Item & string]
    : never;

/** A member that is a key: its name where it is a text, else its name and type. */
export type KeyAttribute<Item> =
  | NamesOf<Item, KeyTypes['S']>
  | {
      [Type in KeyType]: {
        /** Name of the member. */
        readonly name: NamesOf<Item, KeyTypes[Type]>;
        /** `S` for texts, `N` for numbers, `B` for bytes. */
        readonly type: Type;
      };
    }[KeyType];

/** Name of a member that is a number: Unix time in seconds. */
export type TimeAttribute<Item> = NamesOf<Item, KeyTypes['N']>;

/** The name in a key's declaration. */
export type KeyName<Key> = Key extends string
  ? Key
  : Key extends { readonly name: infer Name extends string }
    ? Name
    : never;

/** What an index has of its items. */
export type Projection<Item> = 'ALL' | 'KEYS_ONLY' | readonly Members<Item>[];

/** A local index: the table's partition key, and another sort key. */
export interface LocalIndexOptions<Item = AnyItem> {
  /** Member that items of one partition key are in the order of. */
  readonly sortKey: KeyAttribute<Item>;
  /** What it has of the items; keys are there always. @defaultValue 'ALL' */
  readonly projection?: Projection<Item>;
}

/** A global index: keys of its own. Items without them are not in it. */
export interface IndexOptions<Item = AnyItem> {
  /** Member that items are found by. */
  readonly partitionKey: KeyAttribute<Item>;
  /** Member that items of one partition key are in the order of. */
  readonly sortKey?: KeyAttribute<Item>;
  /** What it has of the items; keys are there always. @defaultValue 'ALL' */
  readonly projection?: Projection<Item>;
  /** Its own capacity. @defaultValue the table's */
  readonly billing?: Capacity | RequestLimits;
}

/** Capacity that is paid by the hour. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html */
export interface Capacity {
  /** Read units a second: one strongly consistent read of 4 KB each. */
  readonly readCapacityUnits: number;
  /** Write units a second: one write of 1 KB each. */
  readonly writeCapacityUnits: number;
}

/** The most that requests on demand may take; what is over is refused. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode-max-throughput.html */
export interface RequestLimits {
  /** Read units a second. */
  readonly maxReadRequestUnits?: number;
  /** Write units a second. */
  readonly maxWriteRequestUnits?: number;
}

/** Indexes by their names. */
export type Indexes<Item = AnyItem> = Readonly<Record<string, IndexOptions<Item>>>;
/** Local indexes by their names. */
export type LocalIndexes<Item = AnyItem> = Readonly<Record<string, LocalIndexOptions<Item>>>;

/** What the compiler knows of an index. */
export interface IndexTypes {
  /** Name of the partition key. */
  readonly partition: string;
  /** Name of the sort key; never where it has none. */
  readonly sort: string;
  /** What it has of an item. */
  readonly item: unknown;
  /** Whether strongly consistent reads are possible. */
  readonly consistent: boolean;
}

/** What the compiler knows of a table. */
export interface TableTypes {
  /** Items as they are stored. */
  readonly item: unknown;
  /** Items as they are put. */
  readonly input: unknown;
  /** Name of the partition key. */
  readonly partition: string;
  /** Name of the sort key; never where it has none. */
  readonly sort: string;
  /** Its indexes by their names. */
  readonly indexes: { readonly [name: string]: IndexTypes };
}

/** Only some members of items, each of those that an item may be by itself. */
export type Only<Item, Names extends PropertyKey> = Item extends unknown
  ? string extends keyof Item
    ? Item
    : Pick<Item, Extract<keyof Item, Names>>
  : never;

type Projected<Item, Options, Keys extends PropertyKey> = Options extends {
  readonly projection: infer Kept;
}
  ? Kept extends 'ALL'
    ? Item
    : Kept extends readonly (infer Name extends string)[]
      ? Only<Item, Keys | Name>
      : Only<Item, Keys>
  : Item;

/** What the compiler knows of an index, from its options. */
export interface IndexTypesOf<
  Item,
  TableKeys extends string,
  Partition extends string,
  Sort extends string,
  Options,
  Consistent extends boolean,
> extends IndexTypes {
  readonly partition: Partition;
  readonly sort: Sort;
  readonly item: Projected<Item, Options, TableKeys | Partition | Sort>;
  readonly consistent: Consistent;
}

/** What the compiler knows of indexes, from their options. */
export type AllIndexTypes<Item, Partition extends string, Sort extends string, Global, Local> = {
  readonly [Name in keyof Global & string]: IndexTypesOf<
    Item,
    Partition | Sort,
    KeyName<Member<Global[Name], 'partitionKey'>>,
    KeyName<Member<Global[Name], 'sortKey'>>,
    Global[Name],
    false
  >;
} & {
  readonly [Name in keyof Local & string]: IndexTypesOf<
    Item,
    Partition | Sort,
    Partition,
    KeyName<Member<Local[Name], 'sortKey'>>,
    Local[Name],
    true
  >;
};

type Member<Of, Name extends string> = Of extends { readonly [N in Name]: infer Value }
  ? Value
  : never;

/** The key of one item. */
export type KeyOf<T extends TableTypes> = Readonly<
  Record<T['partition'], ValueOf<T['item'], T['partition']>> &
    Record<T['sort'], ValueOf<T['item'], T['sort']>>
>;

/** The value of a member, whichever of several an item is. */
export type ValueOf<Item, Name extends PropertyKey> = Item extends unknown
  ? Name extends keyof Item
    ? Exclude<Item[Name], undefined>
    : never
  : never;
