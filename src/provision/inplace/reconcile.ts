import type { Target } from '../aws/target.ts';
import { DeployError } from '../errors.ts';
import type { ProvisionRequest, ProvisionResult } from '../provision.ts';
import type { StackState } from '../stack/stack-state.ts';
import { listResources } from '../stack/describe-contents.ts';
import { changeAll, failureText } from './change-all.ts';
import { functionsOf } from './compare-templates.ts';
import { clearRecord, readRecord } from './record.ts';

type Result = Omit<ProvisionResult, 'durationMs'>;

/** Ends a full deployment: functions that were changed in place come to what the template says. */
export type Reconcile = (result: Result) => Promise<Result>;

/**
 * Looks, beside the deployment, for what was changed in place. CloudFormation compares templates, so a function that it
 * finds unchanged may run other code: it is compared with what the template says, and brought to it.
 */
export const reconcileAfter = (
  target: Target,
  current: StackState | undefined,
  request: ProvisionRequest,
): Reconcile => {
  const { signal, onProgress, template, command } = request;
  const reading =
    current === undefined ? Promise.resolve(undefined) : readRecord(target, current, signal);
  // It is awaited when the deployment is through.
  reading.catch(() => undefined);
  return async (result) => {
    const record = await reading;
    const { stack } = result;
    if (record === undefined || current === undefined) return result;
    const api = await target.cloudFormation();
    const resources = await listResources(api, stack.stackId, signal);
    const physicalIds = Object.fromEntries(
      resources.map(({ logicalId, physicalId = '' }) => [logicalId, physicalId]),
    );
    const wanted = functionsOf(template).flatMap(([logicalId, properties]) => {
      const names = record.functions[logicalId];
      const functionName = physicalIds[logicalId];
      return names === undefined || functionName === undefined
        ? []
        : [{ logicalId, functionName, properties, names }];
    });
    const known = { stack, parameters: stack.parameters, physicalIds };
    const outcomes = await changeAll(await target.lambda(), wanted, known, { onProgress, signal });
    const open = outcomes.filter(({ kind }) => kind === 'failed' || kind === 'not-begun');
    if (open.length > 0)
      throw new DeployError(
        signal.aborted ? 'INTERRUPTED' : 'IN_PLACE_UNFINISHED',
        `${request.stackName} is deployed, and functions that were changed in place are not yet as its template says:\n${open.map(failureText).join('\n')}`,
        {
          hint: `Run "${command('provision')}" again: it goes on with them.`,
          cause: open[0]?.error,
        },
      );
    await clearRecord(target, current);
    const named = (kind: 'changed' | 'same') =>
      outcomes
        .filter((outcome) => outcome.kind === kind)
        .map(({ logicalId }) => logicalId)
        .sort();
    onProgress({ kind: 'reconciled', restored: named('changed'), agreed: named('same') });
    return named('changed').length > 0 && result.outcome === 'unchanged'
      ? { ...result, outcome: 'updated' }
      : result;
  };
};
