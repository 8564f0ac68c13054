import type { JournalEntry } from '../cloud/index.ts';
import type { CloudNames } from './cloud-names.ts';
import type { History } from './history.ts';
import type { InvocationLog } from './invocations.ts';
import { errorOf } from './invocations.ts';
import { handsOver, objectsOf } from './reach.ts';

/** What is told of entries needs to know. */
export interface Teller {
  readonly names: CloudNames;
  readonly invocations: Pick<InvocationLog, 'byEntry'>;
}

const ROOT = /^arn:aws[\w-]*:iam::\d+:root$/;

/** Who did it: a function, the resource that a service acted for, or the test. */
export const actorOf = ({ principal, source }: JournalEntry, names: CloudNames): string => {
  if (source !== undefined) return names.behind(source)?.name ?? source;
  return names.functionBehind(principal) ?? (ROOT.test(principal) ? 'test' : principal);
};

/** Who is behind it: of an event that waited at Lambda, whoever handed it over. */
export const originOf = (
  entry: JournalEntry,
  { entry: find }: Pick<History, 'entry'>,
  names: CloudNames,
): string => {
  const waited =
    entry.service === 'lambda' && entry.target !== undefined && entry.source === undefined;
  return actorOf((waited ? find(entry.cause ?? 0) : undefined) ?? entry, names);
};

/** What it was done to. */
export const objectOf = (entry: JournalEntry, names: CloudNames): string => {
  const arn = objectsOf(entry).at(-1);
  return arn === undefined ? '' : names.nameOf(arn);
};

/** The action that decided, or the operation. */
export const actionOf = ({ needs = [], service, operation }: JournalEntry): string =>
  (needs.find(({ decision }) => decision.effect !== 'allow') ?? needs.at(-1))?.action ??
  `${service}:${operation}`;

const ARN = /arn:aws[\w-]*:[^\s"'(),;]*[^\s"'(),;.:]/g;

/** A text with the names of declarations in place of their ARNs. */
export const named = (text: string, names: CloudNames): string =>
  text.replaceAll(ARN, (arn) => names.nameOf(arn));

const VERBS: Readonly<Record<string, (items: string) => string>> = {
  sqs: (items) => `sent ${items} to`,
  sns: (items) => `published ${items} to`,
  eventbridge: (items) => `put ${items} on`,
  kinesis: (items) => `put ${items} into`,
};
const THINGS: Readonly<Record<string, string>> = {
  sqs: 'message',
  sns: 'message',
  eventbridge: 'event',
};

const counted = (count: number, thing: string) => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** An entry as a sentence without its end. */
export const sentenceOf = (entry: JournalEntry, { names, invocations }: Teller): string => {
  const { kind, outcome, service, items = 1, message = '', code } = entry;
  if (kind === 'note') return named(message, names);
  const object = objectOf(entry, names);
  if (service === 'apigatewayv2' && entry.target !== undefined)
    return `${entry.operation} was ${message}`;
  if (outcome === 'denied')
    return `${actorOf(entry, names)} was denied ${actionOf(entry)} on ${object}`;
  const run = invocations.byEntry(entry.id);
  if (run !== undefined) {
    const error = errorOf(run);
    const what = entry.items === undefined ? '' : ` with ${counted(items, 'record')}`;
    return `${object} ran${what}${error === undefined ? '' : ` and failed: ${error.type}: ${error.message}`}`;
  }
  const did = handsOver(entry)
    ? (VERBS[service]?.(counted(items, THINGS[service] ?? 'record')) ?? 'invoked')
    : `called ${actionOf(entry)} on`;
  const failure = outcome === 'error' ? ` and failed: ${code ?? ''}: ${named(message, names)}` : '';
  return `${actorOf(entry, names)} ${did} ${object}${failure}`;
};

/** What goes on behind everything that functions do. */
const PLUMBING = new Set([
  'sts',
  'kms',
  'cloudwatch-logs',
  'dynamodb-streams',
  'sqs ReceiveMessage',
  'sqs DeleteMessage',
  'sqs DeleteMessageBatch',
  'cloudwatch PutMetricData',
  'kinesis GetRecords',
]);

const isPlumbing = ({ kind, outcome, service, operation }: JournalEntry) =>
  kind === 'call' &&
  outcome !== 'denied' &&
  (PLUMBING.has(service) || PLUMBING.has(`${service} ${operation}`));

/**
 * What entries led to, as lines, each under what caused it; what is behind everything is left out.
 *
 * @param effects - What an entry caused.
 */
export const storyOf = (
  first: Iterable<JournalEntry>,
  effects: (entry: JournalEntry) => readonly JournalEntry[],
  teller: Teller,
): readonly string[] => {
  const told = new Set<JournalEntry>();
  const lines: { readonly text: string; count: number }[] = [];
  const tell = (entries: Iterable<JournalEntry>, depth: number) => {
    for (const entry of [...entries].sort((one, other) => one.id - other.id)) {
      if (told.has(entry)) continue;
      told.add(entry);
      const hidden = isPlumbing(entry);
      if (!hidden) {
        const text = `${'  '.repeat(depth)}${sentenceOf(entry, teller)}`;
        const last = lines.at(-1);
        if (last?.text === text) last.count += 1;
        else lines.push({ text, count: 1 });
      }
      tell(effects(entry), hidden ? depth : depth + 1);
    }
  };
  tell(first, 1);
  return lines.map(({ text, count }) => (count === 1 ? text : `${text} (${count} times)`));
};
