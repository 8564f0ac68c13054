import { BundleError } from './bundle-error.ts';
import { planBundle } from './options.ts';
import { runEsbuild } from './run-esbuild.ts';
import { SourceNames } from './source-names.ts';

/**
 * What is wrong with a program that Node could not load, with the place and the line of it. Undefined when it bundles.
 * Writes nothing.
 *
 * @param entry - Absolute path of the program.
 */
export const diagnoseProgram = async (entry: string): Promise<BundleError | undefined> => {
  try {
    const plan = planBundle({ entry, functions: [], architecture: 'arm64', sourcemap: 'none' });
    await runEsbuild(plan, [], new SourceNames(plan.projectDir));
    return undefined;
  } catch (error) {
    if (error instanceof BundleError) return error;
    throw error;
  }
};
