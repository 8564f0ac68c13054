import { invalidParameter } from './errors.ts';
import { PAGE_GROUPS } from './limits.ts';

/** A page of a list: tokens are places in it. @throws {InvalidParameterException} for a token or limit that is none */
export const page = <T>(items: readonly T[], token: string | undefined, limit: number) => {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0)
    throw invalidParameter('The specified nextToken is invalid.');
  if (!(limit >= 1 && limit <= PAGE_GROUPS))
    throw invalidParameter(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and ${PAGE_GROUPS}`,
    );
  const end = start + limit;
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { nextToken: String(end) } : {}),
  };
};
