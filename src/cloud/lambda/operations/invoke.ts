import type * as Lambda from '@aws-sdk/client-lambda';
import { notSupported } from '../../core/aws-error.ts';
import type { Need, OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { enqueue } from '../async-queue.ts';
import { constraints } from '../constraints.ts';
import type { Invocation } from '../environment/invocation.ts';
import { succeeded } from '../environment/invocation.ts';
import { invalidRequestContent, requestTooLarge } from '../errors.ts';
import { fleetOf } from '../fleet-of.ts';
import { LIMITS } from '../limits.ts';
import { chooseVersion, functionArn, readReference, resolveFunction } from '../names.ts';
import type { FunctionVersion, LambdaState } from '../state.ts';

type Context = OperationContext<LambdaState>;

const NO_PAYLOAD = Buffer.from('{}');

const needs = (input: Lambda.InvocationRequest, context: Context): Need => {
  const { name, qualifier } = readReference(context, input.FunctionName, input.Qualifier);
  return { action: 'lambda:InvokeFunction', resource: functionArn(context, name, qualifier) };
};

/**
 * Callers outside of the cloud are told when their payload is no JSON; services always send some.
 * @throws {InvalidRequestContentException}
 */
const checkPayload = (payload: Uint8Array, kind: 'RequestResponse' | 'Event', context: Context) => {
  const limit = kind === 'Event' ? LIMITS.asyncPayloadBytes : LIMITS.syncPayloadBytes;
  if (payload.byteLength > limit)
    throw requestTooLarge(
      `${payload.byteLength} byte payload is too large for the ${kind} invocation type (limit ${limit} bytes)`,
    );
  if (context.principal.kind === 'service') return;
  try {
    JSON.parse(
      Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'),
    );
  } catch (error) {
    throw invalidRequestContent(
      `Could not parse request body into json: Could not parse payload into json: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

const readClientContext = (given: string | undefined): { readonly clientContext?: string } => {
  if (given === undefined || given === '') return {};
  const text = Buffer.from(given, 'base64').toString('utf8');
  if (Buffer.byteLength(text) > LIMITS.clientContextBytes)
    throw invalidRequestContent(
      `Client context must be no more than ${LIMITS.clientContextBytes} bytes.`,
    );
  try {
    // One line: it travels in a header.
    return { clientContext: asciiJson(JSON.parse(text)) };
  } catch {
    throw invalidRequestContent(
      'Could not parse client context: it must be JSON, encoded in base64.',
    );
  }
};

const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const handle = (
  input: Lambda.InvocationRequest,
  context: Context,
): Lambda.InvocationResponse | Promise<Lambda.InvocationResponse> => {
  const { state } = context;
  const kind = input.InvocationType ?? 'RequestResponse';
  if (input.InvocationType !== undefined || input.LogType !== undefined)
    constraints()
      .oneOf('invocationType', input.InvocationType, ['Event', 'RequestResponse', 'DryRun'])
      .oneOf('logType', input.LogType, ['None', 'Tail'])
      .check();
  if (input.DurableExecutionName !== undefined) throw notSupported('A durable execution');
  const reference = readReference(context, input.FunctionName, input.Qualifier);
  const resolved = resolveFunction(state, reference);
  if (kind === 'DryRun') {
    context.annotate({ items: 0 });
    return { StatusCode: 204 };
  }
  const given = input.Payload;
  const payload = given === undefined || given.byteLength === 0 ? NO_PAYLOAD : given;
  checkPayload(payload, kind, context);
  if (kind === 'Event') {
    enqueue(context, resolved, payload);
    return { StatusCode: 202, Payload: new Uint8Array(0) };
  }
  const version = chooseVersion(context, resolved);
  const invocation: Invocation = {
    requestId: context.requestId,
    payload,
    invokedArn: resolved.arn,
    cause: context.callId,
    tail: input.LogType === 'Tail',
    ...readClientContext(input.ClientContext),
  };
  return answer(context, version, invocation, reference.qualifier);
};

const answer = async (
  context: Context,
  version: FunctionVersion,
  invocation: Invocation,
  qualifier: string | undefined,
): Promise<Lambda.InvocationResponse> => {
  const fleet = context.state.fleet ?? (await fleetOf(context));
  const outcome = await fleet.invoke(version, invocation, qualifier);
  const response: Lambda.InvocationResponse = {
    StatusCode: 200,
    ExecutedVersion: version.version,
    Payload: outcome.payload,
  };
  if (!succeeded(outcome)) response.FunctionError = 'Unhandled';
  if (outcome.logTail !== undefined) response.LogResult = outcome.logTail;
  return response;
};

/** Differs: the answer is gathered, and sent on in pieces once it is whole. */
const streamed = async (
  input: Lambda.InvokeWithResponseStreamRequest,
  context: Context,
): Promise<Lambda.InvokeWithResponseStreamResponse> => {
  constraints()
    .oneOf('invocationType', input.InvocationType, ['RequestResponse', 'DryRun'])
    .check();
  const answered = await handle(input, context);
  return {
    StatusCode: answered.StatusCode,
    ...(answered.ExecutedVersion === undefined
      ? {}
      : { ExecutedVersion: answered.ExecutedVersion }),
    ResponseStreamContentType: 'application/octet-stream',
    EventStream: pieces(answered),
  };
};

async function* pieces({
  Payload = new Uint8Array(0),
  FunctionError,
  LogResult,
}: Lambda.InvocationResponse): AsyncGenerator<Lambda.InvokeWithResponseStreamResponseEvent> {
  const PIECE_BYTES = 64 * 1024;
  const text = Buffer.from(Payload);
  if (FunctionError === undefined)
    for (let at = 0; at < text.length; at += PIECE_BYTES)
      yield { PayloadChunk: { Payload: text.subarray(at, at + PIECE_BYTES) } };
  const errorType = /"errorType"\s*:\s*"([^"]*)"/.exec(text.toString('utf8'))?.[1];
  yield {
    InvokeComplete: {
      ...(FunctionError === undefined
        ? {}
        : { ErrorCode: errorType ?? FunctionError, ErrorDetails: text.toString('utf8') }),
      ...(LogResult === undefined ? {} : { LogResult }),
    },
  };
}

export const invokeOperations: OperationTable<LambdaState> = {
  Invoke: operation<LambdaState, Lambda.InvocationRequest, Lambda.InvocationResponse>({
    needs,
    handle,
  }),
  InvokeWithResponseStream: operation<
    LambdaState,
    Lambda.InvokeWithResponseStreamRequest,
    Lambda.InvokeWithResponseStreamResponse
  >({ needs, handle: streamed }),
};
