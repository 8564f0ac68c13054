import type { DecidingStatement } from '../../iam/index.ts';
import type { Verdict } from './authorise.ts';

/** What the desk is told of a denial: the statements that deny, or what has to be granted, and where. */
export const denialHint = ({ need, decision, serviceControl = [] }: Verdict): string => {
  const { action, resource } = need;
  switch (decision.reason) {
    case 'EXPLICIT_DENY':
      return `Denied by ${decision.statements.map(place).join(', ')}.`;
    case 'NO_SERVICE_CONTROL_POLICY':
      return `None of the service control policies allows it: ${serviceControl.map(({ name }) => name).join(', ')}. Add the action to one of them.`;
    case 'NO_BOUNDARY':
      return `A grant alone does not help: the permissions boundary has to allow ${action} on ${resource} too.`;
    case 'NO_SESSION_POLICY':
      return `A grant alone does not help: the session's own policy, which AssumeRole was called with, has to allow ${action} on ${resource} too.`;
    case 'NO_RESOURCE_POLICY':
      return `A grant does not help: the policy of ${resource} has to allow ${action} to this caller.`;
    default:
      return `Grant it: allow('${action}').on('${resource}').`;
  }
};

const place = ({ kind, policy, index, statement }: DecidingStatement): string => {
  const named = statement.Sid === undefined || statement.Sid === '' ? '' : ` (${statement.Sid})`;
  return `statement ${index + 1}${named} of the ${kind.replace('-', ' ')} policy ${policy}`;
};
