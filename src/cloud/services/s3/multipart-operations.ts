import { createHash } from 'node:crypto';
import type * as S3 from '@aws-sdk/client-s3';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { onBucket, onObject, requireBucket } from './access.ts';
import { checksumOf, summing, verifySums, wantedAlgorithms } from './checksums.ts';
import { checkWrite, readRange } from './conditions.ts';
import {
  entityTooSmall,
  invalidArgument,
  invalidPart,
  invalidPartOrder,
  invalidRequest,
  noSuchKey,
  noSuchUpload,
} from './errors.ts';
import { LIMITS } from './limits.ts';
import { notify } from './notifications.ts';
import {
  asStream,
  checkCopy,
  checkKey,
  checkMetadata,
  copied,
  copyNeeds,
  headersOf,
  refuseUnsupported,
  streamBlobs,
  tagsOf,
} from './object-operations.ts';
import type { Part, S3State, Upload } from './state.ts';
import { addVersion, dropBlobs } from './versions.ts';

type Context = OperationContext<S3State>;

const requireUpload = (
  state: S3State,
  input: {
    readonly Bucket?: string | undefined;
    readonly Key?: string | undefined;
    readonly UploadId?: string | undefined;
  },
): Upload => {
  requireBucket(state, input.Bucket);
  const upload = state.uploads.get(input.UploadId ?? '');
  if (upload === undefined || upload.bucket !== input.Bucket || upload.key !== input.Key)
    throw noSuchUpload(input.UploadId ?? '');
  return upload;
};

const checkPartNumber = (number: number | undefined): number => {
  if (number === undefined || !(number >= 1 && number <= LIMITS.parts))
    throw invalidArgument(
      `Part number must be an integer between 1 and ${LIMITS.parts}, inclusive`,
      'partNumber',
      number,
    );
  return number;
};

/** Keeps a part; one of the same number before it is gone. */
const keepPart = async (
  context: Context,
  upload: Upload,
  number: number,
  source: AsyncIterable<Uint8Array>,
  algorithms: readonly string[],
  verify: boolean,
): Promise<Part> => {
  const sums = summing(source, algorithms);
  const blob = await context.blobs.put(sums.body);
  const result = sums.result();
  try {
    if (verify) verifySums(result, context.wire?.headers ?? {}, context.wire?.trailers ?? {});
    const current = requireUpload(context.state, {
      Bucket: upload.bucket,
      Key: upload.key,
      UploadId: upload.uploadId,
    });
    const part: Part = {
      number,
      blob,
      sizeBytes: result.sizeBytes,
      etag: `"${result.md5}"`,
      checksums: result.checksums,
      modifiedAt: context.clock.now(),
    };
    const old = current.parts[number];
    context.state.uploads.set(upload.uploadId, {
      ...current,
      parts: { ...current.parts, [number]: part },
    });
    if (old !== undefined) dropBlobs(context, [old.blob]);
    return part;
  } catch (error) {
    await context.blobs.delete(blob);
    throw error;
  }
};

const algorithmsOf = (upload: Upload, asked: readonly string[]) => [
  ...new Set([
    ...(upload.checksumAlgorithm === undefined ? [] : [upload.checksumAlgorithm]),
    ...asked,
  ]),
];

const completeUpload = operation<
  S3State,
  S3.CompleteMultipartUploadRequest,
  S3.CompleteMultipartUploadOutput
