import { compileColumns } from './column-pattern.ts';
import { invalidParameter } from './errors.ts';

/**
 * Filter patterns of CloudWatch Logs: terms and JSON selectors.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export type LogFilter = (message: string) => boolean;

/** A pattern, and what it names of a line. */
export interface LogPattern {
  readonly matches: LogFilter;
  /** Whether it names anything: of terms there is nothing to extract. */
  readonly isStructured: boolean;
  /** The value of a name such as `$.latency` or `$size`, as text; undefined where the line has none. */
  read(message: string, name: string): string | undefined;
  /** Everything that the pattern names, by its name. */
  extract(message: string): Readonly<Record<string, string>>;
}

/** @throws {InvalidParameterException} for a pattern that cannot be read */
export const compileFilter = (pattern: string): LogFilter => compilePattern(pattern).matches;

const UNSTRUCTURED = { isStructured: false, read: () => undefined, extract: () => ({}) } as const;

/** @throws {InvalidParameterException} for a pattern that cannot be read */
export const compilePattern = (pattern: string): LogPattern => {
  const text = pattern.trim();
  if (text === '') return { ...UNSTRUCTURED, matches: () => true };
  if (text.startsWith('{')) return jsonPattern(text);
  if (text.startsWith('[')) return compileColumns(text);
  return { ...UNSTRUCTURED, matches: compileTerms(text) };
};

const jsonPattern = (text: string): LogPattern => {
  const names = [
    ...new Set(
      tokenise(text)
        .filter(({ kind }) => kind === 'selector')
        .map((token) => token.text),
    ),
  ];
  const read = (message: string, name: string) => asText(compileSelector(name)(parsed(message)));
  return {
    matches: compileJson(text),
    isStructured: true,
    read,
    extract: (message) =>
      Object.fromEntries(
        names.flatMap((name) => {
          const value = read(message, name);
          return value === undefined ? [] : [[name, value]];
        }),
      ),
  };
};

const parsed = (message: string): unknown => {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
};

const asText = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

interface Term {
  readonly kind: '+' | '-' | '?';
  readonly matches: (message: string) => boolean;
}

