import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ClientBinding } from '../../../spec/grant.ts';
import { sharedClient } from '../shared-client.ts';
import type { ClientSettings } from '../shared-client.ts';
import type { BoundTable } from './bound-table.ts';
import { readsOf } from './reads.ts';
import { transactionsOf } from './transactions.ts';
import { writesOf } from './writes.ts';

const dynamodb = sharedClient((settings) => new DynamoDBClient(settings));

/** The client of one table. What was not granted is refused by the types and by IAM alike. */
export const make = (
  TableName: string,
  { resource, schema, keys = { table: [], indexes: {} } }: ClientBinding,
  settings: ClientSettings,
) => {
  const table: BoundTable = {
    resource,
    TableName,
    keys,
    schema,
    client: () => dynamodb(settings),
  };
  return { ...readsOf(table), ...writesOf(table), ...transactionsOf(table) };
};
