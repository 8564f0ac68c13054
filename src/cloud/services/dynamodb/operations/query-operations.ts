import { operation } from '../../../core/define-service.ts';
import type { OperationTable } from '../../../core/define-service.ts';
import type { Spending, Throttle } from '../capacity.ts';
import {
  assertReturnConsumedCapacity,
  consumed,
  createSpending,
  readUnits,
  spend,
} from '../capacity.ts';
import { assertIndexName, assertTableName, constraints } from '../constraints.ts';
import { asItWas } from '../disorder.ts';
import { indexNotFound, invalid, invalidParameter } from '../errors.ts';
import type { Bindings, Condition, LegacyCondition, Projection } from '../expressions/index.ts';
import {
  bindCondition,
  createBindings,
  createProjection,
  keyRangeOf,
  namesIn,
  parseCondition,
  parseProjection,
  readLegacyFilter,
} from '../expressions/index.ts';
import { SEGMENTS } from '../limits.ts';
import type { ItemRequest } from '../needs.ts';
import { itemNeed, queriedKey } from '../needs.ts';
import type { Context, DynamodbState } from '../state.ts';
import { requireData } from '../state.ts';
import type { Entry, KeyTexts, TableData, TableRecord, View } from '../storage/index.ts';
import { hashOf, HASHES, keyAttributes } from '../storage/index.ts';
import type { Item } from '../values/index.ts';
import { compareTexts } from '../values/index.ts';
import type { ProjectedInput } from './prepare.ts';
import { assertOneStyle, projectionOfNames } from './prepare.ts';
import type { Page, PageRequest } from './read-page.ts';
import { readPage, startOf } from './read-page.ts';

type LegacyConditions = Readonly<Record<string, LegacyCondition>>;

interface ReadInput extends ProjectedInput {
  readonly TableName?: string | undefined;
  readonly IndexName?: string | undefined;
  readonly Select?: string | undefined;
  readonly Limit?: number | undefined;
  readonly ConsistentRead?: boolean | undefined;
  readonly ConditionalOperator?: string | undefined;
  readonly ExclusiveStartKey?: Item | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
  readonly FilterExpression?: string | undefined;
}

interface QueryInput extends ReadInput {
  readonly KeyConditionExpression?: string | undefined;
  readonly KeyConditions?: LegacyConditions | undefined;
  readonly QueryFilter?: LegacyConditions | undefined;
  readonly ScanIndexForward?: boolean | undefined;
}

interface ScanInput extends ReadInput {
  readonly ScanFilter?: LegacyConditions | undefined;
  readonly TotalSegments?: number | undefined;
  readonly Segment?: number | undefined;
}

const SELECTS = ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'];

