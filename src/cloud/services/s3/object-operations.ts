import type * as S3 from '@aws-sdk/client-s3';
import type { BlobRef, BlobStore } from '../../core/blobs.ts';
import type { Need, OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { onObject, requireBucket } from './access.ts';
import { summing, verifySums, wantedAlgorithms } from './checksums.ts';
import { checkRead, checkWrite, readRange } from './conditions.ts';
import { invalidArgument, invalidRequest, keyTooLong, noSuchKey } from './errors.ts';
import { LIMITS } from './limits.ts';
import { notify } from './notifications.ts';
import type { Bucket, ObjectHeaders, ObjectVersion, S3State } from './state.ts';
import { addVersion, deleteVersion, readVersion } from './versions.ts';

type Context = OperationContext<S3State>;

const HEADERS = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'StorageClass',
  'WebsiteRedirectLocation',
] as const;

/** Asked for, these change what an object is; nobody here acts on them, so nobody here takes them. */
const UNSUPPORTED = [
  'SSECustomerAlgorithm',
  'SSECustomerKey',
  'ObjectLockMode',
  'ObjectLockLegalHoldStatus',
  'ObjectLockRetainUntilDate',
  'WriteOffsetBytes',
  'GrantFullControl',
  'GrantRead',
  'GrantReadACP',
  'GrantWriteACP',
];

export const refuseUnsupported = (input: object): void => {
  for (const name of UNSUPPORTED)
    if ((input as Record<string, unknown>)[name] !== undefined)
      throw invalidRequest(`${name} is not supported by the embedded cloud.`);
  const { ACL } = input as { readonly ACL?: string };
  if (ACL !== undefined && ACL !== 'private' && ACL !== 'bucket-owner-full-control')
    throw invalidRequest(
      `The canned ACL ${ACL} is not supported by the embedded cloud: ACLs are off, use a bucket policy.`,
    );
};

export const headersOf = (
  input: { readonly [name in (typeof HEADERS)[number]]?: string | undefined },
): ObjectHeaders => {
  const encoding = input.ContentEncoding?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== 'aws-chunked' && part !== '')
    .join(', ');
  const given = Object.fromEntries(
    HEADERS.map((name) => [name, input[name]]).filter(([, value]) => value !== undefined),
  ) as ObjectHeaders;
  const { ContentEncoding: _, ...rest } = given;
  return {
    ...rest,
    ...(encoding === undefined || encoding === '' ? {} : { ContentEncoding: encoding }),
  };
};

export const tagsOf = (tagging: string | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(tagging ?? ''));

export const checkKey = (key: string): void => {
  if (Buffer.byteLength(key) > LIMITS.keyBytes) throw keyTooLong(key);
};

export const checkMetadata = (metadata: Readonly<Record<string, string>>): void => {
  const size = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (size > LIMITS.metadataBytes)
    throw invalidArgument('Your metadata headers exceed the maximum allowed metadata size');
};

/** Bytes of several blobs in a row. */
export const streamBlobs = async function* (
  store: BlobStore,
  blobs: readonly BlobRef[],
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const blob of blobs) {
    const [from, to] = [Math.max(0, start - at), Math.min(blob.sizeBytes, end - at)];
    if (to > from) yield* store.stream(blob, { start: from, end: to });
    at += blob.sizeBytes;
  }
};

export const asStream = (body: unknown): AsyncIterable<Uint8Array> =>
  body instanceof Uint8Array || typeof body === 'string'
    ? (async function* () {
        yield typeof body === 'string' ? Buffer.from(body) : body;
      })()
    : ((body ?? asStream(new Uint8Array(0))) as AsyncIterable<Uint8Array>);

