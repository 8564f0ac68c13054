import { formatError, templateError } from '../errors.ts';
import type { Json } from '../json.ts';
import { isList, isObject, sameValue } from '../json.ts';
import type { Evaluate, Scope } from './scope.ts';
import { toJson } from './values.ts';

/**
 * Whether a condition of the template holds.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
 * @throws {AwsError} `Template error: …`
 */
export const evaluateCondition = (condition: Json, scope: Scope, evaluate: Evaluate): boolean => {
  if (!isObject(condition)) throw notBoolean();
  const [[name, argument] = ['', null], ...more] = Object.entries(condition);
  if (more.length > 0) throw notBoolean();
  switch (name) {
    case 'Condition': {
      const value = typeof argument === 'string' ? scope.conditions.get(argument) : undefined;
      if (value === undefined)
        throw formatError(
          `Unresolved condition dependency ${String(argument)} in the Conditions block of the template`,
        );
      return value;
    }
    case 'Fn::Equals': {
      if (!isList(argument) || argument.length !== 2)
        throw templateError('every Fn::Equals object requires a list of 2 string parameters.');
      const [one, other] = argument.map((part) => toJson(evaluate(part, scope)));
      return sameValue(one, other);
    }
    case 'Fn::Not':
      if (!isList(argument) || argument.length !== 1)
        throw templateError('every Fn::Not object requires a list of 1 boolean parameter.');
      return !evaluateCondition(argument[0] ?? null, scope, evaluate);
    case 'Fn::And':
      return several(name, argument).every((part) => evaluateCondition(part, scope, evaluate));
    case 'Fn::Or':
      return several(name, argument).some((part) => evaluateCondition(part, scope, evaluate));
    default:
      throw notBoolean();
  }
};

const several = (name: string, argument: Json): readonly Json[] => {
  if (!isList(argument) || argument.length < 2 || argument.length > 10)
    throw templateError(
      `every ${name} object requires a list of at least 2 and at most 10 boolean parameters.`,
    );
  return argument;
};

const notBoolean = () =>
  formatError(
    'Every Condition member must be a function that answers true or false: Condition, Fn::And, Fn::Equals, Fn::Not or Fn::Or.',
  );

/**
 * All conditions of a template, each after those that it is made of.
 * @throws {AwsError} for a cycle or a function that is none of theirs
 */
export const evaluateConditions = (
  scope: Omit<Scope, 'conditions'>,
  evaluate: Evaluate,
): ReadonlyMap<string, boolean> => {
  const done = new Map<string, boolean>();
  const visiting: string[] = [];
  const { conditions } = scope.template;
  const value = (name: string): boolean => {
    const known = done.get(name);
    if (known !== undefined) return known;
    if (visiting.includes(name))
      throw templateError(
        `Circular dependency between conditions: [${visiting.slice(visiting.indexOf(name)).join(', ')}]`,
      );
    visiting.push(name);
    const lazily = { get: (id: string) => (conditions.has(id) ? value(id) : undefined) };
    const result = evaluateCondition(
      conditions.get(name) ?? null,
      {
        ...scope,
        conditions: lazily as ReadonlyMap<string, boolean>,
      },
      evaluate,
    );
    visiting.pop();
    done.set(name, result);
    return result;
  };
  for (const name of conditions.keys()) value(name);
  return done;
};
