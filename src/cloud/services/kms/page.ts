import { invalidMarker, validation } from './errors.ts';

/**
 * A page of a list: markers are places in it.
 * @throws {InvalidMarkerException | ValidationException}
 */
export const page = <T>(
  items: readonly T[],
  { Limit, Marker }: { readonly Limit?: number | undefined; readonly Marker?: string | undefined },
  { usual, most }: { readonly usual: number; readonly most: number },
) => {
  const limit = Limit ?? usual;
  if (limit < 1 || limit > most)
    throw validation(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${limit < 1 ? 'greater than or equal to 1' : `less than or equal to ${most}`}`,
    );
  const start = Marker === undefined ? 0 : Number(Marker);
  if (!Number.isInteger(start) || start < 0) throw invalidMarker();
  const end = start + limit;
  const Truncated = end < items.length;
  return {
    items: items.slice(start, end),
    more: { Truncated, ...(Truncated ? { NextMarker: String(end) } : {}) },
  };
};
