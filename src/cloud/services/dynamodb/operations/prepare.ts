import { invalid } from '../errors.ts';
import type {
  Condition,
  ExpressionInput,
  LegacyCondition,
  Projection,
} from '../expressions/index.ts';
import {
  bindCondition,
  createBindings,
  createProjection,
  parseCondition,
  parseProjection,
  readLegacyFilter,
} from '../expressions/index.ts';

/**
 * @param legacy - Parameters from before there were expressions, by name
 * @param modern - The expressions of the request, by name
 * @throws {ValidationException} when a request has both
 */
export const assertOneStyle = (
  legacy: Readonly<Record<string, unknown>>,
  modern: Readonly<Record<string, unknown>>,
): void => {
  if (!hasAny(legacy) || !hasAny(modern)) return;
  const given = (parameters: Readonly<Record<string, unknown>>) =>
    Object.keys(parameters)
      .filter((name) => parameters[name] !== undefined)
      .join(', ');
  throw invalid(
    `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${given(legacy)}} Expression parameters: {${given(modern)}}`,
  );
};

const hasAny = (parameters: Readonly<Record<string, unknown>>): boolean => {
  for (const name in parameters) if (parameters[name] !== undefined) return true;
  return false;
};

/** A request that writes one item under a condition. */
export interface ConditionalInput extends ExpressionInput {
  readonly ConditionExpression?: string | undefined;
  readonly Expected?: Readonly<Record<string, LegacyCondition>> | undefined;
  readonly ConditionalOperator?: string | undefined;
}

/** The condition of a request that has no other expression. */
export const readCondition = (input: ConditionalInput): Condition | undefined => {
  const { ConditionExpression, Expected, ConditionalOperator } = input;
  assertOneStyle({ Expected, ConditionalOperator }, { ConditionExpression });
  const bindings = createBindings(input, { ConditionExpression });
  if (ConditionExpression === undefined)
    return Expected === undefined && ConditionalOperator === undefined
      ? undefined
      : readLegacyFilter({ conditions: Expected, operator: ConditionalOperator, isExpected: true });
  const condition = bindCondition(
    'ConditionExpression',
    parseCondition.ConditionExpression(ConditionExpression),
    bindings,
  );
  bindings.assertAllUsed();
  return condition;
};

/** A request that wants a part of an item. */
export interface ProjectedInput extends ExpressionInput {
  readonly ProjectionExpression?: string | undefined;
  readonly AttributesToGet?: readonly string[] | undefined;
}

/** Attributes by name, each once. */
export const projectionOfNames = (names: readonly string[]): Projection => {
  if (names.length === 0)
    throw invalid(
      "1 validation error detected: Value '[]' at 'attributesToGet' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  if (new Set(names).size < names.length) {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    throw invalid(
      `One or more parameter values were invalid: Duplicate value in attribute name: ${twice ?? ''}`,
    );
  }
  return createProjection(names.map((name) => [name]));
};

/** The projection of a request that has no other expression; undefined when all is wanted. */
export const readProjection = (input: ProjectedInput): Projection | undefined => {
  const { ProjectionExpression, AttributesToGet } = input;
  assertOneStyle({ AttributesToGet }, { ProjectionExpression });
  const bindings = createBindings(input, { ProjectionExpression });
  if (ProjectionExpression === undefined)
    return AttributesToGet === undefined ? undefined : projectionOfNames(AttributesToGet);
  const projection = createProjection(
    parseProjection(ProjectionExpression).map(({ steps }) =>
      bindings.path('ProjectionExpression', steps),
    ),
  );
  bindings.assertAllUsed();
  return projection;
};
