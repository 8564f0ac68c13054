import { templateError, validationError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';
import { functionOf } from '../template/references.ts';
import { FUNCTIONS } from './functions.ts';
import type { Scope } from './scope.ts';
import type { Value } from './values.ts';
import { NO_VALUE } from './values.ts';

/**
 * What a value of the template comes to, its functions evaluated from the inside out.
 * @throws {AwsError} `Template error: …`
 */
export const evaluate = (value: Json, scope: Scope): Value => {
  if (isList(value))
    return value.map((member) => evaluate(member, scope)).filter((member) => member !== NO_VALUE);
  if (!isObject(value)) return value;
  const call = functionOf(value);
  if (call === undefined) return evaluateMembers(value, scope);
  const [name, argument] = call;
  const run = FUNCTIONS[name];
  if (run === undefined) throw unsupportedFunction(name);
  return run(argument, scope, evaluate);
};

const evaluateMembers = (value: JsonObject, scope: Scope): Value => {
  const entries: [string, Value][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (name.startsWith('Fn::') && name !== 'Fn::Transform' && FUNCTIONS[name] !== undefined)
      throw templateError(
        `${name} must be the only member of its object, which has [${Object.keys(value).join(', ')}]`,
      );
    const evaluated = evaluate(member, scope);
    if (evaluated !== NO_VALUE) entries.push([name, evaluated]);
  }
  return Object.fromEntries(entries);
};

const SUPPORTED =
  'Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, Fn::ValueOf, Fn::ValueOfAll, Fn::RefAll, Fn::Sub, Fn::Cidr';

const unsupportedFunction = (name: string) =>
  validationError(
    `Template error: Encountered unsupported function: ${name} Supported functions are: [${SUPPORTED}]`,
  );
