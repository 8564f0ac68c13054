// DynamoDB's puts, gets and queries, through raw keep-alive connections that replay signed requests: the SDK's client would be the cost.
// Beside a bare map behind the same HTTP server, and dynalite. Usage: node bench/dynamodb.ts [--peers] [--million]
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { median, ROOT } from './measure.ts';
import { installPeer } from './peers.ts';

const CONNECTIONS = 8;
const REQUESTS = 6_000;
const ROUNDS = 5;
const PARTITION = 20;

interface Server {
  readonly name: string;
  readonly url: URL;
  readonly child: ChildProcess;
}

const start = async (name: string, file: string, env: object = {}): Promise<Server> => {
  const child = spawn(process.execPath, ['--expose-gc', join(ROOT, 'bench', 'floors', file)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  const url = await new Promise<URL>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString();
      const match = /ready (\S+)/.exec(text);
      if (match?.[1] !== undefined) resolve(new URL(match[1]));
    });
    child.once('exit', (code) => reject(new Error(`${name} exited with ${code}`)));
  });
  return { name, url, child };
};

const hmac = (key: string | Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** One whole request of HTTP/1.1, signed. */
const signed = (url: URL, operation: string, input: object): Buffer => {
  const body = JSON.stringify(input);
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = date.slice(0, 8);
  const headers = [
    ['content-type', 'application/x-amz-json-1.0'],
    ['host', url.host],
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

/** Sends requests one after the other over some connections; answers with requests a second. */
const rate = async (url: URL, requests: readonly Buffer[]): Promise<number> => {
  const began = performance.now();
  let next = 0;
  await Promise.all(
    Array.from(
      { length: CONNECTIONS },
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect(Number(url.port), url.hostname);
          socket.setNoDelay(true);
          let held = '';
          const send = () => {
            const request = requests[next];
            next += 1;
            if (request === undefined) {
              socket.end();
              resolve();
            } else socket.write(request);
          };
          socket.on('connect', send);
          socket.on('error', reject);
          socket.on('data', (piece: Buffer) => {
            held += piece.toString('latin1');
            const head = held.indexOf('\r\n\r\n');
            if (head < 0) return;
            const length = Number(/content-length: (\d+)/i.exec(held)?.[1] ?? 0);
            if (held.length < head + 4 + length) return;
            if (!held.startsWith('HTTP/1.1 200')) reject(new Error(held.slice(0, 600)));
            held = '';
            send();
          });
        }),
    ),
  );
  return (requests.length / (performance.now() - began)) * 1_000;
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
const many = (url: URL, operation: string, input: (index: number) => object, count = REQUESTS) =>
  Array.from({ length: count }, (_, index) => signed(url, operation, input(index)));

const WORK = {
  put: (url: URL) => many(url, 'PutItem', (index) => ({ TableName, Item: item(index) })),
  get: (url: URL) => many(url, 'GetItem', (index) => ({ TableName, Key: keyOf(index) })),
  query: (url: URL) => many(url, 'Query', query, REQUESTS / 2),
} as const;

const servers = [await start('bare map', 'map.mjs'), await start('sparta', 'dynamodb.mjs')];
if (process.argv.includes('--peers'))
  servers.push(await start('dynalite 3', 'dynalite.mjs', { PEER_DIR: installPeer('dynalite') }));
for (const { url } of servers) await rate(url, [signed(url, 'CreateTable', create)]);
// dynalite makes its tables a little later.
await new Promise((resolve) => setTimeout(resolve, 500));

process.stdout.write(
  `Requests a second, ${CONNECTIONS} connections, medians of ${ROUNDS} rounds.\n\n| | ${servers.map(({ name }) => name).join(' | ')} |\n|---|${servers.map(() => '---|').join('')}\n`,
);
for (const [name, requests] of Object.entries(WORK)) {
  const figures = servers.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round += 1)
    for (const [at, { url }] of servers.entries()) {
      const figure = await rate(url, requests(url));
      if (round >= 0) figures[at]?.push(figure);
    }
  process.stdout.write(
    `| ${name} | ${figures.map((all) => Math.round(median(all)).toLocaleString('en')).join(' | ')} |\n`,
  );
}

/** Bytes that a process holds after it has cleaned up. */
const held = ({ child }: Server) =>
  new Promise<number>((resolve) => {
    child.once('message', (bytes) => resolve(Number(bytes)));
    child.send('measure');
  });

if (process.argv.includes('--million')) {
  const server = servers.find(({ name }) => name === 'sparta');
  if (server !== undefined) {
    const { url } = server;
    const before = await held(server);
    const small = median([
      await rate(url, WORK.get(url)),
      await rate(url, WORK.get(url)),
      await rate(url, WORK.get(url)),
    ]);
    const COUNT = 1_000_000;
    for (let from = REQUESTS; from < COUNT; ) {
      const requests: Buffer[] = [];
      for (let batch = 0; batch < 400 && from < COUNT; batch += 1, from += 25)
        requests.push(
          signed(url, 'BatchWriteItem', {
            RequestItems: {
              [TableName]: Array.from({ length: 25 }, (_, at) => ({
                PutRequest: { Item: item(from + at) },
              })),
            },
          }),
        );
      await rate(url, requests);
    }
    const after = await held(server);
    const gets = () =>
      many(url, 'GetItem', (index) => ({ TableName, Key: keyOf((index * 7_919) % COUNT) }));
    const large = median([
      await rate(url, gets()),
      await rate(url, gets()),
      await rate(url, gets()),
    ]);
    const own = JSON.stringify(item(500_000)).length;
    process.stdout.write(
      `\n1,000,000 items: ${Math.round((after - before) / (COUNT - REQUESTS)).toLocaleString('en')} bytes each (${own} of them as JSON); gets a second with ${REQUESTS.toLocaleString('en')} items ${Math.round(small).toLocaleString('en')}, with all ${Math.round(large).toLocaleString('en')}.\n`,
    );
  }
}
for (const { child } of servers) {
  child.removeAllListeners('exit');
  child.kill();
}
