import type { StateTools } from '../../core/define-service.ts';
import type { BlobRef } from '../../core/blobs.ts';
import type { Table } from '../../core/store.ts';

/** A bucket. Times are milliseconds since the epoch. */
export interface Bucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAt: number;
  readonly versioning?: 'Enabled' | 'Suspended';
  /** JSON. */
  readonly policy?: string;
  /** Configurations as they were put, by the name of their operation (`Cors`, `Notification`, …). */
  readonly configuration: Readonly<Record<string, unknown>>;
}

/** Checksums by the member's name: `ChecksumCRC32`. Base64. */
export type Checksums = Readonly<Record<string, string>>;

/** Headers of an object that are given back as they came. */
export interface ObjectHeaders {
  readonly CacheControl?: string;
  readonly ContentDisposition?: string;
  readonly ContentEncoding?: string;
  readonly ContentLanguage?: string;
  readonly ContentType?: string;
  readonly Expires?: string;
  readonly StorageClass?: string;
  readonly WebsiteRedirectLocation?: string;
}

/** One version of an object, or a delete marker. */
export interface ObjectVersion {
  /** `null` in a bucket without versioning. */
  readonly versionId: string;
  readonly modifiedAt: number;
  readonly deleteMarker?: true;
  readonly blobs: readonly BlobRef[];
  readonly sizeBytes: number;
  readonly etag: string;
  readonly checksums: Checksums;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Sizes of the parts of a multipart upload, in bytes. */
  readonly partSizes?: readonly number[];
  readonly sequencer: string;
}

export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  /** Newest first. */
  readonly versions: readonly ObjectVersion[];
}

export interface Part {
  readonly number: number;
  readonly blob: BlobRef;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly checksums: Checksums;
  readonly modifiedAt: number;
}

export interface Upload {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedAt: number;
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly checksumAlgorithm?: string;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly parts: Readonly<Record<number, Part>>;
}

export interface S3State {
  readonly buckets: Table<Bucket>;
  readonly uploads: Table<Upload>;
  object(bucket: string, key: string): StoredObject | undefined;
  putObject(object: StoredObject): void;
  dropObject(bucket: string, key: string): void;
  /** Keys of a bucket in order of their UTF-8 bytes. */
  keys(bucket: string): readonly string[];
  nextSequence(): string;
}

const objectKey = (bucket: string, key: string) => `${bucket}\n${key}`;

/** UTF-16 order is that of UTF-8 but for surrogates; those are rare, so they are compared by bytes only when met. */
const before = (a: string, b: string): boolean =>
  /[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)
    ? Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0
    : a < b;

const place = (keys: readonly string[], key: string): number => {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(keys[middle] ?? '', key)) low = middle + 1;
    else high = middle;
  }
  return low;
};

export const createS3State = (tools: StateTools): S3State => {
  const objects = tools.table<StoredObject>('objects');
  // Derived: sorted keys of each bucket, so that a listing reads a page and not the bucket.
  const index = new Map<string, string[]>();
  for (const { bucket, key } of objects.values()) {
    const keys = index.get(bucket);
    if (keys === undefined) index.set(bucket, [key]);
    else keys.push(key);
  }
  for (const keys of index.values()) keys.sort((a, b) => (a === b ? 0 : before(a, b) ? -1 : 1));
  let sequence = 0;
  return {
    buckets: tools.table<Bucket>('buckets'),
    uploads: tools.table<Upload>('uploads'),
    object: (bucket, key) => objects.get(objectKey(bucket, key)),
    putObject: (object) => {
      const id = objectKey(object.bucket, object.key);
      if (!objects.has(id)) {
        const keys = index.get(object.bucket) ?? [];
        index.set(object.bucket, keys);
        keys.splice(place(keys, object.key), 0, object.key);
      }
      objects.set(id, object);
    },
    dropObject: (bucket, key) => {
      if (!objects.delete(objectKey(bucket, key))) return;
      const keys = index.get(bucket) ?? [];
      keys.splice(place(keys, key), 1);
    },
    keys: (bucket) => index.get(bucket) ?? [],
    nextSequence: () => {
      sequence += 1;
      return `00${tools.clock.now().toString(16).toUpperCase().padStart(12, '0')}${sequence.toString(16).toUpperCase().padStart(4, '0')}`;
    },
  };
};
