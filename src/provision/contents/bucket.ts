import type { S3Api } from '../aws/s3-api.ts';
import type { Contents } from './contents.ts';

/** Of a thousand versions each; what lies behind them is "over". */
const PAGES = 10;

/** Counts objects and versions, up to ten thousand. */
export const bucketContents = async (
  s3: S3Api,
  bucket: string,
  signal: AbortSignal,
): Promise<Contents> => {
  let count = 0;
  let bytes = 0;
  let oldest = Number.POSITIVE_INFINITY;
  let newest = 0;
  let next: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } | undefined = {};
  for (let pages = 0; next !== undefined && pages < PAGES; pages += 1) {
    const page = await s3.listObjectVersions({ Bucket: bucket, ...next }, signal);
    for (const { Size, LastModified } of page.Versions ?? []) {
      bytes += Size ?? 0;
      const at = LastModified?.getTime();
      if (at !== undefined) {
        oldest = Math.min(oldest, at);
        newest = Math.max(newest, at);
      }
    }
    count += (page.Versions ?? []).length;
    next =
      page.IsTruncated === true
        ? {
            ...(page.NextKeyMarker === undefined ? {} : { KeyMarker: page.NextKeyMarker }),
            ...(page.NextVersionIdMarker === undefined
              ? {}
              : { VersionIdMarker: page.NextVersionIdMarker }),
          }
        : undefined;
  }
  // Markers of what was deleted hold nothing.
  if (count === 0 && next === undefined) return { kind: 'empty' };
  return {
    kind: 'holds',
    items: { count, unit: 'object', ...(next === undefined ? {} : { atLeast: true }) },
    bytes,
    ...(newest === 0 ? {} : { since: new Date(oldest), until: new Date(newest) }),
  };
};
