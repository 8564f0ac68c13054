import { DeployError } from '../errors.ts';
import { explainFailure } from './explain-failure.ts';
import type { Target } from '../aws/target.ts';

/** Ctrl-C before anything was executed. */
export const interruptedBefore = (stackName: string, cause: unknown): DeployError =>
  new DeployError('INTERRUPTED', `Interrupted. Nothing of ${stackName} was changed.`, {
    hint: 'Run the same command again when you like.',
    cause,
  });

/** Ctrl-C while CloudFormation works: it goes on without us. */
export const interruptedDuring = (
  stackName: string,
  operation: 'create' | 'update' | 'delete' | 'rollback',
  command: (verb: string) => string,
  cause: unknown,
): DeployError =>
  new DeployError(
    'INTERRUPTED',
    `Interrupted: this program stops watching, and CloudFormation goes on to ${operation === 'rollback' ? 'roll back' : operation} ${stackName}.`,
    {
      hint:
        operation === 'update'
          ? `"${command('status')}" shows how far it is.\nTo undo it while it runs: aws cloudformation cancel-update-stack --stack-name ${stackName}`
          : operation === 'create'
            ? `"${command('status')}" shows how far it is; "${command('delete')}" takes it back.`
            : operation === 'delete'
              ? `"${command('status')}" shows how far it is; "${command('delete')}" watches it again.`
              : `"${command('status')}" shows how far it is.`,
      cause,
    },
  );

/** A look at the stack that failed for good: the credentials expired, the network went. The operation goes on. */
export const watchEnded = (
  target: Target,
  stackName: string,
  operation: 'create' | 'update' | 'delete',
  command: (verb: string) => string,
  cause: unknown,
): DeployError => {
  const { code, message, hint } = explainFailure(cause, target, `watching ${stackName}`);
  return new DeployError(
    code,
    `${message}\nOnly the watching ended: CloudFormation goes on to ${operation} ${stackName}.`,
    {
      hint: `${hint === undefined ? '' : `${hint}\n`}"${command('status')}" shows how far it is.`,
      cause,
    },
  );
};
