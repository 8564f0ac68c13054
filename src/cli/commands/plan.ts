import type { Plan, Progress } from '../../provision/index.ts';
import { planStack } from '../../provision/index.ts';
import { artifactOf } from '../artifact.ts';
import { assemble } from '../../assembly/index.ts';
import { CliError } from '../cli-error.ts';
import type { ExitCode } from '../exit-codes.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { planRequest } from '../plan-request.ts';
import { planLines } from '../render-plan.ts';
import { openProgress } from '../render-progress.ts';
import type { PlanFlags, Session } from '../session.ts';
import { jsonLine, sayStarting } from '../session.ts';
import { showArchive, warningText } from '../show-archive.ts';
import { showWarnings } from '../show-warnings.ts';
import { chooseTarget, repeatedFlags, runsHere } from '../target-choice.ts';
import { duration } from '../wording.ts';

/** `plan`: what `provision` would do. Nothing is changed, made or uploaded. */
export const runPlan = async (
  session: Session,
  flags: PlanFlags,
): Promise<ExitCode | undefined> => {
  const { service, terminal, signal, env } = session;
  const start = performance.now();
  if (flags.json === true && flags.markdown === true)
    throw new CliError('USAGE', '--json and --markdown are two forms of the same answer.', {
      hint: 'Pass one of them.',
    });
  const forPeople = flags.json !== true && flags.markdown !== true;
  const assembly = assemble(service, { onThisMachine: runsHere(flags, env) });
  if (forPeople) showWarnings(session, {}, assembly.synthesis.warnings);
  const chosen = await chooseTarget(flags, {
    env,
    signal,
    onStarting: () => sayStarting(session, { json: !forPeople }),
  });
  if (forPeople) terminal.out(`${terminal.style.strong(service.name)} → ${chosen.name}`);
  const packed = assembly.archive?.then((made) => {
    if (forPeople)
      showArchive(terminal, made, {
        functions: assembly.synthesis.functions.length,
        architectures: [
          ...new Set(assembly.synthesis.functions.map((fn) => fn.architecture)),
        ].sort(),
        runsOn: assembly.runsOn,
        durationMs: performance.now() - start,
      });
    return made;
  });
  const view = forPeople ? openProgress(terminal) : undefined;
  const onProgress = (progress: Progress) => {
    if (view !== undefined) view.show(progress);
    else if (progress.kind === 'left-behind')
      terminal.error(`Could not clean up ${progress.what}: ${progress.why}`);
  };
  try {
    const archive = packed?.then((made) => artifactOf(service.name, made));
    const plan = await planStack(
      chosen.target,
      planRequest(session, flags, { assembly, archive, onProgress }),
    );
    view?.end();
    const warnings = [
      ...assembly.synthesis.warnings.map(({ message, at }) =>
        at === undefined ? message : `${at}: ${message}`,
      ),
      ...((await packed)?.warnings.map(warningText) ?? []),
    ];
    await show(session, flags, { plan, warnings, durationMs: performance.now() - start });
    return flags.strict === true && plan.kind !== 'unchanged' ? EXIT_CODES.FOUND : undefined;
  } finally {
    view?.end();
  }
};

const show = async (
  { service, terminal, program }: Session,
  flags: PlanFlags,
  {
    plan,
    warnings,
    durationMs,
  }: { readonly plan: Plan; readonly warnings: readonly string[]; readonly durationMs: number },
): Promise<void> => {
  const { out, style } = terminal;
  // Each form is loaded when it is asked for.
  if (flags.json === true) {
    const { planReport } = await import('../plan/report.ts');
    return jsonLine(terminal, planReport(plan, { service: service.name, warnings }));
  }
  const repeated = repeatedFlags(flags);
  if (flags.markdown === true) {
    const { planMarkdown } = await import('../plan/markdown.ts');
    return out(
      planMarkdown(plan, {
        serviceName: service.name,
        warnings,
        whole: `${program} plan --json${repeated}`,
      }).trimEnd(),
    );
  }
  for (const line of planLines(plan, style, terminal.columns)) out(line);
  return out(
    plan.kind === 'unchanged'
      ? `${style.good('✓')} ${service.name} is as the program says  ${style.dim(duration(durationMs))}`
      : `Nothing was changed. To do it: ${program} provision${repeated}  ${style.dim(duration(durationMs))}`,
  );
};
