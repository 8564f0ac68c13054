import { FrameworkError } from '../../../spec/errors.ts';
import type { Attributes } from './bound-table.ts';

/** A key as text that goes through a URL: readable, for it is no secret. */
export const writeCursor = (key: Attributes): string => {
  const texts = Object.entries(key).map(([name, { S, N, B }]) => [
    name,
    B === undefined ? { S, N } : { B: Buffer.from(B).toString('base64') },
  ]);
  return Buffer.from(JSON.stringify(Object.fromEntries(texts))).toString('base64url');
};

const isText = (value: unknown): value is string => typeof value === 'string';

const readKey = (value: unknown): Attributes[string] | undefined => {
  const { S, N, B } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (isText(S)) return { S };
  if (isText(N)) return { N };
  return isText(B) ? { B: Buffer.from(B, 'base64') } : undefined;
};

const parsed = (cursor: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/**
 * The key in a cursor, which may come from outside.
 * @throws {FrameworkError} INVALID_OPTION for what is no cursor of a list with these keys
 */
export const readCursor = (cursor: string, names: readonly string[]): Attributes => {
  const found = parsed(cursor);
  const key: Attributes = {};
  for (const name of names) {
    const value = readKey(found[name]);
    if (value === undefined)
      throw new FrameworkError(
        'INVALID_OPTION',
        `${JSON.stringify(cursor.slice(0, 100))} is given to page(); it takes the next of an earlier page of the same list, unchanged.`,
      );
    key[name] = value;
  }
  return key;
};
