import type { Need } from '../../core/define-service.ts';
import type { Context, DynamodbState } from './state.ts';
import { findTable, tableArn } from './state.ts';
import type { TableRecord } from './storage/index.ts';
import type { RawCondition, RawOperand } from './expressions/index.ts';
import { parseCondition, parseProjection, parseUpdate } from './expressions/index.ts';
import type { AttributeValue, Item } from './values/index.ts';
import { attributeOf, scalarText } from './values/index.ts';

/** What a request tells of the attributes it reads and writes. */
interface AttributesOf {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly FilterExpression?: string | undefined;
  readonly KeyConditionExpression?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly AttributesToGet?: readonly string[] | undefined;
  readonly Expected?: object | undefined;
  readonly AttributeUpdates?: object | undefined;
  readonly KeyConditions?: object | undefined;
  readonly QueryFilter?: object | undefined;
  readonly ScanFilter?: object | undefined;
}

/** A request on items of one table, as far as its permissions go. */
export interface ItemRequest extends AttributesOf {
  readonly TableName?: string | undefined;
  readonly IndexName?: string | undefined;
  readonly Item?: Item | undefined;
  readonly Key?: Item | undefined;
  readonly ReturnValues?: string | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
  readonly Select?: string | undefined;
}

const EXPRESSIONS = ['ConditionExpression', 'FilterExpression', 'KeyConditionExpression'] as const;
const LEGACY = [
  'Expected',
  'AttributeUpdates',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
] as const;
const NAMING = [
  ...EXPRESSIONS,
  ...LEGACY,
  'ProjectionExpression',
  'UpdateExpression',
  'AttributesToGet',
] as const;

const isGiven = (request: AttributesOf): boolean => {
  for (const parameter of NAMING) if (request[parameter] !== undefined) return true;
  return false;
};

/** Adds the names at the beginning of the paths of a request's expressions, placeholders filled in. */
const addTopNames = (request: AttributesOf, names: Set<string>): void => {
  const take = (step: string | number | undefined) => {
    if (typeof step === 'string') names.add(request.ExpressionAttributeNames?.[step] ?? step);
  };
  const operand = (node: RawOperand): void => {
    switch (node.kind) {
      case 'path':
        take(node.steps[0]);
        break;
      case 'value':
        break;
      case 'call':
        node.operands.forEach(operand);
        break;
      case 'arithmetic':
        operand(node.left);
        operand(node.right);
        break;
    }
  };
  const condition = (node: RawCondition): void => {
    switch (node.kind) {
      case 'and':
      case 'or':
        condition(node.left);
        condition(node.right);
        break;
      case 'not':
        condition(node.condition);
        break;
      case 'compare':
        operand(node.left);
        operand(node.right);
        break;
      case 'between':
      case 'call':
        node.operands.forEach(operand);
        break;
      case 'in':
        operand(node.operand);
        node.options.forEach(operand);
        break;
    }
  };
  for (const kind of EXPRESSIONS)
    if (request[kind] !== undefined) condition(parseCondition[kind](request[kind]));
  if (request.ProjectionExpression !== undefined)
    for (const { steps } of parseProjection(request.ProjectionExpression)) take(steps[0]);
  if (request.UpdateExpression !== undefined)
    for (const { path, operand: given } of parseUpdate(request.UpdateExpression)) {
      take(path.steps[0]);
      if (given !== undefined) operand(given);
    }
  for (const kind of LEGACY) {
    const legacy = request[kind];
    if (legacy !== undefined) for (const name of Object.keys(legacy)) names.add(name);
  }
  for (const name of request.AttributesToGet ?? []) names.add(name);
};

/** Every attribute that a request speaks of, each once. */
const attributeNames = (request: ItemRequest): readonly string[] => {
  const { Item: item, Key: key } = request;
  if ((item === undefined || key === undefined) && !isGiven(request))
    return Object.keys(item ?? key ?? {});
  const names = new Set([...Object.keys(item ?? {}), ...Object.keys(key ?? {})]);
  addTopNames(request, names);
  return [...names];
};

/** A partition key as a policy writes it. */
const leadingKey = (value: AttributeValue | undefined): readonly string[] => {
  const text = value === undefined ? undefined : scalarText(value);
  return text === undefined ? [] : [text];
};

/** What a permission of an operation on items is asked for, beside the request itself. */
interface ItemNeedOptions {
  readonly action: string;
  /** Partition keys, where they are not in the request's item or key. */
  readonly leadingKeys?: readonly string[];
  readonly enclosing?: string;
  readonly fullTableScan?: boolean;
}

