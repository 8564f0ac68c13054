import { IN_OPERANDS } from '../limits.ts';
import type { AttributeType, AttributeValue } from '../values/index.ts';
import { ATTRIBUTE_TYPES, compareValues, showValue, typeOf } from '../values/index.ts';
import type { Bindings, Path } from './bindings.ts';
import { showPath } from './paths.ts';
import type { Comparator, RawCondition, RawOperand } from './syntax.ts';
import type { ExpressionKind } from './tokens.ts';
import { expressionError } from './tokens.ts';

/**
 * Conditions with their placeholders filled in, checked as AWS checks them before it looks at an item.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'size'; readonly of: Operand };

export type ConditionFunction =
  | 'attribute_exists'
  | 'attribute_not_exists'
  | 'attribute_type'
  | 'begins_with'
  | 'contains';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly condition: Condition }
  | {
      readonly kind: 'compare';
      readonly operator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | {
      readonly kind: 'between';
      readonly operand: Operand;
      readonly low: Operand;
      readonly high: Operand;
    }
  | { readonly kind: 'in'; readonly operand: Operand; readonly options: readonly Operand[] }
  | {
      readonly kind: 'call';
      readonly name: ConditionFunction;
      readonly operand: Operand;
      readonly argument?: Operand;
    };

/** Functions of conditions, and how many operands each takes. */
const FUNCTIONS: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};
/** What AWS calls the type of a path, which can be any. */
const ANY_TYPE =
  '{M,N,HDS,SS,HD,FLOAT,FS,DICT,INT,NS,DECIMALSET,INTSET,L,B,BS,NULL,S,BOOL,DOUBLE,DECIMAL,DOUBLESET}';
const UPDATE_FUNCTIONS = ['if_not_exists', 'list_append'];

/** Types that have an order, and a size. */
const ORDERED: readonly AttributeType[] = ['S', 'N', 'B'];
const SIZED: readonly AttributeType[] = ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M'];

/** Every function's own complaint. */
export const wrongOperandCount = (kind: ExpressionKind, name: string, count: number) =>
  expressionError(
    kind,
    `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${count}`,
  );
