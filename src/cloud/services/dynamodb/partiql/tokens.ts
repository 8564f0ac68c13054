import { invalid } from '../errors.ts';

export type TokenKind = 'word' | 'quoted' | 'text' | 'number' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Without quotation marks. */
  readonly text: string;
}

const TOKEN =
  /\s+|("(?:[^"]|"")*")|('(?:[^']|'')*')|(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(<<|>>|<=|>=|<>|!=|\|\||[-+*?.,;(){}[\]:=<>])/y;

/**
 * The reasons are recorded in https://github.com/paritysuite/dynamodb-conformance/blob/main/tests/tier3/error-messages/partiqlGrammar.test.ts
 */
export const badStatement = (why: string): Error =>
  invalid(`Statement wasn't well formed, can't be processed: ${why}`);

export const tokenize = (statement: string): readonly Token[] => {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < statement.length) {
    const match = TOKEN.exec(statement);
    // Nothing is said of what cannot be read at all.
    if (match === null) throw badStatement('');
    const [, quoted, text, number, word, symbol] = match;
    if (quoted !== undefined)
      tokens.push({ kind: 'quoted', text: quoted.slice(1, -1).replaceAll('""', '"') });
    else if (text !== undefined)
      tokens.push({ kind: 'text', text: text.slice(1, -1).replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
  }
  return tokens;
};