/** The name of the partition key that a request finds its items by. */
const hashName = (table: TableRecord | undefined, indexName: string | undefined) => {
  if (table === undefined) return undefined;
  const index =
    indexName === undefined ? undefined : table.indexes.find(({ name }) => name === indexName);
  return (index?.keySchema ?? table.keySchema).find(({ KeyType }) => KeyType === 'HASH')
    ?.AttributeName;
};

type QueriedRequest = Pick<
  ItemRequest,
  'TableName' | 'IndexName' | 'ExpressionAttributeNames' | 'KeyConditionExpression'
>;

/** The partition key that a query's condition names, before anything has been checked. */
export const queriedKey = (
  state: DynamodbState,
  request: QueriedRequest & {
    readonly ExpressionAttributeValues?: Item | undefined;
    readonly KeyConditions?:
      | Readonly<
          Record<string, { readonly AttributeValueList?: readonly AttributeValue[] | undefined }>
        >
      | undefined;
  },
): readonly string[] => {
  const name = hashName(findTable(state, request.TableName ?? ''), request.IndexName);
  if (name === undefined) return [];
  const legacy = request.KeyConditions?.[name]?.AttributeValueList?.[0];
  if (legacy !== undefined) return leadingKey(legacy);
  if (request.KeyConditionExpression === undefined) return [];
  const isHash = (node: RawOperand) =>
    node.kind === 'path' &&
    (request.ExpressionAttributeNames?.[String(node.steps[0])] ?? node.steps[0]) === name;
  const find = (node: RawCondition): readonly string[] => {
    if (node.kind === 'and') return [...find(node.left), ...find(node.right)];
    if (node.kind !== 'compare' || node.operator !== '=') return [];
    const other = isHash(node.left) ? node.right : isHash(node.right) ? node.left : undefined;
    return other?.kind === 'value'
      ? leadingKey(request.ExpressionAttributeValues?.[other.name])
      : [];
  };
  return find(parseCondition.KeyConditionExpression(request.KeyConditionExpression));
};

const READS: ReadonlySet<string> = new Set([
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
  'dynamodb:Scan',
]);

/**
 * The permission for a request on items, with what policies can hold it to.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html#FGAC_DDB.ConditionKeys
 */
export const itemNeed = (
  request: ItemRequest,
  context: Pick<Context, 'state' | 'region' | 'accountId'>,
  options: ItemNeedOptions,
): Need => {
  const { TableName = '', IndexName } = request;
  const table = findTable(context.state, TableName);
  const hash = hashName(table, IndexName);
  const given = request.Item ?? request.Key;
  const leading =
    options.leadingKeys ??
    (given === undefined || hash === undefined ? [] : leadingKey(attributeOf(given, hash)));
  const names = attributeNames(request);
  const specific =
    request.ProjectionExpression !== undefined || request.AttributesToGet !== undefined;
  const conditions: Record<string, string | readonly string[]> = {};
  if (leading.length > 0) conditions['dynamodb:LeadingKeys'] = leading;
  if (names.length > 0) conditions['dynamodb:Attributes'] = names;
  const select = request.Select ?? (specific ? 'SPECIFIC_ATTRIBUTES' : undefined);
  if (select !== undefined) conditions['dynamodb:Select'] = select;
  else if (READS.has(options.action))
    conditions['dynamodb:Select'] =
      IndexName === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES';
  if (request.ReturnValues !== undefined)
    conditions['dynamodb:ReturnValues'] = request.ReturnValues;
  if (request.ReturnConsumedCapacity !== undefined)
    conditions['dynamodb:ReturnConsumedCapacity'] = request.ReturnConsumedCapacity;
  if (options.enclosing !== undefined)
    conditions['dynamodb:EnclosingOperation'] = options.enclosing;
  if (options.fullTableScan !== undefined)
    conditions['dynamodb:FullTableScan'] = String(options.fullTableScan);
  // The record's text is kept as it is in the journal; one that is made anew would be kept with every entry.
  const arn = table?.name === TableName ? table.arn : tableArn(context, TableName);
  return {
    action: options.action,
    resource: IndexName === undefined ? arn : `${arn}/index/${IndexName}`,
    conditions,
  };
};

/** The permission for an operation on a table as such. */
export const tableNeed =
  (...actions: readonly string[]) =>
  (
    input: { readonly TableName?: string | undefined },
    context: Pick<Context, 'region' | 'accountId'>,
  ): readonly Need[] =>
    actions.map((action) => ({ action, resource: tableArn(context, input.TableName ?? '') }));
