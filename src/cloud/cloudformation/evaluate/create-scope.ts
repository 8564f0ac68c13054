import { formatError, templateError, validationError } from '../errors.ts';
import { isCustomResource } from '../../../schema/index.ts';
import type { Json, JsonObject } from '../json.ts';
import { isObject, own } from '../json.ts';
import type { Template } from '../template/model.ts';
import type { ParameterValue } from '../template/parameters.ts';
import { parameterScope } from '../template/parameters.ts';
import { evaluateConditions } from './conditions.ts';
import { evaluate } from './evaluate.ts';
import type { Scope } from './scope.ts';
import { partitionOf } from './scope.ts';
import type { Value } from './values.ts';

/** Which stack a template is evaluated for. */
export interface StackIdentity {
  readonly accountId: string;
  readonly region: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly notificationArns: readonly string[];
}

/** What references to other things come to. */
export interface References {
  ref(logicalId: string): Value;
  attribute(logicalId: string, name: string): Value;
  importValue(name: string): Value;
}

/**
 * Everything to evaluate a template's values with, its conditions evaluated already.
 * @throws {AwsError} when a condition cannot be evaluated
 */
export const createScope = (
  template: Template,
  parameters: readonly ParameterValue[],
  identity: StackIdentity,
  references: References,
): Scope => {
  const partition = partitionOf(identity.region);
  const base = {
    template,
    parameters: parameterScope(template, parameters),
    pseudo: {
      'AWS::AccountId': identity.accountId,
      'AWS::NotificationARNs': identity.notificationArns,
      'AWS::Partition': partition.name,
      'AWS::Region': identity.region,
      'AWS::StackId': identity.stackId,
      'AWS::StackName': identity.stackName,
      'AWS::URLSuffix': partition.suffix,
    },
  };
  const conditions = evaluateConditions({ ...base, ...references }, evaluate);
  const isActive = (id: string) => isActiveIn(template, conditions, id);
  const guard = (id: string) => {
    if (template.resources.has(id) && !isActive(id))
      throw formatError(
        `Unresolved resource dependencies [${id}] in the Resources block of the template`,
      );
  };
  return {
    ...base,
    conditions,
    ref: (id) => {
      guard(id);
      return references.ref(id);
    },
    attribute: (id, name) => {
      guard(id);
      return references.attribute(id, name);
    },
    importValue: references.importValue,
  };
};

const isActiveIn = (
  template: Template,
  conditions: ReadonlyMap<string, boolean>,
  id: string,
): boolean => {
  const condition = template.resources.get(id)?.condition;
  return condition === undefined || conditions.get(condition) === true;
};

/** Whether the template makes this resource, by its condition. */
export const isActive = (scope: Scope, id: string): boolean =>
  isActiveIn(scope.template, scope.conditions, id);

/** The properties of a resource as they come out. */
export const evaluateProperties = (properties: JsonObject, scope: Scope): Value =>
  evaluate(properties, scope);

/** `Fn::GetAtt` of a resource that is there: one of its attributes, or a property by its path. */
export const attributeOf = (
  resource: {
    readonly logicalId: string;
    readonly type: string;
    readonly physicalId?: string;
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly properties: JsonObject;
  },
  name: string,
): Value => {
  const attribute = own(resource.attributes, name);
  if (attribute !== undefined) return attribute as Value;
  if (isCustomResource(resource.type))
    throw validationError(
      `CustomResource attribute error: Vendor response doesn't contain ${name} attribute in object ${resource.physicalId ?? ''}`,
    );
  let found: Json | undefined = resource.properties;
  for (const part of name.split('.')) found = isObject(found) ? own(found, part) : undefined;
  if (found !== undefined) return found;
  throw templateError(
    `resource ${resource.logicalId} does not support attribute type ${name} in Fn::GetAtt`,
  );
};
