import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { readFailure } from '../failure/explain-failure.ts';
import type { StackState } from '../stack/stack-state.ts';
import type { ExportInUse, Importer } from './diagnosis.ts';

/**
 * The exports of a stack that other stacks import. CloudFormation refuses to delete or change those.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
 */
export const exportsInUse = async (
  api: CloudFormationApi,
  { outputs }: Pick<StackState, 'outputs'>,
  signal: AbortSignal,
): Promise<readonly ExportInUse[]> => {
  const found: ExportInUse[] = [];
  for (const { exportName, value, key } of outputs) {
    if (exportName === undefined) continue;
    const names = await importersOf(api, exportName, signal);
    if (names.length === 0) continue;
    const importers = await Promise.all(
      names.map(
        async (stackName): Promise<Importer> => ({
          stackName,
          resources: await importingResources(api, stackName, exportName, signal),
        }),
      ),
    );
    found.push({ name: exportName, value, outputKey: key, importers });
  }
  return found;
};

const importersOf = async (
  api: CloudFormationApi,
  ExportName: string,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const names: string[] = [];
  let next: string | undefined;
  try {
    do {
      const page = await api.listImports(
        { ExportName, ...(next === undefined ? {} : { NextToken: next }) },
        signal,
      );
      names.push(...(page.Imports ?? []));
      next = page.NextToken;
    } while (next !== undefined);
  } catch (error) {
    // AWS answers "Export 'X' is not imported by any stack." as a ValidationError.
    const { code, message } = readFailure(error);
    if (code === 'ValidationError' && /not imported by any stack/i.test(message)) return [];
    throw error;
  }
  return names;
};

/** Where a stack imports: told for a template in JSON that spells the name out. */
const importingResources = async (
  api: CloudFormationApi,
  stackName: string,
  exportName: string,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  try {
    const { TemplateBody } = await api.getTemplate({ StackName: stackName }, signal);
    const template: unknown = JSON.parse(TemplateBody ?? '');
    if (typeof template !== 'object' || template === null || !('Resources' in template)) return [];
    return Object.entries(template.Resources ?? {}).flatMap(([logicalId, resource]) =>
      imports(resource, exportName) ? [logicalId] : [],
    );
  } catch {
    // Not JSON, or not ours to read: the stack's name is known all the same.
    return [];
  }
};

const imports = (value: unknown, exportName: string): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, member]) =>
      (key === 'Fn::ImportValue' && member === exportName) || imports(member, exportName),
  );
};

/** `Shop (Queue, Worker) and Mail`: who imports an export, and where. */
export const importersInWords = ({ importers }: Pick<ExportInUse, 'importers'>): string =>
  importers
    .map(({ stackName, resources }) =>
      resources.length === 0 ? stackName : `${stackName} (in ${resources.join(', ')})`,
    )
    .join(' and ');
