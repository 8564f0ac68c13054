import { notSupported } from '../../../core/aws-error.ts';
import { constraints } from '../constraints.ts';
import { invalid } from '../errors.ts';
import type { RawCondition, RawOperand, RawStep, RawUpdateAction } from '../expressions/index.ts';
import { STATEMENT_CHARACTERS } from '../limits.ts';
import type { AttributeValue, Item } from '../values/index.ts';
import { admitValue, putAttribute } from '../values/index.ts';
import type { Token } from './tokens.ts';
import { badStatement, tokenize } from './tokens.ts';

interface Place {
  readonly table: string;
  readonly index?: string | undefined;
}

/** A statement with its parameters filled in. Values in its conditions are named by their place in `values`. */
export type Statement = Place & {
  readonly values: readonly AttributeValue[];
} & (
    | {
        readonly kind: 'select' | 'exists';
        /** Undefined for `*`. */
        readonly paths: readonly (readonly RawStep[])[] | undefined;
        readonly where: RawCondition | undefined;
        readonly order: readonly { readonly name: string; readonly descending: boolean }[];
      }
    | { readonly kind: 'insert'; readonly item: Item }
    | {
        readonly kind: 'update';
        readonly actions: readonly RawUpdateAction[];
        readonly where: RawCondition | undefined;
        readonly returns: string | undefined;
      }
    | {
        readonly kind: 'delete';
        readonly where: RawCondition | undefined;
        readonly returns: string | undefined;
      }
  );

const COMPARATORS: Readonly<Record<string, '=' | '<>' | '<' | '<=' | '>' | '>='>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/** Types after `IS`, and the attribute types that they mean. */
const TYPES: Readonly<Record<string, string>> = {
  NULL: 'NULL',
  BOOLEAN: 'BOOL',
  STRING: 'S',
  NUMERIC: 'N',
  BLOB: 'B',
  STRUCT: 'M',
  TUPLE: 'M',
  LIST: 'L',
};

const END: Token = { kind: 'end', text: '<EOF>' };

/** @throws {ValidationException} for what is no statement of DynamoDB */
export const parseStatement = (
  text: string,
  parameters: readonly AttributeValue[] | undefined,
): Statement => {
  constraints().length('statement', text, 1, Number.MAX_SAFE_INTEGER).assert();
  if (text.length > STATEMENT_CHARACTERS)
    throw invalid(
      `1 validation error detected: Value '${text.slice(0, 40)}…' at 'statement' failed to satisfy constraint: Member must have length less than or equal to ${STATEMENT_CHARACTERS}`,
    );
  const reader = createReader(tokenize(text));
  const values: AttributeValue[] = [];
  let used = 0;
  const parameter = (): AttributeValue => {
    const given = parameters?.[used];
    used += 1;
    if (given === undefined)
      throw invalid("Number of parameters in request and statement don't match.");
    return admitValue(given);
  };
  const parser = createParser(reader, parameter, (value) => {
    values.push(value);
    return { kind: 'value', name: String(values.length - 1) };
  });
  const statement = parser();
  reader.accept(';');
  if (reader.peek().kind !== 'end') throw badStatement('Unexpected token after expression');
  if (used < (parameters?.length ?? 0))
    throw invalid("Number of parameters in request and statement don't match.");
  return { ...statement, values } as Statement;
};

interface Reader {
  peek(ahead?: number): Token;
  next(): Token;
  /** Words in any case; what stands in quotation marks is no word. */
  accept(text: string): boolean;
  expect(text: string): void;
  unexpected(): Error;
}

