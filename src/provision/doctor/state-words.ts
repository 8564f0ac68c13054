import type { Diagnosis } from './diagnosis.ts';

interface StateWords {
  readonly health: Diagnosis['health'];
  /** What follows the stack's name. */
  readonly words: string;
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes
const STATES: Readonly<Record<string, StateWords>> = {
  CREATE_COMPLETE: { health: 'healthy', words: 'is as its creation left it' },
  UPDATE_COMPLETE: { health: 'healthy', words: 'is as its last update left it' },
  IMPORT_COMPLETE: { health: 'healthy', words: 'is as its last import left it' },
  UPDATE_ROLLBACK_COMPLETE: {
    health: 'healthy',
    words: 'runs as before its last update, which failed and was rolled back',
  },
  IMPORT_ROLLBACK_COMPLETE: {
    health: 'healthy',
    words: 'is as before its last import, which failed and was rolled back',
  },
  REVIEW_IN_PROGRESS: {
    health: 'stuck',
    words:
      'is only a shell: somebody planned its creation and did not go on. It holds nothing, and a deployment creates it as if it were not there',
  },
  ROLLBACK_COMPLETE: {
    health: 'stuck',
    words:
      'failed when it was first created, and what had been made was deleted again. Only its record is left, and CloudFormation changes such a stack no more',
  },
  ROLLBACK_FAILED: {
    health: 'stuck',
    words:
      'failed when it was first created, and not all of what had been made could be deleted again. CloudFormation changes such a stack no more',
  },
  CREATE_FAILED: {
    health: 'stuck',
    words:
      'failed when it was first created, and was not rolled back, because that was turned off. What was made stands as it is, to be looked at',
  },
  UPDATE_FAILED: {
    health: 'stuck',
    words:
      'failed in an update, and was not rolled back, because that was turned off. Part of it is new, part of it old',
  },
  UPDATE_ROLLBACK_FAILED: {
    health: 'stuck',
    words:
      'failed in an update, and putting it back failed too. Nothing else can be done before that rollback is finished',
  },
  IMPORT_ROLLBACK_FAILED: {
    health: 'stuck',
    words: 'failed in an import, and letting go of what had been taken in failed too',
  },
  DELETE_FAILED: { health: 'stuck', words: 'was to be deleted, and that stopped half way' },
};

const RUNNING: readonly (readonly [start: string, words: string])[] = [
  ['CREATE_', 'is being created'],
  ['ROLLBACK_', 'failed when it was created, and is being rolled back'],
  ['UPDATE_COMPLETE_CLEANUP', 'is updated; what the update replaced is being deleted'],
  ['UPDATE_ROLLBACK_COMPLETE_CLEANUP', 'is rolled back; what the update had made is being deleted'],
  ['UPDATE_ROLLBACK_', 'failed in an update, and is being rolled back'],
  ['UPDATE_', 'is being updated'],
  ['DELETE_', 'is being deleted'],
  ['IMPORT_ROLLBACK_', 'failed in an import, and is being rolled back'],
  ['IMPORT_', 'is taking in resources'],
];

/** A status in plain words. One that AWS adds later counts as healthy: CloudFormation has the last word. */
export const stateWords = (status: string): StateWords => {
  const known = STATES[status];
  if (known !== undefined) return known;
  if (!status.endsWith('_IN_PROGRESS'))
    return { health: 'healthy', words: 'is in a state that Sparta does not know' };
  const running = RUNNING.find(([start]) => status.startsWith(start));
  return { health: 'busy', words: running?.[1] ?? 'is being changed' };
};
