import { AwsError } from '../core/aws-error.ts';
import type { ServiceContext } from '../core/define-service.ts';
import type { Cause } from '../core/journal.ts';
import type { Invocation, Outcome } from './environment/invocation.ts';
import { succeeded } from './environment/invocation.ts';
import { fleetOf } from './fleet-of.ts';
import type { FunctionVersion, LambdaState } from './state.ts';

/** What Lambda hands over to a function by itself: an event that waited, or a batch. */
export interface OwnInvocation {
  readonly version: FunctionVersion;
  readonly invocation: Omit<Invocation, 'cause' | 'tail'>;
  /** The alias or version that is meant, for the metrics. */
  readonly qualifier: string | undefined;
  /** What it is, for the journal. */
  readonly message: string;
  /** Where its records come from. */
  readonly source?: string;
  /** How many records it has. */
  readonly items?: number;
  /** What caused it. */
  readonly cause: Cause;
  /** Journal id that was taken for it. */
  readonly entry: number;
}

/**
 * Invokes a function in Lambda's own name. No policy is asked, so no call stands in the journal: it is noted as one there, and is
 * the cause of what the function does.
 * @throws {AwsError} when there is no room for it
 */
export const invokeByItself = async (
  context: ServiceContext<LambdaState>,
  { version, invocation, qualifier, entry, ...noted }: OwnInvocation,
): Promise<Outcome> => {
  const startedAt = context.clock.monotonic();
  const note = (failure?: { readonly code?: string | undefined; readonly message?: string }) =>
    noteInvocation(context, {
      ...noted,
      id: entry,
      target: invocation.invokedArn,
      requestId: invocation.requestId,
      durationMs: context.clock.monotonic() - startedAt,
      failure,
    });
  try {
    const fleet = await fleetOf(context);
    const outcome = await fleet.invoke(
      version,
      { ...invocation, cause: entry, tail: false },
      qualifier,
    );
    note(succeeded(outcome) ? undefined : { code: outcome.errorType });
    return outcome;
  } catch (error) {
    if (error instanceof AwsError) note(error);
    throw error;
  }
};

/** Lays down the entry of an invocation that Lambda made, or could not make, by itself. */
export const noteInvocation = (
  { journal, region }: Pick<ServiceContext<LambdaState>, 'journal' | 'region'>,
  {
    failure,
    message,
    ...entry
  }: Pick<OwnInvocation, 'message' | 'source' | 'items' | 'cause'> & {
    readonly id: number;
    readonly target: string;
    readonly requestId?: string;
    readonly durationMs?: number;
    readonly failure?:
      | { readonly code?: string | undefined; readonly message?: string }
      | undefined;
  },
): void => {
  const why = failure?.message ?? failure?.code;
  journal.record({
    ...entry,
    kind: 'call',
    service: 'lambda',
    operation: 'Invoke',
    principal: 'lambda.amazonaws.com',
    region,
    outcome: failure === undefined ? 'ok' : 'error',
    ...(failure?.code === undefined ? {} : { code: failure.code }),
    message: why === undefined ? message : `${message}: ${why}`,
  });
};
