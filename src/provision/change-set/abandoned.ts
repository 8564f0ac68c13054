import { createHash } from 'node:crypto';
import type { ChangeSetSummary } from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { readFailure } from '../failure/explain-failure.ts';
import type { OnProgress } from '../progress.ts';

/** What the names of our change sets begin with. */
export const NAME_PREFIX = 'sparta-';
/** A change set of ours that nobody has executed for this long belongs to a run that was killed. */
const ABANDONED_AFTER_MS = 3_600_000;
const ORIGIN = /^Sparta, process (?<pid>\d+) on (?<machine>[0-9a-f]{12})$/;

/** The name of a machine is nobody's business; whether it is the same one is. */
const thisMachine = (): string =>
  createHash('sha256')
    .update(process.getBuiltinModule('node:os').hostname())
    .digest('hex')
    .slice(0, 12);

/** The description of a change set of this process: another run can tell by it whether this one still lives. */
export const changeSetOrigin = (): string => `Sparta, process ${process.pid} on ${thisMachine()}`;

/** Whether a change set is of Sparta. */
export const isOurs = ({ ChangeSetName }: ChangeSetSummary): boolean =>
  (ChangeSetName ?? '').startsWith(NAME_PREFIX);

/** Whether the run of Sparta that made a change set is over: its process is gone, or an hour has passed. */
export const isAbandoned = (summary: ChangeSetSummary): boolean => {
  if (!isOurs(summary)) return false;
  const age = Date.now() - (summary.CreationTime?.getTime() ?? Date.now());
  if (age > ABANDONED_AFTER_MS) return true;
  const { pid, machine } = ORIGIN.exec(summary.Description ?? '')?.groups ?? {};
  return machine === thisMachine() && !lives(Number(pid));
};

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user's lives too.
    return readFailure(error).systemCode === 'EPERM';
  }
};

/** Every change set of a stack that was never executed. */
export const listChangeSets = async (
  api: CloudFormationApi,
  stackId: string,
  signal?: AbortSignal,
): Promise<readonly ChangeSetSummary[]> => {
  const all: ChangeSetSummary[] = [];
  let next: string | undefined;
  do {
    const page = await api.listChangeSets(
      { StackName: stackId, ...(next === undefined ? {} : { NextToken: next }) },
      signal,
    );
    all.push(...(page.Summaries ?? []));
    next = page.NextToken;
  } while (next !== undefined);
  return all.filter(
    ({ Status, ExecutionStatus }) =>
      Status !== 'DELETE_COMPLETE' && !(ExecutionStatus ?? '').startsWith('EXECUTE_'),
  );
};

/** Takes away what runs that were killed have left in a stack. It costs one call, and never fails a deployment. */
export const sweepAbandoned = async (
  api: CloudFormationApi,
  stackId: string,
  onProgress: OnProgress,
): Promise<void> => {
  try {
    for (const summary of (await listChangeSets(api, stackId)).filter(isAbandoned))
      await api.deleteChangeSet({ ChangeSetName: summary.ChangeSetId, StackName: stackId });
  } catch (error) {
    onProgress({
      kind: 'left-behind',
      what: 'change sets of runs that were killed',
      why: readFailure(error).message,
    });
  }
};