>({
  needs: onObject('PutObject'),
  handle: async (input, context) => {
    const { state } = context;
    const upload = requireUpload(state, input);
    const wanted = input.MultipartUpload?.Parts ?? [];
    if (wanted.length === 0)
      throw Object.assign(invalidRequest('You must specify at least one part'), {
        code: 'MalformedXML',
      });
    const parts = wanted.map(({ PartNumber = 0, ETag = '' }, index) => {
      if (index > 0 && PartNumber <= (wanted[index - 1]?.PartNumber ?? 0)) throw invalidPartOrder();
      const part = upload.parts[PartNumber];
      if (part === undefined || part.etag.replaceAll('"', '') !== ETag.replaceAll('"', ''))
        throw invalidPart();
      return part;
    });
    for (const part of parts.slice(0, -1))
      if (part.sizeBytes < LIMITS.leastPartBytes) throw entityTooSmall();
    const algorithm = upload.checksumAlgorithm;
    const composite = algorithm !== undefined && upload.checksumType !== 'FULL_OBJECT';
    const checksums = await combined(context, parts, algorithm ?? 'CRC64NVME', composite);
    const bucket = requireBucket(state, input.Bucket);
    const key = upload.key;
    checkWrite(input, state.object(bucket.name, key)?.versions[0], () => noSuchKey(key));
    const md5 = createHash('md5');
    for (const { etag } of parts) md5.update(Buffer.from(etag.replaceAll('"', ''), 'hex'));
    const version = addVersion(context, bucket, key, {
      modifiedAt: context.clock.now(),
      blobs: parts.map(({ blob }) => blob),
      sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      etag: `"${md5.digest('hex')}-${parts.length}"`,
      checksums,
      checksumType: composite ? 'COMPOSITE' : 'FULL_OBJECT',
      headers: upload.headers,
      metadata: upload.metadata,
      tags: upload.tags,
      partSizes: parts.map(({ sizeBytes }) => sizeBytes),
    });
    state.uploads.delete(upload.uploadId);
    const used = new Set(parts.map(({ blob }) => blob.id));
    dropBlobs(
      context,
      Object.values(upload.parts)
        .map(({ blob }) => blob)
        .filter(({ id }) => !used.has(id)),
    );
    notify(context, bucket, 'ObjectCreated:CompleteMultipartUpload', key, version);
    return {
      Location: `${context.endpoint}/${bucket.name}/${encodeURIComponent(key)}`,
      Bucket: bucket.name,
      Key: key,
      ETag: version.etag,
      ...checksums,
      ChecksumType: version.checksumType,
      ServerSideEncryption: 'AES256',
      ...(bucket.versioning === undefined ? {} : { VersionId: version.versionId }),
    };
  },
});

/** A composite checksum is that of the parts' checksums, with their count; a full one is that of all bytes. */
const combined = async (
  context: Context,
  parts: readonly Part[],
  algorithm: string,
  composite: boolean,
): Promise<Record<string, string>> => {
  const member = `Checksum${algorithm}`;
  if (composite) {
    const bytes = Buffer.concat(
      parts.map(({ checksums }) => Buffer.from(checksums[member] ?? '', 'base64')),
    );
    return { [member]: `${checksumOf(algorithm, bytes)}-${parts.length}` };
  }
  const total = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const sums = summing(
    streamBlobs(
      context.blobs,
      parts.map(({ blob }) => blob),
      0,
      total,
    ),
    [algorithm],
  );
  for await (const _piece of sums.body);
  return { ...sums.result().checksums };
};

