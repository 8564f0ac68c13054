import { formatError, notHere, validationError } from '../errors.ts';
import type { Json } from '../json.ts';
import { isList, isObject, sameValue } from '../json.ts';
import { evaluate } from './evaluate.ts';
import type { Scope } from './scope.ts';

/**
 * Checks a template's rules against its parameters.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 * @throws {AwsError} with the assertion's own description
 */
export const checkRules = (scope: Scope): void => {
  for (const [name, rule] of scope.template.rules) {
    if (!isObject(rule) || !isList(rule['Assertions']))
      throw formatError(`The rule ${name} needs a list of Assertions.`);
    const condition = rule['RuleCondition'];
    if (condition !== undefined && !holds(condition, scope)) continue;
    for (const assertion of rule['Assertions']) {
      if (!isObject(assertion) || assertion['Assert'] === undefined)
        throw formatError(`Every assertion of the rule ${name} needs an Assert.`);
      if (holds(assertion['Assert'], scope)) continue;
      const description = assertion['AssertDescription'];
      throw validationError(
        typeof description === 'string'
          ? description
          : `An assertion of the rule ${name} is false.`,
      );
    }
  }
};

const holds = (value: Json, scope: Scope): boolean => {
  if (typeof value === 'boolean') return value;
  if (!isObject(value) || Object.keys(value).length !== 1)
    throw formatError('A rule consists of functions that answer true or false.');
  const [[name, argument] = ['', null]] = Object.entries(value);
  const members = isList(argument) ? argument : [argument];
  const [first = null, second = null] = members;
  switch (name) {
    case 'Fn::And':
      return members.every((member) => holds(member, scope));
    case 'Fn::Or':
      return members.some((member) => holds(member, scope));
    case 'Fn::Not':
      return !holds(first, scope);
    case 'Fn::Equals':
      return sameValue(read(first, scope), read(second, scope));
    case 'Fn::Contains':
      return listOf(first, scope).some((member) => sameValue(member, read(second, scope)));
    case 'Fn::EachMemberEquals':
      return listOf(first, scope).every((member) => sameValue(member, read(second, scope)));
    case 'Fn::EachMemberIn': {
      const allowed = listOf(second, scope);
      return listOf(first, scope).every((member) => allowed.some((one) => sameValue(member, one)));
    }
    default:
      throw formatError(`${name} is no function of rules that answers true or false.`);
  }
};

const read = (value: Json, scope: Scope): Json => {
  if (isObject(value) && 'Fn::RefAll' in value)
    return [...scope.template.parameters]
      .filter(([, { type }]) => type === value['Fn::RefAll'])
      .map(([name]) => scope.parameters.get(name) ?? '');
  if (isObject(value) && ('Fn::ValueOf' in value || 'Fn::ValueOfAll' in value))
    throw notHere(`${Object.keys(value).join()} in a rule`);
  return evaluate(value, scope) as Json;
};

const listOf = (value: Json, scope: Scope): readonly Json[] => {
  const list = isList(value) ? value.map((member) => read(member, scope)) : read(value, scope);
  if (!isList(list)) throw formatError('A function of a rule needs a list.');
  return list.flat();
};
