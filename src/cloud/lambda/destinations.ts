import { AwsError, failureOutcome } from '../core/aws-error.ts';
import type { InternalCall, ServiceContext } from '../core/define-service.ts';
import type { Principal } from '../core/principals.ts';
import { assumeFunctionRole } from './environment/function-session.ts';
import type { Outcome } from './environment/invocation.ts';
import { succeeded } from './environment/invocation.ts';
import { fleetOf } from './fleet-of.ts';
import { functionArn } from './names.ts';
import type { FunctionVersion, LambdaState, QueuedEvent } from './state.ts';

type Context = ServiceContext<LambdaState>;

/** What became of an asynchronous invocation. */
export interface Result {
  readonly event: QueuedEvent;
  readonly version: FunctionVersion;
  readonly outcome: Outcome | undefined;
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
}

const parsed = (bytes: Uint8Array): unknown => {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const resultRecord = (context: Context, { event, version, outcome, condition }: Result) => ({
  version: '1.0',
  timestamp: new Date(context.clock.now()).toISOString(),
  requestContext: {
    requestId: event.requestId,
    functionArn: functionArn(context, event.functionName, event.qualifier),
    condition,
    approximateInvokeCount: event.failures + (condition === 'Success' ? 1 : 0),
  },
  requestPayload: parsed(event.payload),
  ...(outcome === undefined
    ? {}
    : {
        responseContext: {
          statusCode: 200,
          executedVersion: version.version,
          ...(succeeded(outcome) ? {} : { functionError: 'Unhandled' }),
        },
        responsePayload: parsed(outcome.payload),
      }),
});

/** The call that brings `text` to an ARN, or undefined where this cloud has no such service. */
const callTo = (arn: string, text: string, attributes: Record<string, string>) => {
  const [, , service, region = '', account = '', ...rest] = arn.split(':');
  switch (service) {
    case 'sns':
      return {
        service: 'sns',
        operation: 'Publish',
        input: { TopicArn: arn, Message: text, MessageAttributes: asAttributes(attributes) },
      };
    case 'sqs':
      return {
        service: 'sqs',
        operation: 'SendMessage',
        input: {
          QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${rest.join(':')}`,
          MessageBody: text,
          MessageAttributes: asAttributes(attributes),
        },
      };
    case 'lambda':
      return {
        service: 'lambda',
        operation: 'Invoke',
        input: { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(text) },
      };
    default:
      return undefined;
  }
};

const asAttributes = (attributes: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      { DataType: 'String', StringValue: value },
    ]),
  );

/** Delivers as the function's role, as AWS does; what cannot be delivered is noted and counted. */
const deliver = async (
  context: Context,
  { event, version }: Result,
  metric: string,
  arn: string,
  request: Pick<InternalCall, 'service' | 'operation' | 'input'> | undefined,
) => {
  try {
    if (request === undefined)
      throw new AwsError('NotImplemented', `The embedded cloud has no such destination yet.`);
    const { credential, principal } = await assumeFunctionRole(context, version);
    context.credentials.remove(credential.accessKeyId);
    await context.call({ ...request, principal: principal as Principal, cause: event.cause });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    (await fleetOf(context)).metrics.count(event.functionName, metric);
    context.journal.note(
      'lambda',
      `The result of an invocation of ${event.invokedArn} did not reach ${arn}: ${error.message}`,
      { cause: event.cause, outcome: failureOutcome(error) },
    );
  }
};

/** Sends a record of what happened to a destination. */
export const deliverResult = (context: Context, arn: string, result: Result): Promise<void> =>
  deliver(
    context,
    result,
    'DestinationDeliveryFailures',
    arn,
    callTo(arn, JSON.stringify(resultRecord(context, result)), {}),
  );

/**
 * Sends the event itself to a dead-letter queue.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
 */
export const deliverDeadLetter = (context: Context, arn: string, result: Result): Promise<void> => {
  const { event, outcome } = result;
  const error = outcome === undefined ? undefined : parsed(outcome.payload);
  const message =
    typeof error === 'object' && error !== null && 'errorMessage' in error
      ? String(error.errorMessage)
      : 'The event was too old.';
  return deliver(
    context,
    result,
    'DeadLetterErrors',
    arn,
    callTo(arn, Buffer.from(event.payload).toString('utf8'), {
      RequestID: event.requestId,
      ErrorCode: '200',
      ErrorMessage: message.slice(0, 1024),
    }),
  );
};
