import { explain } from '../../privileges/index.ts';
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
  const { cloud, names } = await serviceFacts(session, flags);
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
