import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { MessageSchema } from '../../../spec/message-schema.ts';
import type { TableKeyNames } from '../../../spec/table-key-names.ts';
import { readItem } from '../../attribute-value.ts';
import { checkMessage } from '../../check-message.ts';
import { storeMembers } from './stored-value.ts';

/** An item's attributes as the SDK has them. */
export type Attributes = Record<string, AttributeValue>;
/** An item without the compiler's knowledge. */
export type PlainItem = Readonly<Record<string, unknown>>;

/** One table, as the operations of its client know it. */
export interface BoundTable {
  /** Logical name, for errors. */
  readonly resource: string;
  readonly TableName: string;
  readonly keys: TableKeyNames;
  readonly schema: MessageSchema | undefined;
  readonly client: () => DynamoDBClient;
}

/** The key of an item as DynamoDB has it. */
export const keyOf = ({ resource }: BoundTable, key: unknown): Attributes =>
  storeMembers(key as PlainItem, { resource, path: '' });

/** Bytes come as such from the SDK. */
const asIs = (bytes: Uint8Array): Uint8Array => bytes;

/** An item of DynamoDB as an object. */
export const plainItem = (attributes: Attributes): PlainItem => readItem(attributes, asIs);

/** What a key is known by: numbers that are equal are one, however they are written. */
export const keyText = ({ keys }: BoundTable, item: PlainItem): string =>
  JSON.stringify(
    keys.table.map((name) => {
      const value = item[name];
      return value instanceof Uint8Array
        ? ['B', Buffer.from(value).toString('base64')]
        : [typeof value === 'string' ? 'S' : 'N', String(value)];
    }),
  );

/**
 * An item as its schema makes it, and as DynamoDB has it.
 * @throws {InvalidMessageError | UnstorableError}
 */
export const checkedItem = async (
  { resource, schema }: BoundTable,
  given: unknown,
): Promise<{ readonly item: PlainItem; readonly attributes: Attributes }> => {
  const item =
    schema === undefined ? given : await checkMessage(schema, given, `an item for ${resource}`);
  const attributes = storeMembers(item as PlainItem, { resource, path: '' });
  return { item: plainItem(attributes), attributes };
};
