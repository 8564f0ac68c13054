import {
  constraintsOf,
  isCustomResource,
  resourceType,
  resourceTypeNames,
} from '../schema/index.ts';
import { checkMembers } from './check-members.ts';
import { checkValue } from './check-value.ts';
import type { JsonObject } from './json.ts';
import { intrinsicOf, isList, isNoValue, isObject } from './json.ts';
import { listed, nearest } from './nearest.ts';
import type { Report } from './report.ts';
import { withoutUnchecked } from './report.ts';
import type { ResourceFacts, TemplateFacts } from './template-facts.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html and the attributes that it links. */
const ATTRIBUTES: readonly string[] = [
  'Condition',
  'CreationPolicy',
  'DeletionPolicy',
  'DependsOn',
  'Metadata',
  'Properties',
  'Type',
  'UpdatePolicy',
  'UpdateReplacePolicy',
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html */
const DELETION_POLICIES: readonly string[] = [
  'Delete',
  'Retain',
  'RetainExceptOnCreate',
  'Snapshot',
];
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html */
const REPLACE_POLICIES: readonly string[] = ['Delete', 'Retain', 'Snapshot'];

/** What AWS knows and publishes no schema of. */
const WITHOUT_SCHEMA: readonly string[] = ['AWS::CDK::Metadata'];

/** Checks a resource against the schema that AWS publishes of its type. */
export const checkResource = (resource: ResourceFacts, facts: TemplateFacts, all: Report): void => {
  const { id, type: name, origin } = resource;
  if (!facts.transformed && !isCustomResource(name)) checkAttributes(resource, all);
  if (origin?.unchecked === true || isCustomResource(name) || WITHOUT_SCHEMA.includes(name)) return;
  const type = resourceType(name);
  if (type === undefined) {
    // What a macro makes of the rest is not seen here.
    if (!facts.transformed) sayUnknownType(resource, all);
    return;
  }
  const report = origin?.unchecked === undefined ? all : withoutUnchecked(all, origin.unchecked);
  const constraints = constraintsOf(name);
  for (const properties of formsOf(resource.properties))
    checkMembers(properties, { schemas: type.properties, constraint: constraints.p }, undefined, {
      id,
      type,
      constraints,
      report,
      facts,
      check: checkValue,
    });
};

/** The properties as they stand, or as they stand in either branch of a condition. */
const formsOf = (properties: JsonObject): readonly JsonObject[] => {
  const call = intrinsicOf(properties);
  if (isNoValue(properties)) return [{}];
  if (call?.name !== 'Fn::If' || !isList(call.argument)) return [properties];
  return call.argument.slice(1).flatMap((branch) => (isObject(branch) ? formsOf(branch) : []));
};

const sayUnknownType = ({ id, type, definition }: ResourceFacts, report: Report): void => {
  if (typeof definition['Type'] !== 'string')
    return report.problem(
      'UNKNOWN_TYPE',
      { id },
      `${id} states no Type. Give it one, such as AWS::SQS::Queue.`,
    );
  const meant = nearest(type, resourceTypeNames());
  return report.problem(
    'UNKNOWN_TYPE',
    { id },
    `${id} is of the type ${type}, which AWS does not publish${meant === undefined ? '.' : `; did you mean ${meant}?`} A type that is newer than this version of Sparta, or someone else's, is stated with anyResource.`,
  );
};

const checkAttributes = ({ id, definition }: ResourceFacts, report: Report): void => {
  for (const name in definition) {
    if (ATTRIBUTES.includes(name) || name.startsWith('Fn::')) continue;
    const meant = nearest(name, ATTRIBUTES);
    report.problem(
      'UNKNOWN_PROPERTY',
      { id },
      `${name} of ${id} is nothing that a resource has; ${meant === undefined ? `it has ${listed(ATTRIBUTES)}.` : `did you mean ${meant}?`}`,
    );
  }
  const { DeletionPolicy, UpdateReplacePolicy } = definition as {
    readonly DeletionPolicy?: unknown;
    readonly UpdateReplacePolicy?: unknown;
  };
  if (typeof DeletionPolicy === 'string' && !DELETION_POLICIES.includes(DeletionPolicy))
    report.problem(
      'INVALID_VALUE',
      { id },
      `DeletionPolicy of ${id} is '${DeletionPolicy}'; CloudFormation takes ${listed(DELETION_POLICIES)}.`,
    );
  if (typeof UpdateReplacePolicy === 'string' && !REPLACE_POLICIES.includes(UpdateReplacePolicy))
    report.problem(
      'INVALID_VALUE',
      { id },
      `UpdateReplacePolicy of ${id} is '${UpdateReplacePolicy}'; CloudFormation takes ${listed(REPLACE_POLICIES)}.`,
    );
};
