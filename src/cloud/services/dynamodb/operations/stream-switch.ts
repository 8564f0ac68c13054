import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import { invalid, invalidParameter } from '../errors.ts';
import { trimLater } from '../record-change.ts';
import type { StandingContext } from '../state.ts';
import type { StreamRecord, TableRecord } from '../storage/index.ts';
import { sequenceBefore } from '../stream-log.ts';

const VIEW_TYPES = ['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY'] as const;

/** `2026-01-01T00:00:00.000`: with table and account it names the stream. */
const labelOf = (ms: number) => new Date(ms).toISOString().slice(0, -1);

const openStream = (
  { state, clock, random }: StandingContext,
  table: Pick<TableRecord, 'name' | 'arn' | 'keySchema'>,
  viewType: StreamRecord['viewType'],
): StreamRecord => {
  // Two streams of a table in one millisecond would have one name.
  let at = clock.now();
  while (state.streams.has(`${table.arn}/stream/${labelOf(at)}`)) at += 1;
  const label = labelOf(at);
  const stream: StreamRecord = {
    arn: `${table.arn}/stream/${label}`,
    label,
    tableName: table.name,
    keySchema: table.keySchema,
    viewType,
    createdAt: clock.now(),
    shardId: `shardId-${String(clock.now()).padStart(20, '0')}-${random.hex(8)}`,
    firstSequence: sequenceBefore(clock.now()),
  };
  state.streams.set(stream.arn, stream);
  return stream;
};

/** A stream that is off can be read until its last record is a day old. */
export const closeStream = (context: StandingContext, arn: string | undefined): void => {
  const { state, clock } = context;
  const stream = arn === undefined ? undefined : state.streams.get(arn);
  if (stream === undefined || stream.closed !== undefined) return;
  state.streams.set(stream.arn, {
    ...stream,
    closed: { at: clock.now(), lastSequence: state.logOf(stream).last },
  });
  trimLater(context, stream.arn);
  context.arrivals.announce(stream.arn);
};

/**
 * What AWS says where the view and the switch of a stream do not go together, of a new table and of one that is there.
 * Recorded 2026: https://github.com/paritysuite/dynamodb-conformance/blob/main/tests/tier3/error-messages/createTable.test.ts
 */
const MISFITS = {
  CreateTable: {
    needless:
      'Table is being created with a stream disabled, UpdateViewType should not be specified',
    lacking: 'Table is being created with a stream enabled, UpdateViewType is required',
  },
  UpdateTable: {
    needless: 'If stream is being disabled then UpdateViewType should not be specified',
    lacking: 'If stream is being enabled then UpdateViewType is required',
  },
} as const;

/** Checks a `StreamSpecification` before anything changes. */
export const readStreamSpecification = (
  given: Dynamodb.StreamSpecification | undefined,
  operation: keyof typeof MISFITS,
): StreamRecord['viewType'] | 'off' | undefined => {
  if (given === undefined) return undefined;
  if (given.StreamEnabled !== true) {
    if (given.StreamViewType !== undefined) throw invalidParameter(MISFITS[operation].needless);
    return 'off';
  }
  if (given.StreamViewType === undefined) throw invalidParameter(MISFITS[operation].lacking);
  if (!VIEW_TYPES.includes(given.StreamViewType))
    throw invalid(
      `1 validation error detected: Value '${String(given.StreamViewType)}' at 'streamSpecification.streamViewType' failed to satisfy constraint: Member must satisfy enum value set: [${VIEW_TYPES.join(', ')}]`,
    );
  return given.StreamViewType;
};

/** Turns a table's stream on or off, and answers with what the table's record says of it then. */
export const switchStream = (
  context: StandingContext,
  table: Pick<TableRecord, 'name' | 'arn' | 'keySchema' | 'streamArn'>,
  wanted: StreamRecord['viewType'] | 'off' | undefined,
): Pick<TableRecord, 'streamArn'> & Partial<Pick<TableRecord, 'latestStreamArn'>> => {
  if (wanted === undefined) return { streamArn: table.streamArn };
  if (wanted === 'off') {
    if (table.streamArn === undefined)
      throw invalid(`Table has no stream to disable: TableName: ${table.name}`);
    closeStream(context, table.streamArn);
    return { streamArn: undefined };
  }
  if (table.streamArn !== undefined)
    throw invalid(`Table already has an enabled stream: TableName: ${table.name}`);
  const { arn } = openStream(context, table, wanted);
  return { streamArn: arn, latestStreamArn: arn };
};
