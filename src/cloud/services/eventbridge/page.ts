import { constraints } from './constraints.ts';
import { validation } from './errors.ts';
import { LIMITS } from './limits.ts';

/** One page of a list, with the token of the next. */
export const pageOf = <T>(
  items: readonly T[],
  {
    NextToken,
    Limit,
  }: { readonly NextToken?: string | undefined; readonly Limit?: number | undefined },
) => {
  constraints().number('limit', Limit, { least: 1, most: LIMITS.page }).check();
  const at = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64').toString());
  if (!Number.isInteger(at) || at < 0) throw validation('Parameter NextToken is not valid.');
  const end = at + (Limit ?? LIMITS.page);
  return {
    page: items.slice(at, end),
    next: items.length > end ? { NextToken: Buffer.from(String(end)).toString('base64') } : {},
  };
};

/**
 * Lists of archives and replays are narrowed by one thing at a time.
 * https://github.com/getmoto/moto/blob/master/tests/test_events/test_events.py (test_list_archives_error_multiple_filters)
 */
export const assertOneFilter = (
  operation: string,
  {
    NamePrefix,
    EventSourceArn,
    State,
  }: Readonly<Partial<Record<'NamePrefix' | 'EventSourceArn' | 'State', string | undefined>>>,
): void => {
  const given = [NamePrefix, EventSourceArn, State].filter((filter) => filter !== undefined);
  if (given.length > 1)
    throw validation(
      `At most one filter is allowed for ${operation}. Use either : State, EventSourceArn, or NamePrefix.`,
    );
};
