import type * as S3 from '@aws-sdk/client-s3';
import type { Need, OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { onBucket, requireBucket } from './access.ts';
import { fewerOf } from './disorder.ts';
import { invalidArgument } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { ObjectVersion, S3State } from './state.ts';

type Context = OperationContext<S3State>;

const encoded = (text: string, encoding: string | undefined) =>
  encoding === 'url'
    ? encodeURIComponent(text)
        .replaceAll('%2F', '/')
        .replace(/[!'()]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    : text;

const pageSize = (max: number | undefined): number => {
  if (max !== undefined && (max < 0 || !Number.isInteger(max)))
    throw invalidArgument(
      'Argument maxKeys must be an integer between 0 and 2147483647',
      'maxKeys',
      max,
    );
  return Math.min(max ?? LIMITS.page, LIMITS.page);
};

const listNeed =
  (action: string) =>
  (
    input: {
      readonly Bucket?: string | undefined;
      readonly Prefix?: string | undefined;
      readonly Delimiter?: string | undefined;
      readonly MaxKeys?: number | undefined;
    },
    context: Pick<Context, 'state'>,
  ): Need => ({
    ...onBucket(action)(input, context),
    conditions: {
      's3:prefix': input.Prefix ?? '',
      ...(input.Delimiter === undefined ? {} : { 's3:delimiter': input.Delimiter }),
      ...(input.MaxKeys === undefined ? {} : { 's3:max-keys': String(input.MaxKeys) }),
    },
  });

type Item =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'prefix'; readonly prefix: string };

interface Page {
  readonly items: readonly Item[];
  readonly truncated: boolean;
  /** What the next page begins after: a key, or a common prefix whose keys are all passed. */
  readonly last: string | undefined;
}

/** First place in sorted keys whose key is after `marker`. */
const firstAfter = (keys: readonly string[], marker: string): number => {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(Buffer.from(keys[middle] ?? ''), Buffer.from(marker)) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Keys from after `after`, those below a delimiter rolled up. */
const listPage = (
  context: Context,
  bucket: string,
  input: {
    readonly prefix: string;
    readonly delimiter: string | undefined;
    readonly after: string;
    readonly max: number;
  },
  isListed: (key: string) => boolean,
): Page => {
  const keys = context.state.keys(bucket);
  const { prefix, delimiter, after, max } = input;
  const items: Item[] = [];
  let rolled: string | undefined =
    delimiter !== undefined && delimiter !== '' && after.endsWith(delimiter) ? after : undefined;
  const start =
    after >= prefix
      ? firstAfter(keys, after)
      : Math.max(
          firstAfter(keys, after),
          firstAfter(keys, prefix) - (keys.includes(prefix) ? 1 : 0),
        );
  for (let index = Math.max(0, start); index < keys.length; index += 1) {
    const key = keys[index] ?? '';
    if (!key.startsWith(prefix)) {
      if (key > prefix) break;
      continue;
    }
    if (rolled !== undefined && key.startsWith(rolled)) continue;
    if (!isListed(key)) continue;
    const cut =
      delimiter === undefined || delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const item: Item =
      cut < 0
        ? { kind: 'key', key }
        : { kind: 'prefix', prefix: key.slice(0, cut + (delimiter?.length ?? 0)) };
    if (items.length >= max) return { items, truncated: max > 0, last: lastOf(items) };
    items.push(item);
    rolled = item.kind === 'prefix' ? item.prefix : undefined;
  }
  return { items, truncated: false, last: lastOf(items) };
};

/** The page as a client gets it, which may be a part of what was asked for. */
const givenPage = (...[context, bucket, ...asked]: Parameters<typeof listPage>): Page => {
  const page = listPage(context, bucket, ...asked);
  const count = fewerOf(context, bucket, page.items.length);
  if (count === page.items.length) return page;
  const items = page.items.slice(0, count);
  return { items, truncated: true, last: lastOf(items) };
};

const lastOf = (items: readonly Item[]) => {
  const last = items.at(-1);
  return last === undefined ? undefined : last.kind === 'key' ? last.key : last.prefix;
};

const isCurrent = (context: Context, bucket: string) => (key: string) => {
  const [newest] = context.state.object(bucket, key)?.versions ?? [];
  return newest !== undefined && newest.deleteMarker !== true;
};

const contents = (
  context: Context,
  bucket: string,
  page: Page,
  encoding: string | undefined,
  owner: boolean,
): S3._Object[] =>
  page.items.flatMap((item) => {
    if (item.kind === 'prefix') return [];
    const version = context.state.object(bucket, item.key)?.versions[0];
    if (version === undefined) return [];
    return [
      {
        Key: encoded(item.key, encoding),
        LastModified: new Date(version.modifiedAt),
        ETag: version.etag,
        Size: version.sizeBytes,
        StorageClass: (version.headers.StorageClass ?? 'STANDARD') as S3.ObjectStorageClass,
        ...(Object.keys(version.checksums).length > 0
          ? {
              ChecksumAlgorithm: Object.keys(version.checksums).map((name) =>
                name.slice('Checksum'.length),
              ) as S3.ChecksumAlgorithm[],
              ChecksumType: version.checksumType,
            }
          : {}),
        ...(owner ? { Owner: ownerOf(context) } : {}),
      },
    ];
  });

const ownerOf = ({ accountId }: Pick<Context, 'accountId'>) => ({
  ID: Buffer.from(accountId).toString('hex').padEnd(64, '0'),
});

const prefixes = (page: Page, encoding: string | undefined) =>
  page.items.flatMap((item) =>
    item.kind === 'prefix' ? [{ Prefix: encoded(item.prefix, encoding) }] : [],
  );

const listV2 = operation<S3State, S3.ListObjectsV2Request, S3.ListObjectsV2Output>({
  needs: listNeed('ListBucket'),
  handle: (input, context) => {
    const { name } = requireBucket(context.state, input.Bucket);
    const max = pageSize(input.MaxKeys);
    const token = input.ContinuationToken;
    if (token === '')
      throw invalidArgument(
        'The continuation token provided is incorrect',
        'continuation-token',
        '',
      );
    const after =
      token === undefined
        ? (input.StartAfter ?? '')
        : Buffer.from(token, 'base64url').toString('utf8');
    const page = givenPage(
      context,
      name,
      { prefix: input.Prefix ?? '', delimiter: input.Delimiter, after, max },
      isCurrent(context, name),
    );
    const Contents = contents(context, name, page, input.EncodingType, input.FetchOwner === true);
    const CommonPrefixes = prefixes(page, input.EncodingType);
    return {
      Name: name,
      Prefix: encoded(input.Prefix ?? '', input.EncodingType),
      MaxKeys: max,
      KeyCount: page.items.length,
      IsTruncated: page.truncated,
      ...(input.Delimiter === undefined
        ? {}
        : { Delimiter: encoded(input.Delimiter, input.EncodingType) }),
      ...(input.StartAfter === undefined
        ? {}
        : { StartAfter: encoded(input.StartAfter, input.EncodingType) }),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      ...(token === undefined ? {} : { ContinuationToken: token }),
      ...(page.truncated && page.last !== undefined
        ? { NextContinuationToken: Buffer.from(page.last).toString('base64url') }
        : {}),
      ...(Contents.length > 0 ? { Contents } : {}),
      ...(CommonPrefixes.length > 0 ? { CommonPrefixes } : {}),
    };
  },
});

const listV1 = operation<S3State, S3.ListObjectsRequest, S3.ListObjectsOutput>({
  needs: listNeed('ListBucket'),
  handle: (input, context) => {
    const { name } = requireBucket(context.state, input.Bucket);
    const max = pageSize(input.MaxKeys);
    const page = givenPage(
      context,
      name,
      { prefix: input.Prefix ?? '', delimiter: input.Delimiter, after: input.Marker ?? '', max },
      isCurrent(context, name),
    );
    const Contents = contents(context, name, page, input.EncodingType, true);
    const CommonPrefixes = prefixes(page, input.EncodingType);
    return {
      Name: name,
      Prefix: encoded(input.Prefix ?? '', input.EncodingType),
      Marker: encoded(input.Marker ?? '', input.EncodingType),
      MaxKeys: max,
      IsTruncated: page.truncated,
      ...(input.Delimiter === undefined
        ? {}
        : { Delimiter: encoded(input.Delimiter, input.EncodingType) }),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      ...(page.truncated && input.Delimiter !== undefined && page.last !== undefined
        ? { NextMarker: encoded(page.last, input.EncodingType) }
        : {}),
      ...(Contents.length > 0 ? { Contents } : {}),
      ...(CommonPrefixes.length > 0 ? { CommonPrefixes } : {}),
    };
  },
});

const listVersions = operation<S3State, S3.ListObjectVersionsRequest, S3.ListObjectVersionsOutput>({
  needs: listNeed('ListBucketVersions'),
  handle: (input, context) => {
    const { name } = requireBucket(context.state, input.Bucket);
    const max = pageSize(input.MaxKeys);
    const prefix = input.Prefix ?? '';
    const entries: {
      readonly key: string;
      readonly version: ObjectVersion;
      readonly latest: boolean;
    }[] = [];
    const rolled = new Set<string>();
    let truncated = false;
    let passing = input.KeyMarker !== undefined;
    for (const key of context.state.keys(name)) {
      if (!key.startsWith(prefix) || (input.KeyMarker !== undefined && key < input.KeyMarker))
        continue;
      const cut = input.Delimiter === undefined ? -1 : key.indexOf(input.Delimiter, prefix.length);
      if (cut >= 0) {
        rolled.add(key.slice(0, cut + (input.Delimiter?.length ?? 0)));
        continue;
      }
      for (const [index, version] of (context.state.object(name, key)?.versions ?? []).entries()) {
        if (passing && key === input.KeyMarker) {
          if (version.versionId === input.VersionIdMarker) passing = false;
          continue;
        }
        if (entries.length >= max) {
          truncated = true;
          break;
        }
        entries.push({ key, version, latest: index === 0 });
      }
      if (truncated) break;
    }
    const last = entries.at(-1);
    const common = { Owner: ownerOf(context) };
    return {
      Name: name,
      Prefix: encoded(prefix, input.EncodingType),
      KeyMarker: input.KeyMarker ?? '',
      VersionIdMarker: input.VersionIdMarker ?? '',
      MaxKeys: max,
      IsTruncated: truncated,
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      ...(truncated && last !== undefined
        ? {
            NextKeyMarker: encoded(last.key, input.EncodingType),
            NextVersionIdMarker: last.version.versionId,
          }
        : {}),
      Versions: entries
        .filter(({ version }) => version.deleteMarker !== true)
        .map(({ key, version, latest }) => ({
          Key: encoded(key, input.EncodingType),
          VersionId: version.versionId,
          IsLatest: latest,
          LastModified: new Date(version.modifiedAt),
          ETag: version.etag,
          Size: version.sizeBytes,
          StorageClass: 'STANDARD' as const,
          ...common,
        })),
      DeleteMarkers: entries
        .filter(({ version }) => version.deleteMarker === true)
        .map(({ key, version, latest }) => ({
          Key: encoded(key, input.EncodingType),
          VersionId: version.versionId,
          IsLatest: latest,
          LastModified: new Date(version.modifiedAt),
          ...common,
        })),
      ...(rolled.size > 0
        ? {
            CommonPrefixes: [...rolled].map((Prefix) => ({
              Prefix: encoded(Prefix, input.EncodingType),
            })),
          }
        : {}),
    };
  },
});

/** Operations that list what is in a bucket. */
export const listOperations: OperationTable<S3State> = {
  ListObjectsV2: listV2,
  ListObjects: listV1,
  ListObjectVersions: listVersions,
};