const describe = (version: ObjectVersion, bucket: Bucket | undefined) => ({
  ...version.headers,
  ContentType: version.headers.ContentType ?? 'binary/octet-stream',
  AcceptRanges: 'bytes',
  ETag: version.etag,
  LastModified: new Date(Math.floor(version.modifiedAt / 1000) * 1000),
  Metadata: { ...version.metadata },
  ServerSideEncryption: 'AES256' as const,
  ...(Object.keys(version.tags).length > 0 ? { TagCount: Object.keys(version.tags).length } : {}),
  ...(bucket?.versioning === undefined ? {} : { VersionId: version.versionId }),
  ...(version.partSizes === undefined ? {} : { PartsCount: version.partSizes.length }),
});

const checksumsFor = (
  input: { readonly ChecksumMode?: string | undefined },
  version: ObjectVersion,
  whole: boolean,
) =>
  input.ChecksumMode === 'ENABLED' && whole
    ? {
        ...version.checksums,
        ...(version.checksumType === undefined ? {} : { ChecksumType: version.checksumType }),
      }
    : {};

const putObject = operation<S3State, S3.PutObjectRequest, S3.PutObjectOutput>({
  needs: (input, context): readonly Need[] => [
    onObject('PutObject')(input, context),
    ...(input.Tagging === undefined ? [] : [onObject('PutObjectTagging')(input, context)]),
  ],
  handle: async (input, context) => {
    const { state } = context;
    requireBucket(state, input.Bucket);
    const key = input.Key ?? '';
    checkKey(key);
    refuseUnsupported(input);
    const metadata = { ...input.Metadata };
    checkMetadata(metadata);
    const wire = context.wire;
    const length = wire?.headers['x-amz-decoded-content-length'] ?? wire?.headers['content-length'];
    if (Number(length ?? 0) > LIMITS.putBytes)
      throw invalidRequest('Your proposed upload exceeds the maximum allowed size');
    const asked = wantedAlgorithms(wire?.headers ?? {}, input.ChecksumAlgorithm);
    const sums = summing(asStream(input.Body), asked.length > 0 ? asked : ['CRC64NVME']);
    const blob = await context.blobs.put(sums.body);
    const result = sums.result();
    try {
      verifySums(result, wire?.headers ?? {}, wire?.trailers ?? {});
      // Decided after the body has come, so that of two writers with a condition one wins.
      const bucket = requireBucket(state, input.Bucket);
      checkWrite(input, state.object(bucket.name, key)?.versions[0], () => noSuchKey(key));
      const version = addVersion(context, bucket, key, {
        modifiedAt: context.clock.now(),
        blobs: [blob],
        sizeBytes: result.sizeBytes,
        etag: `"${result.md5}"`,
        checksums: result.checksums,
        checksumType: 'FULL_OBJECT',
        headers: headersOf(input),
        metadata,
        tags: tagsOf(input.Tagging),
      });
      notify(context, bucket, 'ObjectCreated:Put', key, version);
      return {
        ETag: version.etag,
        ServerSideEncryption: 'AES256',
        ...result.checksums,
        ChecksumType: 'FULL_OBJECT',
        ...(bucket.versioning === undefined ? {} : { VersionId: version.versionId }),
      };
    } catch (error) {
      await context.blobs.delete(blob);
      throw error;
    }
  },
});

const OVERRIDES = {
  ResponseCacheControl: 'CacheControl',
  ResponseContentDisposition: 'ContentDisposition',
  ResponseContentEncoding: 'ContentEncoding',
  ResponseContentLanguage: 'ContentLanguage',
  ResponseContentType: 'ContentType',
} as const;

const partRange = (version: ObjectVersion, part: number | undefined) => {
  if (part === undefined || version.partSizes === undefined) return undefined;
  const before = version.partSizes.slice(0, part - 1).reduce((sum, size) => sum + size, 0);
  const size = version.partSizes[part - 1];
  if (size === undefined) throw invalidArgument('The requested partnumber is not satisfiable');
  return { start: before, end: before + size };
};

