import type { EventReader } from '../../spec/event-reader.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
interface RawRecord {
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: string;
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responsePayload?: unknown;
}

const isRecord = (event: unknown): event is RawRecord =>
  (event as Partial<RawRecord> | null)?.requestContext?.condition !== undefined &&
  'requestPayload' in (event as RawRecord);

/** `arn:aws:lambda:us-east-1:111122223333:function:NAME:$LATEST` */
const nameIn = (functionArn: string): string | undefined => functionArn.split(':')[6];

const errorOf = (payload: unknown) => {
  const { errorType, errorMessage } = (payload ?? {}) as {
    readonly errorType?: string;
    readonly errorMessage?: string;
  };
  return errorMessage === undefined
    ? undefined
    : { name: errorType ?? 'Error', message: errorMessage };
};

/** The records of a function's invocations. */
export const recordReader = (fn: string, when: 'onSuccess' | 'onFailure'): EventReader => ({
  byName: true,
  matches: (event, names) => {
    if (!isRecord(event)) return false;
    const { condition, functionArn } = event.requestContext;
    const name = names(fn);
    return (
      (condition === 'Success') === (when === 'onSuccess') &&
      (name === undefined || name === nameIn(functionArn))
    );
  },
  handle: (record: RawRecord, { run }) => {
    const { requestContext: context } = record;
    return run({
      at: new Date(record.timestamp),
      requestId: context.requestId,
      functionArn: context.functionArn,
      invokeCount: context.approximateInvokeCount,
      event: record.requestPayload,
      ...(when === 'onSuccess'
        ? { result: record.responsePayload }
        : { condition: context.condition, error: errorOf(record.responsePayload) }),
    });
  },
});
