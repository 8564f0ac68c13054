import { readBody } from '../../runtime/check-message.ts';
import { readOrDrop } from '../../runtime/read-or-drop.ts';
import type { EventReader, PhysicalNames, Reading } from '../../spec/event-reader.ts';
import type { MessageSchema } from '../../spec/message-schema.ts';
import type { MessageAttribute } from '../../spec/topic-client.ts';
import type { SnsEvent, SnsRecord, TopicMessage } from './message.ts';

/** How the messages of a topic are read. */
export interface TopicReading {
  /** Logical id of the topic. */
  readonly topic: string;
  readonly schema: MessageSchema | undefined;
  /** What becomes of a message that the schema refuses. */
  readonly invalid: 'fail' | 'drop';
}

const isSnsEvent = (event: unknown): event is SnsEvent =>
  (event as Partial<SnsEvent> | null)?.Records?.[0]?.EventSource === 'aws:sns';

const matching = (topic: string) => (event: unknown, names: PhysicalNames) => {
  const arn = names(topic);
  return isSnsEvent(event) && (arn === undefined || event.Records[0]?.Sns.TopicArn === arn);
};

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
const attributeOf = (type: string, value: string): MessageAttribute => {
  if (type.startsWith('Binary')) return Buffer.from(value, 'base64');
  if (type.startsWith('Number')) return Number(value);
  return type.startsWith('String.Array') ? (JSON.parse(value) as MessageAttribute) : value;
};

const readMessage = async (
  record: SnsRecord,
  { topic, schema }: TopicReading,
): Promise<TopicMessage<unknown>> => {
  const { MessageId, Message, Subject, MessageAttributes, Timestamp } = record.Sns;
  return {
    messageId: MessageId,
    body: await readBody(schema, Message, `message ${MessageId} of ${topic}`),
    subject: Subject ?? undefined,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { Type, Value }]) => [
        name,
        attributeOf(Type, Value),
      ]),
    ),
    publishedAt: new Date(Timestamp),
    record,
  };
};

/** The handler is called for each message. What it throws fails the invocation, which Lambda tries again as it is set. */
export const messageReader = (reading: TopicReading): EventReader => ({
  byName: true,
  matches: matching(reading.topic),
  handle: async ({ Records }: SnsEvent, { run, log }: Reading) => {
    let answer: unknown;
    for (const record of Records) {
      const message = await readOrDrop(() => readMessage(record, reading), reading.invalid, log);
      if (message !== undefined) answer = await run(message);
    }
    return answer;
  },
});

/** The handler is given what Lambda hands over. */
export const eventReader = ({ topic }: Pick<TopicReading, 'topic'>): EventReader => ({
  byName: true,
  matches: matching(topic),
  handle: (event: SnsEvent, { run }: Reading) => run(event),
});