const readable = (
  input: S3.GetObjectRequest | S3.HeadObjectRequest,
  context: Context,
  head: boolean,
) => {
  const bucket = requireBucket(context.state, input.Bucket);
  const version = readVersion(context, bucket.name, input.Key ?? '', input.VersionId, head);
  checkRead(input, version);
  const range = partRange(version, input.PartNumber) ?? readRange(input.Range, version.sizeBytes);
  const overrides = Object.fromEntries(
    Object.entries(OVERRIDES).flatMap(([name, member]) => {
      const value = (input as unknown as Readonly<Record<string, unknown>>)[name];
      return value === undefined ? [] : [[member, value]];
    }),
  );
  const { start, end } = range ?? { start: 0, end: version.sizeBytes };
  return {
    version,
    range,
    start,
    end,
    output: {
      ...describe(version, bucket),
      ...overrides,
      ...checksumsFor(input, version, range === undefined),
      ContentLength: end - start,
      ...(range === undefined
        ? {}
        : { ContentRange: `bytes ${start}-${end - 1}/${version.sizeBytes}` }),
    },
  };
};

const copySource = (header: string) => {
  const [path = '', query = ''] = header.split('?');
  const decoded = decodeURIComponent(path).replace(/^\//, '');
  const slash = decoded.indexOf('/');
  if (slash < 1)
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      header,
    );
  const versionId = new URLSearchParams(query).get('versionId') ?? undefined;
  return {
    Bucket: decoded.slice(0, slash),
    Key: decoded.slice(slash + 1),
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  };
};

/** What a copy reads, with the caller's right to read it. */
export const copied = (header: string | undefined, context: Context) => {
  const source = copySource(header ?? '');
  requireBucket(context.state, source.Bucket);
  return {
    source,
    version: readVersion(context, source.Bucket, source.Key, source.VersionId, false),
  };
};

export const copyNeeds = (
  input: { readonly CopySource?: string | undefined },
  context: Pick<Context, 'state'>,
): Need => onObject('GetObject', 'GetObjectVersion')(copySource(input.CopySource ?? ''), context);

export const checkCopy = (
  input: {
    readonly CopySourceIfMatch?: string | undefined;
    readonly CopySourceIfNoneMatch?: string | undefined;
    readonly CopySourceIfModifiedSince?: Date | undefined;
    readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  },
  version: ObjectVersion,
): void => {
  try {
    checkRead(
      {
        IfMatch: input.CopySourceIfMatch,
        IfNoneMatch: input.CopySourceIfNoneMatch,
        IfModifiedSince: input.CopySourceIfModifiedSince,
        IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
      },
      version,
    );
  } catch {
    throw invalidCopy();
  }
};
const invalidCopy = () =>
  Object.assign(invalidRequest('At least one of the pre-conditions you specified did not hold'), {
    code: 'PreconditionFailed',
    name: 'PreconditionFailed',
    status: 412,
  });

