import { formatError, notHere, templateError, validationError } from '../errors.ts';
import { isList, isObject } from '../json.ts';
import type { Json } from '../json.ts';
import { PSEUDO_PARAMETERS } from '../evaluate/scope.ts';
import { FUNCTIONS } from '../evaluate/functions.ts';
import { isCustomResource, resourceType } from '../../../schema/index.ts';
import type { Dependencies } from './dependency-graph.ts';
import { refuseCycles } from './dependency-graph.ts';
import type { ResourceDefinition, Template } from './model.ts';
import type { Reference } from './references.ts';
import { functionOf, referencesOf, referencesOfResource } from './references.ts';

/**
 * Checks that everything a template names is there, and that no resource waits for itself.
 * @throws {AwsError} in CloudFormation's words
 */
export const checkReferences = (template: Template): void => {
  refuseUnknownTypes(template);
  const resources = new Set<string>();
  for (const [id, definition] of template.resources) {
    checkFunctions(definition.properties, `/Resources/${id}/Properties`);
    for (const name of missingNames(template, referencesOfResource(definition)))
      resources.add(name);
    for (const name of definition.dependsOn) if (!template.resources.has(name)) resources.add(name);
    checkAttributes(template, referencesOfResource(definition));
    refuseMissingCondition(template, definition.condition, 'Resources');
  }
  refuseUnresolved([...resources], 'Resources');
  const outputs = new Set<string>();
  for (const [name, output] of template.outputs) {
    checkFunctions([output.value, output.exportName ?? ''], `/Outputs/${name}`);
    const references = referencesOf([output.value, output.exportName ?? '']);
    for (const missing of missingNames(template, references)) outputs.add(missing);
    checkAttributes(template, references);
    refuseMissingCondition(template, output.condition, 'Outputs');
  }
  refuseUnresolved([...outputs], 'Outputs');
  checkConditions(template);
  refuseCycles(dependenciesOf(template));
};

/** What each resource waits for, by what its definition refers to. */
export const dependenciesOf = (
  template: Template,
  isActive: (id: string) => boolean = () => true,
): Dependencies =>
  new Map(
    [...template.resources]
      .filter(([id]) => isActive(id))
      .map(([id, definition]) => [
        id,
        neededBy(definition).filter((name) => template.resources.has(name) && isActive(name)),
      ]),
  );

/** Logical ids that a resource refers to, itself included if it does. */
const neededBy = (definition: ResourceDefinition): readonly string[] => [
  ...new Set([
    ...referencesOfResource(definition)
      .filter(({ kind }) => kind !== 'condition')
      .map(({ name }) => name),
    ...definition.dependsOn,
  ]),
];

const missingNames = (template: Template, references: readonly Reference[]): readonly string[] =>
  references
    .filter(
      (reference) =>
        reference.kind === 'ref' &&
        !template.parameters.has(reference.name) &&
        !template.resources.has(reference.name) &&
        !PSEUDO_PARAMETERS.includes(reference.name),
    )
    .map(({ name }) => name);

const refuseUnresolved = (names: readonly string[], block: string): void => {
  if (names.length > 0)
    throw formatError(
      `Unresolved resource dependencies [${names.join(', ')}] in the ${block} block of the template`,
    );
};

/** Types whose attributes are not in a schema. */
const OPEN_ATTRIBUTES = /^(Custom::|AWS::CloudFormation::(CustomResource|Stack)$)/;

const checkAttributes = (template: Template, references: readonly Reference[]): void => {
  for (const reference of references) {
    if (reference.kind === 'condition' && !template.conditions.has(reference.name))
      throw formatError(
        `Unresolved condition dependency ${reference.name} in the Resources block of the template`,
      );
    if (reference.kind !== 'attribute') continue;
    const { name, attribute } = reference;
    const target = template.resources.get(name);
    if (target === undefined)
      throw templateError(`instance of Fn::GetAtt references undefined resource ${name}`);
    if (attribute === '' || OPEN_ATTRIBUTES.test(target.type)) continue;
    if (!hasAttribute(target.type, attribute))
      throw templateError(
        `resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`,
      );
  }
};

/** An attribute of the schema, or a property: recorded change sets show that those can be asked for too. */
export const hasAttribute = (typeName: string, attribute: string): boolean => {
  const type = resourceType(typeName);
  if (type === undefined) return true;
  const [first = ''] = attribute.split('.');
  return type.attributes.has(attribute) || type.attributes.has(first) || type.properties.has(first);
};

const refuseMissingCondition = (
  template: Template,
  condition: string | undefined,
  block: string,
): void => {
  if (condition !== undefined && !template.conditions.has(condition))
    throw formatError(
      `Unresolved condition dependency ${condition} in the ${block} block of the template`,
    );
};

const checkConditions = (template: Template): void => {
  for (const [name, condition] of template.conditions)
    for (const reference of referencesOf(condition)) {
      if (reference.kind === 'attribute')
        throw templateError(
          `Fn::GetAtt cannot be used in the condition ${name}: conditions are evaluated before there are resources.`,
        );
      if (
        reference.kind === 'ref' &&
        !template.parameters.has(reference.name) &&
        !PSEUDO_PARAMETERS.includes(reference.name)
      )
        throw formatError(
          `Unresolved dependencies [${reference.name}]. Cannot reference resources in the Conditions block of the template`,
        );
    }
};

/** Types that AWS knows and publishes no schema of. */
const WITHOUT_SCHEMA = new Set(['AWS::CDK::Metadata']);

const refuseUnknownTypes = (template: Template): void => {
  const unknown = [...new Set([...template.resources.values()].map(({ type }) => type))].filter(
    (type) =>
      !isCustomResource(type) && !WITHOUT_SCHEMA.has(type) && resourceType(type) === undefined,
  );
  if (unknown.length > 0) throw formatError(`Unrecognized resource types: [${unknown.join(', ')}]`);
};

/** Functions that nobody has, and references that are only resolved by AWS. */
const checkFunctions = (value: Json, path: string): void => {
  if (typeof value === 'string') {
    const dynamic = /\{\{resolve:([a-z-]+):/.exec(value)?.[1];
    if (dynamic !== undefined && !['ssm', 'ssm-secure', 'secretsmanager'].includes(dynamic))
      throw notHere(`The dynamic reference to ${dynamic} at ${path}`);
  } else if (isList(value))
    value.forEach((member, index) => checkFunctions(member, `${path}/${index}`));
  else if (isObject(value)) {
    const [name] = functionOf(value) ?? [];
    if (name !== undefined && FUNCTIONS[name] === undefined)
      throw validationError(
        `Template error: Encountered unsupported function: ${name} Supported functions are: [${Object.keys(FUNCTIONS).join(', ')}]`,
      );
    for (const [member, inner] of Object.entries(value)) checkFunctions(inner, `${path}/${member}`);
  }
};
