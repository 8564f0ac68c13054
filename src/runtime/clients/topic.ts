import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { PublishOptions } from '../../spec/topic-client.ts';

const state: { client?: SNSClient } = {};
const sns = (): SNSClient => (state.client ??= new SNSClient({}));

const attributeOf = (value: string | number) =>
  typeof value === 'number'
    ? { DataType: 'Number', StringValue: String(value) }
    : { DataType: 'String', StringValue: value };

/** The client of one topic. */
export const make = (TopicArn: string) => ({
  publish: async (message: unknown, options: PublishOptions = {}): Promise<string> => {
    const { MessageId = '' } = await sns().send(
      new PublishCommand({
        TopicArn,
        Message: typeof message === 'string' ? message : JSON.stringify(message),
        Subject: options.subject,
        MessageAttributes: Object.fromEntries(
          Object.entries(options.attributes ?? {}).map(([name, value]) => [
            name,
            attributeOf(value),
          ]),
        ),
      }),
    );
    return MessageId;
  },
});
