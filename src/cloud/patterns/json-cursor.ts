import { PatternError } from './pattern-error.ts';

/** What stands at a place of a JSON text. */
export type Token =
  | { readonly kind: '{' | '}' | '[' | ']' | 'end' }
  | { readonly kind: 'field' | 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string; readonly value: number }
  | { readonly kind: 'literal'; readonly text: string; readonly value: true | false | null };

/**
 * Reads a JSON text token by token, and knows the place as AWS's parser (Jackson) tells it in messages: behind the token that
 * was read; behind a string's first quotation mark as long as nobody has looked at its text; and behind a field's value as
 * well, which is looked at with its name.
 */
export interface JsonCursor {
  next(): Token;
  /** The text of a string was used: the place is behind it now. */
  used(token: Token): void;
  /** @throws {PatternError} always that */
  fail(reason: string, again?: boolean): never;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids them inside a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERALS: Readonly<Record<string, true | false | null>> = {
  true: true,
  false: false,
  null: null,
};

export const createJsonCursor = (source: string): JsonCursor => {
  let at = 0;
  let place = 0;
  let ended = 0;
  const nesting: ('{' | '[')[] = [];
  let state: 'value' | 'first' | 'rest' = 'value';
  let pending: Token | undefined;

  const where = (): string => {
    const before = source.slice(0, place);
    const line = before.split('\n').length;
    return ` at [Source: (String)"${source}"; line: ${line}, column: ${place - (before.lastIndexOf('\n') + 1) + 1}]`;
  };
  const fail = (reason: string, again = false): never => {
    // A message that is caught and thrown once more gets its place once more.
    throw new PatternError(reason, `${reason}\n${where()}${again ? `\n${where()}` : ''}`);
  };
  const space = () => {
    while (/[ \t\r\n]/.test(source[at] ?? '')) at += 1;
  };
  const unexpected = (expected: string): never => {
    place = Math.min(at + 1, source.length);
    const found = source[at];
    return fail(
      found === undefined
        ? 'Unexpected end-of-input'
        : `Unexpected character ('${found}' (code ${found.charCodeAt(0)})): was expecting ${expected}`,
    );
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const value = (): Token => {
    space();
    const first = source[at];
    if (first === '{' || first === '[') {
      at += 1;
      place = at;
      nesting.push(first);
      state = 'first';
      return { kind: first };
    }
    if (first === '"') {
      const opened = at + 1;
      const text = take(STRING) ?? unexpected('a string that is closed');
      place = opened;
      ended = at;
      return { kind: 'string', text: JSON.parse(text) as string };
    }
    const number = take(NUMBER);
    if (number !== undefined) {
      place = at;
      return { kind: 'number', text: number, value: Number(number) };
    }
    const literal = take(LITERAL) ?? unexpected('a valid value');
    place = at;
    return { kind: 'literal', text: literal, value: LITERALS[literal] ?? null };
  };
  const close = (kind: '}' | ']'): Token => {
    at += 1;
    place = at;
    nesting.pop();
    state = 'rest';
    return { kind };
  };

  return {
    fail,
    used: (token) => {
      if (token.kind === 'string') place = ended;
    },
    next: () => {
      if (pending !== undefined) {
        const token = pending;
        pending = undefined;
        return token;
      }
      const inside = nesting.at(-1);
      if (inside === undefined) {
        if (state === 'value') {
          state = 'rest';
          return value();
        }
        space();
        if (at < source.length) return unexpected('the end');
        return { kind: 'end' };
      }
      space();
      const closing = inside === '{' ? '}' : ']';
      if (source[at] === closing) return close(closing);
      if (state === 'rest') {
        if (source[at] !== ',') return unexpected(`comma to separate entries, or '${closing}'`);
        at += 1;
        space();
      }
      state = 'rest';
      if (inside === '[') return value();
      const name = take(STRING) ?? unexpected('double-quote to start field name');
      space();
      if (source[at] !== ':') return unexpected('a colon to separate field name and value');
      at += 1;
      pending = value();
      return { kind: 'field', text: JSON.parse(name) as string };
    },
  };
};
