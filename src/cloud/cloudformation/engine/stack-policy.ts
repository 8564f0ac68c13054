import { validationError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';

/** What an update does to a resource, in the words of a stack policy. */
export type UpdateAction = 'Update:Modify' | 'Update:Replace' | 'Update:Delete';

/** @throws {AwsError} when the text is no stack policy */
export const readStackPolicy = (text: string): readonly JsonObject[] => {
  const refuse = (why: string) =>
    validationError(`Error validating stack policy: Invalid stack policy. ${why}`);
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw refuse('It is no JSON.');
  }
  const statements = isObject(policy) ? policy['Statement'] : undefined;
  const list = isList(statements) ? statements : [statements];
  return list.map((statement) => {
    if (!isObject(statement)) throw refuse('It needs a Statement, or a list of them.');
    const { Effect, Action, NotAction, Principal, Resource, NotResource } = statement;
    if (Effect !== 'Allow' && Effect !== 'Deny')
      throw refuse(`Effect is ${JSON.stringify(Effect)}; it has to be Allow or Deny.`);
    if (Principal !== '*') throw refuse('Principal has to be "*".');
    if ((Action === undefined) === (NotAction === undefined))
      throw refuse('A statement has either Action or NotAction.');
    if ((Resource === undefined) === (NotResource === undefined))
      throw refuse('A statement has either Resource or NotResource.');
    return statement;
  });
};

/**
 * Why a stack's policy does not let an update touch a resource; undefined when it does.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
 */
export const deniedByStackPolicy = (
  policy: string | undefined,
  resource: { readonly logicalId: string; readonly type: string },
  action: UpdateAction,
): string | undefined => {
  if (policy === undefined) return undefined;
  let allowed = false;
  for (const [index, statement] of readStackPolicy(policy).entries()) {
    if (!applies(statement, resource, action)) continue;
    if (statement['Effect'] === 'Deny')
      return `Action denied by stack policy: Statement [#${index + 1}] does not allow [${action}] for resource [LogicalResourceId/${resource.logicalId}]`;
    allowed = true;
  }
  // What no statement allows is denied.
  return allowed
    ? undefined
    : `Action denied by stack policy: no statement allows [${action}] for resource [LogicalResourceId/${resource.logicalId}]`;
};

const applies = (
  statement: JsonObject,
  { logicalId, type }: { readonly logicalId: string; readonly type: string },
  action: string,
): boolean => {
  const resource = `LogicalResourceId/${logicalId}`;
  const { Action, NotAction, Resource, NotResource } = statement;
  return (
    (Action === undefined ? !matches(NotAction, action) : matches(Action, action)) &&
    (Resource === undefined ? !matches(NotResource, resource) : matches(Resource, resource)) &&
    holds(statement['Condition'], type)
  );
};

/** The one key that there is: ResourceType. */
const holds = (condition: Json | undefined, type: string): boolean => {
  if (!isObject(condition)) return true;
  return Object.entries(condition).every(([operator, keys]) => {
    const wanted = isObject(keys) ? keys['ResourceType'] : undefined;
    if (operator === 'StringEquals') return (isList(wanted) ? wanted : [wanted]).includes(type);
    return operator === 'StringLike' && matches(wanted, type);
  });
};

const matches = (patterns: Json | undefined, text: string): boolean =>
  (isList(patterns) ? patterns : [patterns]).some(
    (pattern) =>
      typeof pattern === 'string' &&
      new RegExp(
        `^${pattern
          .split('*')
          .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`,
      ).test(text),
  );
