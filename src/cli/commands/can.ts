import type { StackNames } from '../../privileges/index.ts';
import { explain } from '../../privileges/index.ts';
import { actionFault, nearest } from '../../validate/index.ts';
import { CliError } from '../cli-error.ts';
import type { ExitCode } from '../exit-codes.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { OutputFlags, Session, WordFlags } from '../session.ts';
import { jsonLine } from '../session.ts';
import type { TargetFlags } from '../target-choice.ts';
import { explanationLines } from './explain.ts';
import { serviceFacts } from './service-facts.ts';

/** `can ROLE ACTION ARN`: what IAM would say of a call that was not made. Exits with 4 when it would be denied. */
export const runCan = async (
  session: Session,
  flags: TargetFlags & OutputFlags & WordFlags,
): Promise<ExitCode | undefined> => {
  const { terminal } = session;
  const [who = '', action = '', resource = ''] = flags.words ?? [];
  assertAsked(action, resource);
  const { cloud, names } = await serviceFacts(session, flags);
  assertNamed(who, session, names);
  const role = names.roleNameOf(who) ?? who.split('/').at(-1) ?? who;
  const need = await cloud.can(role, action, resource);
  const told = explain(
    {
      id: 0,
      at: 0,
      kind: 'call',
      service: '',
      operation: '',
      principal: `arn:aws:iam::000000000000:role/${role}`,
      outcome: need.decision.effect === 'allow' ? 'ok' : 'denied',
      needs: [need],
    },
    names,
    [],
  );
  if (told === undefined) return undefined;
  const { id: _id, at: _at, causes: _causes, principal: _principal, ...answer } = told;
  if (flags.json === true) jsonLine(terminal, { kind: 'answer', role, ...answer });
  else
    for (const text of explanationLines({ ...told, principal: `the role ${role}` }, terminal.style))
      terminal.out(text);
  return told.allowed ? undefined : EXIT_CODES.NOT_ALLOWED;
};

/** @throws {USAGE} for what no call could be: IAM itself would say that it is denied, and the grant would not compile */
const assertAsked = (action: string, resource: string): void => {
  const fault = /^[^:*?]+:[^:*?]+$/.test(action)
    ? actionFault(action)
    : 'which is no action of one service';
  if (fault !== undefined)
    throw new CliError('USAGE', `The action is ${action}, ${fault}`, {
      hint: 'Name one action as IAM does: s3:GetObject.',
    });
  if (resource !== '*' && !resource.startsWith('arn:'))
    throw new CliError('USAGE', `The resource is ${resource}, which is no ARN.`, {
      hint: 'Name what the call is on by its ARN, or * where the action knows no resource. "status" lists the resources of the service.',
    });
};

/** @throws {USAGE} for what is nearly the name of a function, and of no role that is known here */
const assertNamed = (who: string, { service }: Session, names: StackNames): void => {
  const functions = service.functions.map(({ name }) => name);
  const meant = names.roleNameOf(who) === undefined ? nearest(who, functions) : undefined;
  if (meant !== undefined && meant !== who && !who.startsWith('arn:'))
    throw new CliError('USAGE', `${service.name} has no function ${who}; did you mean ${meant}?`, {
      hint: `Its functions: ${functions.join(', ')}. A role that is near to one of them is asked about by its ARN.`,
    });
};
