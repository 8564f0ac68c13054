// Messages sent, received and deleted, one a request, by a raw client that sends signed requests again. Beside a bare map behind
// the same HTTP server, and one behind node:http, which does nothing else. Usage: node bench/sqs.ts [--peers]
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { median, ROOT } from './measure.ts';
import { installPeer } from './peers.ts';
import { createCatcher, replay } from './raw-client.ts';

const MESSAGES = 3_000;
const CONNECTIONS = [1, 10];
const ROUNDS = 5;
/** What has no queues to create. */
const FLOORS = ['bare map, same server', 'bare map, node:http'];
const PHASES = ['send', 'receive', 'delete'] as const;
type Phase = (typeof PHASES)[number];

interface Server {
  readonly name: string;
  readonly url: string;
  readonly child: ChildProcess;
}

/** Starts a process and waits for the address that it prints. */
const start = (name: string, args: readonly string[]) =>
  new Promise<Server>((resolve, reject) => {
    const child = spawn(process.execPath, args);
    let text = '';
    const read = (piece: Buffer) => {
      text += piece.toString();
      const [, url] = /ready (http:\S+:\d+)/.exec(text) ?? [];
      if (url !== undefined) resolve({ name, url, child });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`${name} exited with ${code}:\n${text}`)));
  });

const settings = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
};

const times = (request: Buffer) => Array.from({ length: MESSAGES }, () => request);

/** One round: messages a second, by phase. */
const round = async (
  { name, url }: Server,
  connections: number,
): Promise<Record<Phase, number>> => {
  const catcher = createCatcher();
  const caught = new SQSClient({
    ...settings,
    endpoint: url,
    requestHandler: catcher.requestHandler as never,
  });
  const real = new SQSClient({ ...settings, endpoint: url });
  const QueueName = `bench-${process.hrtime.bigint()}`;
  const QueueUrl = FLOORS.includes(name)
    ? `${url}/000000000000/${QueueName}`
    : ((await real.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '');
  const rate = (ms: number) => (MESSAGES / ms) * 1000;

  const body = JSON.stringify({
    order: 1,
    items: Array.from({ length: 10 }, (_, n) => `item ${n}`),
  });
  const send = await catcher.catch(() =>
    caught.send(new SendMessageCommand({ QueueUrl, MessageBody: body })),
  );
  const sent = await replay(url, times(send), connections);

  const handles: string[] = [];
  const receive = await catcher.catch(() =>
    caught.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 600 })),
  );
  const received = await replay(url, times(receive), connections, (text) => {
    const { Messages = [] } = JSON.parse(text) as {
      readonly Messages?: readonly { readonly ReceiptHandle: string }[];
    };
    for (const { ReceiptHandle } of Messages) handles.push(ReceiptHandle);
  });
  if (handles.length !== MESSAGES) throw new Error(`${name} gave ${handles.length} messages`);

  const deletes: Buffer[] = [];
  for (const ReceiptHandle of handles)
    deletes.push(
      await catcher.catch(() => caught.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))),
    );
  const deleted = await replay(url, deletes, connections);
  if (!FLOORS.includes(name)) await real.send(new DeleteQueueCommand({ QueueUrl }));
  caught.destroy();
  real.destroy();
  return { send: rate(sent), receive: rate(received), delete: rate(deleted) };
};

const floor = (file: string) => join(ROOT, 'bench', 'floors', file);
const servers = [
  await start('bare map, same server', [floor('queue-in-cloud.mjs')]),
  await start('bare map, node:http', [floor('queue.mjs')]),
  await start('sparta', [join(ROOT, 'bin', 'sparta.mjs'), 'cloud', '--port', '0']),
];
if (process.argv.includes('--peers')) {
  // Without its log of every request, which its own command line writes.
  const library = join(installPeer('fauxqs'), 'node_modules', 'fauxqs', 'dist', 'app.js');
  const code = `import { startFauxqs } from '${library}';
    const { port } = await startFauxqs({ port: 0, logger: false });
    process.stdout.write('ready http://127.0.0.1:' + port);`;
  servers.push(await start('fauxqs', ['--input-type=module', '-e', code]));
}

/** All in turn, round by round, so that a machine that drifts drifts for all. */
const measure = async (connections: number): Promise<string> => {
  const figures = new Map(servers.map(({ name }) => [name, [] as Record<Phase, number>[]]));
  for (let one = -1; one < ROUNDS; one += 1)
    for (const server of servers) {
      const figure = await round(server, connections);
      if (one >= 0) figures.get(server.name)?.push(figure);
    }
  const floors = figures.get(servers[0]?.name ?? '') ?? [];
  return [
    `### SQS, ${MESSAGES} messages of 130 bytes, one a request, ${connections} connection${connections === 1 ? '' : 's'}`,
    '',
    `| messages a second | ${PHASES.join(' | ')} |`,
    `|---|${PHASES.map(() => '---:|').join('')}`,
    ...servers.map(({ name }) => {
      const own = figures.get(name) ?? [];
      const cells = PHASES.map((phase) => {
        const value = median(own.map((figure) => figure[phase]));
        const ratio = median(own.map((figure, at) => figure[phase] / (floors[at]?.[phase] ?? 1)));
        return `${value.toFixed(0)} (${ratio.toFixed(2)})`;
      });
      return `| ${name} | ${cells.join(' | ')} |`;
    }),
    '',
    'In brackets the ratio to the first, of the same round; both by the median.',
    '',
    '',
  ].join('\n');
};

for (const connections of CONNECTIONS) process.stdout.write(await measure(connections));
for (const { child } of servers) {
  child.removeAllListeners('exit');
  child.kill('SIGKILL');
}
