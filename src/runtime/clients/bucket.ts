import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { sharedClient } from './shared-client.ts';
import type { ClientSettings } from './shared-client.ts';
import type { ClientBinding } from '../../spec/grant.ts';
import type { ObjectHead, ObjectSummary, PresignOptions, PutOptions } from '../../spec/bucket.ts';

const DEFAULT_EXPIRY_SECONDS = 900;

const client = sharedClient((settings) => new S3Client(settings));

/** The client of one bucket. What was not granted is refused by the types and by IAM alike. */
export const make = (Bucket: string, _binding: ClientBinding, settings: ClientSettings) => {
  const s3 = () => client(settings);
  const get = async (Key: string) => {
    const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key }));
    return Body;
  };
  const sign = async (
    command: GetObjectCommand | PutObjectCommand,
    options: PresignOptions = {},
  ) => {
    const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
    return getSignedUrl(s3(), command, { expiresIn: options.expiresIn ?? DEFAULT_EXPIRY_SECONDS });
  };
  return {
    get: async (key: string): Promise<Uint8Array> =>
      (await get(key))?.transformToByteArray() ?? new Uint8Array(0),
    text: async (key: string): Promise<string> => (await get(key))?.transformToString() ?? '',
    json: async (key: string): Promise<unknown> =>
      JSON.parse((await (await get(key))?.transformToString()) ?? 'null') as unknown,
    head: async (Key: string): Promise<ObjectHead | undefined> => {
      try {
        const found = await s3().send(new HeadObjectCommand({ Bucket, Key }));
        return {
          key: Key,
          size: found.ContentLength ?? 0,
          etag: found.ETag ?? '',
          lastModified: found.LastModified ?? new Date(0),
          contentType: found.ContentType,
          metadata: found.Metadata ?? {},
        };
      } catch (error) {
        if (error instanceof Error && error.name === 'NotFound') return undefined;
        throw error;
      }
    },
    put: async (
      Key: string,
      body: Uint8Array | string,
      options: PutOptions = {},
    ): Promise<void> => {
      const type =
        typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/octet-stream';
      await s3().send(
        new PutObjectCommand({
          Bucket,
          Key,
          Body: body,
          ContentType: options.contentType ?? type,
          CacheControl: options.cacheControl,
          Metadata: options.metadata,
          IfNoneMatch: options.ifAbsent === true ? '*' : undefined,
        }),
      );
    },
    delete: async (Key: string): Promise<void> => {
      await s3().send(new DeleteObjectCommand({ Bucket, Key }));
    },
    list: async function* (prefix?: string): AsyncGenerator<ObjectSummary> {
      let token: string | undefined;
      do {
        const page = await s3().send(
          new ListObjectsV2Command({ Bucket, Prefix: prefix, ContinuationToken: token }),
        );
        for (const { Key = '', Size = 0, ETag = '', LastModified = new Date(0) } of page.Contents ??
          [])
          yield { key: Key, size: Size, etag: ETag, lastModified: LastModified };
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },
    presign: (Key: string, options?: PresignOptions): Promise<string> =>
      sign(new GetObjectCommand({ Bucket, Key }), options),
    presignPut: (Key: string, options?: PresignOptions): Promise<string> =>
      sign(new PutObjectCommand({ Bucket, Key }), options),
  };
};
