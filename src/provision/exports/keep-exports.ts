import { DeployError } from '../errors.ts';
import { explainFailure } from '../failure/explain-failure.ts';
import type { StackOutput } from '../stack/stack-state.ts';
import { describeStack } from '../stack/stack-state.ts';
import type { Target } from '../aws/target.ts';

/** A template as far as this reads and changes it. */
interface WithOutputs {
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/**
 * A template that still has exports which the program has no longer: the first of the two deployments that it takes to
 * remove an export that others import. Each is kept under the value that it has now, since CloudFormation refuses any
 * other while it is imported. What the program still has is left as it is.
 *
 * @throws {EXPORT_NOT_FOUND} when the stack has no such export
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
 */
export const keepExports = async <Template extends WithOutputs>(
  target: Target,
  stackName: string,
  names: readonly string[],
  options: { readonly template: Template; readonly signal: AbortSignal },
): Promise<Template> => {
  const deployed = await outputsOf(target, stackName, options.signal);
  const outputs: Record<string, unknown> = { ...options.template.Outputs };
  const inProgram = exportNames(options.template);
  for (const name of names) {
    if (inProgram.includes(name)) continue;
    const output = deployed.find(({ exportName }) => exportName === name);
    if (output === undefined) throw notFound(stackName, name, deployed);
    outputs[freeKey(output.key, outputs)] = {
      Description: 'Kept while other stacks import it',
      Value: output.value,
      Export: { Name: name },
    };
  }
  return { ...options.template, Outputs: outputs };
};

const outputsOf = async (
  target: Target,
  stackName: string,
  signal: AbortSignal,
): Promise<readonly StackOutput[]> => {
  try {
    const stack = await describeStack(await target.cloudFormation(), stackName, signal);
    return stack?.outputs ?? [];
  } catch (error) {
    throw explainFailure(error, target, `reading the exports of ${stackName}`);
  }
};

/** Names of exports that a template spells out. */
export const exportNames = ({ Outputs = {} }: WithOutputs): readonly string[] =>
  Object.values(Outputs).flatMap((output) => {
    if (typeof output !== 'object' || output === null || !('Export' in output)) return [];
    const { Export: exported } = output;
    return typeof exported === 'object' &&
      exported !== null &&
      'Name' in exported &&
      typeof exported.Name === 'string'
      ? [exported.Name]
      : [];
  });

/** The program may have an output of another meaning under the same name. */
const freeKey = (key: string, outputs: Readonly<Record<string, unknown>>): string =>
  key in outputs ? freeKey(`${key}Kept`, outputs) : key;

const notFound = (stackName: string, name: string, deployed: readonly StackOutput[]) => {
  const exports = deployed.flatMap(({ exportName }) => exportName ?? []);
  return new DeployError(
    'EXPORT_NOT_FOUND',
    `--keep-export names ${name}, which is not an export of ${stackName}.`,
    { hint: `It exports ${exports.join(', ') || 'nothing'}.` },
  );
};
