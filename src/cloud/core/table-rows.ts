import type { Table } from './store.ts';

/** What a change sets a row to that is no more. */
export const DELETED = Symbol('deleted');

/**
 * Notes a change of a row.
 * @param later - Whether it need not be written by itself.
 */
type Touch = (key: string, value: unknown, later: boolean) => void;

/** The rows of one table. A class, since to V8 an object literal with a getter is a dictionary, and every call looks into tables. */
export class Rows implements Table<unknown> {
  readonly #rows: Map<string, unknown>;
  readonly #touch: Touch;

  constructor(rows: Map<string, unknown>, touch: Touch) {
    this.#rows = rows;
    this.#touch = touch;
  }

  get size(): number {
    return this.#rows.size;
  }
  get(key: string): unknown {
    return this.#rows.get(key);
  }
  has(key: string): boolean {
    return this.#rows.has(key);
  }
  set(key: string, record: unknown): void {
    this.#rows.set(key, record);
    this.#touch(key, record, false);
  }
  setLater(key: string, record: unknown): void {
    this.#rows.set(key, record);
    this.#touch(key, record, true);
  }
  delete(key: string): boolean {
    const existed = this.#rows.delete(key);
    if (existed) this.#touch(key, DELETED, false);
    return existed;
  }
  keys(): IterableIterator<string> {
    return this.#rows.keys();
  }
  values(): IterableIterator<unknown> {
    return this.#rows.values();
  }
  entries(): IterableIterator<[string, unknown]> {
    return this.#rows.entries();
  }
}
