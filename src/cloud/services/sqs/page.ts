import { invalidValue } from './errors.ts';

/** A page of names in order; the token names the last one, so that what comes and goes meanwhile shifts nothing. */
export const pageOf = (
  sorted: readonly string[],
  token: string | undefined,
  size: number,
): { readonly page: readonly string[]; readonly next: { readonly NextToken?: string } } => {
  const after = token === undefined ? '' : Buffer.from(token, 'base64').toString('utf8');
  if (token !== undefined && !/^[\w.-]{1,80}$/.test(after))
    throw invalidValue(token, 'NextToken', 'The token is not one of this operation.');
  const rest = sorted.filter((name) => name > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return {
    page,
    next:
      rest.length > size && last !== undefined
        ? { NextToken: Buffer.from(last).toString('base64') }
        : {},
  };
};
