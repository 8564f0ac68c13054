import { EXPRESSION_OPERATORS } from '../limits.ts';
import type {
  Comparator,
  RawCondition,
  RawOperand,
  RawPath,
  RawStep,
  RawUpdateAction,
  UpdateSection,
} from './syntax.ts';
import type { ExpressionKind, Reader } from './tokens.ts';
import { expressionError, readTokens } from './tokens.ts';

/** Expressions are few and come again and again: each is parsed once. */
const PARSED = 1_000;

/** Remembers the last {@link PARSED} results; what throws is not remembered. */
const remembered = <R>(parse: (expression: string) => R): ((expression: string) => R) => {
  const known = new Map<string, R>();
  return (expression) => {
    const found = known.get(expression);
    if (found !== undefined) return found;
    const result = parse(expression);
    if (known.size >= PARSED) known.delete(known.keys().next().value ?? '');
    known.set(expression, result);
    return result;
  };
};

const COMPARATORS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
const isComparator = (text: string): text is Comparator => COMPARATORS.includes(text);

const parsePath = (reader: Reader): RawPath => {
  const first = reader.peek();
  if (first.kind !== 'word' && first.kind !== 'name') throw reader.unexpected();
  const steps: RawStep[] = [reader.next().text];
  for (;;) {
    if (reader.accept('.')) {
      const step = reader.peek();
      if (step.kind !== 'word' && step.kind !== 'name') throw reader.unexpected();
      steps.push(reader.next().text);
    } else if (reader.accept('[')) {
      if (reader.peek().kind !== 'number') throw reader.unexpected();
      steps.push(Number(reader.next().text));
      reader.expect(']');
    } else return { kind: 'path', steps };
  }
};

const parseList = <R>(reader: Reader, parseOne: () => R): readonly R[] => {
  const all = [parseOne()];
  while (reader.accept(',')) all.push(parseOne());
  return all;
};

const parseOperand = (reader: Reader): RawOperand => {
  const { kind, text } = reader.peek();
  if (kind === 'value') return { kind: 'value', name: reader.next().text };
  if (kind === 'word' && reader.peek(1).text === '(') {
    reader.next();
    reader.next();
    const operands = parseList(reader, () => parseOperand(reader));
    reader.expect(')');
    return { kind: 'call', name: text, operands };
  }
  return parsePath(reader);
};

/** `OR` binds least, then `AND`, then `NOT`. */
const createConditionParser = (kind: ExpressionKind, reader: Reader) => {
  let operators = 0;
  const enclosed = new Set<RawCondition>();
  const counted = <R>(node: R): R => {
    operators += 1;
    if (operators > EXPRESSION_OPERATORS)
      throw expressionError(
        kind,
        `The expression contains too many operators; operator count: ${operators}`,
      );
    return node;
  };
  const parseOr = (): RawCondition => {
    let left = parseAnd();
    while (reader.accept('OR')) left = counted({ kind: 'or', left, right: parseAnd() });
    return left;
  };
  const parseAnd = (): RawCondition => {
    let left = parseNot();
    while (reader.accept('AND')) left = counted({ kind: 'and', left, right: parseNot() });
    return left;
  };
  const parseNot = (): RawCondition =>
    reader.peek().kind === 'word' && reader.accept('NOT')
      ? counted({ kind: 'not', condition: parseNot() })
      : parseTerm();
  const parseTerm = (): RawCondition => {
    if (!reader.accept('(')) return parsePredicate();
    const inner = parseOr();
    reader.expect(')');
    if (enclosed.has(inner))
      throw expressionError(kind, 'The expression has redundant parentheses;');
    enclosed.add(inner);
    return inner;
  };
  const parsePredicate = (): RawCondition => {
    const left = parseOperand(reader);
    const { text } = reader.peek();
    if (isComparator(text)) {
      reader.next();
      return counted({
        kind: 'compare',
        operator: text,
        left,
        right: parseOperand(reader),
      });
    }
    if (reader.accept('BETWEEN')) {
      const low = parseOperand(reader);
      reader.expect('AND');
      return counted({ kind: 'between', operands: [left, low, parseOperand(reader)] });
    }
    if (reader.accept('IN')) {
      reader.expect('(');
      const options = parseList(reader, () => parseOperand(reader));
      reader.expect(')');
      return counted({ kind: 'in', operand: left, options });
    }
    if (left.kind !== 'call') throw reader.unexpected();
    return counted(left);
  };
  return parseOr;
};

const conditionOf = (kind: ExpressionKind) =>
  remembered((expression) => {
    const reader = readTokens(kind, expression);
    const condition = createConditionParser(kind, reader)();
    if (reader.peek().kind !== 'end') throw reader.unexpected();
    return condition;
  });

/** Parsers of conditions, by the parameter that messages name. */
export const parseCondition = {
  ConditionExpression: conditionOf('ConditionExpression'),
  FilterExpression: conditionOf('FilterExpression'),
  KeyConditionExpression: conditionOf('KeyConditionExpression'),
} as const;

export const parseProjection = remembered((expression: string): readonly RawPath[] => {
  const reader = readTokens('ProjectionExpression', expression);
  const paths = parseList(reader, () => parsePath(reader));
  if (reader.peek().kind !== 'end') throw reader.unexpected();
  return paths;
});

const SECTIONS: readonly string[] = ['SET', 'REMOVE', 'ADD', 'DELETE'];
const isSection = (text: string): text is UpdateSection => SECTIONS.includes(text);

export const parseUpdate = remembered((expression: string): readonly RawUpdateAction[] => {
  const reader = readTokens('UpdateExpression', expression);
  const actions: RawUpdateAction[] = [];
  const seen = new Set<string>();
  while (reader.peek().kind !== 'end') {
    const section = reader.peek().text.toUpperCase();
    if (!isSection(section)) throw reader.unexpected();
    reader.next();
    if (seen.has(section))
      throw expressionError(
        'UpdateExpression',
        `The "${section}" section can only be used once in an update expression;`,
      );
    seen.add(section);
    actions.push(...parseList(reader, () => parseAction(reader, section)));
  }
  return actions;
});

const parseAction = (reader: Reader, section: UpdateSection): RawUpdateAction => {
  const path = parsePath(reader);
  switch (section) {
    case 'REMOVE':
      return { section, path };
    case 'SET':
      reader.expect('=');
      return { section, path, operand: parseSum(reader) };
    case 'ADD':
    case 'DELETE':
      if (reader.peek().kind !== 'value') throw reader.unexpected();
      return { section, path, operand: parseOperand(reader) };
  }
};

/** One sum or difference at most, as DynamoDB's grammar has it. */
const parseSum = (reader: Reader): RawOperand => {
  const left = parseTerm(reader);
  const { text } = reader.peek();
  if (text !== '+' && text !== '-') return left;
  reader.next();
  return { kind: 'arithmetic', operator: text, left, right: parseTerm(reader) };
};

const parseTerm = (reader: Reader): RawOperand => {
  if (!reader.accept('(')) return parseOperand(reader);
  const inner = parseSum(reader);
  reader.expect(')');
  return inner;
};