const copyObject = operation<S3State, S3.CopyObjectRequest, S3.CopyObjectOutput>({
  needs: (input, context) => [onObject('PutObject')(input, context), copyNeeds(input, context)],
  handle: async (input, context) => {
    const { state } = context;
    requireBucket(state, input.Bucket);
    const key = input.Key ?? '';
    checkKey(key);
    refuseUnsupported(input);
    const { source, version } = copied(input.CopySource, context);
    checkCopy(input, version);
    const replaces = input.MetadataDirective === 'REPLACE';
    if (
      source.Bucket === input.Bucket &&
      source.Key === key &&
      source.VersionId === undefined &&
      !replaces &&
      input.StorageClass === undefined &&
      input.TaggingDirective !== 'REPLACE'
    )
      throw invalidRequest(
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      );
    const algorithm = input.ChecksumAlgorithm ?? 'CRC64NVME';
    const sums = summing(streamBlobs(context.blobs, version.blobs, 0, version.sizeBytes), [
      algorithm,
    ]);
    const blob = await context.blobs.put(sums.body);
    const result = sums.result();
    const bucket = requireBucket(state, input.Bucket);
    checkWrite(input, state.object(bucket.name, key)?.versions[0], () => noSuchKey(key));
    const made = addVersion(context, bucket, key, {
      modifiedAt: context.clock.now(),
      blobs: [blob],
      sizeBytes: result.sizeBytes,
      etag: `"${result.md5}"`,
      checksums:
        Object.keys(version.checksums).length > 0 &&
        input.ChecksumAlgorithm === undefined &&
        version.checksumType !== 'COMPOSITE'
          ? version.checksums
          : result.checksums,
      checksumType: 'FULL_OBJECT',
      headers: replaces
        ? headersOf(input)
        : {
            ...version.headers,
            ...(input.StorageClass === undefined ? {} : { StorageClass: input.StorageClass }),
          },
      metadata: replaces ? { ...input.Metadata } : version.metadata,
      tags: input.TaggingDirective === 'REPLACE' ? tagsOf(input.Tagging) : version.tags,
    });
    notify(context, bucket, 'ObjectCreated:Copy', key, made);
    return {
      CopyObjectResult: {
        ETag: made.etag,
        LastModified: new Date(made.modifiedAt),
        ...made.checksums,
        ChecksumType: 'FULL_OBJECT',
      },
      ServerSideEncryption: 'AES256',
      ...(bucket.versioning === undefined ? {} : { VersionId: made.versionId }),
      ...(source.VersionId === undefined ? {} : { CopySourceVersionId: source.VersionId }),
    };
  },
});

const deletedAs = ({ deleteMarker, versionId }: ReturnType<typeof deleteVersion>) => ({
  ...(deleteMarker === undefined ? {} : { DeleteMarker: deleteMarker }),
  ...(versionId === undefined ? {} : { VersionId: versionId }),
});

const retag = (
  input: {
    readonly Bucket?: string | undefined;
    readonly Key?: string | undefined;
    readonly VersionId?: string | undefined;
  },
  context: Context,
  tags: Record<string, string>,
) => {
  const version = readVersion(context, input.Bucket ?? '', input.Key ?? '', input.VersionId, false);
  const object = context.state.object(input.Bucket ?? '', input.Key ?? '');
  if (object !== undefined)
    context.state.putObject({
      ...object,
      versions: object.versions.map((other) => (other === version ? { ...other, tags } : other)),
    });
};

