import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

let running: RunningCloud;
let s3: S3Client;
let count = 0;
beforeAll(async () => {
  running = await startCloud();
  s3 = new S3Client({
    endpoint: running.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(() => running.stop());

/** A bucket of its own for each test. */
const makeBucket = async () => {
  count += 1;
  const Bucket = `bucket-${count}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
};
const text = async (Bucket: string, Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

describe('objects', () => {
  it('gives back what was put, with its type, metadata and checksum', async () => {
    const Bucket = await makeBucket();
    const Key = "a b/ü+&=()'!*.txt";
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: 'hello',
        ContentType: 'text/plain',
        CacheControl: 'no-store',
        Metadata: { colour: 'red' },
      }),
    );
    expect(put.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    expect(put.ChecksumCRC32).toBe('NhCmhg==');
    const got = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect(await got.Body?.transformToString()).toBe('hello');
    expect(got).toMatchObject({
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ContentLength: 5,
      Metadata: { colour: 'red' },
      ChecksumCRC32: 'NhCmhg==',
    });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({ ContentLength: 5, ETag: put.ETag, Metadata: { colour: 'red' } });
  });

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
    'checks %s',
    async (ChecksumAlgorithm) => {
      const Bucket = await makeBucket();
      await s3.send(
        new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello world', ChecksumAlgorithm }),
      );
      const got = await s3.send(
        new GetObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }),
      );
      expect(await got.Body?.transformToString()).toBe('hello world');
      expect(got[`Checksum${ChecksumAlgorithm}`]).toMatch(/=$/);
    },
  );

  it('refuses a body that is not what its checksum says, and keeps nothing of it', async () => {
    const Bucket = await makeBucket();
    await expect(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello', ChecksumCRC32: 'AAAAAA==' })),
    ).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });

  it('takes streams, framed and with a trailing checksum', async () => {
    const Bucket = await makeBucket();
    const pieces = Array.from({ length: 40 }, (_, i) => Buffer.alloc(64 * 1024, i));
    const { Readable } = await import('node:stream');
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'big',
        Body: Readable.from(pieces),
        ContentLength: 40 * 64 * 1024,
      }),
    );
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'big' }));
    expect(
      Buffer.compare(
        Buffer.from((await got.Body?.transformToByteArray()) ?? []),
        Buffer.concat(pieces),
      ),
    ).toBe(0);
  });

  it('reads ranges', async () => {
    const Bucket = await makeBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '0123456789' }));
    const range = async (Range: string) => {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range }));
      return [await got.Body?.transformToString(), got.ContentRange, got.$metadata.httpStatusCode];
    };
    expect(await range('bytes=2-4')).toEqual(['234', 'bytes 2-4/10', 206]);
    expect(await range('bytes=7-')).toEqual(['789', 'bytes 7-9/10', 206]);
    expect(await range('bytes=-3')).toEqual(['789', 'bytes 7-9/10', 206]);
    await expect(range('bytes=10-')).rejects.toMatchObject({
      name: 'InvalidRange',
      $metadata: { httpStatusCode: 416 },
    });
  });

  it('holds conditions of reads and writes', async () => {
    const Bucket = await makeBucket();
    const { ETag } = await s3.send(
      new PutObjectCommand({ Bucket, Key: 'k', Body: 'one', IfNoneMatch: '*' }),
    );
    await expect(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two', IfNoneMatch: '*' })),
    ).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    await expect(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two', IfMatch: '"other"' })),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(
      s3.send(new GetObjectCommand({ Bucket, Key: 'k', IfNoneMatch: ETag })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two', IfMatch: ETag }));
    expect(await text(Bucket, 'k')).toBe('two');
  });

  it('copies, with or without new metadata', async () => {
    const Bucket = await makeBucket();
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'a',
        Body: 'hi',
        ContentType: 'text/x',
        Metadata: { a: '1' },
      }),
    );
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    await s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'c',
        CopySource: `/${Bucket}/a`,
        MetadataDirective: 'REPLACE',
        Metadata: { b: '2' },
      }),
    );
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'b' }))).toMatchObject({
      ContentType: 'text/x',
      Metadata: { a: '1' },
    });
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'c' }))).toMatchObject({
      Metadata: { b: '2' },
    });
    await expect(
      s3.send(new CopyObjectCommand({ Bucket, Key: 'a', CopySource: `${Bucket}/a` })),
    ).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it('tags, tells attributes, deletes many', async () => {
    const Bucket = await makeBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', Tagging: 'a=1&b=2' }));
    expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ]);
    await s3.send(
      new PutObjectTaggingCommand({
        Bucket,
        Key: 'k',
        Tagging: { TagSet: [{ Key: 'c', Value: '3' }] },
      }),
    );
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).TagCount ?? 1).toBe(1);
    const attributes = await s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: 'k',
        ObjectAttributes: ['ObjectSize', 'ETag'],
      }),
    );
    expect(attributes.ObjectSize).toBe(1);
    const deleted = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }, { Key: 'never' }] } }),
    );
    expect(deleted.Deleted?.map(({ Key }) => Key)).toEqual(['k', 'never']);
    await s3.send(new DeleteBucketCommand({ Bucket }));
    await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });
});

describe('listing', () => {
  it('goes page by page, rolls up prefixes, and encodes on demand', async () => {
    const Bucket = await makeBucket();
    for (const Key of ['a/1', 'a/2', 'b', 'c/d/e', 'ü', 'z'])
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const all = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(all.Contents?.map(({ Key }) => Key)).toEqual(['a/1', 'a/2', 'b', 'c/d/e', 'z', 'ü']);
    const rolled = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
    expect([
      rolled.Contents?.map(({ Key }) => Key),
      rolled.CommonPrefixes?.map(({ Prefix }) => Prefix),
      rolled.KeyCount,
    ]).toEqual([['b', 'z', 'ü'], ['a/', 'c/'], 5]);
    const below = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'c/', Delimiter: '/' }));
    expect(below.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['c/d/']);
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket, MaxKeys: 2, Delimiter: '/', ContinuationToken: token }),
      );
      seen.push(
        ...(page.Contents ?? []).map(({ Key = '' }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
      );
      token = page.NextContinuationToken;
    } while (token !== undefined);
    expect(seen.sort()).toEqual(['a/', 'b', 'c/', 'z', 'ü']);
    const first = await s3.send(
      new ListObjectsCommand({ Bucket, MaxKeys: 1, EncodingType: 'url' }),
    );
    expect([first.IsTruncated, first.Contents?.[0]?.Key]).toEqual([true, 'a/1']);
  });
});

describe('versions', () => {
  it('keeps what was overwritten and what was deleted', async () => {
    const Bucket = await makeBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'null version' }));
    await s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'second' }));
    const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(marker.DeleteMarker).toBe(true);
    await expect(text(Bucket, 'k')).rejects.toMatchObject({ name: 'NoSuchKey' });
    const old = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId }));
    expect(await old.Body?.transformToString()).toBe('second');
    const listed = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(listed.Versions?.map((version) => version.VersionId)).toEqual([VersionId, 'null']);
    expect(listed.DeleteMarkers?.[0]).toMatchObject({
      VersionId: marker.VersionId,
      IsLatest: true,
    });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: marker.VersionId }));
    expect(await text(Bucket, 'k')).toBe('second');
    await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
    });
  });
});

describe('multipart uploads', () => {
  it('joins parts, and refuses wrong ones', async () => {
    const Bucket = await makeBucket();
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'big', ContentType: 'x/y' }),
    );
    const sizes = [5 * 1024 * 1024, 10];
    const Parts = [];
    for (const [index, size] of sizes.entries()) {
      const { ETag, ChecksumCRC32 } = await s3.send(
        new UploadPartCommand({
          Bucket,
          Key: 'big',
          UploadId,
          PartNumber: index + 1,
          Body: Buffer.alloc(size, index),
        }),
      );
      Parts.push({ ETag, ChecksumCRC32, PartNumber: index + 1 });
    }
    expect(
      (await s3.send(new ListPartsCommand({ Bucket, Key: 'big', UploadId }))).Parts?.map(
        ({ Size }) => Size,
      ),
    ).toEqual(sizes);
    await expect(
      s3.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key: 'big',
          UploadId,
          MultipartUpload: { Parts: [...Parts].reverse() },
        }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    const done = await s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key: 'big',
        UploadId,
        MultipartUpload: { Parts },
      }),
    );
    expect(done.ETag).toMatch(/-2"$/);
    const got = await s3.send(
      new GetObjectCommand({ Bucket, Key: 'big', Range: `bytes=${sizes[0]}-` }),
    );
    expect(await got.Body?.transformToByteArray()).toEqual(new Uint8Array(10).fill(1));
    await expect(
      s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'big', UploadId })),
    ).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });
});

describe('buckets', () => {
  it('knows names, locations and owners', async () => {
    await expect(
      s3.send(new CreateBucketCommand({ Bucket: 'Not_A_Bucket' })),
    ).rejects.toMatchObject({ name: 'InvalidBucketName' });
    const Bucket = await makeBucket();
    expect(
      (await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint,
    ).toBeUndefined();
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toContain(
      Bucket,
    );
    await expect(
      s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'k' })),
    ).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it('lets anyone in where the policy says so, and nowhere else', async () => {
    const Bucket = await makeBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'open/a', Body: 'public' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'closed', Body: 'private' }));
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${Bucket}/open/*`,
        },
      ],
    });
    await expect(s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await s3.send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: { BlockPublicPolicy: false },
      }),
    );
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const open = await fetch(`${running.url}/${Bucket}/open/a`);
    expect([open.status, await open.text()]).toEqual([200, 'public']);
    const closed = await fetch(`${running.url}/${Bucket}/closed`);
    expect(closed.status).toBe(403);
    expect(await closed.text()).toContain('<Code>AccessDenied</Code>');
  });

  it('answers preflights by its rules', async () => {
    const Bucket = await makeBucket();
    await s3.send(
      new PutBucketCorsCommand({
        Bucket,
        CORSConfiguration: {
          CORSRules: [
            {
              AllowedOrigins: ['http://localhost:3000'],
              AllowedMethods: ['PUT'],
              AllowedHeaders: ['*'],
              ExposeHeaders: ['ETag'],
            },
          ],
        },
      }),
    );
    const ask = (method: string) =>
      fetch(`${running.url}/${Bucket}/k`, {
        method: 'OPTIONS',
        headers: { origin: 'http://localhost:3000', 'access-control-request-method': method },
      });
    const allowed = await ask('PUT');
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'http://localhost:3000',
    ]);
    expect((await ask('DELETE')).status).toBe(403);
  });
});

describe('presigned URLs', () => {
  it('read and write without credentials, and only what they were signed for', async () => {
    const Bucket = await makeBucket();
    const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'a b' }), {
      expiresIn: 60,
    });
    expect((await fetch(put, { method: 'PUT', body: 'signed' })).status).toBe(200);
    const get = await getSignedUrl(
      s3,
      new GetObjectCommand({ Bucket, Key: 'a b', ResponseContentType: 'text/x' }),
      { expiresIn: 60 },
    );
    const got = await fetch(get);
    expect([await got.text(), got.headers.get('content-type')]).toEqual(['signed', 'text/x']);
    const bent = await fetch(get.replace('a%20b', 'other'));
    expect(bent.status).toBe(403);
    expect(await bent.text()).toContain('SignatureDoesNotMatch');
  });
});
