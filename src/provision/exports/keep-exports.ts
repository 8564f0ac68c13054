import { DeployError } from '../errors.ts';
import { explainFailure } from '../failure/explain-failure.ts';
import type { StackOutput } from '../stack/stack-state.ts';
import { describeStack } from '../stack/stack-state.ts';
import type { Target } from '../aws/target.ts';

/** A template as far as this reads and changes it. */
interface WithOutputs {
  readonly Resources?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** A template with exports that were kept. */
export interface KeptExports<Template> {
  readonly template: Template;
  /** Exports that name a resource which the program no longer has: others go on using what this deployment removes. */
  readonly dangling: readonly { readonly exportName: string; readonly logicalId: string }[];
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
): Promise<KeptExports<Template>> => {
  const { outputs: deployed, references } = await deployedExports(
    target,
    stackName,
    options.signal,
  );
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
  const { Resources = {} } = options.template;
  return {
    template: { ...options.template, Outputs: outputs },
    dangling: names.flatMap((exportName) => {
      const key = deployed.find((output) => output.exportName === exportName)?.key ?? '';
      return (references.get(key) ?? [])
        .filter((logicalId) => !(logicalId in Resources))
        .map((logicalId) => ({ exportName, logicalId }));
    }),
  };
};

const deployedExports = async (
  target: Target,
  stackName: string,
  signal: AbortSignal,
): Promise<{
  readonly outputs: readonly StackOutput[];
  /** Logical ids of resources that an output's value names, by the output's key. */
  readonly references: ReadonlyMap<string, readonly string[]>;
}> => {
  try {
    const api = await target.cloudFormation();
    const stack = await describeStack(api, stackName, signal);
    if (stack === undefined) return { outputs: [], references: new Map() };
    const { TemplateBody } = await api.getTemplate({ StackName: stack.stackId }, signal);
    return { outputs: stack.outputs, references: referencesOf(TemplateBody ?? '') };
  } catch (error) {
    throw explainFailure(error, target, `reading the exports of ${stackName}`);
  }
};

/** Nothing is known of a template that is not JSON. */
const referencesOf = (body: string): ReadonlyMap<string, readonly string[]> => {
  try {
    const { Outputs = {}, Resources = {} } = JSON.parse(body) as WithOutputs;
    return new Map(
      Object.entries(Outputs).map(([key, output]) => [
        key,
        namesIn(output).filter((name) => name in Resources),
      ]),
    );
  } catch {
    return new Map();
  }
};

/** What `Ref` and `Fn::GetAtt` name anywhere in a value. */
const namesIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (key === 'Ref') return [String(member)];
    if (key === 'Fn::GetAtt')
      return [Array.isArray(member) ? String(member[0]) : String(member).split('.')[0]].flatMap(
        (name) => name ?? [],
      );
    return namesIn(member);
  });
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
