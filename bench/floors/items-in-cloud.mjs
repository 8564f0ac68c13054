// The floor of a table in the cloud: the cloud's own HTTP server, signatures, permissions and journal, and behind them a bare map
// instead of tables. Prints its address.
import { startCloud } from '../../dist/cloud/index.js';

const tables = new Map();

const operation = (handle) => ({
  needs: () => ({
    action: 'dynamodb:Any',
    resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/map',
  }),
  handle,
});

const { url } = await startCloud({
  services: [
    {
      id: 'dynamodb',
      signingName: 'dynamodb',
      principal: 'dynamodb.amazonaws.com',
      scope: 'region',
      createState: () => ({}),
      operations: {
        CreateTable: operation(({ TableName }) => {
          tables.set(TableName, new Map());
          return {};
        }),
        PutItem: operation(({ TableName, Item }) => {
          tables.get(TableName).set(`${Item.pk.S} ${Item.sk.N}`, Item);
          return {};
        }),
        GetItem: operation(({ TableName, Key }) => ({
          Item: tables.get(TableName).get(`${Key.pk.S} ${Key.sk.N}`),
        })),
        Query: operation(({ TableName, ExpressionAttributeValues: values, Limit }) => {
          const table = tables.get(TableName);
          const Items = [];
          for (let sk = 0; sk < Limit; sk += 1) {
            const item = table.get(`${values[':p'].S} ${sk}`);
            if (item !== undefined) Items.push(item);
          }
          return { Items, Count: Items.length, ScannedCount: Items.length };
        }),
      },
    },
  ],
});
process.stdout.write(`ready ${url}\n`);
