import { plainName } from '../../core/disorder.ts';
import type { Context, StandingContext } from './state.ts';
import type { KeyTexts, TableRecord } from './storage/index.ts';
import { primaryText } from './storage/index.ts';
import type { Item } from './values/index.ts';
import type { Change, Written } from './write.ts';

/** A write that a read may not see yet. */
export interface RecentWrite {
  readonly texts: KeyTexts;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly era: number;
  readonly at: number;
}

/** "Usually within a second or less" all copies have it: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html */
const BEHIND_MS = 1_000;
const KEPT = 16;
/** Most writes that a read does not see. */
const MOST_BEHIND = 3;

/** Keeps what a write did, for reads that do not see it yet. */
export const remember = (
  { disorder, state, clock }: StandingContext,
  { table, texts }: Change,
  { before, after }: Written,
): void => {
  if (disorder === undefined) return;
  const write = { texts, before: before?.item, after: after?.item, era: disorder.era };
  const earlier = state.recent.get(table.id) ?? [];
  state.recent.set(table.id, [...earlier.slice(1 - KEPT), { ...write, at: clock.now() }]);
};

/**
 * Reads a table as it was before its last writes, now and then; always as it is where the read is to be consistent.
 * @param concerns - Which writes the read would see
 */
export const asItWas = <T>(
  context: Context,
  table: TableRecord,
  isConsistent: boolean,
  concerns: (texts: KeyTexts) => boolean,
  read: () => T,
): T => {
  const { disorder, state, clock } = context;
  if (disorder === undefined || isConsistent) return read();
  const recent = (state.recent.get(table.id) ?? []).filter(
    ({ era, at, texts }) => era === disorder.era && clock.now() - at < BEHIND_MS && concerns(texts),
  );
  const way = disorder.pick({
    point: 'dynamodb.stale',
    about: plainName(table.name),
    ways: Math.min(recent.length, MOST_BEHIND),
    says: (picked) =>
      `a read of ${plainName(table.name)} did not see the last ${picked === 0 ? 'write' : `${picked + 1} writes`}`,
  });
  if (way === undefined) return read();
  const unseen = recent.slice(-(way + 1));
  const data = state.dataOf(table);
  const put = (texts: KeyTexts, item: Item | undefined) =>
    item === undefined ? data.remove(texts) : data.put(texts, item);
  // Nothing comes between: what is taken back stands again before anybody else looks.
  for (const { texts, before } of unseen.toReversed()) put(texts, before);
  try {
    return read();
  } finally {
    for (const { texts, after } of unseen) put(texts, after);
  }
};

/** The same for one item. */
export const itemAsItWas = <T>(
  context: Context,
  table: TableRecord,
  isConsistent: boolean,
  texts: KeyTexts,
  read: () => T,
): T => {
  if (context.disorder === undefined) return read();
  const key = primaryText(texts);
  return asItWas(context, table, isConsistent, (written) => primaryText(written) === key, read);
};

/** How many of a batch's requests are done: not all, now and then. */
export const doneOf = ({ disorder }: Context, tables: readonly string[], count: number): number => {
  const about = tables.map(plainName).join(', ');
  const way = disorder?.pick({
    point: 'dynamodb.unprocessed',
    about,
    ways: count - 1,
    says: (picked) => `a batch on ${about} did ${picked + 1} of ${count} requests`,
  });
  return way === undefined ? count : way + 1;
};
