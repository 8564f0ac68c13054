import type { Table } from '../../core/store.ts';
import { DATA_KEY_MS } from './limits.ts';

/** Made by KMS for a stream and a writer, for a while. */
export interface DataKey {
  readonly streamArn: string;
  readonly ciphertext: Uint8Array;
}

/** Data keys that the records of encrypted streams were written under, and who asked KMS for them lately. */
export interface DataKeyStore {
  get(id: string): DataKey | undefined;
  /** Id of the key that `writer` got less than five minutes ago. */
  current(writer: string, now: number): string | undefined;
  add(writer: string, key: DataKey, now: number): string;
  /** Whether `reader` was let at the key less than five minutes ago. */
  isOpenTo(reader: string, id: string, now: number): boolean;
  opened(reader: string, id: string, now: number): void;
  forgetStream(streamArn: string): void;
}

export const createDataKeyStore = (table: Table<DataKey>): DataKeyStore => {
  const current = new Map<string, { readonly id: string; readonly until: number }>();
  const open = new Map<string, number>();
  return {
    get: (id) => table.get(id),
    current: (writer, now) => {
      const known = current.get(writer);
      return known !== undefined && now < known.until ? known.id : undefined;
    },
    add: (writer, key, now) => {
      const id = `${writer}\n${now}`;
      table.set(id, key);
      current.set(writer, { id, until: now + DATA_KEY_MS });
      return id;
    },
    isOpenTo: (reader, id, now) => now < (open.get(`${reader}\n${id}`) ?? 0),
    opened: (reader, id, now) => open.set(`${reader}\n${id}`, now + DATA_KEY_MS),
    forgetStream: (streamArn) => {
      for (const [id, key] of table.entries()) if (key.streamArn === streamArn) table.delete(id);
      current.clear();
      open.clear();
    },
  };
};
