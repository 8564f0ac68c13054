import type { DecidingStatement } from '../../iam/index.ts';
import type { Verdict } from './authorise.ts';

/** What the desk is told of a denial: the statements that deny, or what has to be granted, and where. */
export const denialHint = ({ need, decision, serviceControl = [] }: Verdict): string => {
  if (decision.effect === 'explicit-deny')
    return `Denied by ${decision.statements.map(place).join(', ')}.`;
  if (decision.reason === 'NO_SERVICE_CONTROL_POLICY')
    return `None of the service control policies allows it: ${serviceControl.map(({ name }) => name).join(', ')}. Add the action to one of them.`;
  return `Grant it: allow('${need.action}').on('${need.resource}').`;
};

const place = ({ kind, policy, index, statement }: DecidingStatement): string => {
  const named = statement.Sid === undefined || statement.Sid === '' ? '' : ` (${statement.Sid})`;
  return `statement ${index + 1}${named} of the ${kind.replace('-', ' ')} policy ${policy}`;
};