const TERM = /([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"]+))/g;

/** The text is AWS's: https://github.com/DefangLabs/defang/issues/1008 */
const invalidTerm = (term: string) =>
  invalidParameter(`Invalid filter pattern: Invalid character(s) in term '${term}'`);

const compileTerms = (text: string): LogFilter => {
  // What no term takes up is a quotation mark or per cent sign without its other half.
  const [left] = text.replace(TERM, ' ').trim().split(/\s+/);
  if (left !== undefined && left !== '') throw invalidTerm(left);
  const terms: Term[] = [...text.matchAll(TERM)].map(([, sign, quoted, regex, word]) => {
    // Other characters must be in quotation marks.
    if (word !== undefined && !/^[\p{L}\p{N}_]+$/u.test(word)) throw invalidTerm(word);
    const wanted = quoted?.replace(/\\(.)/g, '$1') ?? word ?? '';
    const expression = regex === undefined ? undefined : compileRegex(regex);
    return {
      kind: sign === '-' ? '-' : sign === '?' ? '?' : '+',
      matches: (message) => expression?.test(message) ?? message.includes(wanted),
    };
  });
  const some = terms.filter(({ kind }) => kind === '?');
  const all = terms.filter(({ kind }) => kind === '+');
  const none = terms.filter(({ kind }) => kind === '-');
  return (message) =>
    all.every((term) => term.matches(message)) &&
    !none.some((term) => term.matches(message)) &&
    (some.length === 0 || all.length > 0 || some.some((term) => term.matches(message)));
};

const compileRegex = (source: string): RegExp => {
  try {
    return new RegExp(source);
  } catch {
    throw invalidParameter(
      `Invalid filter pattern: the regular expression '${source}' cannot be read`,
    );
  }
};

// Tokens of a JSON pattern: selectors, operators, strings, numbers, words.
const TOKEN =
  /\s*(?:(\$(?:\.[\w-]+|\[\d+\]|\['[^']+'\])*)|(&&|\|\||!=|>=|<=|[=<>(){}])|"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s(){}=<>&|!]+))/gy;

interface Token {
  readonly kind: 'selector' | 'operator' | 'string' | 'regex' | 'word';
  readonly text: string;
}

const tokenise = (text: string): Token[] => {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(trimmed);
    if (match === null)
      throw invalidParameter(
        `Invalid filter pattern: '${trimmed.slice(at, at + 20)}' cannot be read`,
      );
    const [, selector, operator, string, regex, word] = match;
    if (selector !== undefined) tokens.push({ kind: 'selector', text: selector });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator });
    else if (string !== undefined)
      tokens.push({ kind: 'string', text: string.replace(/\\(.)/g, '$1') });
    else if (regex !== undefined) tokens.push({ kind: 'regex', text: regex });
    else tokens.push({ kind: 'word', text: word ?? '' });
  }
  return tokens;
};

type Test = (value: unknown) => boolean;

const compileJson = (text: string): LogFilter => {
  const tokens = tokenise(text);
  let at = 0;
  const peek = () => tokens[at]?.text;
  const expect = (wanted: string) => {
    if (tokens[at]?.text !== wanted)
      throw invalidParameter(
        `Invalid filter pattern: expected '${wanted}', found '${peek() ?? 'the end'}'`,
      );
    at += 1;
  };
  const primary = (): Test => {
    if (peek() === '(') {
      expect('(');
      const inner = either();
      expect(')');
      return inner;
    }
    const selector = tokens[at++];
    if (selector?.kind !== 'selector')
      throw invalidParameter(
        `Invalid filter pattern: expected a selector such as $.level, found '${selector?.text ?? 'the end'}'`,
      );
    const read = compileSelector(selector.text);
    const operator = tokens[at++]?.text ?? '';
    if (operator === 'IS' || operator === 'NOT') {
      const word = tokens[at++]?.text ?? '';
      if (operator === 'NOT' && word === 'EXISTS') return (value) => read(value) === undefined;
      const constant = { TRUE: true, FALSE: false, NULL: null }[word];
      return (value) => read(value) === constant;
    }
    const operand = tokens[at++];
    if (operand === undefined)
      throw invalidParameter('Invalid filter pattern: it ends after an operator');
    return comparison(read, operator, operand);
  };
  const both = (): Test => {
    let left = primary();
    while (peek() === '&&') {
      at += 1;
      const [before, right] = [left, primary()];
      left = (value) => before(value) && right(value);
    }
    return left;
  };
  const either = (): Test => {
    let left = both();
    while (peek() === '||') {
      at += 1;
      const [before, right] = [left, both()];
      left = (value) => before(value) || right(value);
    }
    return left;
  };
  expect('{');
  const test = either();
  expect('}');
  return (message) => {
    try {
      return test(JSON.parse(message));
    } catch {
      return false;
    }
  };
};

const compileSelector = (text: string) => {
  const path = [...text.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
    ([, name, index, quoted]) => name ?? quoted ?? Number(index),
  );
  return (value: unknown): unknown =>
    path.reduce<unknown>(
      (inner, key) =>
        typeof inner === 'object' && inner !== null
          ? (inner as Record<string | number, unknown>)[key]
          : undefined,
      value,
    );
};

const comparison = (read: (value: unknown) => unknown, operator: string, operand: Token): Test => {
  if (operand.kind === 'regex') {
    const expression = compileRegex(operand.text);
    return (value) => expression.test(String(read(value))) === (operator === '=');
  }
  const number = operand.kind === 'word' ? Number(operand.text) : Number.NaN;
  if (!Number.isNaN(number)) {
    const compare = {
      '=': (a: number) => a === number,
      '!=': (a: number) => a !== number,
      '>': (a: number) => a > number,
      '<': (a: number) => a < number,
      '>=': (a: number) => a >= number,
      '<=': (a: number) => a <= number,
    }[operator];
    if (compare !== undefined)
      return (value) => {
        const found = read(value);
        return typeof found === 'number' && compare(found);
      };
  }
  if (operator !== '=' && operator !== '!=')
    throw invalidParameter(
      `Invalid filter pattern: '${operator}' compares numbers, found '${operand.text}'`,
    );
  const pattern = new RegExp(
    `^${operand.text.replace(/[.+^$(){}|[\]\\?]/g, '\\$&').replaceAll('*', '.*')}$`,
    's',
  );
  return (value) => {
    const found = read(value);
    if (found === undefined) return false;
    return pattern.test(String(found)) === (operator === '=');
  };
};