const checkRead = (input: ReadInput) => {
  assertTableName(input.TableName ?? '');
  if (input.IndexName !== undefined) assertIndexName(input.IndexName);
  constraints()
    .oneOf('select', input.Select, SELECTS)
    .between('limit', input.Limit, 1, Number.MAX_SAFE_INTEGER)
    .assert();
  assertReturnConsumedCapacity(input.ReturnConsumedCapacity);
  const { Select, IndexName, AttributesToGet, ProjectionExpression } = input;
  const specific = AttributesToGet !== undefined || ProjectionExpression !== undefined;
  const parameter = AttributesToGet === undefined ? 'ProjectionExpression' : 'AttributesToGet';
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && IndexName === undefined)
    throw invalid('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  if (Select === 'SPECIFIC_ATTRIBUTES' && !specific)
    throw invalid(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  if (Select === undefined || Select === 'SPECIFIC_ATTRIBUTES' || !specific) return;
  throw invalid(
    `Cannot specify the ${parameter} when choosing to get ${Select === 'COUNT' ? 'only the Count' : Select}`,
  );
};

interface Place {
  readonly table: TableRecord;
  readonly data: TableData;
  readonly view: View;
}

const placeOf = (state: DynamodbState, input: ReadInput): Place => {
  const table = requireData(state, input.TableName ?? '');
  const data = state.dataOf(table);
  const view = input.IndexName === undefined ? data.table : data.view(input.IndexName);
  if (view === undefined) throw indexNotFound(input.IndexName ?? '');
  if (view.index?.kind === 'global' && input.ConsistentRead === true)
    throw invalid('Consistent reads are not supported on global secondary indexes');
  return { table, data, view };
};

const listOf = (names: Iterable<string>) => `[${[...names].join(', ')}]`;

/** What an index cannot give because it does not keep it. */
const checkProjected = (
  input: ReadInput,
  { view }: Place,
  projection: Projection | undefined,
  filter: Condition | undefined,
) => {
  const { index } = view;
  if (index === undefined) return;
  if (index.kind === 'global') {
    if (input.Select === 'ALL_ATTRIBUTES' && index.projection.ProjectionType !== 'ALL')
      throw invalidParameter(
        `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
      );
    const wanted = [...(projection?.children.keys() ?? [])].map(String);
    const absent = wanted.filter((name) => !view.keeps(name));
    if (absent.length > 0)
      throw invalidParameter(
        `Global secondary index ${index.name} does not project ${listOf(absent)}`,
      );
  }
  const unknown = [...(filter === undefined ? [] : namesIn(filter))].filter(
    (name) => !view.keeps(name),
  );
  if (unknown.length > 0 && !isWhole(input, view, projection))
    throw invalidParameter(
      `Secondary index ${index.name} does not project one or more filter attributes: ${listOf(unknown)}`,
    );
};

/** A local index fetches from the table what it does not keep, where it is asked for. */
const isWhole = (input: ReadInput, view: View, projection: Projection | undefined): boolean =>
  view.index?.kind === 'local' &&
  (input.Select === 'ALL_ATTRIBUTES' ||
    [...(projection?.children.keys() ?? [])].some((name) => !view.keeps(String(name))));

const readFilter = (
  input: ReadInput,
  legacy: LegacyConditions | undefined,
  bindings: Bindings,
): Condition | undefined =>
  input.FilterExpression === undefined
    ? readLegacyFilter({
        conditions: legacy,
        operator: input.ConditionalOperator,
        isExpected: false,
      })
    : bindCondition(
        'FilterExpression',
        parseCondition.FilterExpression(input.FilterExpression),
        bindings,
      );

const readPaths = (input: ReadInput, bindings: Bindings): Projection | undefined => {
  if (input.ProjectionExpression !== undefined)
    return createProjection(
      parseProjection(input.ProjectionExpression).map(({ steps }) =>
        bindings.path('ProjectionExpression', steps),
      ),
    );
  return input.AttributesToGet === undefined ? undefined : projectionOfNames(input.AttributesToGet);
};

const spendRead = (
  context: Context,
  throttle: Throttle,
  input: ReadInput,
  { table, view }: Place,
  page: Page,
): Spending => {
  const spending = createSpending(table, 'read');
  spend(spending, readUnits(page.bytes, input.ConsistentRead === true), view.index?.name);
  throttle.charge(context, spending);
  return spending;
};

const tell = (input: ReadInput, page: Page, spending: Spending) => {
  const ConsumedCapacity = consumed(input.ReturnConsumedCapacity, spending);
  return {
    ...(input.Select === 'COUNT' ? {} : { Items: page.items }),
    Count: page.count,
    ScannedCount: page.scanned,
    ...(page.lastKey === undefined ? {} : { LastEvaluatedKey: page.lastKey }),
    ...(ConsumedCapacity === undefined ? {} : { ConsumedCapacity }),
  };
};

/** Reads the page that is asked for, as far as the table's capacity allows, and tells it. */
const answerPage = (
  input: ReadInput,
  context: Context,
  throttle: Throttle,
  place: Place,
  read: Pick<PageRequest, 'place' | 'forward' | 'after' | 'filter' | 'projection'> & {
    /** Whether a write under this key may change what is read. */
    concerns(texts: KeyTexts): boolean;
  },
) => {
  const { table, data, view } = place;
  throttle.admit(context, table, 'read', input.IndexName);
  const page = asItWas(context, table, input.ConsistentRead === true, read.concerns, () =>
    readPage({
      ...read,
      data,
      view,
      limit: input.Limit,
      whole: isWhole(input, view, read.projection),
      counts: input.Select === 'COUNT',
    }),
  );
  return tell(input, page, spendRead(context, throttle, input, place, page));
};

const query = (input: QueryInput, context: Context, throttle: Throttle) => {
  checkRead(input);
  const { KeyConditionExpression, FilterExpression, ProjectionExpression } = input;
  const { AttributesToGet, QueryFilter, ConditionalOperator, KeyConditions } = input;
  assertOneStyle(
    { AttributesToGet, QueryFilter, ConditionalOperator, KeyConditions },
    { ProjectionExpression, FilterExpression, KeyConditionExpression },
  );
  const bindings = createBindings(input, {
    FilterExpression,
    KeyConditionExpression,
    ProjectionExpression,
  });
  const filter = readFilter(input, QueryFilter, bindings);
  const projection = readPaths(input, bindings);
  const condition = readKeyCondition(input, bindings);
  bindings.assertAllUsed();
  const place = placeOf(context.state, input);
  const { data, view } = place;
  const range = keyRangeOf(view.schema, condition);
  checkProjected(input, place, projection, filter);
  if (filter !== undefined) refuseKeys(view, filter, FilterExpression !== undefined);
  const spread = hashOf(range.hash);
  const placeEntry = (entry: Entry): number => {
    if (entry.spread !== spread) return entry.spread - spread;
    if (entry.hash !== range.hash) return compareTexts(entry.hash, range.hash);
    return range.place(entry.range);
  };
  const start =
    input.ExclusiveStartKey === undefined
      ? undefined
      : startOf(data, view, input.ExclusiveStartKey, 'shortly');
  if (
    start !== undefined &&
    (start.texts.hash !== range.hash || range.place(start.texts.range) !== 0)
  )
    throw invalid('The provided starting key does not match the range key predicate');
  return answerPage(input, context, throttle, place, {
    place: placeEntry,
    // What a write does to an index cannot be told by the key of the table.
    concerns: ({ hash }) => view.index !== undefined || hash === range.hash,
    forward: input.ScanIndexForward !== false,
    after: start?.entry,
    filter,
    projection,
  });
};

/** Operators from before there were expressions that no key can be found by. */
const NOT_INDEXABLE = ['NULL', 'NOT_NULL', 'NE', 'CONTAINS', 'NOT_CONTAINS', 'IN'];

const readKeyCondition = (input: QueryInput, bindings: Bindings): Condition => {
  if (input.KeyConditionExpression !== undefined)
    return bindCondition(
      'KeyConditionExpression',
      parseCondition.KeyConditionExpression(input.KeyConditionExpression),
      bindings,
    );
  if (input.KeyConditions === undefined)
    throw invalid(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  const condition = readLegacyFilter({
    conditions: input.KeyConditions,
    operator: undefined,
    isExpected: false,
  });
  // https://github.com/architect/dynalite/blob/main/test/query.js
  if (
    Object.values(input.KeyConditions).some(({ ComparisonOperator: given = '' }) =>
      NOT_INDEXABLE.includes(given),
    )
  )
    throw invalid('Attempted conditional constraint is not an indexable operation');
  if (condition === undefined) throw invalid('Conditions must be at least length 1');
  return condition;
};

const refuseKeys = (view: View, filter: Condition, isExpression: boolean) => {
  const named = namesIn(filter);
  const key = keyAttributes(view.schema).find(({ name }) => named.has(name));
  if (key !== undefined)
    throw invalid(
      `${isExpression ? 'Filter Expression' : 'QueryFilter'} can only contain non-primary key attributes: Primary key attribute: ${key.name}`,
    );
};

const checkSegments = ({ Segment, TotalSegments }: ScanInput) => {
  constraints()
    .between('totalSegments', TotalSegments, 1, SEGMENTS)
    .between('segment', Segment, 0, SEGMENTS - 1)
    .assert();
  if (Segment !== undefined && TotalSegments === undefined)
    throw invalid(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  if (TotalSegments !== undefined && Segment === undefined)
    throw invalid(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  if (Segment !== undefined && TotalSegments !== undefined && Segment >= TotalSegments)
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    );
};

const scan = (input: ScanInput, context: Context, throttle: Throttle) => {
  checkRead(input);
  checkSegments(input);
  const { FilterExpression, ProjectionExpression, AttributesToGet, ScanFilter } = input;
  const { ConditionalOperator, Segment = 0, TotalSegments = 1 } = input;
  assertOneStyle(
    { AttributesToGet, ScanFilter, ConditionalOperator },
    { ProjectionExpression, FilterExpression },
  );
  const bindings = createBindings(input, { FilterExpression, ProjectionExpression });
  const filter = readFilter(input, ScanFilter, bindings);
  const projection = readPaths(input, bindings);
  bindings.assertAllUsed();
  const place = placeOf(context.state, input);
  const { data, view } = place;
  checkProjected(input, place, projection, filter);
  const [from, to] = [Segment, Segment + 1].map((part) =>
    Math.floor((part * HASHES) / TotalSegments),
  );
  const placeEntry = ({ spread }: Entry) =>
    spread < (from ?? 0) ? -1 : spread >= (to ?? HASHES) ? 1 : 0;
  const start =
    input.ExclusiveStartKey === undefined
      ? undefined
      : startOf(data, view, input.ExclusiveStartKey, 'why');
  if (start !== undefined && placeEntry(start.entry) !== 0)
    throw invalid(
      'The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ' +
        `${TotalSegments} Segment: ${Segment}`,
    );
  return answerPage(input, context, throttle, place, {
    place: placeEntry,
    concerns: () => true,
    forward: true,
    after: start?.entry,
    filter,
    projection,
  });
};

export const queryOperations = (throttle: Throttle): OperationTable<DynamodbState> => ({
  Query: operation<DynamodbState, QueryInput, object>({
    needs: (input, context) =>
      itemNeed(input as ItemRequest, context, {
        action: 'dynamodb:Query',
        leadingKeys: queriedKey(context.state, input),
      }),
    handle: (input, context) => query(input, context, throttle),
  }),
  Scan: operation<DynamodbState, ScanInput, object>({
    needs: (input, context) => itemNeed(input as ItemRequest, context, { action: 'dynamodb:Scan' }),
    handle: (input, context) => scan(input, context, throttle),
  }),
});
