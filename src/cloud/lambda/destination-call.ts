import type { InternalCall } from '../core/define-service.ts';

/** What a destination is told, in the forms that destinations want it. */
export interface Told {
  readonly text: string;
  /** Attributes of a message; a number is written as one. */
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** Name of an object in a bucket, and its text where that says more. */
  readonly object: { readonly key: string; readonly text?: string };
  /** An event for a bus. */
  readonly event?: { readonly detailType: string; readonly resources: readonly string[] };
}

const messageAttributes = (attributes: Told['attributes'] = {}) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
    ]),
  );

/**
 * The call that brings `told` to an ARN; undefined for what is no destination of this kind.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations
 */
export const destinationCall = (
  arn: string,
  { text, attributes, object, event }: Told,
): Pick<InternalCall, 'service' | 'operation' | 'input'> | undefined => {
  const [, , service, region = '', account = '', ...rest] = arn.split(':');
  switch (service) {
    case 'sns':
      return {
        service,
        operation: 'Publish',
        input: { TopicArn: arn, Message: text, MessageAttributes: messageAttributes(attributes) },
      };
    case 'sqs':
      return {
        service,
        operation: 'SendMessage',
        input: {
          QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${rest.join(':')}`,
          MessageBody: text,
          MessageAttributes: messageAttributes(attributes),
        },
      };
    case 'lambda':
      return {
        service,
        operation: 'Invoke',
        input: { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(text) },
      };
    case 's3':
      return {
        service,
        operation: 'PutObject',
        input: {
          Bucket: rest.join(':'),
          Key: object.key,
          Body: Buffer.from(object.text ?? text),
          ContentType: 'application/json',
        },
      };
    case 'events':
      return event === undefined
        ? undefined
        : {
            service: 'eventbridge',
            operation: 'PutEvents',
            input: {
              Entries: [
                {
                  EventBusName: arn,
                  Source: 'lambda',
                  DetailType: event.detailType,
                  Detail: text,
                  Resources: [arn, ...event.resources],
                },
              ],
            },
          };
    default:
      return undefined;
  }
};

/** `2026/01/02/2026-01-02T03.04.05-UUID`: how names of objects end. */
export const objectName = (nowMs: number, uuid: string): string => {
  const [day = '', time = ''] = new Date(nowMs).toISOString().slice(0, 19).split('T');
  return `${day.replaceAll('-', '/')}/${day}T${time.replaceAll(':', '.')}-${uuid}`;
};
