// The floor of "HTTP to a function in a process": node:http in front, one environment on a raw socket behind, an API Gateway
// event between. No routing, no permission, no journal. Prints its address.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const waiting = [];
const queued = [];
const pending = new Map();
const PATH = '/2018-06-01/runtime/invocation/';

const runtimeApi = createSocketServer((socket) => {
  socket.setNoDelay(true);
  let buffer = Buffer.alloc(0);
  const next = (id, payload) =>
    socket.write(
      `HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: ${id}\r\nLambda-Runtime-Deadline-Ms: ${Date.now() + 3000}\r\nContent-Length: ${Buffer.byteLength(payload)}\r\n\r\n${payload}`,
    );
  socket.on('error', () => {});
  socket.on('data', (piece) => {
    buffer = buffer.length === 0 ? piece : Buffer.concat([buffer, piece]);
    for (;;) {
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = buffer.latin1Slice(0, end);
      if (head.startsWith('GET')) {
        buffer = buffer.subarray(end + 4);
        const job = queued.shift();
        if (job === undefined) waiting.push(next);
        else next(...job);
        continue;
      }
      const length = Number(/content-length: *(\d+)/i.exec(head)[1]);
      if (buffer.length < end + 4 + length) return;
      const body = buffer.utf8Slice(end + 4, end + 4 + length);
      buffer = buffer.subarray(end + 4 + length);
      const from = head.indexOf(PATH) + PATH.length;
      const id = head.slice(from, head.indexOf('/', from));
      socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n');
      pending.get(id)(body);
      pending.delete(id);
    }
  });
});
await new Promise((resolve) => runtimeApi.listen(0, '127.0.0.1', resolve));
const child = spawn(
  process.execPath,
  [fileURLToPath(new URL('environment.mjs', import.meta.url))],
  {
    stdio: 'inherit',
    env: { ...process.env, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${runtimeApi.address().port}` },
  },
);
process.on('SIGTERM', () => {
  child.kill();
  process.exit(0);
});

const front = createServer((request, response) => {
  const id = randomUUID();
  const event = JSON.stringify({
    version: '2.0',
    routeKey: `${request.method} ${request.url}`,
    rawPath: request.url,
    rawQueryString: '',
    headers: request.headers,
    requestContext: {
      requestId: id,
      http: { method: request.method, path: request.url },
      timeEpoch: Date.now(),
    },
    isBase64Encoded: false,
  });
  pending.set(id, (text) => {
    const { statusCode, headers, body } = JSON.parse(text);
    response.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
  const next = waiting.pop();
  if (next === undefined) queued.push([id, event]);
  else next(id, event);
});
front.listen(0, '127.0.0.1', () =>
  process.stdout.write(`ready http://127.0.0.1:${front.address().port}\n`),
);
