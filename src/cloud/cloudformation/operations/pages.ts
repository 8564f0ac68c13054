import { validationError } from '../errors.ts';
import { PAGE_SIZE } from '../limits.ts';

/** A page of a listing and the token of the next. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: { readonly NextToken?: string };
}

/** @throws {AwsError} for a token that is none of ours */
export const pageOf = <T>(all: readonly T[], token: string | undefined): Page<T> => {
  const start = token === undefined ? 0 : readToken(token);
  const end = start + PAGE_SIZE;
  return {
    items: all.slice(start, end),
    next: end < all.length ? { NextToken: Buffer.from(`page:${end}`).toString('base64url') } : {},
  };
};

const readToken = (token: string): number => {
  const start = /^page:(\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1];
  if (start === undefined)
    throw validationError('NextToken is no token of this listing. Start again without it.');
  return Number(start);
};
