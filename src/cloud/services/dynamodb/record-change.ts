import { STREAM_MS } from './limits.ts';
import type { StandingContext } from './state.ts';
import type { StoredItem, TableRecord } from './storage/index.ts';
import { keyPart } from './storage/index.ts';
import type { Item } from './values/index.ts';
import { equalValues, itemBytes } from './values/index.ts';

/** An item of a table as it was and as it is. */
interface ItemChange {
  readonly table: TableRecord;
  readonly before: StoredItem | undefined;
  readonly after: StoredItem | undefined;
  readonly expired?: true;
}

const same = (left: Item, right: Item) => equalValues({ M: left }, { M: right });

/**
 * A change goes into the stream of its table; a write that changes nothing does not.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export const recordChange = (
  context: StandingContext,
  { table, before, after, expired }: ItemChange,
): void => {
  const stream =
    table.streamArn === undefined ? undefined : context.state.streams.get(table.streamArn);
  const image = after ?? before;
  if (stream === undefined || image === undefined) return;
  if (before !== undefined && after !== undefined && same(before.item, after.item)) return;
  const { schema } = context.state.dataOf(table);
  const { viewType } = stream;
  const keys = keyPart(schema, image.item);
  const oldImage =
    viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? before?.item : undefined;
  const newImage =
    viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? after?.item : undefined;
  const log = context.state.logOf(stream);
  const wasEmpty = log.first === undefined;
  log.append({
    at: context.clock.now(),
    kind: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    keys,
    oldImage,
    newImage,
    sizeBytes:
      itemBytes(keys) +
      (oldImage === undefined ? 0 : itemBytes(oldImage)) +
      (newImage === undefined ? 0 : itemBytes(newImage)),
    expired,
    cause: context.callId,
  });
  if (wasEmpty) trimLater(context, stream.arn);
  context.arrivals.announce(stream.arn);
};

/** Records leave a stream after a day, and a stream that is closed leaves with its last. */
export const trimLater = (context: StandingContext, arn: string): void => {
  const { state, clock } = context;
  const stream = state.streams.get(arn);
  if (stream === undefined) return;
  const log = state.logOf(stream);
  const from = log.first?.at ?? stream.closed?.at;
  const name = `trim ${arn}`;
  state.timers.get(name)?.cancel();
  state.timers.delete(name);
  if (from === undefined) return;
  state.timers.set(
    name,
    clock.after(from + STREAM_MS - clock.now(), () =>
      context.background(name, async () => trim(context, arn)),
    ),
  );
};

const trim = (context: StandingContext, arn: string): void => {
  const { state, clock } = context;
  const stream = state.streams.get(arn);
  if (stream === undefined) return;
  const log = state.logOf(stream);
  const horizon = clock.now() - STREAM_MS;
  log.trim(horizon);
  if (log.first === undefined && stream.closed !== undefined && stream.closed.at <= horizon)
    state.streams.delete(arn);
  else trimLater(context, arn);
};
