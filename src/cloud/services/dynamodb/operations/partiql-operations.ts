import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../core/aws-error.ts';
import type { Need, OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import type { Spending, Throttle } from '../capacity.ts';
import {
  assertReturnConsumedCapacity,
  consumed,
  createSpending,
  readUnits,
  spend,
  spendWrite,
} from '../capacity.ts';
import { constraints } from '../constraints.ts';
import { invalid } from '../errors.ts';
import { project } from '../expressions/index.ts';
import { BATCH_STATEMENTS, TRANSACTION_ACTIONS } from '../limits.ts';
import type { Statement } from '../partiql/index.ts';
import {
  keyedWhere,
  parseStatement,
  pick,
  planSelect,
  planStatement,
  refuseDuplicate,
} from '../partiql/index.ts';
import type { Context, DynamodbState } from '../state.ts';
import { findTable, requireData, tableArn } from '../state.ts';
import type { Entry } from '../storage/index.ts';
import { hashOf, schemaOf } from '../storage/index.ts';
import type { AttributeValue, Item } from '../values/index.ts';
import { attributeOf, compareTexts, scalarText } from '../values/index.ts';
import { toldCapacity } from './batch-operations.ts';
import { updatedParts } from './item-operations.ts';
import type { WritePlan } from './plan-write.ts';
import { execute } from './plan-write.ts';
import { readPage, startOf } from './read-page.ts';
import { rememberDone, wasDone } from './request-token.ts';
import { assertDistinct, transact } from './transact.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html */
interface StatementInput {
  readonly Statement?: string | undefined;
  readonly Parameters?: readonly AttributeValue[] | undefined;
  readonly ConsistentRead?: boolean | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

interface ExecuteInput extends StatementInput {
  readonly NextToken?: string | undefined;
  readonly Limit?: number | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
}

interface BatchInput {
  readonly Statements?: readonly StatementInput[] | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
}

interface TransactionInput {
  readonly TransactStatements?: readonly StatementInput[] | undefined;
  readonly ClientRequestToken?: string | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
}

const ACTIONS = {
  select: 'dynamodb:PartiQLSelect',
  exists: 'dynamodb:PartiQLSelect',
  insert: 'dynamodb:PartiQLInsert',
  update: 'dynamodb:PartiQLUpdate',
  delete: 'dynamodb:PartiQLDelete',
} as const;

const parse = ({ Statement: text = '', Parameters }: StatementInput) =>
  parseStatement(text, Parameters);

const isRead = ({ kind }: Statement) => kind === 'select';

const statementNeed = (statement: Statement, context: Context, enclosing?: string): Need => {
  const arn = tableArn(context, statement.table);
  const table = findTable(context.state, statement.table);
  const conditions: Record<string, string | readonly string[]> = {};
  if (table !== undefined) {
    const { hash } = schemaOf(table, table.keySchema);
    const key = statement.kind === 'insert' ? statement.item : keyedWhere(statement, { hash })?.key;
    const value = key === undefined ? undefined : attributeOf(key, hash.name);
    const text = value === undefined ? undefined : scalarText(value);
    if (text !== undefined) conditions['dynamodb:LeadingKeys'] = [text];
    if (isRead(statement)) conditions['dynamodb:FullTableScan'] = String(text === undefined);
  }
  if (enclosing !== undefined) conditions['dynamodb:EnclosingOperation'] = enclosing;
  return {
    action: ACTIONS[statement.kind],
    resource: statement.index === undefined ? arn : `${arn}/index/${statement.index}`,
    conditions,
  };
};

/** Where a SELECT goes on: in which of its parts, and after which item. */
interface Token {
  readonly part: number;
  readonly after: Readonly<Record<string, string>> | undefined;
}

const writeToken = (part: number, after: Item | undefined): string =>
  Buffer.from(
    JSON.stringify({ part, after }, (_key, value: unknown) =>
      value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString('base64') } : value,
    ),
  ).toString('base64');

const readToken = (token: string): { readonly part: number; readonly after: Item | undefined } => {
  try {
    const read = JSON.parse(
      Buffer.from(token, 'base64').toString('utf8'),
      (_key, value: unknown) =>
        typeof value === 'object' && value !== null && '$bytes' in value
          ? Buffer.from(String(value.$bytes), 'base64')
          : value,
    ) as Token;
    if (typeof read.part === 'number')
      return { part: read.part, after: read.after as Item | undefined };
  } catch {
    // The same complaint as for a token that was read and makes no sense.
  }
  throw invalid('Invalid NextToken');
};

const select = (
  statement: Statement & { readonly kind: 'select' | 'exists' },
  input: ExecuteInput,
  context: Context,
  throttle: Throttle,
) => {
  const plan = planSelect(context.state, statement);
  const { table, data, view } = plan;
  if (view.index?.kind === 'global' && input.ConsistentRead === true)
    throw invalid('Strongly consistent read is not supported on Global Secondary Indexes');
  constraints().between('limit', input.Limit, 1, Number.MAX_SAFE_INTEGER).assert();
  throttle.admit(context, table, 'read', statement.index);
  const begin =
    input.NextToken === undefined ? { part: 0, after: undefined } : readToken(input.NextToken);
  const parts = plan.ranges ?? [undefined];
  const items: Item[] = [];
  let [scanned, bytes] = [0, 0];
  let next: string | undefined;
  let lastKey: Item | undefined;
  for (let part = begin.part; part < parts.length; part += 1) {
    const range = parts[part];
    const spread = range === undefined ? 0 : hashOf(range.hash);
    const place = (entry: Entry): number => {
      if (range === undefined) return 0;
      if (entry.spread !== spread) return entry.spread - spread;
      if (entry.hash !== range.hash) return compareTexts(entry.hash, range.hash);
      return range.place(entry.range);
    };
    const after =
      part === begin.part && begin.after !== undefined
        ? startOf(data, view, begin.after, 'why').entry
        : undefined;
    const page = readPage({
      data,
      view,
      place,
      forward: plan.forward,
      after,
      limit: input.Limit === undefined ? undefined : input.Limit - scanned,
      filter: plan.filter,
      projection: undefined,
      whole: view.index?.kind === 'local',
      counts: false,
    });
    const { paths } = plan;
    items.push(...(paths === undefined ? page.items : page.items.map((item) => pick(item, paths))));
    scanned += page.scanned;
    bytes += page.bytes;
    if (page.lastKey !== undefined) {
      lastKey = page.lastKey;
      next = writeToken(part, page.lastKey);
      break;
    }
    if (input.Limit !== undefined && scanned >= input.Limit && part + 1 < parts.length) {
      next = writeToken(part + 1, undefined);
      break;
    }
  }
  const spending = createSpending(table, 'read');
  spend(spending, readUnits(bytes, input.ConsistentRead === true), statement.index);
  throttle.charge(context, spending);
  return { items, next, lastKey, spending };
};

interface WriteResult {
  readonly item: Item | undefined;
  readonly spending: Spending;
}

const tellsOld = (plan: WritePlan, input: StatementInput): WritePlan => ({
  ...plan,
  tellsOld: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
});

const writeOne = (
  statement: Statement,
  input: StatementInput,
  context: Context,
  throttle: Throttle,
): WriteResult => {
  if (statement.kind === 'exists')
    throw invalid('EXISTS can only be used in ExecuteTransaction write requests.');
  const plan = tellsOld(planStatement(context.state, statement), input);
  throttle.admit(context, plan.table, 'write');
  refuseDuplicate(statement, plan.data.get(plan.texts)?.item);
  const written = execute(context, plan);
  const spending = createSpending(plan.table, 'write');
  spendWrite(context.state, spending, written);
  throttle.charge(context, spending);
  const wanted = 'returns' in statement ? statement.returns : undefined;
  const image = wanted?.endsWith('OLD') === true ? written.before?.item : written.after?.item;
  if (wanted === undefined || image === undefined) return { item: undefined, spending };
  return {
    item: wanted.startsWith('ALL') ? image : project(image, updatedParts(plan.paths ?? [])),
    spending,
  };
};

const executeStatement = (input: ExecuteInput, context: Context, throttle: Throttle) => {
  assertReturnConsumedCapacity(input.ReturnConsumedCapacity);
  const statement = parse(input);
  if (statement.kind === 'select') {
    const { items, next, lastKey, spending } = select(statement, input, context, throttle);
    const ConsumedCapacity = consumed(input.ReturnConsumedCapacity, spending);
    return {
      Items: items,
      ...(next === undefined ? {} : { NextToken: next }),
      ...(lastKey === undefined ? {} : { LastEvaluatedKey: lastKey }),
      ...(ConsumedCapacity === undefined ? {} : { ConsumedCapacity }),
    };
  }
  const { item, spending } = writeOne(statement, input, context, throttle);
  const ConsumedCapacity = consumed(input.ReturnConsumedCapacity, spending);
  return {
    Items: item === undefined ? [] : [item],
    ...(ConsumedCapacity === undefined ? {} : { ConsumedCapacity }),
  };
};

const CODES: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  ValidationException: 'ValidationError',
  ResourceNotFoundException: 'ResourceNotFound',
  ProvisionedThroughputExceededException: 'ProvisionedThroughputExceeded',
  DuplicateItemException: 'DuplicateItem',
};

