import type * as Cfn from '@aws-sdk/client-cloudformation';
import type { OperationContext } from '../../core/define-service.ts';
import type { Providers } from '../engine/context.ts';
import { runProvider } from '../engine/provider-context.ts';
import { validationError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';
import type { CloudFormationState, ImportedResource, Stack } from '../state.ts';
import type { Template } from '../template/model.ts';
import { resourceType } from '../../../schema/index.ts';

type Context = OperationContext<CloudFormationState>;

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

/**
 * Changes, those of imported resources told as imports.
 * @param alone - Whether nothing else may change
 * @throws {AwsError} when something else would
 */
export const asImports = (
  changes: readonly JsonObject[],
  imports: readonly ImportedResource[],
  alone: boolean,
): readonly JsonObject[] => {
  const byId = new Map(imports.map((one) => [one.logicalId, one]));
  const others: string[] = [];
  // A nested stack is in every change set, since its template may have changed; an import does not look.
  const looked = alone ? changes.filter((change) => !isAutomatic(change)) : changes;
  const told = looked.map((change): JsonObject => {
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
  if (alone && others.length > 0)
    throw validationError(
      `You have modified resources [${others.join(', ')}] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.`,
    );
  return told;
};

/** A nested stack that is listed only because its template may have changed. */
export const isAutomatic = ({ ResourceChange: resource }: JsonObject): boolean =>
  isObject(resource) &&
  isList(resource['Details']) &&
  resource['Details'].length > 0 &&
  resource['Details'].every((detail) => isObject(detail) && detail['ChangeSource'] === 'Automatic');

/** What an import of existing resources looks for. */
interface ExistingRequest {
  readonly context: Context;
  readonly providers: Providers;
  readonly stack: Stack;
  readonly template: Template;
  /** With values. */
  readonly changes: readonly JsonObject[];
}

/**
 * Resources that a change set would add, that have a name of their own, are kept by their policy, and are there already.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html, ImportExistingResources
 */
export const existingResources = async (
  request: ExistingRequest,
): Promise<readonly ImportedResource[]> => {
  const { context, providers, stack, template, changes } = request;
  const found: ImportedResource[] = [];
  for (const { ResourceChange: resource } of changes) {
    if (!isObject(resource) || resource['Action'] !== 'Add') continue;
    const logicalId = String(resource['LogicalResourceId']);
    const type = String(resource['ResourceType']);
    const { deletionPolicy = 'Delete' } = template.resources.get(logicalId) ?? {};
    const provider = providers.get(type);
    const physicalId = nameIn(type, resource['AfterContext']);
    if (!deletionPolicy.startsWith('Retain') || provider?.read === undefined) continue;
    if (physicalId === undefined) continue;
    const read = provider.read.bind(provider);
    const { principal } = context;
    const run = { stack, logicalId, purpose: 'look', principal, tags: [] };
    const there = await runProvider(context, run, (own) => read(physicalId, own, {}));
    if (there !== undefined) found.push({ logicalId, type, physicalId });
  }
  return found;
};

/** The name that a resource will have, where its properties say it. */
const nameIn = (type: string, afterContext: unknown): string | undefined => {
  if (typeof afterContext !== 'string') return undefined;
  const { Properties: properties } = JSON.parse(afterContext) as { readonly Properties?: Json };
  const [identifier, ...more] = resourceType(type)?.primaryIdentifier ?? [];
  if (identifier === undefined || more.length > 0 || !isObject(properties)) return undefined;
  const name = properties[identifier];
  return typeof name === 'string' && !name.includes('{{') ? name : undefined;
};
