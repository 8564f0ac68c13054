import { PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { ClientBinding } from '../../spec/grant.ts';
import type { MessageAttribute, PublishEntry, PublishOptions } from '../../spec/topic-client.ts';
import { writeBody } from '../check-message.ts';
import type { SendFailure } from '../send-error.ts';
import { SendError } from '../send-error.ts';
import { batchesOf } from './batches-of.ts';
import { sharedClient } from './shared-client.ts';
import type { ClientSettings } from './shared-client.ts';

const sns = sharedClient((settings) => new SNSClient(settings));

/** Of a topic whose `MaximumMessageSize` nobody has set. https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
const MOST = { entries: 10, bytes: 262_144 };

const attributeOf = (value: MessageAttribute) => {
  if (typeof value === 'number') return { DataType: 'Number', StringValue: String(value) };
  if (typeof value === 'string') return { DataType: 'String', StringValue: value };
  return value instanceof Uint8Array
    ? { DataType: 'Binary', BinaryValue: value }
    : { DataType: 'String.Array', StringValue: JSON.stringify(value) };
};

const inputOf = (Message: string, options: PublishOptions) => ({
  Message,
  Subject: options.subject,
  MessageGroupId: options.messageGroupId,
  MessageDeduplicationId: options.messageDeduplicationId,
  MessageAttributes: Object.fromEntries(
    Object.entries(options.attributes ?? {}).map(([name, value]) => [name, attributeOf(value)]),
  ),
});

type Input = ReturnType<typeof inputOf>;

const sizeOf = ({ Message, MessageAttributes }: Input): number =>
  Object.entries(MessageAttributes).reduce(
    (sum, [name, { DataType, ...value }]) =>
      sum + Buffer.byteLength(name) + DataType.length + Buffer.byteLength(Object.values(value)[0]),
    Buffer.byteLength(Message),
  );

/** The client of one topic. */
export const make = (
  TopicArn: string,
  { resource, schema }: ClientBinding,
  settings: ClientSettings,
) => {
  const write = (body: unknown) => writeBody(schema, body, `a message to ${resource}`);
  return {
    publish: async (body: unknown, options: PublishOptions = {}): Promise<string> => {
      const input = inputOf(await write(body), options);
      const { MessageId = '' } = await sns(settings).send(
        new PublishCommand({ TopicArn, ...input }),
      );
      return MessageId;
    },
    publishAll: async (entries: readonly PublishEntry<unknown>[]): Promise<readonly string[]> => {
      const inputs: Input[] = [];
      for (const { body, ...options } of entries) inputs.push(inputOf(await write(body), options));
      const ids: string[] = [];
      const failures: SendFailure[] = [];
      // One after the other: messages of a FIFO topic keep their order.
      for (const { from, items } of batchesOf(inputs, sizeOf, MOST)) {
        const { Successful = [], Failed = [] } = await sns(settings).send(
          new PublishBatchCommand({
            TopicArn,
            PublishBatchRequestEntries: items.map((input, index) => ({
              Id: String(from + index),
              ...input,
            })),
          }),
        );
        for (const { Id, MessageId = '' } of Successful) ids[Number(Id)] = MessageId;
        for (const { Id, Code = '', Message = '' } of Failed)
          failures.push({ index: Number(Id), code: Code, message: Message });
      }
      if (failures.length > 0) throw new SendError(resource, entries.length, failures);
      return ids;
    },
  };
};
