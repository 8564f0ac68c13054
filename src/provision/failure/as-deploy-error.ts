import { FrameworkError } from '../../spec/errors.ts';
import { DeployError } from '../errors.ts';
import type { Target } from '../aws/target.ts';
import { explainFailure, isAbort } from './explain-failure.ts';
import { interruptedBefore } from './interrupted.ts';

/** Whatever was thrown before CloudFormation began, as a {@link DeployError} or a coded error of another layer. */
export const asDeployError = (
  error: unknown,
  target: Target,
  what: {
    readonly stackName: string;
    readonly signal: AbortSignal;
    readonly doing: 'planning' | 'deploying';
  },
): unknown => {
  if (!(error instanceof DeployError) && (isAbort(error) || what.signal.aborted))
    return interruptedBefore(what.stackName, error);
  if (isForeign(error)) return error;
  return explainFailure(error, target, `${what.doing} ${what.stackName}`);
};

/** Coded errors of other layers (a bundle that failed, say) pass through as they are. */
const isForeign = (error: unknown): boolean =>
  error instanceof FrameworkError ||
  (error instanceof Error &&
    !(error instanceof DeployError) &&
    'hint' in error &&
    !('$metadata' in error));
