import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { ClientBinding } from '../../spec/grant.ts';
import type { PublishOptions } from '../../spec/topic-client.ts';
import { sharedClient } from './shared-client.ts';
import type { ClientSettings } from './shared-client.ts';

const sns = sharedClient((settings) => new SNSClient(settings));

const attributeOf = (value: string | number) =>
  typeof value === 'number'
    ? { DataType: 'Number', StringValue: String(value) }
    : { DataType: 'String', StringValue: value };

/** The client of one topic. */
export const make = (TopicArn: string, _binding: ClientBinding, settings: ClientSettings) => ({
  publish: async (message: unknown, options: PublishOptions = {}): Promise<string> => {
    const { MessageId = '' } = await sns(settings).send(
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
