import type { BucketBase, BucketOptions, ObjectFilter } from '../../spec/bucket.ts';
import { bucketBase } from '../../spec/bucket.ts';
import type { EventSource } from '../../spec/event-source.ts';
import { s3Events } from './runtime.ts';

/** One change of an object. Keys are decoded: on the wire they are URL-encoded. */
export interface S3EventRecord {
  /** `ObjectCreated:Put` and its kin. */
  readonly eventName: string;
  /** When it happened, ISO 8601. */
  readonly eventTime: string;
  /** Where it happened. */
  readonly awsRegion: string;
  /** Bucket and object. */
  readonly s3: {
    /** The bucket that changed. */
    readonly bucket: { readonly name: string; readonly arn: string };
    /** The object: key (decoded), size in bytes (created objects only), hash, version, order of events on one key. */
    readonly object: {
      readonly key: string;
      readonly size?: number;
      readonly eTag?: string;
      readonly versionId?: string;
      readonly sequencer: string;
    };
  };
}

/** What a function is given when objects of a bucket change. */
export interface S3Event {
  /** One or more changes. */
  readonly Records: readonly S3EventRecord[];
}

/** A bucket as data. */
export interface BucketDeclaration extends BucketBase {
  /** Starts a function when an object has been written. */
  objectCreated(filter?: ObjectFilter): EventSource<S3Event, unknown>;
  /** Starts a function when an object has been deleted. */
  objectRemoved(filter?: ObjectFilter): EventSource<S3Event, unknown>;
}

/**
 * States a bucket: encrypted, private, TLS only.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { bucket, lambda } from 'sparta';
 * const photos = bucket('Photos');
 * export const seen = lambda('Seen', { on: photos.objectCreated({ suffix: '.png' }) }, async (event, { log }) => {
 *   for (const { s3 } of event.Records) log.info('seen', { key: s3.object.key });
 * });
 * ```
 */
export const bucket = (name: string, options: BucketOptions = {}): BucketDeclaration => {
  const base = bucketBase(name, options);
  const source = (events: string, filter: ObjectFilter): EventSource<S3Event, unknown> => ({
    kind: 'event-source',
    source: 's3',
    target: base,
    detail: { events, ...filter },
    reader: s3Events,
  });
  return Object.freeze({
    ...base,
    objectCreated: (filter: ObjectFilter = {}) => source('s3:ObjectCreated:*', filter),
    objectRemoved: (filter: ObjectFilter = {}) => source('s3:ObjectRemoved:*', filter),
  });
};