/** Operations on objects. */
export const objectOperations: OperationTable<S3State> = {
  PutObject: putObject,
  GetObject: operation<S3State, S3.GetObjectRequest, object>({
    needs: onObject('GetObject', 'GetObjectVersion'),
    handle: (input, context) => {
      const { version, start, end, output } = readable(input, context, false);
      return { ...output, Body: streamBlobs(context.blobs, version.blobs, start, end) };
    },
  }),
  HeadObject: operation<S3State, S3.HeadObjectRequest, object>({
    needs: onObject('GetObject', 'GetObjectVersion'),
    handle: (input, context) => readable(input, context, true).output,
  }),
  CopyObject: copyObject,
  DeleteObject: operation<S3State, S3.DeleteObjectRequest, S3.DeleteObjectOutput>({
    needs: onObject('DeleteObject', 'DeleteObjectVersion'),
    handle: (input, context) => {
      const bucket = requireBucket(context.state, input.Bucket);
      if (input.IfMatch !== undefined)
        checkWrite(
          { IfMatch: input.IfMatch },
          context.state.object(bucket.name, input.Key ?? '')?.versions[0],
          () => noSuchKey(input.Key ?? ''),
        );
      return deletedAs(deleteVersion(context, bucket, input.Key ?? '', input.VersionId));
    },
  }),
  DeleteObjects: operation<S3State, S3.DeleteObjectsRequest, S3.DeleteObjectsOutput>({
    // Each key is decided on its own; a denied one is an error in the answer, not of the request.
    needs: () => [],
    handle: (input, context) => {
      const bucket = requireBucket(context.state, input.Bucket);
      const objects = input.Delete?.Objects ?? [];
      if (objects.length > LIMITS.page)
        throw Object.assign(
          invalidRequest(
            'The XML you provided was not well-formed or did not validate against our published schema',
          ),
          { code: 'MalformedXML' },
        );
      const Deleted: S3.DeletedObject[] = [];
      const Errors: S3._Error[] = [];
      for (const { Key = '', VersionId } of objects)
        try {
          context.authorise(
            onObject('DeleteObject', 'DeleteObjectVersion')(
              { Bucket: bucket.name, Key, VersionId },
              context,
            ),
          );
          const { deleteMarker, versionId } = deleteVersion(context, bucket, Key, VersionId);
          Deleted.push({
            Key,
            ...(VersionId === undefined ? {} : { VersionId }),
            ...(deleteMarker === true
              ? {
                  DeleteMarker: true,
                  ...(versionId === undefined ? {} : { DeleteMarkerVersionId: versionId }),
                }
              : {}),
          });
        } catch (error) {
          Errors.push({
            Key,
            Code: error instanceof Error ? error.name : 'InternalError',
            Message: error instanceof Error ? error.message : '',
          });
        }
      return {
        ...(input.Delete?.Quiet === true ? {} : { Deleted }),
        ...(Errors.length > 0 ? { Errors } : {}),
      };
    },
  }),
  GetObjectAttributes: operation<S3State, S3.GetObjectAttributesRequest, object>({
    needs: onObject('GetObject', 'GetObjectVersion'),
    handle: (input, context) => {
      const version = readVersion(
        context,
        requireBucket(context.state, input.Bucket).name,
        input.Key ?? '',
        input.VersionId,
        false,
      );
      const wanted = new Set<string>(input.ObjectAttributes ?? []);
      return {
        LastModified: new Date(version.modifiedAt),
        ...(wanted.has('ETag') ? { ETag: version.etag.replaceAll('"', '') } : {}),
        ...(wanted.has('ObjectSize') ? { ObjectSize: version.sizeBytes } : {}),
        ...(wanted.has('StorageClass')
          ? { StorageClass: version.headers.StorageClass ?? 'STANDARD' }
          : {}),
        ...(wanted.has('Checksum')
          ? { Checksum: { ...version.checksums, ChecksumType: version.checksumType } }
          : {}),
        ...(wanted.has('ObjectParts') && version.partSizes !== undefined
          ? { ObjectParts: { TotalPartsCount: version.partSizes.length } }
          : {}),
      };
    },
  }),
  GetObjectTagging: operation<S3State, S3.GetObjectTaggingRequest, S3.GetObjectTaggingOutput>({
    needs: onObject('GetObjectTagging', 'GetObjectVersionTagging'),
    handle: (input, context) => ({
      TagSet: Object.entries(
        readVersion(
          context,
          requireBucket(context.state, input.Bucket).name,
          input.Key ?? '',
          input.VersionId,
          false,
        ).tags,
      ).map(([Key, Value]) => ({ Key, Value })),
    }),
  }),
  PutObjectTagging: operation<S3State, S3.PutObjectTaggingRequest, object>({
    needs: onObject('PutObjectTagging', 'PutObjectVersionTagging'),
    handle: (input, context) => {
      retag(
        input,
        context,
        Object.fromEntries(
          (input.Tagging?.TagSet ?? []).map(({ Key = '', Value = '' }) => [Key, Value]),
        ),
      );
      return {};
    },
  }),
  DeleteObjectTagging: operation<S3State, S3.DeleteObjectTaggingRequest, object>({
    needs: onObject('DeleteObjectTagging', 'DeleteObjectVersionTagging'),
    handle: (input, context) => {
      retag(input, context, {});
      return {};
    },
  }),
};
