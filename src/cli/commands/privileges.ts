import type { PolicyStatement, PrivilegeUse } from '../../privileges/index.ts';
import { managedUseOf, PrivilegesError, usageOf } from '../../privileges/index.ts';
import { synthesise, WITHOUT } from '../../synth/index.ts';
import { CliError } from '../cli-error.ts';
import type { ExitCode } from '../exit-codes.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { PrivilegesFlags, Session } from '../session.ts';
import { jsonLine } from '../session.ts';
import type { Style } from '../terminal.ts';
import { count } from '../wording.ts';
import { serviceFacts } from './service-facts.ts';

// The built-in alone: its ES module facade takes time to make.
const { spawn } = process.getBuiltinModule('node:child_process');

/** `privileges`: what each statement of each function's role was used for. */
export const runPrivileges = async (
  session: Session,
  flags: PrivilegesFlags,
): Promise<ExitCode | undefined> => {
  if (flags.mutate !== undefined) return mutate(session, flags, flags.mutate);
  const { service, terminal } = session;
  const { cloud, names } = await serviceFacts(session, flags);
  const all = await cloud.usage();
  const uses = statementsByFunction(session).flatMap(([fn, statements, managed]) => [
    ...usageOf(fn, statements, all, names),
    ...managedUseOf(fn, managed, all, names),
  ]);
  const elsewhere = service.functions.filter(({ settings }) => settings.role !== undefined);
  const found = uses.filter(
    ({ verdict, grant, policy }) =>
      (verdict === 'unused' || verdict === 'too-wide') &&
      (grant !== undefined || policy !== undefined),
  );
  if (flags.json === true) jsonLine(terminal, { kind: 'privileges', service: service.name, uses });
  else {
    for (const use of uses) for (const line of useLines(use, terminal.style)) terminal.out(line);
    for (const { name } of elsewhere)
      terminal.out(
        `not known  ${name}  runs under a role that is not this program's: its permissions are stated elsewhere`,
      );
    terminal.out(
      found.length === 0
        ? 'Every grant was used, none wider than its use.'
        : `${count(found.length, 'grant')} unused or too wide, as far as the service was run here.`,
    );
  }
  return flags.strict === true && found.length > 0 ? EXIT_CODES.FOUND : undefined;
};

/** The functions with roles of their own, and the statements that their template gives them. */
const statementsByFunction = ({ service }: Session) => {
  const { template } = synthesise(service);
  return service.functions.flatMap((fn) => {
    const role = template.Resources[`${fn.name}Role`]?.Properties as
      | {
          readonly Policies?: readonly {
            readonly PolicyDocument: { readonly Statement: readonly PolicyStatement[] };
          }[];
          readonly ManagedPolicyArns?: readonly unknown[];
        }
      | undefined;
    const statements = role?.Policies?.[0]?.PolicyDocument.Statement;
    const managed = (role?.ManagedPolicyArns ?? []).filter((arn) => typeof arn === 'string');
    return statements === undefined ? [] : [[fn, statements, managed] as const];
  });
};

/** What a statement is there for. */
const subjectOf = ({ grant, policy, source, actions }: PrivilegeUse): string => {
  if (source !== undefined) return `reading ${source}`;
  const added = actions.every((action) => action.startsWith('logs:'))
    ? 'its own log'
    : 'its settings';
  return grant ?? policy ?? added;
};

const useLines = (use: PrivilegeUse, style: Style): readonly string[] => {
  const where = use.declaredAt === undefined ? '' : style.dim(`  ${use.declaredAt}`);
  const what = `${use.function}  ${subjectOf(use)}: ${use.actions.join(', ') || 'nothing'}`;
  switch (use.verdict) {
    case 'used':
      return [
        `${style.good('used     ')}  ${what}  ${style.dim(count(use.count, 'time'))}${where}`,
        ...(use.unusedActions.length === 0
          ? []
          : [`           never ${use.unusedActions.join(', ')}`]),
      ];
    case 'unused':
      return [
        `${(use.grant === undefined ? style.dim : style.warn)('unused   ')}  ${what}${where}`,
      ];
    case 'too-wide':
      return [
        `${style.warn('too wide ')}  ${what}${where}`,
        ...(use.within === undefined ? [] : [`           all of it lay under ${use.within}`]),
        ...(use.unusedResources === undefined
          ? []
          : [`           never on ${use.unusedResources.join(', ')}`]),
        ...(use.narrower === undefined ? [] : [`           ${style.good(use.narrower)}`]),
      ];
    case 'denies':
      return [
        `${style.good('denies   ')}  ${what}  ${style.dim(count(use.count, 'time'))}${where}`,
      ];
  }
};

/** Takes each granted statement away in turn; one whose loss fails no test is superfluous, or untested. */
const mutate = async (
  session: Session,
  flags: PrivilegesFlags,
  command: string,
): Promise<ExitCode | undefined> => {
  const { terminal, signal } = session;
  const { style } = terminal;
  const say = (line: string) => (flags.json === true ? undefined : terminal.out(line));
  if (command.startsWith('-'))
    throw new CliError('USAGE', `--mutate is "${command}", which is no command.`, {
      hint: `Name the one that runs your tests: ${session.program} privileges --mutate "npm test"`,
    });
  if (!(await passes(command, undefined, session)))
    throw new PrivilegesError(
      'NOT_ANSWERED',
      `"${command}" fails with every permission in place.`,
      'Make it pass first: then a permission whose loss it does not notice is superfluous or untested.',
    );
  const survivors: {
    readonly function: string;
    readonly grant: string;
    readonly actions: unknown;
  }[] = [];
  let tried = 0;
  for (const [fn, statements] of statementsByFunction(session)) {
    const granted = usageOf(fn, statements, [], NO_NAMES).filter(
      ({ grant }) => grant !== undefined,
    );
    for (const { statement, grant = '', actions } of granted) {
      signal.throwIfAborted();
      tried += 1;
      const missed = !(await passes(command, `${fn.name}#${statement}`, session));
      const what = `${fn.name}  ${grant}: ${actions.join(', ')}`;
      say(missed ? `${style.good('needed   ')}  ${what}` : `${style.warn('not missed')} ${what}`);
      if (!missed) survivors.push({ function: fn.name, grant, actions });
    }
  }
  if (flags.json === true) jsonLine(terminal, { kind: 'mutations', survivors });
  else for (const line of outcomeLines(survivors.length, tried)) terminal.out(line);
  return survivors.length > 0 ? EXIT_CODES.FOUND : undefined;
};

const outcomeLines = (survivors: number, tried: number): readonly string[] => [
  survivors === 0
    ? 'Every permission is missed when it is gone.'
    : `${count(survivors, 'permission')} not missed: superfluous, or untested.`,
  ...(survivors > 0 && survivors === tried
    ? [
        'None was missed at all. The command has to provision the service, by this program or in sparta/testing: what it finds provisioned keeps every permission.',
      ]
    : []),
];

/** Statements are counted without looking at a stack. */
const NO_NAMES = {
  functionOfRole: () => undefined,
  roleNameOf: () => undefined,
  resourceOf: () => undefined,
};

/** Whether a command ends with 0. Its output is the user's own affair: it is shown only when it fails for no reason of ours. */
const passes = (
  command: string,
  without: string | undefined,
  { env, signal, terminal }: Session,
): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      stdio: ['ignore', 'ignore', without === undefined ? 'pipe' : 'ignore'],
      env: { ...env, ...(without === undefined ? {} : { [WITHOUT]: without }) },
      signal,
    });
    child.stderr?.on('data', (text: Buffer) => terminal.error(text.toString().trimEnd()));
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
