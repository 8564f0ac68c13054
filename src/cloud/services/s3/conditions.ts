import { invalidArgument, invalidRange, notModified, preconditionFailed } from './errors.ts';
import type { ObjectVersion } from './state.ts';

interface ReadConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

const bare = (etag: string) => etag.replace(/^W\//, '').replaceAll('"', '').trim();
const matches = (header: string, etag: string) =>
  header.trim() === '*' || header.split(',').some((one) => bare(one) === bare(etag));
const seconds = (ms: number) => Math.floor(ms / 1000);

/** RFC 9110, as S3 applies it: If-Match over If-Unmodified-Since, If-None-Match over If-Modified-Since. */
export const checkRead = (input: ReadConditions, version: ObjectVersion): void => {
  const modified = seconds(version.modifiedAt);
  if (input.IfMatch !== undefined) {
    if (!matches(input.IfMatch, version.etag)) throw preconditionFailed('If-Match');
  } else if (
    input.IfUnmodifiedSince !== undefined &&
    modified > seconds(input.IfUnmodifiedSince.getTime())
  )
    throw preconditionFailed('If-Unmodified-Since');
  if (input.IfNoneMatch !== undefined) {
    if (matches(input.IfNoneMatch, version.etag)) throw notModified();
  } else if (
    input.IfModifiedSince !== undefined &&
    modified <= seconds(input.IfModifiedSince.getTime())
  )
    throw notModified();
};

/** Conditional writes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html */
export const checkWrite = (
  input: { readonly IfMatch?: string | undefined; readonly IfNoneMatch?: string | undefined },
  current: ObjectVersion | undefined,
  missing: () => Error,
): void => {
  const present = current !== undefined && current.deleteMarker !== true;
  if (input.IfNoneMatch !== undefined) {
    if (input.IfNoneMatch.trim() !== '*')
      throw invalidArgument(
        'If-None-Match takes * alone on a write',
        'If-None-Match',
        input.IfNoneMatch,
      );
    if (present) throw preconditionFailed('If-None-Match');
  }
  if (input.IfMatch !== undefined) {
    if (!present) throw missing();
    if (!matches(input.IfMatch, current.etag)) throw preconditionFailed('If-Match');
  }
};

/** The bytes that a range means, end exclusive. Undefined: all of them. */
export const readRange = (
  range: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | undefined => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  if (range === undefined || match === null || (match[1] === '' && match[2] === ''))
    return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') {
    if (Number(last) === 0 || size === 0) throw invalidRange(range, size);
    return { start: Math.max(0, size - Number(last)), end: size };
  }
  if (Number(first) >= size) throw invalidRange(range, size);
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) };
};