/**
 * A read of one item by its whole key.
 * https://github.com/paritysuite/dynamodb-conformance/blob/main/tests/tier3/error-messages/partiqlFunctions.test.ts
 */
const readOne = (
  enclosing: 'BatchExecuteStatement' | 'ExecuteTransaction',
  statement: Statement & { readonly kind: 'select' | 'exists' },
  input: StatementInput,
  context: Context,
  throttle: Throttle,
) => {
  const table = requireData(context.state, statement.table);
  const { schema } = context.state.dataOf(table);
  if (enclosing === 'ExecuteTransaction' && statement.index !== undefined)
    throw invalid('Reads on indices are not supported within transactions.');
  const where = statement.index === undefined ? keyedWhere(statement, schema) : undefined;
  if (where === undefined)
    throw invalid(
      `Select statements within ${enclosing} must specify the primary key in the where clause.`,
    );
  return select(statement, input, context, throttle);
};

const batch = (input: BatchInput, context: Context, throttle: Throttle) => {
  const inputs = input.Statements ?? [];
  constraints().length('statements', inputs, 1, BATCH_STATEMENTS).assert();
  assertReturnConsumedCapacity(input.ReturnConsumedCapacity);
  const spendings: Spending[] = [];
  const parsed = inputs.map((one) => ({ one, statement: attempt(() => parse(one)) }));
  const kinds = parsed.flatMap(({ statement }) =>
    'value' in statement ? [isRead(statement.value)] : [],
  );
  if (new Set(kinds).size > 1) throw invalid('Read and write statements cannot be in one batch.');
  const Responses = parsed.map(({ one, statement }): Dynamodb.BatchStatementResponse => {
    if ('error' in statement) return { Error: tellError(statement.error) };
    const { value } = statement;
    const done = attempt((): WriteResult => {
      if (value.kind !== 'select') return writeOne(value, one, context, throttle);
      const { items, spending } = readOne('BatchExecuteStatement', value, one, context, throttle);
      return { item: items[0], spending };
    });
    if ('error' in done) return { TableName: value.table, Error: tellError(done.error) };
    spendings.push(done.value.spending);
    return {
      TableName: value.table,
      ...(done.value.item === undefined
        ? {}
        : { Item: done.value.item as Record<string, Dynamodb.AttributeValue> }),
    };
  });
  return { Responses, ...toldCapacity(input.ReturnConsumedCapacity, spendings) };
};

