import type * as EventBridge from '@aws-sdk/client-eventbridge';
import { AwsError, failureOutcome } from '../core/aws-error.ts';
import type { ServiceContext } from '../core/define-service.ts';
import { assumeFunctionRole } from './environment/function-session.ts';
import type { Outcome } from './environment/invocation.ts';
import { succeeded } from './environment/invocation.ts';
import type { Told } from './destination-call.ts';
import { destinationCall, objectName } from './destination-call.ts';
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
  /** Journal id of the last attempt, or of the call that brought the event. */
  readonly cause: number;
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

/** Delivers as the function's role, as AWS does; what cannot be delivered is noted and counted. */
const deliver = async (
  context: Context,
  { event, version, cause }: Result,
  metric: string,
  arn: string,
  told: Told,
) => {
  const source = functionArn(context, event.functionName);
  try {
    const request = destinationCall(arn, told);
    if (request === undefined)
      throw new AwsError('NotImplemented', 'Lambda has no destinations of this kind.');
    const { credential, principal } = await assumeFunctionRole(context, version);
    context.credentials.remove(credential.accessKeyId);
    const answer = await context.call({ ...request, principal, cause, source });
    assertTaken(answer);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    (await fleetOf(context)).metrics.count(event.functionName, metric);
    context.journal.note(
      'lambda',
      `The result of an invocation of ${event.invokedArn} did not reach ${arn}: ${error.message}`,
      { cause, outcome: failureOutcome(error), source, target: arn },
    );
  }
};

/** A bus answers of each event whether it took it. @throws {AwsError} when it did not */
const assertTaken = (answer: unknown): void => {
  const { Entries = [] } = (answer ?? {}) as EventBridge.PutEventsResponse;
  for (const { ErrorCode, ErrorMessage } of Entries)
    if (ErrorCode !== undefined) throw new AwsError(ErrorCode, ErrorMessage ?? ErrorCode);
};

/**
 * Where an object of a failure stands, and which event tells of the result.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations
 */
const placesOf = (context: Context, { event, condition }: Result): Omit<Told, 'text'> => ({
  object: {
    key: `aws/lambda/async/${event.functionName}/${objectName(context.clock.now(), context.random.uuid())}`,
  },
  event: {
    detailType: `Lambda Function Invocation Result - ${condition === 'Success' ? 'Success' : 'Failure'}`,
    resources: [functionArn(context, event.functionName, event.qualifier)],
  },
});

/** Sends a record of what happened to a destination. */
export const deliverResult = (context: Context, arn: string, result: Result): Promise<void> =>
  deliver(context, result, 'DestinationDeliveryFailures', arn, {
    text: JSON.stringify(resultRecord(context, result)),
    ...placesOf(context, result),
  });

/**
 * Sends the event itself to a dead-letter queue; attributes as recorded from AWS by LocalStack's snapshot tests.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
 */
export const deliverDeadLetter = (context: Context, arn: string, result: Result): Promise<void> => {
  const { event, outcome } = result;
  const error = outcome === undefined ? undefined : parsed(outcome.payload);
  const message =
    typeof error === 'object' && error !== null && 'errorMessage' in error
      ? String(error.errorMessage)
      : 'The event was too old.';
  return deliver(context, result, 'DeadLetterErrors', arn, {
    text: Buffer.from(event.payload).toString('utf8'),
    attributes: {
      RequestID: event.requestId,
      ErrorCode: 200,
      ErrorMessage: message.slice(0, 1024),
    },
    ...placesOf(context, result),
  });
};
