import type { CloudFacts, Explanation, JournalLine, StackNames } from '../../privileges/index.ts';
import { explain, PrivilegesError } from '../../privileges/index.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { OutputFlags, Session, WordFlags } from '../session.ts';
import { jsonLine } from '../session.ts';
import type { TargetFlags } from '../target-choice.ts';
import type { Style } from '../terminal.ts';
import { serviceFacts } from './service-facts.ts';

/** `explain [call]`: why a call was denied or allowed, and what would allow it. */
export const runExplain = async (
  session: Session,
  flags: TargetFlags & OutputFlags & WordFlags,
): Promise<ExitCode | undefined> => {
  const { terminal } = session;
  const { cloud, names } = await serviceFacts(session, flags);
  const { line, later } = await lineOf(cloud, names, flags.words?.[0]);
  if (line === undefined) {
    if (flags.json === true) jsonLine(terminal, { kind: 'explanation', explanation: null });
    else
      terminal.out(
        'Nothing was denied, as far as the journal goes back: 10,000 calls, or to the start of a cloud without a state folder.',
      );
    return undefined;
  }
  const sayLater = () => {
    if (later !== undefined && flags.json !== true)
      terminal.out(
        terminal.style.dim(
          `${later.principal || later.service} was denied something later, outside of ${session.service.name}: explain ${later.id}`,
        ),
      );
  };
  const call = line.kind === 'call' ? line : await deniedBefore(cloud, line);
  if (call === undefined) {
    if (flags.json === true)
      jsonLine(terminal, { kind: 'explanation', explanation: null, note: line });
    else
      terminal.out(
        `${terminal.style.bad(line.outcome)}  ${line.message ?? ''}${terminal.style.dim(`  entry ${line.id}, ${new Date(line.at).toISOString()}`)}`,
      );
    sayLater();
    return undefined;
  }
  const explanation = explain(call, names, await causesOf(cloud, call));
  if (explanation === undefined)
    throw new PrivilegesError(
      'UNKNOWN',
      `Entry ${line.id} of the journal needed no permission: ${line.message ?? line.operation}`,
      'Name a call.',
    );
  if (flags.json === true)
    jsonLine(terminal, {
      kind: 'explanation',
      explanation,
      ...(line.kind === 'note' ? { note: line } : {}),
    });
  else {
    for (const text of explanationLines(explanation, terminal.style)) terminal.out(text);
    if (line.kind === 'note') terminal.out(`  so     ${line.message ?? ''}`);
    sayLater();
  }
  return undefined;
};

/** What is to be explained. */
interface Asked {
  readonly line: JournalLine | undefined;
  /** A newer denial, which is no affair of the service. */
  readonly later?: JournalLine;
}

/** So many denials are looked through for one of the service. */
const LOOKED_THROUGH = 1_000;

const lineOf = async (
  cloud: CloudFacts,
  names: StackNames,
  word: string | undefined,
): Promise<Asked> => {
  if (word === undefined) {
    const denials = await cloud.denials(LOOKED_THROUGH);
    const last = denials.at(-1);
    // Others may use the same cloud.
    const own = denials.findLast(isOf(names)) ?? last;
    return own === last || last === undefined ? { line: last } : { line: own, later: last };
  }
  const line = /^\d+$/.test(word) ? await cloud.line(Number(word)) : undefined;
  if (line !== undefined) return { line };
  throw new PrivilegesError(
    'UNKNOWN',
    `The journal has no call ${word}.`,
    'Calls are numbered from 1; the journal keeps the last 10,000, and without a state folder those since the cloud started. Without a number, the last denial is explained.',
  );
};

/** Whether a function of the service called, or something of its stack is what it was about. */
const isOf =
  (names: StackNames) =>
  ({ principal, source = '', target = '', needs = [] }: JournalLine): boolean =>
    names.functionOfRole(principal) !== undefined ||
    [source, target, ...needs.map(({ resource }) => resource)].some(
      (arn) => names.resourceOf(arn) !== undefined,
    );

/** A delivery is tried before it is given up, so its denial stands close before. */
const CLOSE = 100;

/** The call that was denied before a service noted that it gave something up. */
const deniedBefore = async (
  cloud: CloudFacts,
  note: JournalLine,
): Promise<JournalLine | undefined> =>
  note.outcome === 'denied'
    ? (await cloud.denials(CLOSE)).findLast(
        ({ id, kind, cause }) => kind === 'call' && id < note.id && cause === note.cause,
      )
    : undefined;

/** Longer chains have not been seen; a circle there is not. */
const LONGEST_CHAIN = 20;

const causesOf = async (cloud: CloudFacts, line: JournalLine): Promise<readonly JournalLine[]> => {
  const found: JournalLine[] = [];
  let next = line.cause;
  while (next !== undefined && found.length < LONGEST_CHAIN) {
    const cause = await cloud.line(next);
    if (cause === undefined) break;
    found.push(cause);
    next = cause.cause;
  }
  return found;
};

/** An explanation for a person; `can` prints its answer in the same form. */
export const explanationLines = (told: Explanation, style: Style): readonly string[] => {
  const { action, resource, statements, causes, grant, resourceStatement } = told;
  const where = told.function?.declaredAt;
  const who =
    told.function === undefined
      ? told.principal
      : `the function ${told.function.name}${where === undefined ? '' : ` (${where})`}, as ${told.principal}`;
  const verdict = told.allowed ? style.good('allowed') : style.bad('denied');
  return [
    `${verdict}  ${style.strong(action)} on ${resource}${told.id === 0 ? '' : style.dim(`  call ${told.id}, ${told.at}`)}`,
    `  who    ${who}`,
    `  why    ${told.because}`,
    ...statements.map(
      ({ policy, statement }) => `         ${policy}: ${style.dim(JSON.stringify(statement))}`,
    ),
    ...(causes.length === 0 ? [] : [`  after  ${causes.join(' ← ')}`]),
    ...(resourceStatement === undefined
      ? []
      : [
          `  write  in the policy of ${resource}:`,
          `         ${style.good(JSON.stringify(resourceStatement))}`,
        ]),
    ...(grant === undefined
      ? []
      : [
          `  write  in the grants of ${told.function?.name ?? 'the function'}:`,
          `         ${style.good(grant)}`,
        ]),
  ];
};
