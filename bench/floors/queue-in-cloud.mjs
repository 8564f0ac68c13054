// The floor of a queue in the cloud: the cloud's own HTTP server, signatures, permissions and journal, and behind them a bare map
// instead of queues. Prints its address.
import { startCloud } from '../../dist/cloud/index.js';

const waiting = new Map();
const held = new Map();
let count = 0;

const operation = (handle) => ({
  needs: () => ({ action: 'sqs:Any', resource: 'arn:aws:sqs:us-east-1:000000000000:map' }),
  handle,
});

const { url } = await startCloud({
  services: [
    {
      id: 'sqs',
      signingName: 'sqs',
      principal: 'sqs.amazonaws.com',
      scope: 'region',
      createState: () => ({}),
      operations: {
        SendMessage: operation(({ MessageBody }) => {
          const MessageId = `m${(count += 1)}`;
          waiting.set(MessageId, MessageBody);
          return { MessageId };
        }),
        ReceiveMessage: operation(({ MaxNumberOfMessages = 1 }) => {
          const Messages = [];
          for (const [MessageId, Body] of waiting) {
            if (Messages.length === MaxNumberOfMessages) break;
            waiting.delete(MessageId);
            held.set(MessageId, Body);
            Messages.push({ MessageId, Body, ReceiptHandle: MessageId });
          }
          return { Messages };
        }),
        DeleteMessage: operation(({ ReceiptHandle }) => {
          held.delete(ReceiptHandle);
          return {};
        }),
      },
    },
  ],
});
process.stdout.write(`ready ${url}\n`);
