import type { Parts } from '../scenario.ts';
import { conditions } from './conditions.ts';
import { items } from './items.ts';
import { partiql } from './partiql.ts';
import { queries } from './queries.ts';
import { several } from './several.ts';
import { tables } from './tables.ts';
import { updates } from './updates.ts';

/** All that is asked of DynamoDB, in this order. */
export const dynamodbCalls: Parts = {
  tables,
  items,
  conditions,
  updates,
  'queries and scans': queries,
  'batches and transactions': several,
  PartiQL: partiql,
};
