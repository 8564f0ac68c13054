import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import { invalid, throughputExceeded } from './errors.ts';
import type { Context, DynamodbState } from './state.ts';
import type { IndexRecord, TableRecord } from './storage/index.ts';
import { equalValues, itemBytes } from './values/index.ts';
import type { Written } from './write.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
const READ_UNIT_BYTES = 4_096;
const WRITE_UNIT_BYTES = 1_024;
/** Unused units of five minutes may be spent at once. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html */
const BURST_SECONDS = 300;

/** What was spent on a table and its indexes. */
export interface Spending {
  readonly table: TableRecord;
  units: number;
  kind: 'read' | 'write';
  onTable: number;
  /** By index; made for the first, since most requests spend on none. */
  onIndexes: Map<string, number> | undefined;
}

export const createSpending = (table: TableRecord, kind: Spending['kind']): Spending => ({
  table,
  kind,
  units: 0,
  onTable: 0,
  onIndexes: undefined,
});

export const readUnits = (bytes: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (consistent ? 1 : 0.5);
export const writeUnits = (bytes: number): number =>
  Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));

export const spend = (spending: Spending, units: number, index?: string): void => {
  spending.units += units;
  if (index === undefined) spending.onTable += units;
  else {
    spending.onIndexes ??= new Map();
    spending.onIndexes.set(index, (spending.onIndexes.get(index) ?? 0) + units);
  }
};

/** A write's units of the table alone, by the larger of both items. */
export const spendOnTable = (spending: Spending, { before, after }: Written, factor = 1): void =>
  spend(spending, factor * writeUnits(Math.max(before?.bytes ?? 0, after?.bytes ?? 0)));

/** A write's units: of the table, and of each index that changes. */
export const spendWrite = (
  state: DynamodbState,
  spending: Spending,
  written: Written,
  factor = 1,
): void => {
  const { before, after } = written;
  spendOnTable(spending, written, factor);
  const data = state.dataOf(spending.table);
  for (const { name } of spending.table.indexes) {
    const view = data.view(name);
    if (view === undefined) continue;
    const has = (attributes: readonly string[], item: object | undefined) =>
      item !== undefined && attributes.every((attribute) => Object.hasOwn(item, attribute));
    const keys = [
      view.schema.hash.name,
      ...(view.schema.range === undefined ? [] : [view.schema.range.name]),
    ];
    const [was, is] = [has(keys, before?.item), has(keys, after?.item)];
    const [old, now] = [
      was && before !== undefined ? view.projected(before.item) : undefined,
      is && after !== undefined ? view.projected(after.item) : undefined,
    ];
    if (old === undefined && now === undefined) continue;
    if (old === undefined || now === undefined) {
      spend(spending, factor * writeUnits(itemBytes(now ?? old ?? {})), name);
      continue;
    }
    if (equalValues({ M: old }, { M: now })) continue;
    const moved = keys.some((key) => {
      const [a, b] = [old[key], now[key]];
      return a !== undefined && b !== undefined && !equalValues(a, b);
    });
    // An item that moves in an index is deleted there and put anew.
    spend(
      spending,
      factor *
        (moved
          ? writeUnits(itemBytes(old)) + writeUnits(itemBytes(now))
          : writeUnits(Math.max(itemBytes(old), itemBytes(now)))),
      name,
    );
  }
};

/** @throws {ValidationException} for a value that is none */
export const assertReturnConsumedCapacity = (given: string | undefined): void => {
  if (given !== undefined && given !== 'INDEXES' && given !== 'TOTAL' && given !== 'NONE')
    throw invalid(
      `1 validation error detected: Value '${given}' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]`,
    );
};

/**
 * The answer's `ConsumedCapacity`, as far as it was asked for.
 * @param both - Transactions tell reads or writes beside the sum
 */
export const consumed = (
  wanted: string | undefined,
  spending: Spending,
  both = false,
): Dynamodb.ConsumedCapacity | undefined => {
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return undefined;
  const units = (CapacityUnits: number): Dynamodb.Capacity =>
    both
      ? spending.kind === 'read'
        ? { CapacityUnits, ReadCapacityUnits: CapacityUnits }
        : { CapacityUnits, WriteCapacityUnits: CapacityUnits }
      : { CapacityUnits };
  const total = { TableName: spending.table.name, ...units(spending.units) };
  if (wanted === 'TOTAL') return total;
  const of = (kind: IndexRecord['kind']) => {
    const entries = spending.table.indexes.flatMap(({ name, kind: its }) => {
      const spent = spending.onIndexes?.get(name);
      return its !== kind || spent === undefined ? [] : [[name, units(spent)] as const];
    });
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  };
  const [locals, globals] = [of('local'), of('global')];
  return {
    ...total,
    Table: units(spending.onTable),
    ...(locals === undefined ? {} : { LocalSecondaryIndexes: locals }),
    ...(globals === undefined ? {} : { GlobalSecondaryIndexes: globals }),
  };
};

const provisioned = (table: TableRecord, index: string | undefined, kind: Spending['kind']) => {
  const throughput =
    (index === undefined
      ? undefined
      : table.indexes.find(({ name, kind: its }) => name === index && its === 'global')
          ?.throughput) ?? table.throughput;
  if (table.billing !== 'PROVISIONED' || throughput === undefined) return undefined;
  return kind === 'read' ? throughput.ReadCapacityUnits : throughput.WriteCapacityUnits;
};

const bucketName = (table: TableRecord, index: string | undefined, kind: Spending['kind']) =>
  `${table.id} ${kind} ${index ?? ''}`;

/** Refuses what a provisioned table has no units for, where the cloud was asked to. */
export interface Throttle {
  readonly isOn: boolean;
  /** @throws {ProvisionedThroughputExceededException} when nothing is left */
  admit(context: Context, table: TableRecord, kind: Spending['kind'], index?: string): void;
  /** Takes what a request has used; the bucket may go below zero, as AWS's do. */
  charge(context: Context, spending: Spending): void;
}

export const NO_THROTTLE: Throttle = { isOn: false, admit: () => {}, charge: () => {} };

/** Buckets of units that fill by the second, up to five minutes' worth. */
export const PROVISIONED_THROTTLE: Throttle = {
  isOn: true,
  admit: (context, table, kind, index) => {
    const rate = provisioned(table, index, kind);
    if (rate !== undefined && fill(context, bucketName(table, index, kind), rate).tokens <= 0)
      throw throughputExceeded();
  },
  charge: (context, spending) => {
    const take = (units: number, index?: string) => {
      const rate = provisioned(spending.table, index, spending.kind);
      if (rate !== undefined)
        fill(context, bucketName(spending.table, index, spending.kind), rate).tokens -= units;
    };
    take(spending.onTable);
    for (const [index, units] of spending.onIndexes ?? []) take(units, index);
  },
};

const fill = ({ state, clock }: Context, name: string, rate: number) => {
  const now = clock.now();
  const full = rate * BURST_SECONDS;
  const bucket = state.buckets.get(name) ?? { tokens: full, at: now };
  bucket.tokens = Math.min(full, bucket.tokens + ((now - bucket.at) / 1_000) * rate);
  bucket.at = now;
  state.buckets.set(name, bucket);
  return bucket;
};
