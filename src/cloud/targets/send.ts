import type { DeliveryContext, Sender } from './delivery-context.ts';
import type { TargetArn } from './target-arn.ts';

/** One thing to deliver. Events for another bus go by `PutEvents`, which is their service's own affair. */
export interface Outgoing {
  readonly target: TargetArn & { readonly kind: Exclude<TargetArn['kind'], 'events'> };
  readonly body: string;
  /** Queues: the group of a message. */
  readonly messageGroupId?: string;
  /** Streams. */
  readonly partitionKey?: string;
  /** Log groups: the time of the line, in milliseconds since the epoch. @defaultValue now */
  readonly timestamp?: number;
}

/** A call that a client could make. */
export interface TargetRequest {
  /** Id of the service, such as `lambda`. */
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The calls that deliver it, in order. */
export const targetRequests = (
  context: Pick<DeliveryContext, 'endpoint' | 'random' | 'clock'>,
  outgoing: Outgoing,
): readonly [TargetRequest, ...TargetRequest[]] => {
  const { target, body } = outgoing;
  switch (target.kind) {
    case 'lambda':
      return [
        {
          service: 'lambda',
          operation: 'Invoke',
          input: {
            FunctionName: target.arn,
            InvocationType: 'Event',
            Payload: Buffer.from(body),
          },
        },
      ];
    case 'sqs':
      return [
        {
          service: 'sqs',
          operation: 'SendMessage',
          input: {
            QueueUrl: queueUrl(context, target),
            MessageBody: body,
            ...(outgoing.messageGroupId === undefined
              ? {}
              : { MessageGroupId: outgoing.messageGroupId }),
          },
        },
      ];
    case 'sns':
      return [
        {
          service: 'sns',
          operation: 'Publish',
          input: { TopicArn: target.arn, Message: body },
        },
      ];
    case 'kinesis':
      return [
        {
          service: 'kinesis',
          operation: 'PutRecord',
          input: {
            StreamARN: target.arn,
            StreamName: target.resource.slice('stream/'.length),
            PartitionKey: outgoing.partitionKey ?? context.random.uuid(),
            Data: Buffer.from(body),
          },
        },
      ];
    case 'logs': {
      const group = target.resource.replaceAll(/^log-group:|:\*$/g, '');
      // A stream of its own for every event, as AWS does.
      const stream = { logGroupName: group, logStreamName: context.random.uuid() };
      const timestamp = outgoing.timestamp ?? context.clock.now();
      return [
        { service: 'cloudwatch-logs', operation: 'CreateLogStream', input: stream },
        {
          service: 'cloudwatch-logs',
          operation: 'PutLogEvents',
          input: { ...stream, logEvents: [{ timestamp, message: body }] },
        },
      ];
    }
  }
};

/**
 * Delivers to a target as a client would.
 *
 * @throws {AwsError} what the target answers
 */
export const sendToTarget = async (
  context: DeliveryContext,
  outgoing: Outgoing,
  sender: Sender,
): Promise<void> => {
  for (const request of targetRequests(context, outgoing))
    await context.call({ ...request, region: outgoing.target.region, ...sender });
};

/** `http://127.0.0.1:4566/000000000000/orders` */
export const queueUrl = (
  { endpoint }: Pick<DeliveryContext, 'endpoint'>,
  { accountId, resource }: Pick<TargetArn, 'accountId' | 'resource'>,
): string => `${endpoint}/${accountId}/${resource}`;
