import type { ServiceDefinition } from '../../core/define-service.ts';
import { defineService } from '../../core/define-service.ts';
import { NO_THROTTLE, PROVISIONED_THROTTLE } from './capacity.ts';
import { invalid, throughputExceeded } from './errors.ts';
import { counted } from './metrics.ts';
import { batchOperations } from './operations/batch-operations.ts';
import { itemOperations } from './operations/item-operations.ts';
import { partiqlOperations } from './operations/partiql-operations.ts';
import { policyOperations } from './operations/policy-operations.ts';
import { queryOperations } from './operations/query-operations.ts';
import { streamOperations } from './operations/stream-operations.ts';
import { tableOperations } from './operations/table-operations.ts';
import { tagOperations } from './operations/tag-operations.ts';
import { transactionOperations } from './operations/transaction-operations.ts';
import { trimLater } from './record-change.ts';
import { table } from './resources.ts';
import type { DynamodbState, StandingContext } from './state.ts';
import { createDynamodbState, findTable } from './state.ts';
import { expireLater } from './write.ts';

/** How DynamoDB behaves where AWS has it depend on what was paid for. */
export interface DynamodbOptions {
  /**
   * Whether tables with provisioned throughput refuse requests when their units are used up.
   * @defaultValue false
   */
  readonly throttles?: boolean;
}

/** Operations on items. */
const THROTTLED = /(Item|Items|Query|Scan|Statement|Transaction)$/;

const TABLE_ACCOUNT = /^arn:[^:]+:dynamodb:[^:]*:(\d{12}):table\//;

/** The account in the ARN that a call names its table, stream or iterator by. */
const accountOf = (_operation: string, input: unknown): string | undefined => {
  const { TableName, ResourceArn, StreamArn, ShardIterator } = input as Readonly<
    Record<string, unknown>
  >;
  for (const named of [TableName, ResourceArn, StreamArn, ShardIterator])
    if (typeof named === 'string' && named.startsWith('arn:'))
      return TABLE_ACCOUNT.exec(named)?.[1];
  return undefined;
};

/** The one parameter whose lack has words of its own. https://github.com/architect/dynalite/blob/main/test/createTable.js */
const requireName = (input: Readonly<Record<string, unknown>>, target: string | undefined) => {
  if (target?.endsWith('.CreateTable') === true && (input['TableName'] ?? null) === null)
    throw invalid("The parameter 'TableName' is required but was not present in the request");
};

const SHARED = {
  accountOf,
  signingName: 'dynamodb',
  principal: 'dynamodb.amazonaws.com',
  scope: 'region',
  createState: createDynamodbState,
} as const;

/** The policy of a table holds for its indexes, too; a stream has its own. */
const policyOf = (arn: string, state: DynamodbState): string | undefined => {
  const found = findTable(state, arn);
  return arn === found?.streamArn ? found.streamPolicy : found?.policy;
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html#amazondynamodb-policy-keys */
const tagKeys = (
  arn: string,
  state: DynamodbState,
): Readonly<Record<string, string>> | undefined => {
  const tags = findTable(state, arn)?.tags;
  return tags === undefined
    ? undefined
    : Object.fromEntries(
        Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]),
      );
};

/** Sets the timers that a restart or a fork has left behind. */
const resume = (context: StandingContext): void => {
  for (const name of context.state.tables.keys()) expireLater(context, name);
  for (const arn of context.state.streams.keys()) trimLater(context, arn);
};

/** Amazon DynamoDB. */
export const createDynamodb = (options: DynamodbOptions = {}): ServiceDefinition => {
  const throttle = counted(options.throttles === true ? PROVISIONED_THROTTLE : NO_THROTTLE);
  return defineService<DynamodbState>({
    ...SHARED,
    id: 'dynamodb',
    operations: {
      ...tableOperations,
      ...tagOperations,
      ...policyOperations,
      ...itemOperations(throttle),
      ...queryOperations(throttle),
      ...batchOperations(throttle),
      ...transactionOperations(throttle),
      ...partiqlOperations(throttle),
    },
    throttled: (operation) => (THROTTLED.test(operation) ? throughputExceeded() : undefined),
    resourcePolicy: policyOf,
    resourceKeys: tagKeys,
    resources: [table],
    completeInput: (input, { headers }) => requireName(input, headers['x-amz-target']),
    start: resume,
    stop: ({ state }) => state.teller.stop(),
    // BatchWriteItem takes 16 MB. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
    maxBodyBytes: 24 * 1024 * 1024,
  });
};

/** Amazon DynamoDB Streams: an API of its own on the tables of DynamoDB. */
export const dynamodbStreams = defineService<DynamodbState>({
  ...SHARED,
  id: 'dynamodb-streams',
  stateOf: 'dynamodb',
  operations: streamOperations,
});