const attempt = <R>(run: () => R): { readonly value: R } | { readonly error: AwsError } => {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof AwsError && CODES[error.code] !== undefined) return { error };
    throw error;
  }
};

const tellError = (error: AwsError): Dynamodb.BatchStatementError => {
  const item = error.fields['Item'] as Record<string, Dynamodb.AttributeValue> | undefined;
  return {
    Code: CODES[error.code] as Dynamodb.BatchStatementErrorCodeEnum,
    Message: error.message,
    ...(item === undefined ? {} : { Item: item }),
  };
};

/** What is wrong with a statement of a transaction is told with its place. */
const inStatement = <R>(index: number, run: () => R): R => {
  try {
    return run();
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ValidationException')
      throw invalid(`Validation failed in TransactStatements[${index}]: ${error.message}`);
    throw error;
  }
};

const parseWithin = (one: StatementInput, index: number): Statement =>
  inStatement(index, () => parse(one));

/** https://github.com/paritysuite/dynamodb-conformance/blob/main/tests/tier3/error-messages/partiql.test.ts */
const assertAllowed = (state: DynamodbState, statement: Statement): void => {
  if ('returns' in statement && statement.returns !== undefined)
    throw invalid('RETURNING clause is not supported in ExecuteTransaction.');
  if (statement.kind !== 'exists') return;
  const { schema } = state.dataOf(requireData(state, statement.table));
  if (keyedWhere(statement, schema)?.rest === undefined)
    throw invalid('EXISTS() must contain a single item read with additional condition');
};