export const wrongOperandType = (kind: ExpressionKind, name: string, type: string) =>
  expressionError(
    kind,
    `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
  );
export const wantsPath = (kind: ExpressionKind, name: string) =>
  expressionError(
    kind,
    `Operator or function requires a document path; operator or function: ${name}`,
  );
export const unknownFunction = (kind: ExpressionKind, name: string) =>
  expressionError(kind, `Invalid function name; function: ${name}`);

/** The type of an operand, as far as it is known without an item. */
const knownType = (operand: Operand): AttributeType | undefined => {
  switch (operand.kind) {
    case 'value':
      return typeOf(operand.value);
    case 'size':
      return 'N';
    case 'path':
      return undefined;
  }
};

const sameOperand = (one: Operand, other: Operand): boolean =>
  one.kind === 'path' &&
  other.kind === 'path' &&
  one.path.length === other.path.length &&
  one.path.every((step, index) => step === other.path[index]);

/** @throws {ValidationException} for what AWS refuses without looking at an item */
export const bindCondition = (
  kind: ExpressionKind,
  raw: RawCondition,
  bindings: Bindings,
): Condition => {
  const bindOperand = (operand: RawOperand): Operand => {
    switch (operand.kind) {
      case 'path':
        return { kind: 'path', path: bindings.path(kind, operand.steps) };
      case 'value':
        return { kind: 'value', value: bindings.value(kind, operand.name) };
      case 'arithmetic':
        throw unknownFunction(kind, operand.operator);
      case 'call': {
        const operands = bindCall(operand.name, operand.operands);
        if (operand.name !== 'size')
          throw expressionError(
            kind,
            `The function is not allowed to be used this way in an expression; function: ${operand.name}`,
          );
        const [of] = operands;
        checkTypes('size', of, SIZED);
        return { kind: 'size', of };
      }
    }
  };
  const bindCall = (
    name: string,
    operands: readonly RawOperand[],
  ): readonly [Operand, Operand?] => {
    const count = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (count === undefined) {
      if (UPDATE_FUNCTIONS.includes(name))
        throw expressionError(
          kind,
          `The function is not allowed in a condition expression; function: ${name}`,
        );
      throw unknownFunction(kind, name);
    }
    const [first, second] = operands.map(bindOperand);
    if (operands.length !== count || first === undefined)
      throw wrongOperandCount(kind, name, operands.length);
    return second === undefined ? [first] : [first, second];
  };
  const checkTypes = (name: string, operand: Operand, allowed: readonly AttributeType[]) => {
    const type = knownType(operand);
    if (type !== undefined && !allowed.includes(type)) throw wrongOperandType(kind, name, type);
  };
  const checkDistinct = (name: string, first: Operand, others: readonly Operand[]) => {
    if (
      first.kind === 'path' &&
      others.length > 0 &&
      others.every((other) => sameOperand(first, other))
    )
      throw expressionError(
        kind,
        `The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${showPath(first.path)}`,
      );
  };
  const bindFunction = (name: string, operands: readonly RawOperand[]): Condition => {
    const [operand, argument] = bindCall(name, operands);
    if (name === 'size')
      throw expressionError(
        kind,
        `The function is not allowed to be used this way in an expression; function: ${name}`,
      );
    if (argument !== undefined) checkDistinct(name, operand, [argument]);
    if (name.startsWith('attribute_') && operand.kind !== 'path') throw wantsPath(kind, name);
    if (name === 'begins_with')
      for (const one of [operand, argument])
        if (one !== undefined) checkTypes(name, one, ['S', 'B']);
    if (name === 'attribute_type' && argument !== undefined) checkTypeName(argument);
    return {
      kind: 'call',
      name: name as ConditionFunction,
      operand,
      ...(argument === undefined ? {} : { argument }),
    };
  };
  const checkTypeName = (given: Operand) => {
    if (given.kind !== 'value') throw wrongOperandType(kind, 'attribute_type', ANY_TYPE);
    const { value } = given;
    if (value.S === undefined) throw wrongOperandType(kind, 'attribute_type', typeOf(value));
    if (!(ATTRIBUTE_TYPES as readonly string[]).includes(value.S))
      throw expressionError(
        kind,
        `Invalid attribute type name found; type: ${value.S}, valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}`,
      );
  };
  const checkBounds = (low: Operand, high: Operand) => {
    if (low.kind !== 'value' || high.kind !== 'value') return;
    const bounds = `lower bound operand: AttributeValue: ${showValue(low.value)}, upper bound operand: AttributeValue: ${showValue(high.value)}`;
    const order = compareValues(low.value, high.value);
    if (order === undefined)
      throw expressionError(
        kind,
        `The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`,
      );
    if (order > 0)
      throw expressionError(
        kind,
        `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
      );
  };
  const bind = (node: RawCondition): Condition => {
    switch (node.kind) {
      case 'and':
      case 'or':
        return { kind: node.kind, left: bind(node.left), right: bind(node.right) };
      case 'not':
        return { kind: 'not', condition: bind(node.condition) };
      case 'compare': {
        const [left, right] = [bindOperand(node.left), bindOperand(node.right)];
        checkDistinct(node.operator, left, [right]);
        if (node.operator !== '=' && node.operator !== '<>')
          for (const one of [left, right]) checkTypes(node.operator, one, ORDERED);
        return { kind: 'compare', operator: node.operator, left, right };
      }
      case 'between': {
        const [operand, low, high] = [
          bindOperand(node.operands[0]),
          bindOperand(node.operands[1]),
          bindOperand(node.operands[2]),
        ];
        checkDistinct('BETWEEN', operand, [low, high]);
        for (const one of [operand, low, high]) checkTypes('BETWEEN', one, ORDERED);
        checkBounds(low, high);
        return { kind: 'between', operand, low, high };
      }
      case 'in': {
        if (node.options.length > IN_OPERANDS)
          throw expressionError(
            kind,
            `The IN operator is provided with too many operands; number of operands: ${node.options.length}`,
          );
        const operand = bindOperand(node.operand);
        const options = node.options.map(bindOperand);
        checkDistinct('IN', operand, options);
        return { kind: 'in', operand, options };
      }
      case 'call':
        return bindFunction(node.name, node.operands);
    }
  };
  return bind(raw);
};
