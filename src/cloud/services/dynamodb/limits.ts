/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */

/** Bytes of an item, names and values. */
export const ITEM_BYTES = 400 * 1024;
/** Bytes of a partition key's value, and of a sort key's. */
export const HASH_KEY_BYTES = 2_048;
export const RANGE_KEY_BYTES = 1_024;
/** Levels of lists and maps in an attribute. */
export const NESTING_LEVELS = 32;
/** Bytes of an expression, and operators or functions in it. */
export const EXPRESSION_BYTES = 4_096;
export const EXPRESSION_OPERATORS = 300;
/** Operands of `IN`. */
export const IN_OPERANDS = 100;
/** Bytes that a page of Query or Scan looks at. */
export const PAGE_BYTES = 1024 * 1024;
/** Bytes of an answer of BatchGetItem, and of its keys. */
export const BATCH_GET_BYTES = 16 * 1024 * 1024;
export const BATCH_GET_KEYS = 100;
export const BATCH_WRITE_REQUESTS = 25;
/** Actions of a transaction, and bytes of their items. */
export const TRANSACTION_ACTIONS = 100;
export const TRANSACTION_BYTES = 4 * 1024 * 1024;
/** How long a token of TransactWriteItems is remembered, in milliseconds. */
export const TOKEN_MS = 10 * 60_000;
export const SEGMENTS = 1_000_000;
export const LOCAL_INDEXES = 5;
export const GLOBAL_INDEXES = 20;
/** Attributes that the indexes of a table project by name, in sum. */
export const PROJECTED_ATTRIBUTES = 100;
/** Tables of one page of ListTables, tags of one of ListTagsOfResource. */
export const LIST_TABLES = 100;
export const TAGS = 50;
/** Units that an account, and a table in it, may have. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html */
export const ACCOUNT_UNITS = 80_000;
export const TABLE_UNITS = 40_000;
/** Bytes of a resource policy. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html */
export const POLICY_BYTES = 20 * 1024;
/** How long records stay in a stream, in milliseconds. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
export const STREAM_MS = 24 * 60 * 60_000;
/** How long a shard iterator is good, in milliseconds. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html */
export const ITERATOR_MS = 15 * 60_000;
/** Records and bytes of one answer of GetRecords. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html */
export const STREAM_RECORDS = 1_000;
/** Items whose time to live ended longer ago are left alone. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html */
export const OLDEST_EXPIRY_MS = 5 * 365 * 24 * 60 * 60_000;
/** Characters of a PartiQL statement. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html */
export const STATEMENT_CHARACTERS = 8_192;
/** Statements of BatchExecuteStatement, and of ExecuteTransaction. */
export const BATCH_STATEMENTS = 25;
