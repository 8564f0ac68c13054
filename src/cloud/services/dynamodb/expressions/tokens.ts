import { invalid } from '../errors.ts';
import { EXPRESSION_BYTES } from '../limits.ts';

/** The parameters that hold expressions, as messages name them. */
export type ExpressionKind =
  | 'ConditionExpression'
  | 'FilterExpression'
  | 'KeyConditionExpression'
  | 'ProjectionExpression'
  | 'UpdateExpression';

export type TokenKind = 'word' | 'name' | 'value' | 'number' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

const TOKEN = /[A-Za-z_][A-Za-z0-9_]*|[#:][A-Za-z0-9_]+|[0-9]+|<>|<=|>=|\S/y;

const kindOf = (text: string): TokenKind => {
  const first = text.charAt(0);
  if (/[A-Za-z_]/.test(first)) return 'word';
  if (/[0-9]/.test(first)) return 'number';
  if (text.length > 1 && first === '#') return 'name';
  if (text.length > 1 && first === ':') return 'value';
  return 'symbol';
};

/** Walks over the tokens of one expression. */
export interface Reader {
  /** The next token, which stays. */
  peek(ahead?: number): Token;
  next(): Token;
  /** Takes the next token if it is this symbol, or this word in any case. */
  accept(text: string): boolean;
  /** @throws {ValidationException} naming the token that was found instead */
  expect(text: string): void;
  /** What to throw for the next token, which does not belong here. */
  unexpected(): Error;
}

/** A complaint about an expression, in AWS's form. */
export const expressionError = (kind: ExpressionKind, problem: string): Error =>
  invalid(`Invalid ${kind}: ${problem}`);

/** @throws {ValidationException} for an empty or too long expression */
export const readTokens = (kind: ExpressionKind, expression: string): Reader => {
  if (expression === '') throw expressionError(kind, 'The expression can not be empty;');
  const bytes = Buffer.byteLength(expression);
  if (bytes > EXPRESSION_BYTES)
    throw expressionError(
      kind,
      `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
    );
  const tokens = tokenize(expression);
  const end: Token = { kind: 'end', text: '<EOF>', at: expression.length };
  let position = 0;
  const peek = (ahead = 0) => tokens[position + ahead] ?? end;
  const matches = (text: string) =>
    peek().kind === 'word' ? peek().text.toUpperCase() === text : peek().text === text;
  const unexpected = () => {
    const { text } = peek();
    const [before, after] = [tokens[position - 1] ?? peek(), peek(1)];
    const near = expression.slice(
      before === end ? 0 : before.at,
      after === end ? undefined : after.at + after.text.length,
    );
    return expressionError(kind, `Syntax error; token: "${text}", near: "${near}"`);
  };
  return {
    peek,
    next: () => {
      const token = peek();
      position += 1;
      return token;
    },
    accept: (text) => {
      if (!matches(text)) return false;
      position += 1;
      return true;
    },
    expect: (text) => {
      if (!matches(text)) throw unexpected();
      position += 1;
    },
    unexpected,
  };
};

const tokenize = (expression: string): readonly Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(expression.charAt(at))) at += 1;
    TOKEN.lastIndex = at;
    const text = TOKEN.exec(expression)?.[0];
    if (text === undefined) return tokens;
    tokens.push({ kind: kindOf(text), text, at });
    at += text.length;
  }
};
