import type { DeletePlan } from '../../provision/index.ts';
import { deleteByHand, deleteStack, isPurgeable } from '../../provision/index.ts';
import { askYes, assertAskable } from '../confirm.ts';
import { deletePlanLines } from '../render-plan.ts';
import { openProgress } from '../render-progress.ts';
import type { DeleteFlags, Session } from '../session.ts';
import { jsonLine, sayStarting } from '../session.ts';
import { chooseTarget, repeatedFlags } from '../target-choice.ts';
import { duration } from '../wording.ts';

/** `delete`: takes the stack away and waits until it is gone. */
export const runDelete = async (session: Session, flags: DeleteFlags): Promise<void> => {
  const { service, terminal, signal, env } = session;
  const { out, style } = terminal;
  const json = flags.json === true;
  if (flags.confirm === true) assertAskable();
  const { target, name } = await chooseTarget(flags, {
    env,
    signal,
    onStarting: () => sayStarting(session, flags),
  });
  const view = json
    ? {
        show: (progress: object) => jsonLine(terminal, progress),
        expect: () => undefined,
        end: () => undefined,
      }
    : openProgress(terminal);
  try {
    const result = await deleteStack(target, {
      stackName: service.name,
      ...(flags.purge === undefined ? {} : { purge: flags.purge }),
      ...(flags.retain === undefined ? {} : { retain: flags.retain }),
      onPlan: (plan) => {
        if (json) return jsonLine(terminal, planned(plan));
        view.expect([...plan.goes, ...plan.stays]);
        for (const line of deletePlanLines(plan, style)) out(line);
        return undefined;
      },
      ...(flags.confirm === true ? { confirm: () => askYes(terminal, 'Go on?', signal) } : {}),
      onProgress: view.show,
      signal,
      command: (verb) => `${session.program} ${verb}${repeatedFlags(flags)}`,
    });
    view.end();
    if (json) return jsonLine(terminal, { kind: 'result', ...result });
    if (result.outcome === 'absent' && result.purged.length === 0)
      out(`${service.name} is not provisioned on ${name}: nothing to delete.`);
    else
      out(
        `${style.good('✓')} ${service.name} ${result.outcome === 'absent' ? 'purged' : 'deleted'} in ${duration(result.durationMs)}`,
      );
    for (const { logicalId, resourceType, physicalId } of result.retained) {
      out(
        style.warn(
          `  ${logicalId} still exists, as ${physicalId ?? 'before'} (${resourceType}); no stack manages it now`,
        ),
      );
      const command = isPurgeable(resourceType)
        ? `${session.program} delete --purge ${logicalId}${repeatedFlags(flags)}`
        : deleteByHand(resourceType, physicalId ?? '');
      if (command !== undefined) out(`    to delete it with all that is in it: ${command}`);
    }
    return undefined;
  } finally {
    view.end();
  }
};

const planned = ({ goes, stays, purges }: DeletePlan) => ({ kind: 'planned', goes, stays, purges });
