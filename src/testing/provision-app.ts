import { createHash } from 'node:crypto';
import { zipSync } from 'fflate';
import type { Artifact, StackOutput, Target } from '../provision/index.ts';
import { provision } from '../provision/index.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import { synthesise, WITHOUT, withoutStatement } from '../synth/index.ts';

/** A service that stands in the cloud. */
export interface ProvisionedStack {
  /** What had to be done. */
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** ARN of the stack. */
  readonly stackId: string;
  /** What the stack tells. */
  readonly outputs: readonly StackOutput[];
}

/** Functions that run in the test's process leave nothing to pack; Lambda wants an archive all the same. */
const emptyArchive = (service: string): Artifact => {
  // The same bytes whenever it is made: other ones would be other code.
  const bytes = zipSync(
    { 'index.mjs': Buffer.from('// Runs in the process of the test.\n') },
    { mtime: '1980-01-01T00:00:00Z' },
  );
  const hash = createHash('sha256').update(bytes).digest('hex');
  return {
    key: `${service}/${hash}.zip`,
    bytes: () => Promise.resolve(bytes),
    sizeBytes: bytes.byteLength,
    contentType: 'application/zip',
  };
};

/**
 * Brings a service into the cloud as `provision` does, by the deployer that goes to AWS too.
 *
 * @param archive - The packed code; left out for functions that run in the test's process.
 * @throws {FrameworkError} when its declarations are wrong
 * @throws {DeployError} when the stack cannot be made
 */
export const provisionApp = async (
  target: Target,
  service: ServiceDeclaration,
  archive: Promise<Artifact> | undefined,
): Promise<ProvisionedStack> => {
  const { template, templateBody, functions } = synthesise(
    service,
    withoutStatement(process.env[WITHOUT]),
  );
  const code =
    functions.length === 0 ? undefined : (archive ?? Promise.resolve(emptyArchive(service.name)));
  const { outcome, stack } = await provision(target, {
    stackName: service.name,
    templateBody,
    template,
    ...(code === undefined ? {} : { archive: code }),
    ...(Object.keys(service.tags).length === 0 ? {} : { tags: service.tags }),
    onProgress: () => {},
    signal: new AbortController().signal,
    command: (verb) => `cloud.${verb}(${service.name})`,
  });
  return { outcome, stackId: stack.stackId, outputs: stack.outputs };
};
