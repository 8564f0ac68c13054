import type * as Sqs from '@aws-sdk/client-sqs';
import { causeOf, withCause } from '../../../core/provenance.ts';
import type { MappingRecord } from '../mapping.ts';

/** A message as functions see it. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, unknown>>;
  readonly md5OfMessageAttributes?: string | null;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

const attributeOf = ({ DataType, StringValue, BinaryValue }: Sqs.MessageAttributeValue) => ({
  ...(StringValue === undefined ? {} : { stringValue: StringValue }),
  ...(BinaryValue === undefined
    ? {}
    : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType,
});

/** Members, and the null for a message without attributes that has passed a filter, as recorded from AWS by LocalStack's snapshot tests. */
const digestOf = (message: Sqs.Message, { settings }: MappingRecord) => {
  if (message.MD5OfMessageAttributes !== undefined)
    return { md5OfMessageAttributes: message.MD5OfMessageAttributes };
  return settings.filters.length === 0 ? {} : { md5OfMessageAttributes: null };
};

export const recordOf = (
  message: Sqs.Message,
  mapping: MappingRecord,
  region: string,
): QueueRecord => {
  const record: QueueRecord = {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: { ...message.Attributes },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        attributeOf(value),
      ]),
    ),
    ...digestOf(message, mapping),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: mapping.sourceArn,
    awsRegion: region,
  };
  return withCause(record, causeOf(message));
};