const createReader = (tokens: readonly Token[]): Reader => {
  let at = 0;
  const peek = (ahead = 0) => tokens[at + ahead] ?? END;
  const is = (text: string) => {
    const token = peek();
    if (token.kind === 'word') return token.text.toUpperCase() === text;
    return token.kind === 'symbol' && token.text === text;
  };
  const unexpected = () => badStatement(`Unexpected token '${peek().text}'`);
  return {
    peek,
    next: () => {
      const token = peek();
      at += 1;
      return token;
    },
    accept: (text) => {
      if (!is(text)) return false;
      at += 1;
      return true;
    },
    expect: (text) => {
      if (!is(text)) throw unexpected();
      at += 1;
    },
    unexpected,
  };
};

const createParser = (
  reader: Reader,
  parameter: () => AttributeValue,
  named: (value: AttributeValue) => RawOperand,
) => {
  const name = (): string => {
    const { kind } = reader.peek();
    if (kind !== 'word' && kind !== 'quoted') throw reader.unexpected();
    return reader.next().text;
  };
  const place = (): Place => {
    const table = name();
    return reader.accept('.') ? { table, index: name() } : { table };
  };
  /** @param goesOn - Words that may follow; any other is an alias */
  const refuseAlias = (...goesOn: readonly string[]) => {
    const { kind, text } = reader.peek();
    if (kind === 'quoted' || (kind === 'word' && !goesOn.includes(text.toUpperCase())))
      throw invalid('Aliasing is not supported');
  };
  const list = <R>(one: () => R, end: string): readonly R[] => {
    if (reader.accept(end)) return [];
    const all = [one()];
    while (reader.accept(',')) all.push(one());
    reader.expect(end);
    return all;
  };

  const literal = (): AttributeValue => {
    const { kind, text } = reader.peek();
    if (kind === 'text') {
      reader.next();
      return { S: text };
    }
    if (kind === 'number') {
      reader.next();
      return admitValue({ N: text });
    }
    if (reader.accept('-')) {
      if (reader.peek().kind !== 'number') throw reader.unexpected();
      return admitValue({ N: `-${reader.next().text}` });
    }
    if (reader.accept('?')) return parameter();
    if (reader.accept('TRUE')) return { BOOL: true };
    if (reader.accept('FALSE')) return { BOOL: false };
    if (reader.accept('NULL')) return { NULL: true };
    if (reader.accept('[')) return { L: list(literal, ']') };
    if (reader.accept('<<')) return set(list(literal, '>>'));
    if (reader.accept('{')) return { M: struct() };
    throw reader.unexpected();
  };
  const struct = (): Item => {
    const item: Record<string, AttributeValue> = {};
    for (const [key, value] of list(() => {
      if (reader.peek().kind !== 'text') throw reader.unexpected();
      const key = reader.next().text;
      reader.expect(':');
      return [key, literal()] as const;
    }, '}')) {
      if (Object.hasOwn(item, key)) throw invalid(`Duplicate keys in tuple. Key: ${key}`);
      putAttribute(item, key, value);
    }
    return item;
  };
  const set = (members: readonly AttributeValue[]): AttributeValue => {
    if (members.length === 0) throw invalid('Empty bags are not supported');
    const texts = members.flatMap(({ S }) => S ?? []);
    const numbers = members.flatMap(({ N }) => N ?? []);
    if (texts.length === members.length) return admitValue({ SS: texts });
    if (numbers.length === members.length) return admitValue({ NS: numbers });
    throw invalid(
      'Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags',
    );
  };

  const path = (): RawOperand & { readonly kind: 'path' } => {
    const steps: RawStep[] = [name()];
    for (;;) {
      if (reader.accept('.')) steps.push(name());
      else if (reader.accept('[')) {
        const { kind, text } = reader.next();
        if (kind === 'number') steps.push(Number(text));
        else if (kind === 'text') steps.push(text);
        else throw badStatement('A path goes on by a number or a name in quotes');
        reader.expect(']');
      } else return { kind: 'path', steps };
    }
  };
  const isLiteral = () => {
    const { kind, text } = reader.peek();
    if (kind === 'text' || kind === 'number') return true;
    if (kind === 'symbol') return ['-', '?', '[', '<<', '{'].includes(text);
    return kind === 'word' && ['TRUE', 'FALSE', 'NULL'].includes(text.toUpperCase());
  };
  const operand = (): RawOperand => {
    if (isLiteral()) return named(literal());
    if (reader.peek().kind === 'word' && reader.peek(1).text === '(') {
      const called = reader.next().text.toLowerCase();
      reader.next();
      return { kind: 'call', name: called, operands: list(operand, ')') };
    }
    return path();
  };

  const condition = (): RawCondition => {
    let left = conjunction();
    while (reader.accept('OR')) left = { kind: 'or', left, right: rightHand(conjunction) };
    return left;
  };
  const conjunction = (): RawCondition => {
    let left = negation();
    while (reader.accept('AND')) left = { kind: 'and', left, right: rightHand(negation) };
    return left;
  };
  const rightHand = (read: () => RawCondition): RawCondition => {
    if (reader.peek().kind === 'end')
      throw badStatement('Missing right-hand side expression of infix operator');
    return read();
  };
  const negation = (): RawCondition =>
    reader.accept('NOT') ? { kind: 'not', condition: negation() } : predicate();
  const predicate = (): RawCondition => {
    const { kind, text } = reader.peek();
    if (kind === 'end' || text === ';') throw badStatement('Unexpected term');
    if (kind === 'word' && text.toUpperCase() === 'ORDER') throw badStatement('Unexpected keyword');
    if (reader.accept('(')) {
      const inner = condition();
      reader.expect(')');
      return inner;
    }
    const left = operand();
    const comparator = COMPARATORS[reader.peek().text];
    if (reader.peek().kind === 'symbol' && comparator !== undefined) {
      reader.next();
      return { kind: 'compare', operator: comparator, left, right: operand() };
    }
    if (reader.accept('BETWEEN')) {
      const low = operand();
      reader.expect('AND');
      return { kind: 'between', operands: [left, low, operand()] };
    }
    if (reader.accept('IN')) {
      const end = reader.accept('[') ? ']' : ')';
      if (end === ')') reader.expect('(');
      return { kind: 'in', operand: left, options: list(operand, end) };
    }
    if (reader.accept('IS')) return typeTest(left);
    if (left.kind !== 'call') throw reader.unexpected();
    return left;
  };
  const typeTest = (left: RawOperand): RawCondition => {
    const negated = reader.accept('NOT');
    const type = reader.next().text.toUpperCase();
    if (type === 'MISSING')
      return {
        kind: 'call',
        name: negated ? 'attribute_exists' : 'attribute_not_exists',
        operands: [left],
      };
    const wanted = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
    if (wanted === undefined)
      throw invalid(
        `Unsupported data type for IS operator: ${type}. Supported data types are [MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]`,
      );
    const test: RawCondition = {
      kind: 'call',
      name: 'attribute_type',
      operands: [left, named({ S: wanted })],
    };
    return negated ? { kind: 'not', condition: test } : test;
  };

  const select = (kind: 'select' | 'exists') => {
    const paths = reader.accept('*') ? undefined : projection();
    reader.expect('FROM');
    if (reader.peek().kind === 'end') throw badStatement('Unexpected term');
    const from = place();
    if (reader.peek().text === ',')
      throw invalid('Only select from a single table or index is supported.');
    refuseAlias('WHERE', 'ORDER', 'GROUP');
    const where = reader.accept('WHERE') ? condition() : undefined;
    if (reader.accept('GROUP')) throw invalid('Unsupported clause: GROUP BY');
    const order: { name: string; descending: boolean }[] = [];
    if (reader.accept('ORDER')) {
      reader.expect('BY');
      do {
        const by = name();
        const descending = reader.accept('DESC');
        if (!descending) reader.accept('ASC');
        order.push({ name: by, descending });
      } while (reader.accept(','));
    }
    return { kind, ...from, paths, where, order };
  };
  const projection = (): readonly (readonly RawStep[])[] => {
    const all = [path().steps];
    while (reader.accept(',')) all.push(path().steps);
    return all;
  };
  const insert = () => {
    reader.expect('INTO');
    const into = place();
    reader.expect('VALUE');
    const value = literal();
    if (reader.accept('ON')) throw notSupported('ON CONFLICT of INSERT');
    if (value.M === undefined)
      throw invalid(
        'Unsupported format in item expression. Please use struct format {...} to express item values for insert statement.',
      );
    return { kind: 'insert' as const, ...into, item: value.M };
  };
  const change = (): RawUpdateAction => {
    const at = path();
    reader.expect('=');
    if (reader.peek().kind === 'word' && /^set_(add|delete)$/i.test(reader.peek().text)) {
      const section = reader.next().text.toLowerCase() === 'set_add' ? 'ADD' : 'DELETE';
      reader.expect('(');
      path();
      reader.expect(',');
      const given = operand();
      reader.expect(')');
      return { section, path: at, operand: given };
    }
    const left = operand();
    const { text } = reader.peek();
    if (text !== '+' && text !== '-') return { section: 'SET', path: at, operand: left };
    reader.next();
    const right = operand();
    return {
      section: 'SET',
      path: at,
      operand: { kind: 'arithmetic', operator: text, left, right },
    };
  };
  const returning = (): string | undefined => {
    if (!reader.accept('RETURNING')) return undefined;
    const scope = reader.accept('ALL') ? 'ALL' : 'UPDATED';
    if (scope === 'UPDATED') reader.expect('MODIFIED');
    const when = reader.accept('OLD') ? 'OLD' : 'NEW';
    if (when === 'NEW') reader.expect('NEW');
    reader.expect('*');
    return `${scope}_${when}`;
  };
  const update = () => {
    const at = place();
    refuseAlias('SET', 'REMOVE');
    const actions: RawUpdateAction[] = [];
    for (;;) {
      if (reader.accept('SET'))
        do actions.push(change());
        while (reader.accept(','));
      else if (reader.accept('REMOVE'))
        do actions.push({ section: 'REMOVE', path: path() });
        while (reader.accept(','));
      else break;
    }
    if (actions.length === 0) throw reader.unexpected();
    const where = reader.accept('WHERE') ? condition() : undefined;
    return { kind: 'update' as const, ...at, actions, where, returns: returning() };
  };
  const remove = () => {
    reader.expect('FROM');
    const { kind, text } = reader.peek();
    if (kind === 'end' || text === ';' || text.toUpperCase() === 'WHERE')
      throw badStatement('Expected identifier for simple path');
    const from = place();
    refuseAlias('WHERE', 'ORDER', 'RETURNING');
    const where = reader.accept('WHERE') ? condition() : undefined;
    const returns = returning();
    if (returns !== undefined && returns !== 'ALL_OLD')
      throw invalid(
        `Invalid returning clause: RETURNING ${returns.replace('UPDATED', 'MODIFIED').replace('_', ' ')} *. Only RETURNING ALL OLD * is allowed in DELETE statements.`,
      );
    return { kind: 'delete' as const, ...from, where, returns };
  };

  return () => {
    if (reader.accept('SELECT')) return select('select');
    if (reader.accept('INSERT')) return insert();
    if (reader.accept('UPDATE')) return update();
    if (reader.accept('DELETE')) return remove();
    if (reader.accept('EXISTS')) {
      reader.expect('(');
      reader.expect('SELECT');
      const checked = select('exists');
      reader.expect(')');
      return checked;
    }
    // A word alone is an expression to PartiQL's parser, and no operation of DynamoDB's.
    if (reader.peek().kind === 'word' && reader.peek(1).kind === 'end')
      throw invalid('Unsupported operation: VariableReference');
    throw reader.unexpected();
  };
};
