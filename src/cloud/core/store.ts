import { createRequire } from 'node:module';
import type * as Sqlite from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DELETED, Rows } from './table-rows.ts';

/**
 * A table of plain records by key. A record is never changed in place: a change is a `set` of a new one,
 * so that a table can be forked by copying references and written through by key.
 */
export interface Table<R> {
  get(key: string): R | undefined;
  has(key: string): boolean;
  set(key: string, record: R): void;
  /** The same for what need not be written by itself: it goes with what must be, or with more of its kind. */
  setLater(key: string, record: R): void;
  delete(key: string): boolean;
  keys(): IterableIterator<string>;
  values(): IterableIterator<R>;
  entries(): IterableIterator<[string, R]>;
  readonly size: number;
}

/** Numbered records of which the newest are kept, in the file alone: for what is written often and read seldom. */
export interface Ring<R> {
  /** Records that are `capacity` numbers older go. */
  append(id: number, record: R): void;
  /** As {@link Table.setLater}. */
  appendLater(id: number, record: R): void;
  /** Highest number in the file; 0 when there is none. */
  newest(): number;
  /** What is in the file, by number; nothing without one. */
  read(): readonly R[];
}

/** All tables of one cloud, in memory first, written through to a file when there is one. */
export interface Store {
  /** The table of this name; the same name is the same table. */
  table<R>(name: string): Table<R>;
  /** The ring of this name. */
  ring<R>(name: string, capacity: number): Ring<R>;
  /** Writes what changed since the last commit, in one transaction. Does nothing without a file. */
  commit(): void;
  /** Writes everything: the last commit of a cloud. */
  flush(): void;
  /** Names of the tables that exist, those of an earlier run on the same file included. */
  tableNames(): readonly string[];
  /** A store in memory that holds what this one holds now. What either changes later, the other does not see. */
  fork(): Store;
  close(): void;
}

type Changes = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

interface Appended {
  readonly capacity: number;
  readonly records: Map<number, unknown>;
}

interface Persistence {
  load(table: string): Iterable<readonly [string, unknown]>;
  newestOf(ring: string): number;
  loadRing(name: string): readonly unknown[];
  names(): readonly string[];
  write(dirty: Changes, appended: ReadonlyMap<string, Appended>): void;
  close(): void;
}

/** So many changes that need not be written by themselves wait at most: what a killed cloud may lose of them. */
const MOST_WAITING = 64;

/**
 * @param stateDir - Folder for `state.sqlite`; made when it is missing. Without it nothing is written.
 */
export const createStore = (stateDir?: string): Store =>
  storeOver(stateDir === undefined ? undefined : openFile(stateDir), new Map());

/** @param given - Rows that are there from the start, by table. */
const storeOver = (
  file: Persistence | undefined,
  given: ReadonlyMap<string, Map<string, unknown>>,
): Store => {
  const tables = new Map<string, Table<unknown>>();
  const contents = new Map(given);
  let dirty = new Map<string, Map<string, unknown>>();
  let appended = new Map<string, Appended>();

  let pressing = false;
  let waiting = 0;
  const note = (later: boolean) => {
    if (later) waiting += 1;
    else pressing = true;
  };
  const flush = () => {
    if (file === undefined || (dirty.size === 0 && appended.size === 0)) return;
    // Cleared only after the write: what a full disk refused is tried again by the next commit.
    file.write(dirty, appended);
    dirty = new Map();
    appended = new Map();
    pressing = false;
    waiting = 0;
  };

  const open = (name: string): Table<unknown> => {
    const rows = contents.get(name) ?? new Map<string, unknown>(file?.load(name));
    contents.set(name, rows);
    return new Rows(rows, (key, value, later) => {
      if (file === undefined) return;
      note(later);
      const changed = dirty.get(name);
      if (changed === undefined) dirty.set(name, new Map([[key, value]]));
      else changed.set(key, value);
    });
  };

  const table = <R>(name: string) => {
    let found = tables.get(name);
    if (found === undefined) tables.set(name, (found = open(name)));
    return found as Table<R>;
  };
  const tableNames = () => [...new Set([...(file?.names() ?? []), ...contents.keys()])];

  return {
    table,
    ring: <R>(name: string, capacity: number): Ring<R> => {
      const append = (id: number, record: R, later = false) => {
        if (file === undefined) return;
        note(later);
        const more = appended.get(name);
        if (more === undefined) appended.set(name, { capacity, records: new Map([[id, record]]) });
        else more.records.set(id, record);
      };
      return {
        append,
        appendLater: (id, record) => append(id, record, true),
        newest: () => file?.newestOf(name) ?? 0,
        read: () => (file?.loadRing(name) ?? []) as readonly R[],
      };
    },
    commit: () => {
      if (pressing || waiting >= MOST_WAITING) flush();
    },
    flush,
    tableNames,
    fork: () => {
      for (const name of tableNames()) table(name);
      return storeOver(
        undefined,
        new Map(Array.from(contents, ([name, rows]) => [name, new Map(rows)])),
      );
    },
    close: () => file?.close(),
  };
};

