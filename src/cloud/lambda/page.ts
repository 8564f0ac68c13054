import { invalidParameterValue } from './errors.ts';

/** One page of a list; the marker is the place where the next begins. */
export const page = <T>(
  items: readonly T[],
  marker: string | undefined,
  maxItems: number | undefined,
): { readonly items: readonly T[]; readonly NextMarker?: string } => {
  const MOST = 50;
  const start = marker === undefined || marker === '' ? 0 : Number(marker);
  if (!Number.isInteger(start) || start < 0)
    throw invalidParameterValue('The provided Marker is invalid.');
  const end = start + Math.min(maxItems ?? MOST, MOST);
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { NextMarker: String(end) } : {}),
  };
};
