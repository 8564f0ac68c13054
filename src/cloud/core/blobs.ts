import { createReadStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from './random.ts';

/** Where the bytes of a large value are: a record holds this, never the bytes. */
export interface BlobRef {
  readonly id: string;
  readonly sizeBytes: number;
}

/** Bytes too large for records: object bodies, archives. */
export interface BlobStore {
  /** Keeps `source`; on failure of the source nothing is kept. */
  put(source: Uint8Array | AsyncIterable<Uint8Array>): Promise<BlobRef>;
  /** The bytes from `start` up to and without `end`; all of them by default. */
  stream(
    ref: BlobRef,
    range?: { readonly start: number; readonly end: number },
  ): AsyncIterable<Uint8Array>;
  bytes(ref: BlobRef): Promise<Uint8Array>;
  delete(ref: BlobRef): Promise<void>;
  /** A store that holds the same bytes. What either deletes, the other keeps. Only for stores without a state folder. */
  fork(): BlobStore;
  /** Removes temporary files. Kept state stays. */
  close(): void;
}

/** Up to here a blob of a cloud without a state folder stays in memory; a larger one goes to a temporary file. */
const IN_MEMORY_BYTES = 1024 * 1024;

/** Temporary files of a store and its forks: a file goes with the last that holds it, the folder with the last of them. */
interface SharedFiles {
  dir: string | undefined;
  readonly holders: Map<string, number>;
  stores: number;
  /** Blobs that were made in any of them. */
  made: number;
}

/** @param stateDir - Folder whose `blobs` holds every blob as a file; without it blobs live as long as the cloud. */
export const createBlobStore = (random: Random, stateDir?: string): BlobStore => {
  const dir = stateDir === undefined ? undefined : join(stateDir, 'blobs');
  if (dir !== undefined) mkdirSync(dir, { recursive: true });
  const files: SharedFiles = { dir, holders: new Map(), stores: 0, made: 0 };
  return blobsOver(random, { kept: stateDir !== undefined, inMemory: new Map(), files, held: [] });
};

const blobsOver = (
  random: Random,
  {
    kept,
    inMemory,
    files,
    held: given,
  }: {
    /** Whether every blob is a file that outlives the cloud. */
    readonly kept: boolean;
    readonly inMemory: Map<string, Uint8Array>;
    readonly files: SharedFiles;
    /** Temporary files that it holds from the start. */
    readonly held: Iterable<string>;
  },
): BlobStore => {
  const held = new Set<string>();
  const hold = (id: string) => {
    held.add(id);
    files.holders.set(id, (files.holders.get(id) ?? 0) + 1);
  };
  for (const id of given) hold(id);
  files.stores += 1;

  const fileOf = (id: string) => {
    files.dir ??= mkdtempSync(join(tmpdir(), 'sparta-blobs-'));
    return join(files.dir, id);
  };

  const writeFile = async (id: string, source: AsyncIterable<Uint8Array>) => {
    const path = fileOf(id);
    const file = await open(path, 'wx');
    try {
      let sizeBytes = 0;
      for await (const chunk of source) {
        await file.writeFile(chunk);
        sizeBytes += chunk.byteLength;
      }
      await file.close();
      if (!kept) hold(id);
      return { id, sizeBytes };
    } catch (error) {
      await file.close().catch(() => {});
      await rm(path, { force: true });
      throw error;
    }
  };

  return {
    put: async (source) => {
      // A fork must not draw from the chance of what it is made of; what is kept meets names of earlier runs.
      const id = kept ? random.hex(32) : String((files.made += 1));
      const pieces = source instanceof Uint8Array ? once(source) : source;
      if (kept) return writeFile(id, pieces);
      const head: Uint8Array[] = [];
      let headBytes = 0;
      const iterator = pieces[Symbol.asyncIterator]();
      for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) {
        head.push(step.value);
        headBytes += step.value.byteLength;
        if (headBytes > IN_MEMORY_BYTES) return writeFile(id, resume(head, iterator));
      }
      const only = head[0];
      // A copy, since a caller may hand in a view of a large shared buffer and would keep all of it alive.
      inMemory.set(
        id,
        head.length === 1 && only !== undefined ? Uint8Array.from(only) : Buffer.concat(head),
      );
      return { id, sizeBytes: headBytes };
    },
    stream: (ref, range) => {
      const { start, end } = range ?? { start: 0, end: ref.sizeBytes };
      if (end <= start) return once(new Uint8Array(0));
      const bytes = inMemory.get(ref.id);
      if (bytes !== undefined) return once(bytes.subarray(start, end));
      return createReadStream(fileOf(ref.id), { start, end: end - 1 });
    },
    bytes: async (ref) => inMemory.get(ref.id) ?? (await readFile(fileOf(ref.id))),
    delete: async (ref) => {
      if (inMemory.delete(ref.id)) return;
      if (kept) return rm(fileOf(ref.id), { force: true });
      if (held.delete(ref.id) && release(files, ref.id)) await rm(fileOf(ref.id), { force: true });
    },
    fork: () => blobsOver(random, { kept, inMemory: new Map(inMemory), files, held }),
    close: () => {
      if (kept) return;
      files.stores -= 1;
      if (files.stores > 0) {
        for (const id of held) if (release(files, id)) rmSync(fileOf(id), { force: true });
      } else if (files.dir !== undefined) rmSync(files.dir, { recursive: true, force: true });
    },
  };
};

/** One holder less; whether it was the last. */
const release = (files: SharedFiles, id: string): boolean => {
  const left = (files.holders.get(id) ?? 1) - 1;
  if (left > 0) files.holders.set(id, left);
  else files.holders.delete(id);
  return left <= 0;
};

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* resume(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* head;
  for (let step = await rest.next(); step.done !== true; step = await rest.next()) yield step.value;
}
