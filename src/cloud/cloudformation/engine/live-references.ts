import { formatError, validationError } from '../errors.ts';
import type { References } from '../evaluate/create-scope.ts';
import { attributeOf, isActive } from '../evaluate/create-scope.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Scope } from '../evaluate/scope.ts';
import type { Json } from '../json.ts';
import { isList, isObject } from '../json.ts';
import { functionOf } from '../template/references.ts';
import type { Template } from '../template/model.ts';
import type { Context } from './context.ts';
import { exportNamed } from './outputs.ts';

/** References to resources as they are now. */
export const liveReferences = (context: Context, stackId: string): References => {
  const resource = (id: string) => {
    const found = context.state.resource(stackId, id);
    if (found?.physicalId === undefined)
      throw formatError(
        `Unresolved resource dependencies [${id}] in the Resources block of the template`,
      );
    return found;
  };
  return {
    ref: (id) => resource(id).physicalId ?? '',
    attribute: (id, name) => attributeOf(resource(id), name),
    importValue: (name) => importOf(context, name),
  };
};

/** @throws {AwsError} `No export named X found.` */
export const importOf = (context: Context, name: string): string => {
  const found = exportNamed(context, name);
  if (found === undefined) throw validationError(`No export named ${name} found.`);
  return found.value;
};

/**
 * Names of the exports that a template reads, in its active resources and outputs.
 * @throws {AwsError} when one is not there
 */
export const importsOf = (template: Template, scope: Scope): readonly string[] => {
  const names = new Set<string>();
  const reading: Scope = {
    ...scope,
    importValue: (name) => {
      const value = scope.importValue(name);
      names.add(name);
      return value;
    },
  };
  const visit = (value: Json): void => {
    if (isList(value)) return value.forEach(visit);
    if (!isObject(value)) return;
    const [name, argument] = functionOf(value) ?? [];
    if (name === 'Fn::ImportValue') evaluate(value, reading);
    else if (name === 'Fn::If' && isList(argument)) {
      const [condition, whenTrue, whenFalse] = argument;
      const holds = typeof condition === 'string' && scope.conditions.get(condition) === true;
      visit((holds ? whenTrue : whenFalse) ?? '');
    } else Object.values(value).forEach(visit);
  };
  for (const [id, { properties, metadata }] of template.resources)
    if (isActive(scope, id)) visit([properties, metadata ?? {}]);
  for (const { condition, value, exportName } of template.outputs.values())
    if (condition === undefined || scope.conditions.get(condition) === true)
      visit([value, exportName ?? '']);
  return [...names];
};
