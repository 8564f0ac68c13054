import type { JournalEntry } from '../cloud/index.ts';
import { JOURNAL_ENTRIES } from '../cloud/index.ts';
import type { KnownResource } from './cloud-names.ts';
import type { Denial } from './denials.ts';
import { denialOf } from './denials.ts';
import type { History } from './history.ts';
import type { Teller } from './tell.ts';
import { originOf, storyOf } from './tell.ts';

/** What a path is looked for in. */
export interface PathGround extends Teller {
  readonly history: History;
}

/** How a test makes something come to a resource. */
const BEGINNINGS: Readonly<Record<string, (variable: string) => string>> = {
  'AWS::ApiGatewayV2::Api': (api) => `await cloud.fetch(${api}, '/…')`,
  'AWS::Lambda::Function': (fn) => `await cloud.invoke(${fn}, event)`,
  'AWS::S3::Bucket': (bucket) => `await cloud.use(${bucket}).put(key, body)`,
  'AWS::SNS::Topic': (topic) => `await cloud.use(${topic}).publish(message)`,
  'AWS::Events::Rule': () => "await cloud.advance('…'), to when it is due",
  'AWS::Scheduler::Schedule': () => "await cloud.advance('…'), to when it is due",
};

/** What stands between a resource and whom it hands things on to. */
const LINKS: Readonly<Record<string, string>> = {
  'AWS::SQS::Queue': 'its event source mapping, and what passes the filters of that',
  'AWS::SNS::Topic': 'its subscriptions, and what passes their filter policies',
  'AWS::Events::EventBus': 'its rules, and what fits their patterns',
  'AWS::DynamoDB::Table':
    'its stream, an event source mapping of that, and what passes its filters',
  'AWS::Kinesis::Stream': 'its event source mapping, and what passes the filters of that',
  'AWS::S3::Bucket': 'its notifications, and the prefixes and suffixes that they ask for',
  'AWS::ApiGatewayV2::Api': 'its routes',
};

const FUNCTION = 'AWS::Lambda::Function';

const SETTLE =
  "If something is still on its way: `await cloud.settle()` before this line, or `await cloud.advance('5 minutes')` for delays, windows, retries and schedules.";

/** Lines of a story that a person reads before the reason. */
const MOST_LINES = 30;

/** Why there is no path from a resource: nothing has come to it. */
export const nothingCame = (
  { name, type }: KnownResource,
  { history }: PathGround,
): readonly string[] => {
  const beginning = BEGINNINGS[type]?.(name.slice(0, 1).toLowerCase() + name.slice(1));
  return [
    `No path begins at ${name}: nothing has come to it since it was provisioned.`,
    ...(beginning === undefined ? [] : [`A test begins one so: ${beginning}.`]),
    SETTLE,
    ...forgotten(history),
  ];
};

/** A step that was not reached, from those that were. */
export interface MissedStep {
  /** Names of the steps that were reached. */
  readonly steps: readonly string[];
  /** The entries at the last of them. */
  readonly here: readonly JournalEntry[];
  readonly next: KnownResource;
  /** Entries at the next step that came of something else. */
  readonly elsewhere: readonly JournalEntry[];
}

/** Why a path does not go on: what happened instead, and what would help. */
export const pathEnds = (
  { steps, here, next, elsewhere }: MissedStep,
  ground: PathGround,
): readonly string[] => {
  const { history, names } = ground;
  const [last = ''] = steps.slice(-1);
  const consequences = history.consequences(here);
  const beginnings = here.filter((entry) => !consequences.has(entry));
  const story = storyOf(beginnings, (entry) => history.effects(entry), ground);
  const denials = [...beginnings, ...consequences]
    .filter(({ outcome, kind }) => outcome === 'denied' && kind === 'call')
    .sort((one, other) => one.id - other.id)
    .map((entry) => denialOf(entry, history, names));
  const isDeadEnd = story.length === beginnings.length;
  const link = LINKS[names.known(last).type];
  return [
    `${[...steps, next.name].join(' → ')}: the path ends at ${last}, and does not lead to ${next.name}.`,
    `From ${last} on, this happened:`,
    ...story.slice(0, MOST_LINES),
    ...(story.length > MOST_LINES ? [`  … and ${story.length - MOST_LINES} lines more.`] : []),
    otherwise(next, elsewhere, ground),
    ...denials.flatMap(remedyOf),
    ...(isDeadEnd && link !== undefined ? [`What ${last} hands on is decided by ${link}.`] : []),
    ...(denials.length > 0 ? [] : [SETTLE]),
    ...forgotten(history),
  ];
};

const otherwise = (
  { name, type }: KnownResource,
  elsewhere: readonly JournalEntry[],
  { history, names }: PathGround,
): string => {
  const times = elsewhere.length;
  if (times === 0)
    return type === FUNCTION ? `${name} never ran.` : `Nothing has come to ${name} at all.`;
  const origins = [...new Set(elsewhere.map((entry) => originOf(entry, history, names)))];
  const came = type === FUNCTION ? 'ran' : 'was reached';
  return `${name} ${came} ${times === 1 ? 'once' : `${times} times`}, because of something else (from ${origins.join(', ')}).`;
};

const remedyOf = ({ who, what, on, because, grant, declaredAt }: Denial): readonly string[] => [
  `${who} was denied ${what} on ${on}: ${because}.`,
  ...(grant === undefined
    ? []
    : [
        `Write in the grants of ${who}${declaredAt === undefined ? '' : ` (${declaredAt})`}:`,
        `  ${grant}`,
      ]),
];

/** A journal that is full has lost its beginning. */
const forgotten = ({ entries }: History): readonly string[] =>
  entries.length < JOURNAL_ENTRIES
    ? []
    : [
        `The journal has its newest ${entries.length} entries alone, back to ${new Date(entries[0]?.at ?? 0).toISOString()}: what was before is not known any more.`,
      ];
