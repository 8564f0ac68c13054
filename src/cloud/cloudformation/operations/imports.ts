import type * as Cfn from '@aws-sdk/client-cloudformation';
import { validationError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import type { ImportedResource } from '../state.ts';
import type { Template } from '../template/model.ts';

/**
 * What a change set is to import, checked against its template.
 * @throws {AwsError} in CloudFormation's words
 */
export const readImports = (
  given: readonly Cfn.ResourceToImport[] | undefined,
  template: Template,
): readonly ImportedResource[] => {
  const imports = (given ?? []).map(
    ({ LogicalResourceId = '', ResourceType = '', ResourceIdentifier = {} }) => {
      const definition = template.resources.get(LogicalResourceId);
      if (definition === undefined)
        throw validationError(
          `Resource [${LogicalResourceId}] is not in the template. Put it there, as it is to be.`,
        );
      if (definition.type !== ResourceType)
        throw validationError(
          `Resource [${LogicalResourceId}] is of the type ${definition.type} in the template, not ${ResourceType}.`,
        );
      return {
        logicalId: LogicalResourceId,
        type: ResourceType,
        physicalId: Object.values(ResourceIdentifier).join('|'),
      };
    },
  );
  if (imports.length === 0)
    throw validationError(
      'ResourcesToImport must be specified for change sets of the type IMPORT.',
    );
  const loose = imports.filter(
    ({ logicalId }) => template.resources.get(logicalId)?.deletionPolicy === undefined,
  );
  if (loose.length > 0)
    throw validationError(
      `Resources [${loose.map(({ logicalId }) => logicalId).join(', ')}] must have DeletionPolicy attribute specified in the template.`,
    );
  return imports;
};

/** Changes as an import tells them. @throws {AwsError} when anything else would change */
export const asImports = (
  changes: readonly JsonObject[],
  imports: readonly ImportedResource[],
): readonly JsonObject[] => {
  const byId = new Map(imports.map((one) => [one.logicalId, one]));
  const others: string[] = [];
  const told = changes.map((change): JsonObject => {
    const resource = isObject(change['ResourceChange']) ? change['ResourceChange'] : {};
    const id = String(resource['LogicalResourceId']);
    const imported = byId.get(id);
    if (imported === undefined || resource['Action'] !== 'Add') {
      others.push(id);
      return change;
    }
    const { Replacement: _replacement, ...rest } = resource;
    return {
      ...change,
      ResourceChange: { ...rest, Action: 'Import', PhysicalResourceId: imported.physicalId },
    };
  });
  if (others.length > 0)
    throw validationError(
      `You have modified resources [${others.join(', ')}] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.`,
    );
  return told;
};
