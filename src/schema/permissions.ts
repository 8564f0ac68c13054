import { openModel } from './model-file.ts';

/** What CloudFormation does to a resource. */
export type Handler = 'create' | 'read' | 'update' | 'delete' | 'list';

const model = openModel<Readonly<Partial<Record<Handler, readonly string[]>>>>(
  'cloudformation-permissions.json',
);

/**
 * Actions that CloudFormation's handler of a type calls, as the type's schema lists them; undefined for a type whose schema lists none.
 * @see https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-handlers
 */
export const permissionsOf = (type: string, handler: Handler): readonly string[] | undefined =>
  model.find(type)?.[handler];
