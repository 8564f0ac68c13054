import { validationError } from './errors.ts';
import { PAGE_SIZE } from './limits.ts';

/** How callers of list operations ask for the next page. */
export interface PageRequest {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

/** One page of a list, in AWS's words. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

/**
 * Cuts a page. The marker names the last entry that was given, so that entries that come and go in between neither
 * repeat nor hide others.
 *
 * @param items - Sorted by `keyOf`.
 */
export const paginate = <T>(
  items: readonly T[],
  { Marker, MaxItems = PAGE_SIZE }: PageRequest,
  keyOf: (item: T) => string,
): Page<T> => {
  const after = Marker === undefined ? undefined : readMarker(Marker);
  const rest = after === undefined ? items : items.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, MaxItems);
  const last = page.at(-1);
  if (page.length === rest.length || last === undefined) return { items: page, IsTruncated: false };
  return { items: page, IsTruncated: true, Marker: writeMarker(keyOf(last)) };
};

const PREFIX = 'v1:';

const writeMarker = (key: string) => Buffer.from(PREFIX + key).toString('base64url');

const readMarker = (marker: string) => {
  const text = Buffer.from(marker, 'base64url').toString();
  if (!text.startsWith(PREFIX)) throw validationError('Invalid Marker.');
  return text.slice(PREFIX.length);
};
