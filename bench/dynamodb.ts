// DynamoDB's puts, gets and queries, through raw keep-alive connections that replay signed requests: the SDK's client would be the cost.
// Beside a bare map behind the same HTTP server, one behind node:http, which does nothing else, and dynalite.
// Usage: node bench/dynamodb.ts [--peers] [--million]
import { createHash, createHmac } from 'node:crypto';
import { median } from './measure.ts';
import { installPeer } from './peers.ts';
import type { Figure, Server } from './servers.ts';
import { figureTables, floor, measureRequests, ROUNDS, startServer, WARM_UPS } from './servers.ts';

const CONNECTIONS = 8;
const REQUESTS = 6_000;
const PARTITION = 20;

const hmac = (key: string | Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** One whole request of HTTP/1.1, signed. */
const signed = (url: string, operation: string, input: object): Buffer => {
  const body = JSON.stringify(input);
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = date.slice(0, 8);
  const headers = [
    ['content-type', 'application/x-amz-json-1.0'],
    ['host', new URL(url).host],
    ['x-amz-date', date],
    ['x-amz-target', `DynamoDB_20120810.${operation}`],
  ] as const;
  const names = headers.map(([name]) => name).join(';');
  const lines = headers.map(([name, value]) => `${name}:${value}`);
  const canonical = ['POST', '/', '', ...lines, '', names, sha256(body)].join('\n');
  const scope = `${day}/us-east-1/dynamodb/aws4_request`;
  const key = ['us-east-1', 'dynamodb', 'aws4_request'].reduce(hmac, hmac('AWS4test', day));
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`).toString(
    'hex',
  );
  return Buffer.from(
    `POST / HTTP/1.1\r\n${lines.join('\r\n')}\r\nauthorization: AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=${names}, Signature=${signature}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
};

const TableName = 'bench';
const item = (index: number) => ({
  pk: { S: `partition-${Math.floor(index / PARTITION)}` },
  sk: { N: String(index % PARTITION) },
  name: { S: `item number ${index}` },
  price: { N: '12.5' },
  tags: { SS: ['red', 'green'] },
  place: { M: { city: { S: 'Basel' }, zip: { N: '4051' } } },
  open: { BOOL: true },
});
const keyOf = (index: number) => {
  const { pk, sk } = item(index);
  return { pk, sk };
};
const create = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
};
const query = (index: number) => ({
  TableName,
  KeyConditionExpression: 'pk = :p',
  ExpressionAttributeValues: { ':p': item(index).pk },
  Limit: PARTITION,
});
const many = (url: string, operation: string, input: (index: number) => object, count = REQUESTS) =>
  Array.from({ length: count }, (_, index) => signed(url, operation, input(index)));

const WORK = {
  put: (url: string) => many(url, 'PutItem', (index) => ({ TableName, Item: item(index) })),
  get: (url: string) => many(url, 'GetItem', (index) => ({ TableName, Key: keyOf(index) })),
  query: (url: string) => many(url, 'Query', query, REQUESTS / 2),
} as const;
const PHASES = ['put', 'get', 'query'] as const;
type Phase = (typeof PHASES)[number];

const send = (server: Server, requests: readonly Buffer[]) =>
  measureRequests(server, requests, CONNECTIONS);

/** Sparta and, beside it, all that it is measured by. */
const compare = async () => {
  const servers = [
    await startServer('bare map, same server', [floor('items-in-cloud.mjs')]),
    await startServer('bare map, node:http', [floor('map.mjs')]),
    await startServer('sparta', [floor('dynamodb.mjs')]),
  ];
  if (process.argv.includes('--peers'))
    servers.push(
      await startServer('dynalite 3', [floor('dynalite.mjs')], {
        PEER_DIR: installPeer('dynalite'),
      }),
    );
  for (const server of servers) await send(server, [signed(server.url, 'CreateTable', create)]);
  // dynalite makes its tables a little later.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const figures = new Map(
    servers.map(({ name }) => [name, Array.from({ length: ROUNDS }, () => ({}) as Rounds)]),
  );
  // Work by work: what is got and queried was put before.
  for (const phase of PHASES)
    for (let round = -WARM_UPS; round < ROUNDS; round += 1)
      for (const server of servers) {
        const figure = await send(server, WORK[phase](server.url));
        const own = figures.get(server.name)?.[round];
        if (own !== undefined) own[phase] = figure;
      }
  const title = `DynamoDB, items of seven attributes, ${CONNECTIONS} connections`;
  process.stdout.write(figureTables(title, 'requests', figures, PHASES));
  for (const { stop } of servers) stop();
};
type Rounds = Record<Phase, Figure>;

/** What an item costs beyond itself, and whether a get is slower among a million than among a thousand. */
const fill = async () => {
  const [FEW, ALL] = [1_000, 1_000_000];
  const server = await startServer('sparta', ['--expose-gc', floor('dynamodb.mjs')]);
  const { url } = server;
  const put = async (from: number, to: number) => {
    for (let at = from; at < to; ) {
      const requests: Buffer[] = [];
      for (let batch = 0; batch < 400 && at < to; batch += 1, at += 25)
        requests.push(
          signed(url, 'BatchWriteItem', {
            RequestItems: {
              [TableName]: Array.from({ length: 25 }, (_, index) => ({
                PutRequest: { Item: item(at + index) },
              })),
            },
          }),
        );
      await send(server, requests);
    }
  };
  /** Of items that lie far from each other. */
  const gets = async (among: number): Promise<Figure> => {
    const requests = many(url, 'GetItem', (index) => ({
      TableName,
      Key: keyOf((index * 7_919) % among),
    }));
    await send(server, requests);
    const rounds: Figure[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await send(server, requests));
    return {
      rate: median(rounds.map(({ rate }) => rate)),
      cpu: median(rounds.map(({ cpu }) => cpu)),
    };
  };
  await send(server, [signed(url, 'CreateTable', create)]);
  await put(0, FEW);
  const small = await gets(FEW);
  const before = await server.usage('heldBytes');
  await put(FEW, ALL);
  const after = await server.usage('heldBytes');
  const large = await gets(ALL);
  const count = (number: number) => Math.round(number).toLocaleString('en');
  const own = JSON.stringify(item(ALL / 2)).length;
  process.stdout.write(
    `### DynamoDB, ${count(ALL)} items in a table

An item takes ${count((after - before) / (ALL - FEW))} bytes, ${own} of them its own as JSON.

| items | gets a second | CPU of the server, µs a get |
|---|---:|---:|
| ${count(FEW)} | ${count(small.rate)} (1.00) | ${small.cpu.toFixed(1)} (1.00) |
| ${count(ALL)} | ${count(large.rate)} (${(large.rate / small.rate).toFixed(2)}) | ${large.cpu.toFixed(1)} (${(large.cpu / small.cpu).toFixed(2)}) |

`,
  );
  server.stop();
};

await compare();
if (process.argv.includes('--million')) await fill();
