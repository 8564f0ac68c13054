import {
  absent,
  equal,
  type FieldPattern,
  ignoringCase,
  inBlock,
  noneOf,
  prefix,
  present,
  type Range,
  suffix,
  wildcard,
  within,
} from './conditions.ts';
import type { JsonCursor, Token } from './json-cursor.ts';
import { createJsonCursor } from './json-cursor.ts';

/** One way to match: what each field, by its dotted path, must be one of. */
export type Branch = ReadonlyMap<string, readonly FieldPattern[]>;

/** A pattern, ready to be matched: one of its branches must fit. */
export interface CompiledPattern {
  readonly branches: readonly Branch[];
}

/** What a service's language has of all that patterns can say. */
export interface Dialect {
  /** Match types such as `prefix`. */
  readonly matchTypes: ReadonlySet<string>;
  /** What may stand inside `{ "anything-but": { … } }`. */
  readonly anythingBut: ReadonlySet<string>;
  /** Whether `prefix` and `suffix` take `{ "equals-ignore-case": … }`. */
  readonly foldsAffixes: boolean;
  /** Numbers reach from minus this to this. */
  readonly mostNumber: { readonly value: number; readonly text: string };
  /** What `{ "exists": true }` says. */
  readonly present: FieldPattern;
}

/** EventBridge's language, and Lambda's. */
const EVENTBRIDGE: Dialect = {
  matchTypes: new Set([
    'exactly',
    'equals-ignore-case',
    'wildcard',
    'prefix',
    'suffix',
    'numeric',
    'anything-but',
    'exists',
    'cidr',
  ]),
  anythingBut: new Set(['prefix', 'suffix', 'wildcard', 'equals-ignore-case']),
  foldsAffixes: true,
  mostNumber: { value: 5e9, text: '5.0E9' },
  present,
};

/** Where the reading is, and in which language. */
interface Reader extends JsonCursor {
  readonly dialect: Dialect;
}

/**
 * Reads an event pattern. Texts of refusals are those of AWS's own compiler, event-ruler, as recorded from EventBridge
 * (test/recordings/event-patterns).
 *
 * @param source - JSON
 * @param dialect - What of it the service knows. @defaultValue EventBridge's language
 * @throws {PatternError} for what is no pattern
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export const compilePattern = (source: string, dialect: Dialect = EVENTBRIDGE): CompiledPattern => {
  const cursor: Reader = { ...createJsonCursor(source), dialect };
  if (cursor.next().kind !== '{') cursor.fail('Filter is not an object');
  return { branches: readObject(cursor, [], [new Map()], false) };
};

type Draft = ReadonlyMap<string, readonly FieldPattern[]>;

/** https://github.com/aws/event-ruler: names that `$or` would be mistaken with. */
const RESERVED_IN_OR: ReadonlySet<string> = new Set([
  'exact',
  'prefix',
  'suffix',
  'exists',
  'anything-but',
  'numeric',
  'equals-ignore-case',
  'wildcard',
  'cidr',
]);

