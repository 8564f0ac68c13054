import type { JournalEntry } from '../cloud/index.ts';
import type { CloudNames, KnownResource } from './cloud-names.ts';

/** Operations that hand something over to what they are done to. A dry run has no items. */
const HANDS_OVER: Readonly<Record<string, ReadonlySet<string>>> = {
  lambda: new Set(['Invoke', 'InvokeWithResponseStream']),
  sqs: new Set(['SendMessage', 'SendMessageBatch']),
  sns: new Set(['Publish', 'PublishBatch']),
  eventbridge: new Set(['PutEvents']),
  kinesis: new Set(['PutRecord', 'PutRecords']),
};

/** Services whose other operations only look, or set up. */
const ONLY_HANDED = new Set([...Object.keys(HANDS_OVER), 'dynamodb-streams', 'apigatewayv2']);

export const handsOver = ({ service, operation, items }: JournalEntry): boolean =>
  HANDS_OVER[service]?.has(operation) === true && items !== 0;

/** ARNs that an entry was done to, the one that decided last. */
export const objectsOf = ({ target, needs = [] }: JournalEntry): readonly string[] =>
  target === undefined ? needs.map(({ resource }) => resource) : [target];

/** Whether an entry is the run of a function. */
export type HasRun = (entry: JournalEntry) => boolean;

/** By which end an entry is at a resource: what it was done for comes before what it was done to. */
export type End = 'source' | 'target';

/** Where an entry reaches a resource: a function by running, a queue by what is sent to it, others by any call that succeeds. */
export const endsAt = (
  entry: JournalEntry,
  { name, type }: KnownResource,
  names: Pick<CloudNames, 'behind'>,
  hasRun: HasRun,
): readonly End[] => {
  const isIt = (arn: string) => names.behind(arn)?.name === name;
  const isTarget = () => objectsOf(entry).some(isIt);
  if (type === 'AWS::Lambda::Function') return hasRun(entry) && isTarget() ? ['target'] : [];
  const ends: End[] = [];
  if (entry.source !== undefined && isIt(entry.source)) ends.push('source');
  if (arrives(entry) && isTarget()) ends.push('target');
  return ends;
};

const arrives = (entry: JournalEntry): boolean => {
  const { kind, outcome, service, target } = entry;
  // A request has arrived, whatever was answered.
  if (service === 'apigatewayv2') return kind === 'call' && target !== undefined;
  if (outcome !== 'ok') return false;
  return kind === 'note' || !ONLY_HANDED.has(service) || handsOver(entry);
};
