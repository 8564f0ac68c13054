import type { Target } from '../aws/target.ts';
import { explainFailure, isAbort } from '../failure/explain-failure.ts';
import { interruptedBefore } from '../failure/interrupted.ts';
import type { CarryOutOptions } from './carry-out.ts';
import { carryOut } from './carry-out.ts';
import { diagnose } from './diagnose.ts';
import type { DiagnoseOptions, Diagnosis, WayName } from './diagnosis.ts';

/**
 * Says what is the matter with a stack, and what can be done.
 *
 * @throws {DeployError} when it cannot be read; `code` says why
 */
export const examineStack = (
  target: Target,
  stackName: string,
  options: DiagnoseOptions,
): Promise<Diagnosis> =>
  explained(target, stackName, options.signal, async () =>
    diagnose(await target.cloudFormation(), stackName, options),
  );

/**
 * Does one of the ways out that a diagnosis names, and waits until it is done.
 *
 * @throws {DeployError} when it does not lead out; `code` says why
 */
export const healStack = (
  target: Target,
  diagnosis: Diagnosis,
  way: WayName,
  options: CarryOutOptions,
): Promise<void> =>
  explained(target, diagnosis.stackName, options.signal, async () =>
    carryOut(await target.cloudFormation(), diagnosis, way, options),
  );

const explained = async <T>(
  target: Target,
  stackName: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (isAbort(error) && signal.aborted) throw interruptedBefore(stackName, error);
    throw explainFailure(error, target, `looking after stack ${stackName}`);
  }
};