const openFile = (stateDir: string): Persistence => {
  mkdirSync(stateDir, { recursive: true });
  // Loaded only when state is kept: the module costs a cloud in memory nothing.
  const { DatabaseSync } = loadSqlite();
  const db = new DatabaseSync(join(stateDir, 'state.sqlite'));
  // NORMAL in WAL mode survives a killed process; only a power cut can lose the last commits.
  // https://www.sqlite.org/pragma.html#pragma_synchronous
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  db.exec(
    'CREATE TABLE IF NOT EXISTS record (tbl TEXT, key TEXT, value BLOB, PRIMARY KEY (tbl, key)) WITHOUT ROWID',
  );
  // A table of its own: the names of tables are looked up with every start, and a ring is the largest of all.
  db.exec(
    'CREATE TABLE IF NOT EXISTS ring (name TEXT, id INTEGER, value BLOB, PRIMARY KEY (name, id)) WITHOUT ROWID',
  );
  const select = db.prepare('SELECT key, value FROM record WHERE tbl = ?');
  const upsert = db.prepare('INSERT OR REPLACE INTO record (tbl, key, value) VALUES (?, ?, ?)');
  const append = db.prepare('INSERT OR REPLACE INTO ring (name, id, value) VALUES (?, ?, ?)');
  const trim = db.prepare('DELETE FROM ring WHERE name = ? AND id <= ?');
  const remove = db.prepare('DELETE FROM record WHERE tbl = ? AND key = ?');
  return {
    *load(table) {
      for (const row of select.iterate(table)) {
        const { key, value } = row as { readonly key: string; readonly value: Uint8Array };
        yield [key, deserialize(value)] as const;
      }
    },
    names: () =>
      db
        .prepare('SELECT DISTINCT tbl FROM record')
        .all()
        .map((row) => String(row['tbl'])),
    newestOf: (ring) =>
      Number(db.prepare('SELECT max(id) AS id FROM ring WHERE name = ?').get(ring)?.['id'] ?? 0),
    loadRing: (name) =>
      db
        .prepare('SELECT value FROM ring WHERE name = ? ORDER BY id')
        .all(name)
        .map((row) => deserialize(row['value'] as Uint8Array) as unknown),
    write: (dirty, appended) => {
      db.exec('BEGIN');
      try {
        for (const [table, rows] of dirty)
          for (const [key, value] of rows)
            if (value === DELETED) remove.run(table, key);
            else upsert.run(table, key, serialize(value));
        for (const [name, { capacity, records }] of appended) {
          let newest = 0;
          for (const [id, value] of records) {
            append.run(name, id, serialize(value));
            newest = Math.max(newest, id);
          }
          trim.run(name, newest - capacity);
        }
        db.exec('COMMIT');
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => db.close(),
  };
};

/** Node marks the module experimental with a warning on standard error; users of a cloud need not read it. */
const loadSqlite = (): typeof Sqlite => {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return createRequire(import.meta.url)('node:sqlite') as typeof Sqlite;
  } finally {
    process.emitWarning = emitWarning;
  }
};
