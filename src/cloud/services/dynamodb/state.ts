import type { Timer } from '../../core/clock.ts';
import type { OperationContext, ServiceContext, StateTools } from '../../core/define-service.ts';
import type { MinuteTeller } from '../../core/minute-teller.ts';
import { createMinuteTeller } from '../../core/minute-teller.ts';
import { memoize } from '../../core/memoize.ts';
import type { Table } from '../../core/store.ts';
import type { RecentWrite } from './disorder.ts';
import { resourceNotFound, tableNotFound } from './errors.ts';
import type { Tallies } from './metrics.ts';
import type {
  ChangeRecord,
  StoredItem,
  StreamRecord,
  TableData,
  TableRecord,
} from './storage/index.ts';
import { createTableData } from './storage/index.ts';
import type { StreamLog } from './stream-log.ts';
import { createStreamLog } from './stream-log.ts';
import type { ExpiryList } from './expiry-list.ts';
import { createExpiryList } from './expiry-list.ts';

/** A transaction that was done under a client's token. */
export interface TokenRecord {
  readonly token: string;
  readonly at: number;
  /** The request, to know it again. */
  readonly digest: string;
}

/** Units that are left in a bucket of provisioned throughput. */
export interface Bucket {
  tokens: number;
  at: number;
}

/** Tables, their items, their streams: one state for DynamoDB and DynamoDB Streams. */
export interface DynamodbState {
  readonly accountId: string;
  readonly region: string;
  /** By name. */
  readonly tables: Table<TableRecord>;
  /** By ARN. */
  readonly streams: Table<StreamRecord>;
  /** By token. */
  readonly tokens: Table<TokenRecord>;
  /** A table's items, with what is needed to find them; made when they are first wanted. */
  dataOf(table: TableRecord): TableData;
  /** The same items by when their time to live ends. */
  expiriesOf(table: TableRecord): ExpiryList | undefined;
  /** Forgets what was made of a table: it is gone, or its time to live is another attribute. */
  forgetExpiries(table: TableRecord): void;
  forget(table: TableRecord): void;
  logOf(stream: StreamRecord): StreamLog;
  /** Wakes what is due next, by what it is for. */
  readonly timers: Map<string, Timer>;
  /** Used units of provisioned throughput. */
  readonly buckets: Map<string, Bucket>;
  /** What CloudWatch is told of this minute. */
  readonly tallies: Tallies;
  /** Tells CloudWatch. */
  readonly teller: MinuteTeller;
  /** By table: the last writes, where reads may be behind. */
  readonly recent: Map<string, readonly RecentWrite[]>;
}

export type Context = OperationContext<DynamodbState>;
/** What a call has, and what goes on by itself has too; only a call has an id. */
export type StandingContext = ServiceContext<DynamodbState> & { readonly callId?: number };

export const createDynamodbState = (tools: StateTools): DynamodbState => {
  const data = new Map<string, TableData>();
  const expiries = new Map<string, ExpiryList>();
  const logs = new Map<string, StreamLog>();
  const dataOf = (table: TableRecord) => {
    let found = data.get(table.id);
    if (found === undefined) {
      found = createTableData(table, tools.table<StoredItem>(`items/${table.id}`));
      data.set(table.id, found);
    }
    return found;
  };
  return {
    accountId: tools.accountId,
    region: tools.region,
    tables: tools.table<TableRecord>('tables'),
    streams: tools.table<StreamRecord>('streams'),
    tokens: tools.table<TokenRecord>('tokens'),
    dataOf,
    expiriesOf: (table) => {
      if (table.ttlAttribute === undefined) return undefined;
      let found = expiries.get(table.id);
      if (found === undefined) {
        found = createExpiryList(table.ttlAttribute, dataOf(table).values());
        expiries.set(table.id, found);
      }
      return found;
    },
    forgetExpiries: ({ id }) => {
      expiries.delete(id);
    },
    forget: ({ id }) => {
      data.delete(id);
      expiries.delete(id);
    },
    logOf: (stream) => {
      let found = logs.get(stream.arn);
      if (found === undefined) {
        found = createStreamLog(stream, tools.table<ChangeRecord>(`changes/${stream.shardId}`));
        logs.set(stream.arn, found);
      }
      return found;
    },
    timers: new Map(),
    buckets: new Map(),
    tallies: new Map(),
    teller: createMinuteTeller('AWS/DynamoDB', 'dynamodb.amazonaws.com'),
    recent: new Map(),
  };
};

const TABLE_ARN = /^arn:aws[a-z-]*:dynamodb:([a-z0-9-]+):([0-9]{12}):table\/([A-Za-z0-9_.-]+)/;

const nameInArn = memoize((arn) => TABLE_ARN.exec(arn)?.[3] ?? arn);

/** Name of the table that a name or an ARN (of it, an index of it, its stream) means. */
export const tableNameOf = (nameOrArn: string): string =>
  nameOrArn.startsWith('arn:') ? nameInArn(nameOrArn) : nameOrArn;

/** The table behind a name or an ARN, if it is one of this account and region. */
export const findTable = (state: DynamodbState, nameOrArn: string): TableRecord | undefined => {
  const table = state.tables.get(tableNameOf(nameOrArn));
  return nameOrArn.startsWith('arn:') && table !== undefined && !nameOrArn.startsWith(table.arn)
    ? undefined
    : table;
};

/** @throws {ResourceNotFoundException} in the words of the control plane */
export const requireTable = (state: DynamodbState, nameOrArn: string): TableRecord => {
  const table = findTable(state, nameOrArn);
  if (table === undefined) throw tableNotFound(tableNameOf(nameOrArn));
  return table;
};

/** @throws {ResourceNotFoundException} in the words of the data plane */
export const requireData = (state: DynamodbState, nameOrArn: string): TableRecord => {
  const table = findTable(state, nameOrArn);
  if (table === undefined) throw resourceNotFound();
  return table;
};

export const tableArn = (
  place: { readonly region: string; readonly accountId: string },
  nameOrArn: string,
): string =>
  nameOrArn.startsWith('arn:')
    ? nameOrArn
    : `arn:aws:dynamodb:${place.region}:${place.accountId}:table/${nameOrArn}`;
