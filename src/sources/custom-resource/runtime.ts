import { checkMessage } from '../../runtime/check-message.ts';
import type { EventReader, Reading } from '../../spec/event-reader.ts';
import type { MessageSchema } from '../../spec/message-schema.ts';
import { failure, NEVER_MADE, success } from './answer.ts';
import type { CustomResourceResult, RawRequest } from './request.ts';

const isRequest = (event: unknown): event is RawRequest =>
  typeof event === 'object' && event !== null && 'ResponseURL' in event && 'RequestType' in event;

/** Time to tell CloudFormation that there was not enough of it: an answer that never comes holds the stack for an hour. */
const NOTICE_MS = 2_000;

const withoutToken = ({
  ServiceToken: _token,
  ServiceTimeout: _timeout,
  ...properties
}: Readonly<Record<string, unknown>>) => properties;

const readRequest = async (request: RawRequest, schema: MessageSchema | undefined) => {
  const sent = withoutToken(request.ResourceProperties);
  const properties =
    schema === undefined || request.RequestType === 'Delete'
      ? sent
      : await checkMessage(schema, sent, request.LogicalResourceId);
  return {
    requestType: request.RequestType,
    logicalResourceId: request.LogicalResourceId,
    stackId: request.StackId,
    resourceType: request.ResourceType,
    properties,
    ...(request.PhysicalResourceId === undefined
      ? {}
      : { physicalResourceId: request.PhysicalResourceId }),
    ...(request.OldResourceProperties === undefined
      ? {}
      : { oldProperties: withoutToken(request.OldResourceProperties) }),
    request,
  };
};

/** Rejects when there is just time enough to say so. */
const untilTooLate = (remainingMs: number): { readonly over: Promise<never>; end(): void } => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(
        new Error(
          'The function has not enough time. Raise its timeout (up to 900 seconds), or do less at once.',
        ),
      ),
    Math.max(remainingMs - NOTICE_MS, remainingMs / 2),
  );
  return { over: late.promise, end: () => clearTimeout(timer) };
};

const work = async (
  request: RawRequest,
  schema: MessageSchema | undefined,
  { run, log }: Reading,
): Promise<string> => {
  if (request.RequestType === 'Delete' && request.PhysicalResourceId === NEVER_MADE) {
    log.info(`${request.LogicalResourceId} was never made: there is nothing to delete`);
    return success(request);
  }
  const result = await run(await readRequest(request, schema));
  return success(request, (result ?? {}) as CustomResourceResult<object>);
};

/** Requests of CloudFormation, each of which is answered, whatever becomes of it. */
export const requestReader = (schema: MessageSchema | undefined): EventReader => ({
  matches: isRequest,
  handle: async (request: RawRequest, reading: Reading) => {
    const time = untilTooLate(reading.remainingTimeMs());
    let answer: string;
    try {
      answer = await Promise.race([work(request, schema, reading), time.over]);
    } catch (error) {
      reading.log.error(`${request.RequestType} of ${request.LogicalResourceId} failed`, { error });
      answer = failure(request, error);
    } finally {
      time.end();
    }
    await reading.put(request.ResponseURL, answer);
  },
});
