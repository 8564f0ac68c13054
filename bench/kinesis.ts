// PutRecord and GetRecords through raw keep-alive connections that replay signed requests: the client costs next to nothing.
// Usage: node bench/kinesis.ts [--peers]
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { median, ROOT } from './measure.ts';
import { installPeer } from './peers.ts';

const CONNECTIONS = 10;
const SECONDS = 3;
const ROUNDS = 3;
const SHARD = 'shardId-000000000000';

interface Server {
  readonly name: string;
  readonly url: string;
  stop(): void;
}

/** Starts a script and waits for the port that it prints. */
const started = (name: string, script: string, cwd: string) =>
  new Promise<Server>((resolve, reject) => {
    const child: ChildProcess = spawn(
      process.execPath,
      ['--no-warnings', '--input-type=module', '--eval', script],
      { cwd, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    child.stdout?.on('data', (piece: Buffer) => {
      const port = /ready (\d+)/.exec(piece.toString())?.[1];
      if (port !== undefined)
        resolve({ name, url: `http://127.0.0.1:${port}`, stop: () => void child.kill() });
    });
    child.once('exit', (code) => reject(new Error(`${name} exited with ${code}`)));
  });

const sparta = () =>
  started(
    'Sparta',
    `import { startCloud } from '${join(ROOT, 'src', 'cloud', 'index.ts')}';
     console.log('ready', (await startCloud()).port);`,
    ROOT,
  );
const kinesalite = () =>
  started(
    'kinesalite',
    `import { createRequire } from 'node:module';
     const server = createRequire(process.cwd() + '/')('kinesalite')({ createStreamMs: 1 });
     server.listen(0, () => console.log('ready', server.address().port));`,
    installPeer('kinesalite'),
  );

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** Sends commands over HTTP/1.1, and keeps the bytes of the last request. */
const clientOf = (url: string) => {
  let last = '';
  const kinesis = new KinesisClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      handle: async (request: unknown) => {
        const { headers, body: bytes } = request as Sent;
        const body = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString();
        const { host: _host, ...rest } = headers;
        const lines = Object.entries({ ...headers, host: new URL(url).host });
        last = `POST / HTTP/1.1\r\n${lines.map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n${body}`;
        const answer = await fetch(url, { method: 'POST', headers: rest, body });
        return {
          response: {
            statusCode: answer.status,
            headers: Object.fromEntries(answer.headers),
            body: new Uint8Array(await answer.arrayBuffer()),
          } as never,
        };
      },
    },
  });
  return {
    kinesis,
    bytesOf: async (sending: Promise<unknown>) => {
      await sending;
      return last;
    },
  };
};

/** Requests a second, over connections that each send one after the other. */
const rate = async (url: string, request: string): Promise<number> => {
  const { hostname, port } = new URL(url);
  let [answers, running] = [0, true];
  const open = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.setNoDelay(true);
      let text = '';
      socket.on('connect', () => socket.write(request));
      socket.on('error', reject);
      socket.on('close', () => resolve());
      socket.on('data', (piece: Buffer) => {
        text += piece.toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        const length = /content-length: *(\d+)/i.exec(text)?.[1];
        if (end < 0 || length === undefined || text.length < end + 4 + Number(length)) return;
        if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(text.slice(0, 500)));
        answers += 1;
        text = '';
        if (running) socket.write(request);
        else socket.destroy();
      });
    });
  const startedAt = performance.now();
  setTimeout(() => {
    running = false;
  }, SECONDS * 1000);
  await Promise.all(Array.from({ length: CONNECTIONS }, open));
  return (answers * 1000) / (performance.now() - startedAt);
};

/** One server: a stream whose second copy is read, so that writing does not change what reading finds. */
const measured = async (server: Server) => {
  const { kinesis, bytesOf } = clientOf(server.url);
  const active = async (StreamName: string) => {
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    for (;;) {
      const { StreamDescriptionSummary } = await kinesis.send(
        new DescribeStreamSummaryCommand({ StreamName }),
      );
      if (StreamDescriptionSummary?.StreamStatus === 'ACTIVE') return;
    }
  };
  await active('written');
  await active('read');
  const Data = Buffer.alloc(200, 'x');
  const records = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ Data, PartitionKey: `key-${at}` }));
  await kinesis.send(new PutRecordsCommand({ StreamName: 'read', Records: records(100) }));
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName: 'read',
      ShardId: SHARD,
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  return {
    name: server.name,
    url: server.url,
    requests: {
      'PutRecord, 200 bytes': await bytesOf(
        kinesis.send(new PutRecordCommand({ StreamName: 'written', Data, PartitionKey: 'k' })),
      ),
      'PutRecords, 100 of 200 bytes': await bytesOf(
        kinesis.send(new PutRecordsCommand({ StreamName: 'written', Records: records(100) })),
      ),
      'GetRecords, 100 of 200 bytes': await bytesOf(
        kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 100 })),
      ),
    },
  };
};

const servers = [await sparta(), ...(process.argv.includes('--peers') ? [await kinesalite()] : [])];
try {
  const contenders = [];
  for (const server of servers) contenders.push(await measured(server));
  const names = [
    'PutRecord, 200 bytes',
    'PutRecords, 100 of 200 bytes',
    'GetRecords, 100 of 200 bytes',
  ] as const;
  process.stdout.write(
    `Requests a second over ${CONNECTIONS} connections, median of ${ROUNDS} rounds of ${SECONDS} s.\n\n| request | ${contenders.map(({ name }) => name).join(' | ')} |\n|---|${contenders.map(() => '---:').join('|')}|\n`,
  );
  for (const name of names) {
    const rates = contenders.map((): number[] => []);
    for (let round = -1; round < ROUNDS; round += 1)
      for (const [at, { url, requests }] of contenders.entries()) {
        const figure = await rate(url, requests[name]);
        if (round >= 0) rates[at]?.push(figure);
      }
    process.stdout.write(
      `| ${name} | ${rates.map((figures) => Math.round(median(figures))).join(' | ')} |\n`,
    );
  }
} finally {
  for (const server of servers) server.stop();
}
process.exit(0);
