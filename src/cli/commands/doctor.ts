import type { Diagnosis, WayName, WayOut } from '../../provision/index.ts';
import {
  diagnosisLines,
  examineStack,
  exportNames,
  healStack,
  WAY_NAMES,
  wayLines,
} from '../../provision/index.ts';
import { synthesise } from '../../synth/index.ts';
import { CliError } from '../cli-error.ts';
import { askLine, isAskable } from '../confirm.ts';
import { placesOf } from '../declared-place.ts';
import type { ExitCode } from '../exit-codes.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { openProgress } from '../render-progress.ts';
import type { DoctorFlags, Session } from '../session.ts';
import { jsonLine, sayStarting } from '../session.ts';
import type { ChosenTarget } from '../target-choice.ts';
import { chooseTarget, repeatedFlags } from '../target-choice.ts';
import type { Style } from '../terminal.ts';

/** `doctor`: says what is the matter with the stack, and does what leads out of it. */
export const runDoctor = async (session: Session, flags: DoctorFlags): Promise<ExitCode> => {
  const { service, terminal, signal, env } = session;
  const wanted = flags.do === undefined ? undefined : wayNamed(flags.do);
  const chosen = await chooseTarget(flags, {
    env,
    signal,
    onStarting: () => sayStarting(session, flags),
  });
  const examine = () => examineStack(chosen.target, service.name, questions(session, flags));
  const diagnosis = await examine();
  if (flags.json === true) jsonLine(terminal, { kind: 'diagnosis', diagnosis });
  else for (const line of shown(diagnosis, terminal.style)) terminal.out(line);
  const way = wanted ?? (flags.json === true ? undefined : await chosenWay(session, diagnosis));
  if (way === undefined) return EXITS[diagnosis.health];
  await heal(session, flags, { chosen, diagnosis, way });
  const after = await examine();
  if (flags.json === true) jsonLine(terminal, { kind: 'diagnosis', diagnosis: after });
  else for (const line of shown(after, terminal.style)) terminal.out(line);
  return EXITS[after.health];
};

const EXITS: Readonly<Record<Diagnosis['health'], ExitCode>> = {
  absent: EXIT_CODES.OK,
  healthy: EXIT_CODES.OK,
  busy: EXIT_CODES.BUSY,
  stuck: EXIT_CODES.STUCK,
};

/** What the program knows of the stack: where its resources are declared, what it exports. */
const questions = ({ service, program, signal }: Session, flags: DoctorFlags) => {
  const command = (verb: string) => `${program} ${verb}${repeatedFlags(flags)}`;
  // A program with mistakes must not keep anybody from a stack that is stuck.
  const synthesis = ((): ReturnType<typeof synthesise> | undefined => {
    try {
      return synthesise(service);
    } catch {
      return undefined;
    }
  })();
  if (synthesis === undefined) return { command, signal };
  return {
    command,
    signal,
    placeOf: placesOf(synthesis),
    programExports: exportNames(synthesis.template),
  };
};

/** @throws {USAGE} when there is no such way */
const wayNamed = (text: string): WayName => {
  const name = WAY_NAMES.find((one) => one === text);
  if (name !== undefined) return name;
  throw new CliError('USAGE', `--do is ${JSON.stringify(text)}, which the doctor does not know.`, {
    hint: `It can do ${WAY_NAMES.join(', ')}; without --do it says which of them apply.`,
  });
};

const shown = (diagnosis: Diagnosis, style: Style): readonly string[] => {
  const { stackName, status, health, ways } = diagnosis;
  const paint = { absent: style.dim, healthy: style.good, busy: style.warn, stuck: style.bad };
  return [
    `${style.strong(stackName)}  ${paint[health](status)}  ${health === 'absent' ? 'not there' : health}`,
    ...diagnosisLines(diagnosis).map((line) => `  ${line}`),
    ...(ways.length === 0 ? [] : [style.strong('Ways out')]),
    ...wayLines(ways).map((line) => `  ${line}`),
  ];
};

/** Where a person watches, the number or name of a way; nothing to leave it at that. */
const chosenWay = async (
  { terminal, signal }: Session,
  { ways }: Diagnosis,
): Promise<WayName | undefined> => {
  if (ways.length === 0 || !terminal.interactive || !isAskable()) return undefined;
  for (;;) {
    const answer = await askLine(terminal, 'Which one? (number or name, Enter for none)', signal);
    if (answer === '') return undefined;
    const way = wayAnswered(ways, answer);
    if (way !== undefined) return way;
    terminal.error(`${answer} is none of them.`);
  }
};

const wayAnswered = (ways: readonly WayOut[], answer: string): WayName | undefined =>
  (ways[Number(answer) - 1] ?? ways.find(({ name }) => name === answer))?.name;

const heal = async (
  session: Session,
  flags: DoctorFlags,
  what: { readonly chosen: ChosenTarget; readonly diagnosis: Diagnosis; readonly way: WayName },
): Promise<void> => {
  const { chosen, diagnosis, way } = what;
  const { terminal, signal, program } = session;
  const view =
    flags.json === true
      ? { show: (progress: object) => jsonLine(terminal, progress), end: () => undefined }
      : openProgress(terminal);
  try {
    await healStack(chosen.target, diagnosis, way, {
      command: (verb) => `${program} ${verb}${repeatedFlags(flags)}`,
      signal,
      onProgress: view.show,
    });
  } finally {
    view.end();
  }
  if (way !== 'start-over' && way !== 'keep-export') return;
  const { runProvision } = await import('./provision.ts');
  const { do: _, ...target } = flags;
  const kept = diagnosis.ways.flatMap((one) => (one.name === 'keep-export' ? one.subjects : []));
  await runProvision(session, way === 'keep-export' ? { ...target, keepExport: kept } : target);
};
