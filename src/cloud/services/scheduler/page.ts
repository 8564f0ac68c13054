import { validation } from './errors.ts';
import { LIMITS } from './limits.ts';

/** One page of a list, with the token of the next. */
export const pageOf = <T>(
  items: readonly T[],
  {
    NextToken,
    MaxResults = LIMITS.page,
  }: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined },
) => {
  if (MaxResults < 1 || MaxResults > LIMITS.page)
    throw validation(
      `1 validation error detected: Value '${MaxResults}' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and ${LIMITS.page}`,
    );
  const at = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64').toString());
  if (!Number.isInteger(at) || at < 0) throw validation('Invalid NextToken.');
  const end = at + MaxResults;
  return {
    page: items.slice(at, end),
    next: items.length > end ? { NextToken: Buffer.from(String(end)).toString('base64') } : {},
  };
};
