import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { ClientBinding } from '../../spec/grant.ts';
import type {
  QueueDepth,
  ReceivedMessage,
  ReceiveOptions,
  SendEntry,
  SendOptions,
} from '../../spec/queue-client.ts';
import { readBody, writeBody } from '../check-message.ts';
import { SendError } from '../send-error.ts';
import { batchesOf } from './batches-of.ts';
import { sharedClient } from './shared-client.ts';
import type { ClientSettings } from './shared-client.ts';

const sqs = sharedClient((settings) => new SQSClient(settings));

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const MOST = { entries: 10, bytes: 1_048_576 };

const attributeOf = (value: string | number | Uint8Array) => {
  if (typeof value === 'number') return { DataType: 'Number', StringValue: String(value) };
  if (typeof value === 'string') return { DataType: 'String', StringValue: value };
  return { DataType: 'Binary', BinaryValue: value };
};

const inputOf = (MessageBody: string, options: SendOptions) => ({
  MessageBody,
  DelaySeconds: options.delaySeconds,
  MessageGroupId: options.messageGroupId,
  MessageDeduplicationId: options.messageDeduplicationId,
  ...(options.attributes === undefined
    ? {}
    : {
        MessageAttributes: Object.fromEntries(
          Object.entries(options.attributes).map(([name, value]) => [name, attributeOf(value)]),
        ),
      }),
});

type Input = ReturnType<typeof inputOf>;

const sizeOf = ({ MessageBody, MessageAttributes = {} }: Input): number =>
  Object.entries(MessageAttributes).reduce(
    (sum, [name, { DataType, ...value }]) =>
      sum + Buffer.byteLength(name) + DataType.length + Buffer.byteLength(Object.values(value)[0]),
    Buffer.byteLength(MessageBody),
  );

/** The ARN of a queue by its URL, which is `https://sqs.REGION.DOMAIN/ACCOUNT/NAME` or `…/queue/REGION/…`: SQS itself knows it best. */
const arnOf = async (client: SQSClient, QueueUrl: string): Promise<string> => {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.['QueueArn'] ?? '';
};

/** The client of one queue. What was not granted is refused by the types and by IAM alike. */
export const make = (
  QueueUrl: string,
  { resource, schema }: ClientBinding,
  settings: ClientSettings,
) => {
  const client = () => sqs(settings);
  const write = (body: unknown) => writeBody(schema, body, `a message to ${resource}`);
  return {
    send: async (body: unknown, options: SendOptions = {}): Promise<string> => {
      const input = inputOf(await write(body), options);
      const { MessageId = '' } = await client().send(
        new SendMessageCommand({ QueueUrl, ...input }),
      );
      return MessageId;
    },
    sendAll: async (entries: readonly SendEntry<unknown>[]): Promise<readonly string[]> => {
      const inputs: Input[] = [];
      for (const { body, ...options } of entries) inputs.push(inputOf(await write(body), options));
      const ids: string[] = [];
      const failures: {
        readonly index: number;
        readonly code: string;
        readonly message: string;
      }[] = [];
      // One after the other: messages of a FIFO queue keep their order.
      for (const { from, items } of batchesOf(inputs, sizeOf, MOST)) {
        const answer = await client().send(
          new SendMessageBatchCommand({
            QueueUrl,
            Entries: items.map((input, index) => ({ Id: String(from + index), ...input })),
          }),
        );
        for (const { Id, MessageId = '' } of answer.Successful ?? []) ids[Number(Id)] = MessageId;
        for (const { Id, Code = '', Message = '' } of answer.Failed ?? [])
          failures.push({ index: Number(Id), code: Code, message: Message });
      }
      if (failures.length > 0) throw new SendError(resource, entries.length, failures);
      return ids;
    },
    receive: async (options: ReceiveOptions = {}): Promise<readonly ReceivedMessage<unknown>[]> => {
      const { Messages = [] } = await client().send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: options.max ?? 10,
          WaitTimeSeconds: options.waitTimeSeconds,
          VisibilityTimeout: options.visibilityTimeout,
          MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        }),
      );
      return Promise.all(
        Messages.map(async ({ MessageId = '', Body = '', ReceiptHandle, Attributes }) => ({
          messageId: MessageId,
          body: await readBody(schema, Body, `message ${MessageId} of ${resource}`),
          receiveCount: Number(Attributes?.ApproximateReceiveCount),
          delete: async () => {
            await client().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          },
          changeVisibility: async (VisibilityTimeout: number) => {
            await client().send(
              new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }),
            );
          },
        })),
      );
    },
    purge: async (): Promise<void> => {
      await client().send(new PurgeQueueCommand({ QueueUrl }));
    },
    depth: async (): Promise<QueueDepth> => {
      const { Attributes = {} } = await client().send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: [
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesNotVisible',
            'ApproximateNumberOfMessagesDelayed',
          ],
        }),
      );
      return {
        visible: Number(Attributes['ApproximateNumberOfMessages']),
        inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
        delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed']),
      };
    },
    redrive: async (
      options: { readonly maxNumberOfMessagesPerSecond?: number } = {},
    ): Promise<string> => {
      const { TaskHandle = '' } = await client().send(
        new StartMessageMoveTaskCommand({
          SourceArn: await arnOf(client(), QueueUrl),
          MaxNumberOfMessagesPerSecond: options.maxNumberOfMessagesPerSecond,
        }),
      );
      return TaskHandle;
    },
  };
};
