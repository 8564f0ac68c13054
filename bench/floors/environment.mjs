// The floor of an execution environment: a Runtime API loop on a raw socket and nothing else. PIPELINED=1 sends the
// answer and the next poll in one write.
import { connect } from 'node:net';

const { handler } = await import(process.env.HANDLER_FILE);
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const PATH = '/2018-06-01/runtime/invocation/';
const poll = `GET ${PATH}next HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const socket = connect(Number(port), host);
socket.setNoDelay(true);
socket.on('close', () => process.exit(0));
socket.on('error', () => process.exit(0));
let buffer = Buffer.alloc(0);
let skip = 0;
const take = () => {
  const end = buffer.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = buffer.latin1Slice(0, end);
  const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (buffer.length < end + 4 + length) return undefined;
  const body = buffer.utf8Slice(end + 4, end + 4 + length);
  buffer = buffer.subarray(end + 4 + length);
  return { head, body };
};
socket.on('data', async (piece) => {
  buffer = buffer.length === 0 ? piece : Buffer.concat([buffer, piece]);
  for (let message = take(); message !== undefined; message = take()) {
    if (skip > 0) {
      skip -= 1;
      if (process.env.PIPELINED !== '1') socket.write(poll);
      continue;
    }
    const id = /lambda-runtime-aws-request-id: *([^\r]+)/i.exec(message.head)[1];
    const result = JSON.stringify(await handler(JSON.parse(message.body), { awsRequestId: id }));
    const answer = `POST ${PATH}${id}/response HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${Buffer.byteLength(result)}\r\n\r\n${result}`;
    skip += 1;
    socket.write(process.env.PIPELINED === '1' ? answer + poll : answer);
  }
});
socket.write(poll);
