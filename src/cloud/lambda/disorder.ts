import { plainName } from '../core/disorder.ts';
import type { ServiceContext } from '../core/define-service.ts';
import type { LambdaState, QueuedEvent } from './state.ts';

type Context = ServiceContext<LambdaState>;

/**
 * Whether a function gets an asynchronous event twice: "Even if your function doesn't return an error, it's possible for it to receive
 * the same event from Lambda multiple times because the queue itself is eventually consistent."
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export const isDoubled = ({ disorder }: Context, functionName: string): boolean =>
  disorder !== undefined &&
  disorder.happens({
    point: 'lambda.duplicate',
    about: plainName(functionName),
    says: () => `${plainName(functionName)} gets an asynchronous event twice`,
  });

/** Waits, now and then, until other events have been handled. */
export const comeLate = async (
  { disorder }: Context,
  event: QueuedEvent | undefined,
): Promise<void> => {
  if (event === undefined || event.failures + event.throttles > 0) return;
  await disorder?.late({
    point: 'lambda.order',
    about: plainName(event.functionName),
    says: () => `${plainName(event.functionName)} gets an asynchronous event late`,
  });
};

/** Whether an invocation goes to a new environment though one is free. */
export const startsCold = ({ disorder }: Context, functionName: string): boolean =>
  disorder !== undefined &&
  disorder.happens({
    point: 'lambda.cold-start',
    about: plainName(functionName),
    says: () => `${plainName(functionName)} starts a new environment though one is free`,
  });