const readObject = (
  cursor: Reader,
  path: readonly string[],
  given: readonly Draft[],
  inOr: boolean,
): readonly Draft[] => {
  let drafts = given;
  let fields = 0;
  for (let token = cursor.next(); token.kind === 'field'; token = cursor.next()) {
    fields += 1;
    const name = token.text;
    if (name === '$or') {
      drafts = readOr(cursor, path, drafts);
      continue;
    }
    if (inOr && RESERVED_IN_OR.has(name))
      cursor.fail(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    const inner = [...path, name];
    const { kind } = cursor.next();
    if (kind === '{') drafts = readObject(cursor, inner, drafts, inOr);
    else if (kind === '[') {
      const patterns = readList(cursor);
      drafts = drafts.map((draft) => new Map(draft).set(inner.join('.'), patterns));
    } else cursor.fail(`"${name}" must be an object or an array`);
  }
  if (fields === 0) cursor.fail('Empty objects are not allowed');
  return drafts;
};

const readOr = (
  cursor: Reader,
  path: readonly string[],
  drafts: readonly Draft[],
): readonly Draft[] => {
  if (cursor.next().kind !== '[') cursor.fail('It must be an Array followed with $or.');
  const all: Draft[] = [];
  let count = 0;
  for (let token = cursor.next(); token.kind !== ']'; token = cursor.next()) {
    count += 1;
    if (token.kind !== '{')
      cursor.fail('Only JSON object is allowed in array of $or relationship.');
    all.push(...readObject(cursor, path, drafts, true));
  }
  if (count < 2) cursor.fail('There must have at least 2 Objects in $or relationship.');
  return all;
};

const readList = (cursor: Reader): readonly FieldPattern[] => {
  const patterns: FieldPattern[] = [];
  for (let token = cursor.next(); token.kind !== ']'; token = cursor.next()) {
    cursor.used(token);
    switch (token.kind) {
      case '{':
        patterns.push(readExpression(cursor));
        break;
      case 'string':
        patterns.push(equal(token.text));
        break;
      case 'number':
      case 'literal':
        patterns.push(equal(token.value));
        break;
      default:
        cursor.fail('Match value must be String, number, true, false, or null');
    }
  }
  if (patterns.length === 0) cursor.fail('Empty arrays are not allowed');
  return patterns;
};

const ONE_KEY = 'Only one key allowed in match expression';
const TOO_MANY = 'Too many elements in numeric expression';

const textOf = (cursor: Reader, token: Token, otherwise: string): string => {
  if (token.kind !== 'string') return cursor.fail(otherwise);
  cursor.used(token);
  return token.text;
};

const closing = (cursor: Reader, otherwise = ONE_KEY) => {
  if (cursor.next().kind !== '}') cursor.fail(otherwise);
};

/** `{ "prefix": "a" }` and its kin; the brace has been read. */
const readExpression = (cursor: Reader): FieldPattern => {
  const name = cursor.next();
  if (name.kind !== 'field') return cursor.fail('Match expression name not found');
  if (!cursor.dialect.matchTypes.has(name.text)) return unknownMatchType(cursor, name.text);
  switch (name.text) {
    case 'exactly':
    case 'equals-ignore-case':
    case 'wildcard': {
      const word = name.text === 'exactly' ? 'exact' : name.text;
      const text = textOf(cursor, cursor.next(), `${word} match pattern must be a string`);
      const pattern =
        name.text === 'exactly'
          ? equal(text)
          : name.text === 'wildcard'
            ? readWildcard(cursor, text)
            : ignoringCase.equal(text);
      closing(cursor);
      return pattern;
    }
    case 'prefix':
    case 'suffix':
      return readAffix(cursor, name.text);
    case 'numeric':
      return readNumeric(cursor);
    case 'anything-but':
      return readAnythingBut(cursor);
    case 'exists': {
      const token = cursor.next();
      if (token.kind !== 'literal' || token.value === null)
        return cursor.fail('exists match pattern must be either true or false.');
      closing(cursor);
      return token.value ? cursor.dialect.present : absent;
    }
    case 'cidr': {
      const text = textOf(cursor, cursor.next(), 'prefix match pattern must be a string');
      const pattern = inBlock(text) ?? cursor.fail(`Malformed CIDR, one '/' required`);
      closing(cursor);
      return pattern;
    }
    default:
      return unknownMatchType(cursor, name.text);
  }
};

const unknownMatchType = (cursor: Reader, name: string): never =>
  cursor.fail(`Unrecognized match type ${name}`);

const AFFIXES = { prefix, suffix };

const readAffix = (cursor: Reader, kind: 'prefix' | 'suffix'): FieldPattern => {
  const token = cursor.next();
  if (token.kind !== '{' || !cursor.dialect.foldsAffixes) {
    const text = textOf(cursor, token, `${kind} match pattern must be a string`);
    closing(cursor);
    return AFFIXES[kind](text);
  }
  const inner = cursor.next();
  if (inner.kind !== 'field')
    return cursor.fail(`${kind === 'prefix' ? 'Prefix' : 'Suffix'} expression name not found`);
  if (inner.text !== 'equals-ignore-case')
    return cursor.fail(`Unsupported ${kind} pattern: ${inner.text}`);
  const text = textOf(cursor, cursor.next(), 'equals-ignore-case match pattern must be a string');
  closing(cursor);
  closing(cursor);
  return ignoringCase[kind](text);
};

const readWildcard = (cursor: Reader, text: string, again = false): FieldPattern => {
  // Positions count the quotation mark before the text.
  for (let at = 0; at < text.length; at += 1)
    if (text[at] === '\\') {
      if (!/[*\\]/.test(text[at + 1] ?? ''))
        cursor.fail(`Invalid escape character at pos ${at + 1}`, again);
      at += 1;
    } else if (text[at] === '*' && text[at + 1] === '*')
      cursor.fail(`Consecutive wildcard characters at pos ${at + 1}`, again);
  return wildcard(text);
};

const OPERATORS: Readonly<Record<string, keyof Range>> = {
  '>': 'above',
  '>=': 'atLeast',
  '<': 'below',
  '<=': 'atMost',
};

const readNumeric = (cursor: Reader): FieldPattern => {
  if (cursor.next().kind !== '[') cursor.fail('Value of numeric must be an array.');
  const first = cursor.next();
  if (first.kind !== 'string')
    return cursor.fail(`Invalid member in numeric match: ${shown(first)}`);
  cursor.used(first);
  const value = cursor.next();
  const operator = first.text;
  if (operator !== '=' && OPERATORS[operator] === undefined)
    return cursor.fail(`Unrecognized numeric range operator: ${operator}`);
  const number = numberOf(cursor, value, operator === '=' ? 'equals' : operator);
  const range = rangeOf(cursor, operator, number);
  closing(cursor, TOO_MANY);
  return range;
};

const rangeOf = (cursor: Reader, operator: string, number: number): FieldPattern => {
  const token = cursor.next();
  const key = OPERATORS[operator];
  if (key === undefined) {
    if (token.kind !== ']') cursor.fail(TOO_MANY);
    return within({ atLeast: number, atMost: number });
  }
  if (token.kind === ']') return within({ [key]: number });
  if (key === 'below' || key === 'atMost') return cursor.fail(TOO_MANY);
  if (token.kind !== 'string') return cursor.fail(`Bad value in numeric range: ${shown(token)}`);
  cursor.used(token);
  const top = OPERATORS[token.text];
  if (top !== 'below' && top !== 'atMost')
    return cursor.fail(`Bad numeric range operator: ${token.text}`);
  const most = numberOf(cursor, cursor.next(), token.text);
  if (cursor.next().kind !== ']') cursor.fail('Too many terms in numeric range expression');
  if (number >= most) cursor.fail('Bottom must be less than top');
  return within({ [key]: number, [top]: most });
};

const numberOf = (cursor: Reader, token: Token, operator: string): number => {
  if (token.kind !== 'number') return cursor.fail(`Value of ${operator} must be numeric`);
  const { value, text } = cursor.dialect.mostNumber;
  if (Math.abs(token.value) > value)
    cursor.fail(`Value must be between -${text} and ${text}, inclusive`);
  return token.value;
};

const shown = (token: Token): string => ('text' in token ? token.text : token.kind);

const readAnythingBut = (cursor: Reader): FieldPattern => {
  const token = cursor.next();
  if (token.kind !== '{') {
    const values = readExcluded(cursor, token);
    closing(cursor, TOO_MANY);
    return noneOf(values.map(equal));
  }
  const inner = cursor.next();
  if (inner.kind !== 'field') return cursor.fail('Anything-But expression name not found');
  const patterns = readExcludedTexts(cursor, inner.text);
  closing(cursor);
  closing(cursor);
  return noneOf(patterns);
};

const readExcluded = (cursor: Reader, token: Token): readonly (string | number)[] => {
  cursor.used(token);
  if (token.kind === 'string') return [token.text];
  if (token.kind === 'number') return [token.value];
  if (token.kind !== '[')
    return cursor.fail('Value of anything-but must be an array or single string/number value.');
  const values: (string | number)[] = [];
  for (let one = cursor.next(); one.kind !== ']'; one = cursor.next()) {
    cursor.used(one);
    if (one.kind === 'string') values.push(one.text);
    else if (one.kind === 'number') values.push(one.value);
    else cursor.fail('Inside anything but list, start|null|boolean is not supported.', true);
  }
  const [first] = values;
  if (first === undefined || values.some((one) => typeof one !== typeof first))
    cursor.fail(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  return values;
};

const readExcludedTexts = (cursor: Reader, kind: string): readonly FieldPattern[] => {
  if (!cursor.dialect.anythingBut.has(kind))
    return cursor.fail(`Unsupported anything-but pattern: ${kind}`);
  const refusal =
    kind === 'wildcard'
      ? 'wildcard match pattern must be a string'
      : kind === 'equals-ignore-case'
        ? 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.'
        : `${cursor.dialect.anythingBut.has('suffix') ? 'prefix/suffix' : kind} match pattern must be a string`;
  const one = (token: Token, again: boolean): FieldPattern => {
    if (token.kind !== 'string') return cursor.fail(refusal, again);
    cursor.used(token);
    const { text } = token;
    if (kind === 'wildcard') return readWildcard(cursor, text, again);
    if (kind === 'equals-ignore-case') return ignoringCase.equal(text);
    if (text === '') return cursor.fail('Null prefix/suffix not allowed', again);
    return kind === 'prefix' ? prefix(text) : suffix(text);
  };
  const token = cursor.next();
  if (token.kind !== '[') return [one(token, false)];
  const patterns: FieldPattern[] = [];
  for (let item = cursor.next(); item.kind !== ']'; item = cursor.next())
    patterns.push(one(item, true));
  if (patterns.length === 0) cursor.fail('Empty arrays are not allowed');
  return patterns;
};
