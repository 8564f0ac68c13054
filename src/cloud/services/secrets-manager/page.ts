import { invalidParameter, invalidToken } from './errors.ts';

/**
 * A page of a list: tokens are places in it.
 * @throws {InvalidNextTokenException | InvalidParameterException}
 */
export const page = <T>(
  items: readonly T[],
  request: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined },
  { usual, most }: { readonly usual: number; readonly most: number },
) => {
  const size = request.MaxResults ?? usual;
  if (size < 1 || size > most)
    throw invalidParameter(`MaxResults is ${size}; it has to be between 1 and ${most}.`);
  const start = request.NextToken === undefined ? 0 : Number(request.NextToken);
  if (!Number.isInteger(start) || start < 0) throw invalidToken();
  const end = start + size;
  return {
    items: items.slice(start, end),
    more: end < items.length ? { NextToken: String(end) } : {},
  };
};