const transaction = (input: TransactionInput, context: Context, throttle: Throttle) => {
  const inputs = input.TransactStatements ?? [];
  constraints()
    .length('transactStatements', inputs, 1, TRANSACTION_ACTIONS)
    .length('clientRequestToken', input.ClientRequestToken, 1, 36)
    .assert();
  assertReturnConsumedCapacity(input.ReturnConsumedCapacity);
  const statements = inputs.map(parseWithin);
  const reads = statements.filter(isRead);
  if (reads.length > 0 && reads.length < statements.length)
    throw invalid(
      'ExecuteTransaction API does not support both read and write operations in the same request.',
    );
  if (reads.length > 0) {
    const done = statements.flatMap((statement, index) =>
      statement.kind === 'select'
        ? [
            inStatement(index, () =>
              readOne(
                'ExecuteTransaction',
                statement,
                { ...inputs[index], ConsistentRead: true },
                context,
                throttle,
              ),
            ),
          ]
        : [],
    );
    return {
      Responses: done.map(({ items: [Item] }) => (Item === undefined ? {} : { Item })),
      ...toldCapacity(
        input.ReturnConsumedCapacity,
        done.map(({ spending }) => spending),
        true,
      ),
    };
  }
  statements.forEach((statement, index) =>
    inStatement(index, () => assertAllowed(context.state, statement)),
  );
  const plans = statements.map((statement, index) =>
    tellsOld(planStatement(context.state, statement), inputs[index] ?? {}),
  );
  assertDistinct(plans);
  // Writes answer with an empty list, reads with one entry a statement.
  // https://github.com/paritysuite/dynamodb-conformance/blob/main/tests/tier2/partiql/writeResponses.test.ts
  if (wasDone(context, input.ClientRequestToken, inputs)) return { Responses: [] };
  const { spendings } = transact(context, throttle, plans, (plan, current) => {
    const statement = statements[plans.indexOf(plan)];
    if (statement !== undefined) refuseDuplicate(statement, current);
  });
  rememberDone(context, input.ClientRequestToken, inputs);
  return {
    Responses: [],
    ...toldCapacity(input.ReturnConsumedCapacity, spendings, true),
  };
};

export const partiqlOperations = (throttle: Throttle): OperationTable<DynamodbState> => ({
  ExecuteStatement: operation<DynamodbState, ExecuteInput, object>({
    needs: (input, context) => statementNeed(parse(input), context),
    handle: (input, context) => executeStatement(input, context, throttle),
  }),
  BatchExecuteStatement: operation<DynamodbState, BatchInput, object>({
    needs: ({ Statements = [] }, context) =>
      Statements.flatMap((one) => {
        // What cannot be read is answered for itself; it needs nothing.
        const statement = attempt(() => parse(one));
        return 'value' in statement ? [statementNeed(statement.value, context)] : [];
      }),
    handle: (input, context) => batch(input, context, throttle),
  }),
  ExecuteTransaction: operation<DynamodbState, TransactionInput, object>({
    needs: ({ TransactStatements = [] }, context) =>
      TransactStatements.map((one, index) =>
        statementNeed(parseWithin(one, index), context, 'ExecuteTransaction'),
      ),
    handle: (input, context) => transaction(input, context, throttle),
  }),
});
