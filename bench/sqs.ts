// Messages sent, received and deleted, one a request, by a raw client that sends signed requests again. Beside a bare map behind
// the same HTTP server, and one behind node:http, which does nothing else. Usage: node bench/sqs.ts [--peers]
import { join } from 'node:path';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { ROOT } from './measure.ts';
import { installPeer } from './peers.ts';
import { createCatcher } from './raw-client.ts';
import type { Figure, Server } from './servers.ts';
import { figureTables, floor, measureRequests, ROUNDS, startServer, WARM_UPS } from './servers.ts';

const MESSAGES = 3_000;
const CONNECTIONS = [1, 10];
/** What has no queues to create. */
const FLOORS = ['bare map, same server', 'bare map, node:http'];
const PHASES = ['send', 'receive', 'delete'] as const;
type Phase = (typeof PHASES)[number];

const settings = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
};

const times = (request: Buffer) => Array.from({ length: MESSAGES }, () => request);

/** One round, by phase. */
const round = async (server: Server, connections: number): Promise<Record<Phase, Figure>> => {
  const { name, url } = server;
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

  const body = JSON.stringify({
    order: 1,
    items: Array.from({ length: 10 }, (_, n) => `item ${n}`),
  });
  const send = await catcher.catch(() =>
    caught.send(new SendMessageCommand({ QueueUrl, MessageBody: body })),
  );
  const sent = await measureRequests(server, times(send), connections);

  const handles: string[] = [];
  const receive = await catcher.catch(() =>
    caught.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 600 })),
  );
  const received = await measureRequests(server, times(receive), connections, (text) => {
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
  const deleted = await measureRequests(server, deletes, connections);
  if (!FLOORS.includes(name)) await real.send(new DeleteQueueCommand({ QueueUrl }));
  caught.destroy();
  real.destroy();
  return { send: sent, receive: received, delete: deleted };
};

const servers = [
  await startServer('bare map, same server', [floor('queue-in-cloud.mjs')]),
  await startServer('bare map, node:http', [floor('queue.mjs')]),
  await startServer('sparta', [join(ROOT, 'bin', 'sparta.mjs'), 'cloud', '--port', '0']),
];
if (process.argv.includes('--peers')) {
  // Without its log of every request, which its own command line writes.
  const library = join(installPeer('fauxqs'), 'node_modules', 'fauxqs', 'dist', 'app.js');
  const code = `import { startFauxqs } from '${library}';
    const { port } = await startFauxqs({ port: 0, logger: false });
    process.stdout.write('ready http://127.0.0.1:' + port);`;
  servers.push(await startServer('fauxqs', ['--input-type=module', '-e', code]));
}

/** All in turn, round by round, so that a machine that drifts drifts for all. */
for (const connections of CONNECTIONS) {
  const figures = new Map(servers.map(({ name }) => [name, [] as Record<Phase, Figure>[]]));
  for (let one = -WARM_UPS; one < ROUNDS; one += 1)
    for (const server of servers) {
      const figure = await round(server, connections);
      if (one >= 0) figures.get(server.name)?.push(figure);
    }
  const title = `SQS, ${MESSAGES} messages of 130 bytes, one a request, ${connections} connection${connections === 1 ? '' : 's'}`;
  process.stdout.write(figureTables(title, 'messages', figures, PHASES));
}
for (const { stop } of servers) stop();
