// A bare map behind Node's HTTP server, for bench/dynamodb.ts: what putting and getting items costs before anything is checked.
import { createServer } from 'node:http';

const tables = new Map();
const operations = {
  CreateTable: ({ TableName }) => {
    tables.set(TableName, new Map());
    return {};
  },
  PutItem: ({ TableName, Item }) => {
    tables.get(TableName).set(`${Item.pk.S} ${Item.sk.N}`, Item);
    return {};
  },
  GetItem: ({ TableName, Key }) => ({
    Item: tables.get(TableName).get(`${Key.pk.S} ${Key.sk.N}`),
  }),
  Query: ({ TableName, ExpressionAttributeValues: values, Limit }) => {
    const table = tables.get(TableName);
    const Items = [];
    for (let sk = 0; sk < Limit; sk += 1) {
      const item = table.get(`${values[':p'].S} ${sk}`);
      if (item !== undefined) Items.push(item);
    }
    return { Items, Count: Items.length, ScannedCount: Items.length };
  },
};

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const input = JSON.parse(Buffer.concat(pieces).toString('utf8'));
    const target = request.headers['x-amz-target'].split('.')[1];
    const body = JSON.stringify(operations[target](input));
    response.writeHead(200, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`ready http://127.0.0.1:${server.address().port}\n`),
);
