export type { IamAction } from './iam-actions.ts';
export { iamAction, iamActions, iamConditionKeys, iamServices } from './iam-actions.ts';
export type { Constraint, TypeConstraints } from './constraints.ts';
export { constraintsOf, patternOf } from './constraints.ts';
export type { Handler } from './permissions.ts';
export { permissionsOf } from './permissions.ts';
export type {
  PropertySchema,
  PropertySchemas,
  PropertyType,
  ResourceType,
} from './resource-type.ts';
export {
  CUSTOM_RESOURCE,
  isCustomResource,
  NESTED_STACK,
  resourceType,
  resourceTypeNames,
} from './resource-type.ts';
