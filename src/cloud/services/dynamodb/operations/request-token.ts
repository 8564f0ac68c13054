import { createHash } from 'node:crypto';
import { tokenMismatch } from '../errors.ts';
import { TOKEN_MS } from '../limits.ts';
import type { Context } from '../state.ts';

/** The request without its token, told by a digest: bytes and texts in it stay apart. */
const digestOf = (items: unknown): string =>
  createHash('sha256')
    .update(
      JSON.stringify(items, (_key, value: unknown) =>
        value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value,
      ),
    )
    .digest('hex');

/** Tokens of more than ten minutes ago are forgotten; the oldest stand first. */
const forgetTokens = ({ state, clock }: Context) => {
  for (const { token, at } of state.tokens.values()) {
    if (at > clock.now() - TOKEN_MS) return;
    state.tokens.delete(token);
  }
};

/**
 * Whether a transaction was done under this token, within the last ten minutes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#DDB-TransactWriteItems-request-ClientRequestToken
 * @throws {IdempotentParameterMismatchException} when it was another one
 */
export const wasDone = (context: Context, token: string | undefined, request: unknown): boolean => {
  forgetTokens(context);
  const known = token === undefined ? undefined : context.state.tokens.get(token);
  if (known === undefined) return false;
  if (known.digest !== digestOf(request)) throw tokenMismatch();
  return true;
};

/** Keeps a token with what was done under it. */
export const rememberDone = (
  { state, clock }: Context,
  token: string | undefined,
  request: unknown,
): void => {
  if (token !== undefined)
    state.tokens.set(token, { token, at: clock.now(), digest: digestOf(request) });
};
