import { declaredAt } from './declared-at.ts';
import type { DeclaredAt } from './declared-at.ts';
import type { Grant, GrantStatement } from './grant.ts';
import type { Keeping } from './keeping.ts';
import { logicalIdOf } from './keeping.ts';
import type { Expression } from './value.ts';
import { getAtt, ref, sub } from './value.ts';

/** How a bucket is made. */
export interface BucketOptions extends Keeping {
  /** Physical name, 3 to 63 characters. Left out, CloudFormation makes one, or Sparta does where it must be known beforehand. */
  readonly bucketName?: string;
  /** Keeps every version of an object. @defaultValue false */
  readonly versioned?: boolean;
  /** What becomes of it when the stack lets go of it. @defaultValue 'RetainExceptOnCreate' */
  readonly deletionPolicy?: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  /** Any further property of `AWS::S3::Bucket`, in CloudFormation's words. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** What a bucket can be granted for. */
export type BucketMode = 'read' | 'write' | 'delete' | 'list';

/** What an object is, without its bytes. */
export interface ObjectSummary {
  /** Decoded. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Hash that changes with the content, in quotes as S3 gives it. */
  readonly etag: string;
  /** When it was last written. */
  readonly lastModified: Date;
}

/** What an object is: its summary, type and metadata. */
export interface ObjectHead extends ObjectSummary {
  /** Media type. */
  readonly contentType: string | undefined;
  /** Metadata of the user. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** How an object is written. */
export interface PutOptions {
  /** Media type. @defaultValue 'application/octet-stream', and `text/plain; charset=utf-8` for text */
  readonly contentType?: string;
  /** `Cache-Control` header of whoever reads it. */
  readonly cacheControl?: string;
  /** Metadata of the user. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Writes only where no object of this key is. */
  readonly ifAbsent?: boolean;
}

/** How a URL is presigned. */
export interface PresignOptions {
  /** Seconds that it is good for, 1 to 604,800; never longer than the function's own credentials. @defaultValue 900 */
  readonly expiresIn?: number;
}

/** Reads objects. */
export interface BucketReader {
  /** The object's bytes. @throws {NoSuchKey} when there is none */
  get(key: string): Promise<Uint8Array>;
  /** The object's bytes as UTF-8. @throws {NoSuchKey} when there is none */
  text(key: string): Promise<string>;
  /** The object, read as JSON. @throws {NoSuchKey} when there is none */
  json<T = unknown>(key: string): Promise<T>;
  /** What the object is, or undefined when there is none. */
  head(key: string): Promise<ObjectHead | undefined>;
  /** A URL that reads the object without credentials. */
  presign(key: string, options?: PresignOptions): Promise<string>;
}

/** Writes objects. */
export interface BucketWriter {
  /** Writes an object whole. */
  put(key: string, body: Uint8Array | string, options?: PutOptions): Promise<void>;
  /** A URL that writes an object without credentials, by PUT. */
  presignPut(key: string, options?: PresignOptions): Promise<string>;
}

/** Deletes objects. */
export interface BucketDeleter {
  /** Deletes an object; one that is not there is a success. */
  delete(key: string): Promise<void>;
}

/** Lists objects. */
export interface BucketLister {
  /** Every object whose key begins with the prefix, in order of keys. */
  list(prefix?: string): AsyncIterable<ObjectSummary>;
}

/** What every client of a bucket has. */
export interface BucketHandle {
  /** Physical name, for the raw SDK. */
  readonly bucketName: string;
}

interface Clients {
  readonly read: BucketReader;
  readonly write: BucketWriter;
  readonly delete: BucketDeleter;
  readonly list: BucketLister;
}

type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never;

/** The client of a bucket for what was granted, and nothing else. */
export type BucketClient<Mode extends BucketMode> = BucketHandle & Intersection<Clients[Mode]>;

/** Which objects an event is wanted for. */
export interface ObjectFilter {
  /** Beginning of the key. */
  readonly prefix?: string;
  /** End of the key. */
  readonly suffix?: string;
}

/** Actions and whether they are on objects or on the bucket. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
const ACTIONS: Readonly<
  Record<BucketMode, { readonly actions: readonly string[]; readonly on: 'objects' | 'bucket' }>
> = {
  read: { actions: ['s3:GetObject'], on: 'objects' },
  write: { actions: ['s3:PutObject'], on: 'objects' },
  delete: { actions: ['s3:DeleteObject'], on: 'objects' },
  list: { actions: ['s3:ListBucket'], on: 'bucket' },
};

/** The part of a bucket's declaration that names it. */
export const bucketBase = <Options extends BucketOptions>(declared: string, options: Options) => {
  const name = logicalIdOf(declared, options);
  const self = { kind: 'bucket', name, options, ...declaredAt() } as const;
  const arn = getAtt(self, 'Arn');
  const statement = (mode: BucketMode): GrantStatement => ({
    actions: ACTIONS[mode].actions,
    resources: [ACTIONS[mode].on === 'bucket' ? arn : sub`${arn}/*`],
  });
  const access = <const Modes extends readonly BucketMode[]>(
    ...modes: Modes
  ): Grant<BucketClient<Modes[number]>> => ({
    kind: 'grant',
    statements: modes.map(statement),
    binding: { kind: 'bucket', resource: name, modes },
    target: self,
  });
  return {
    ...self,
    arn,
    bucketName: ref(self),
    access,
    read: () => access('read'),
    write: () => access('write'),
    delete: () => access('delete'),
    list: () => access('list'),
  };
};

/** What {@link bucketBase} makes. */
export interface BucketBase {
  readonly kind: 'bucket';
  /** Logical id. */
  readonly name: string;
  /** How it is made. */
  readonly options: BucketOptions;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its ARN. */
  readonly arn: Expression;
  /** Its physical name. */
  readonly bucketName: Expression;
  /** Several permissions at once: `access('read', 'write')`. */
  access<const Modes extends readonly BucketMode[]>(
    ...modes: Modes
  ): Grant<BucketClient<Modes[number]>>;
  /** Lets a function read objects, and presign reads. */
  read(): Grant<BucketClient<'read'>>;
  /** Lets a function write objects, and presign writes. */
  write(): Grant<BucketClient<'write'>>;
  /** Lets a function delete objects. */
  delete(): Grant<BucketClient<'delete'>>;
  /** Lets a function list objects. */
  list(): Grant<BucketClient<'list'>>;
}
