// The floor of a queue: a bare map behind node:http. No signature, no permission, no checks, no digests, no timeouts, no journal.
// Prints its address.
import { createServer } from 'node:http';

const waiting = new Map();
const held = new Map();
let count = 0;

const OPERATIONS = {
  SendMessage: ({ MessageBody }) => {
    const MessageId = `m${(count += 1)}`;
    waiting.set(MessageId, MessageBody);
    return { MessageId };
  },
  ReceiveMessage: ({ MaxNumberOfMessages = 1 }) => {
    const Messages = [];
    for (const [MessageId, Body] of waiting) {
      if (Messages.length === MaxNumberOfMessages) break;
      waiting.delete(MessageId);
      held.set(MessageId, Body);
      Messages.push({ MessageId, Body, ReceiptHandle: MessageId });
    }
    return { Messages };
  },
  DeleteMessage: ({ ReceiptHandle }) => {
    held.delete(ReceiptHandle);
    return {};
  },
};

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const operation = OPERATIONS[request.headers['x-amz-target'].split('.')[1]];
    const answer = Buffer.from(
      JSON.stringify(operation(JSON.parse(Buffer.concat(pieces).toString('utf8')))),
    );
    response.writeHead(200, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(answer.byteLength),
    });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${server.address().port}\n`);
});
