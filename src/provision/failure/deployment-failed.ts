import { adviceFor } from './advice.ts';
import { DeployError } from '../errors.ts';
import type { StackOutcome } from '../stack/watch-stack.ts';

/** The error for a deployment that CloudFormation could not finish: the first cause, what is left, how to go on. */
export const deploymentFailed = (
  who: {
    readonly stackName: string;
    readonly command: (verb: string) => string;
    readonly placeOf?: (logicalId: string) => string | undefined;
  },
  kind: 'create' | 'update',
  outcome: StackOutcome,
): DeployError => {
  const { stackName, command, placeOf } = who;
  const { status, failures, rollbackFailures } = outcome;
  const [first, ...others] = failures;
  const cause =
    first === undefined
      ? (outcome.rollbackReason ?? outcome.statusReason ?? 'CloudFormation gives no reason')
      : `${first.logicalId} (${[first.resourceType, placeOf?.(first.logicalId)].filter(Boolean).join(', ')}) failed to ${verbOf(first.status)}: ${first.reason}`;
  const beside =
    others.length === 0
      ? ''
      : `\nAlso failed: ${others.map((other) => `${other.logicalId} (${other.reason})`).join('; ')}`;
  const advice = first === undefined ? undefined : adviceFor(first);
  const used = EXPORT_IN_USE.exec(`${cause} ${outcome.statusReason ?? ''}`)?.groups;
  const undone = rollbackFailures[0];
  const hint = [
    ...(advice === undefined ? [] : [advice]),
    ...(undone === undefined
      ? []
      : [`The rollback stopped at ${undone.logicalId} (${undone.resourceType}): ${undone.reason}`]),
    ...(used === undefined
      ? []
      : [
          `It takes two deployments: "${command(`provision --keep-export ${used['name'] ?? ''}`)}" keeps the export at its value; once ${used['users'] ?? 'the others'} no longer import it, "${command('provision')}" removes it. "${command('doctor')}" shows where it is imported.`,
        ]),
    nextStep(status, kind, command),
  ].join('\n');
  return new DeployError(
    'DEPLOYMENT_FAILED',
    `${cause}${beside}\n${whatIsLeft(stackName, status)}`,
    {
      hint,
      stackStatus: status,
      ...(first === undefined ? {} : { failure: first }),
    },
  );
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html says that; the text is CloudFormation's. */
const EXPORT_IN_USE =
  /Export (?<name>\S+) cannot be (?:deleted|updated) as it is in use by (?<users>[^.\n]+)/;

const verbOf = (status: string): string => status.split('_')[0]?.toLowerCase() ?? 'change';

const whatIsLeft = (stackName: string, status: string): string => {
  switch (status) {
    case 'UPDATE_ROLLBACK_COMPLETE':
      return `${stackName} was rolled back and runs as before (${status}).`;
    case 'ROLLBACK_COMPLETE':
      return `${stackName} was rolled back: nothing of it is left but its record (${status}).`;
    case 'DELETE_COMPLETE':
      return `${stackName} was rolled back and is gone.`;
    default:
      return `${stackName} is ${status}.`;
  }
};

const nextStep = (
  status: string,
  kind: 'create' | 'update',
  command: (verb: string) => string,
): string => {
  if (status === 'UPDATE_ROLLBACK_COMPLETE')
    return `Correct the program, then "${command('provision')}".`;
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return `Put that right, then "${command('provision --recover')}": it finishes the rollback and goes on. What cannot be put right can be left out of it: "${command('doctor')}" says what and how.`;
  return kind === 'create'
    ? `Correct the program, then "${command('provision --recover')}": it clears the failed stack and creates it anew.`
    : `"${command('doctor')}" says where the stack is and what can be done.`;
};