/** Operations of multipart uploads. */
export const multipartOperations: OperationTable<S3State> = {
  CreateMultipartUpload: operation<
    S3State,
    S3.CreateMultipartUploadRequest,
    S3.CreateMultipartUploadOutput
  >({
    needs: onObject('PutObject'),
    handle: (input, context) => {
      const bucket = requireBucket(context.state, input.Bucket);
      const key = input.Key ?? '';
      checkKey(key);
      refuseUnsupported(input);
      checkMetadata(input.Metadata ?? {});
      const uploadId = Buffer.from(context.random.bytes(48)).toString('base64url');
      const algorithm = input.ChecksumAlgorithm;
      const type = input.ChecksumType ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
      context.state.uploads.set(uploadId, {
        uploadId,
        bucket: bucket.name,
        key,
        initiatedAt: context.clock.now(),
        headers: headersOf(input),
        metadata: { ...input.Metadata },
        tags: tagsOf(input.Tagging),
        ...(algorithm === undefined ? {} : { checksumAlgorithm: algorithm, checksumType: type }),
        parts: {},
      });
      return {
        Bucket: bucket.name,
        Key: key,
        UploadId: uploadId,
        ServerSideEncryption: 'AES256',
        ...(algorithm === undefined ? {} : { ChecksumAlgorithm: algorithm, ChecksumType: type }),
      };
    },
  }),
  UploadPart: operation<S3State, S3.UploadPartRequest, S3.UploadPartOutput>({
    needs: onObject('PutObject'),
    handle: async (input, context) => {
      const upload = requireUpload(context.state, input);
      const number = checkPartNumber(input.PartNumber);
      const asked = wantedAlgorithms(context.wire?.headers ?? {}, input.ChecksumAlgorithm);
      const part = await keepPart(
        context,
        upload,
        number,
        asStream(input.Body),
        algorithmsOf(upload, asked),
        true,
      );
      return { ETag: part.etag, ServerSideEncryption: 'AES256', ...part.checksums };
    },
  }),
  UploadPartCopy: operation<S3State, S3.UploadPartCopyRequest, S3.UploadPartCopyOutput>({
    needs: (input, context) => [onObject('PutObject')(input, context), copyNeeds(input, context)],
    handle: async (input, context) => {
      const upload = requireUpload(context.state, input);
      const number = checkPartNumber(input.PartNumber);
      const { version } = copied(input.CopySource, context);
      checkCopy(input, version);
      const { start, end } = readRange(input.CopySourceRange, version.sizeBytes) ?? {
        start: 0,
        end: version.sizeBytes,
      };
      const part = await keepPart(
        context,
        upload,
        number,
        streamBlobs(context.blobs, version.blobs, start, end),
        algorithmsOf(upload, []),
        false,
      );
      return {
        CopyPartResult: {
          ETag: part.etag,
          LastModified: new Date(part.modifiedAt),
          ...part.checksums,
        },
        ServerSideEncryption: 'AES256',
      };
    },
  }),
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: operation<S3State, S3.AbortMultipartUploadRequest, object>({
    needs: onObject('AbortMultipartUpload'),
    handle: (input, context) => {
      const upload = requireUpload(context.state, input);
      context.state.uploads.delete(upload.uploadId);
      dropBlobs(
        context,
        Object.values(upload.parts).map(({ blob }) => blob),
      );
      return {};
    },
  }),
  ListParts: operation<S3State, S3.ListPartsRequest, S3.ListPartsOutput>({
    needs: onObject('ListMultipartUploadParts'),
    handle: (input, { state }) => {
      const upload = requireUpload(state, input);
      const max = Math.min(input.MaxParts ?? LIMITS.page, LIMITS.page);
      const after = Number(input.PartNumberMarker ?? 0);
      const all = Object.values(upload.parts)
        .filter(({ number }) => number > after)
        .sort((a, b) => a.number - b.number);
      const page = all.slice(0, max);
      return {
        Bucket: upload.bucket,
        Key: upload.key,
        UploadId: upload.uploadId,
        PartNumberMarker: String(after),
        MaxParts: max,
        IsTruncated: all.length > page.length,
        ...(all.length > page.length ? { NextPartNumberMarker: String(page.at(-1)?.number) } : {}),
        StorageClass: 'STANDARD',
        Parts: page.map(({ number, etag, sizeBytes, modifiedAt, checksums }) => ({
          PartNumber: number,
          ETag: etag,
          Size: sizeBytes,
          LastModified: new Date(modifiedAt),
          ...checksums,
        })),
      };
    },
  }),
  ListMultipartUploads: operation<
    S3State,
    S3.ListMultipartUploadsRequest,
    S3.ListMultipartUploadsOutput
  >({
    needs: onBucket('ListBucketMultipartUploads'),
    handle: (input, { state }) => {
      const { name } = requireBucket(state, input.Bucket);
      const max = Math.min(input.MaxUploads ?? LIMITS.page, LIMITS.page);
      const all = [...state.uploads.values()]
        .filter(
          ({ bucket, key }) =>
            bucket === name && key.startsWith(input.Prefix ?? '') && key > (input.KeyMarker ?? ''),
        )
        .sort((a, b) => (a.key < b.key ? -1 : 1));
      const page = all.slice(0, max);
      return {
        Bucket: name,
        KeyMarker: input.KeyMarker ?? '',
        MaxUploads: max,
        IsTruncated: all.length > page.length,
        ...(all.length > page.length ? { NextKeyMarker: page.at(-1)?.key } : {}),
        Uploads: page.map(({ key, uploadId, initiatedAt }) => ({
          Key: key,
          UploadId: uploadId,
          Initiated: new Date(initiatedAt),
          StorageClass: 'STANDARD' as const,
        })),
      };
    },
  }),
};
