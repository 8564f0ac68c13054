import type { StackReport } from '../../provision/index.ts';
import { readStatus } from '../../provision/index.ts';
import type { OutputFlags, Session } from '../session.ts';
import { jsonLine, sayStarting } from '../session.ts';
import { outputLines } from '../show-outputs.ts';
import type { TargetFlags } from '../target-choice.ts';
import { chooseTarget, repeatedFlags } from '../target-choice.ts';
import type { Style } from '../terminal.ts';
import { ago, count, duration } from '../wording.ts';

/** `status`: the stack, its outputs, its resources, its last change. */
export const runStatus = async (
  session: Session,
  flags: TargetFlags & OutputFlags,
): Promise<void> => {
  const { service, terminal, signal, env } = session;
  const { target, name } = await chooseTarget(flags, {
    env,
    signal,
    onStarting: () => sayStarting(session, flags),
  });
  const report = await readStatus(target, service.name, signal);
  if (flags.json === true) return jsonLine(terminal, { kind: 'status', report: report ?? null });
  if (report === undefined) {
    terminal.out(`${service.name} is not provisioned on ${name}.`);
    terminal.out(`To do so: ${session.program} provision${repeatedFlags(flags)}`);
    return undefined;
  }
  for (const line of reportLines(report, terminal.style, new Date())) terminal.out(line);
  for (const line of nextSteps(report, `${session.program} `, repeatedFlags(flags)))
    terminal.out(line);
  return undefined;
};

const reportLines = (report: StackReport, style: Style, now: Date): readonly string[] => {
  const { stack, resources, lastChange, inPlace } = report;
  const healthy = report.situation === 'updatable' && !stack.status.includes('ROLLBACK');
  const paint = healthy ? style.good : report.situation === 'busy' ? style.warn : style.bad;
  const width = Math.max(0, ...resources.map((resource) => resource.logicalId.length));
  const types = Math.max(0, ...resources.map((resource) => resource.resourceType.length));
  return [
    `${style.strong(stack.stackName)}  ${paint(stack.status)}  ${stack.region}, account ${stack.accountId}`,
    ...(stack.description === undefined ? [] : [`  ${stack.description}`]),
    ...(stack.statusReason === undefined ? [] : [`  ${stack.statusReason}`]),
    ...(lastChange === undefined
      ? []
      : [
          `  last change ${ago(lastChange.startedAt, now)}, ${
            lastChange.endedAt === undefined
              ? 'still running'
              : `took ${duration(lastChange.endedAt.getTime() - lastChange.startedAt.getTime())}`
          }, ${count(lastChange.changed, 'resource')}`,
          ...(lastChange.failure === undefined
            ? []
            : [
                style.bad(
                  `  ${lastChange.failure.logicalId} (${lastChange.failure.resourceType}) failed: ${lastChange.failure.reason}`,
                ),
              ]),
        ]),
    ...(inPlace === undefined
      ? []
      : [
          style.warn(
            `  changed in place ${ago(new Date(inPlace.changedAt), now)}, so the stack's template is behind${inPlace.unfinished ? ' (that run did not come to its end)' : ''}`,
          ),
          ...Object.entries(inPlace.functions).map(
            ([logicalId, properties]) => `    ${logicalId}: ${properties.join(', ')}`,
          ),
        ]),
    ...outputLines(stack.outputs, style),
    ...(resources.length === 0 ? [] : [style.strong('Resources')]),
    ...resources
      .toSorted((a, b) => (a.logicalId < b.logicalId ? -1 : 1))
      .map((resource) =>
        `  ${resource.logicalId.padEnd(width)}  ${style.dim(resource.resourceType.padEnd(types))}  ${resource.status}  ${resource.physicalId ?? ''}`.trimEnd(),
      ),
  ];
};

const nextSteps = (
  { situation, inPlace }: StackReport,
  program: string,
  flags: string,
): readonly string[] => {
  switch (situation) {
    case 'must-be-deleted':
    case 'must-finish-rollback':
      return [`To go on: ${program}provision --recover${flags}`, everyWay(program, flags)];
    case 'must-finish-delete':
      return [`To go on deleting: ${program}delete${flags}`, everyWay(program, flags)];
    case 'absent':
      return [`It is only a plan; nothing was created. To do so: ${program}provision${flags}`];
    case 'updatable':
      return inPlace === undefined
        ? []
        : [
            ...(inPlace.unfinished
              ? [`To finish that run: ${program}provision --inplace${flags}`]
              : []),
            `To bring stack and functions together: ${program}provision${flags}`,
          ];
    case 'busy':
      return [];
    default:
      return situation satisfies never;
  }
};

const everyWay = (program: string, flags: string) =>
  `Why, and what else can be done: ${program}doctor${flags}`;
