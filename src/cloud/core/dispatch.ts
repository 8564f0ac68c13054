import type { Authoriser } from './authorise.ts';
import { AwsError, notSupported } from './aws-error.ts';
import type { CallRules } from './call-context.ts';
import { CallContext } from './call-context.ts';
import type { Clock } from './clock.ts';
import type { CloudCall } from './cloud-call.ts';
import type { Contexts, InternalCaller } from './contexts.ts';
import { internalFailure } from './defects.ts';
import type { InternalCall, ServiceDefinition } from './define-service.ts';
import type { Disorder } from './disorder.ts';
import type { Journal, NewEntry } from './journal.ts';
import { alsoCausedBy } from './journal.ts';
import type { Principal } from './principals.ts';
import { forwardedBy, principalName } from './principals.ts';
import type { Random } from './random.ts';
import { throttleNowAndThen } from './throttle.ts';
import type { Usage } from './usage.ts';

/** What {@link createDispatcher} needs of a cloud. */
export interface DispatcherOptions {
  readonly services: ReadonlyMap<string, ServiceDefinition>;
  readonly contexts: Contexts;
  readonly authoriser: Authoriser;
  readonly usage: Usage;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  readonly disorder: Disorder | undefined;
}

/** Where every call goes through. */
export interface Dispatcher {
  /** Authorises, runs and journals one call. @throws {AwsError} what the operation answers */
  dispatch(call: CloudCall): Promise<unknown>;
  /** How a service calls others. */
  callFrom(caller: InternalCaller): (request: InternalCall) => Promise<unknown>;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const sourceOf = (principal: Principal) =>
  principal.kind === 'service' ? principal.sourceArn : undefined;

export const createDispatcher = (options: DispatcherOptions): Dispatcher => {
  const { services, contexts, journal, clock, random, disorder } = options;

  const callFrom =
    (caller: InternalCaller) =>
    (request: InternalCall): Promise<unknown> =>
      dispatch({
        via: caller.service,
        service: request.service,
        operation: request.operation,
        input: request.input,
        principal: request.principal ?? forwardedBy(caller.principal, caller.service),
        accountId: caller.accountId,
        region: request.region ?? caller.region,
        requestId: random.uuid(),
        cause: request.cause ?? caller.cause,
        source: request.source,
      });
  const rules: CallRules = { authoriser: options.authoriser, usage: options.usage, callFrom };

  const note = (call: CloudCall, context: CallContext, startedAt: number, error?: AwsError) => {
    const entry: Writable<NewEntry> = {
      id: context.callId,
      kind: 'call',
      service: call.service,
      operation: call.operation,
      principal: principalName(call.principal),
      region: call.region,
      outcome: error === undefined ? 'ok' : error.denied ? 'denied' : 'error',
      needs: context.checked,
      requestId: call.requestId,
      durationMs: clock.monotonic() - startedAt,
    };
    // Set one by one: to spread what most calls have not costs more than all they have.
    const { causes, items } = context.notes;
    const cause = causes === undefined ? call.cause : alsoCausedBy(call.cause, causes);
    if (cause !== undefined) entry.cause = cause;
    const source = call.source ?? sourceOf(call.principal);
    if (source !== undefined) entry.source = source;
    if (items !== undefined) entry.items = items;
    if (error !== undefined) {
      entry.code = error.code;
      entry.message = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
    }
    journal.record(entry);
  };

  const dispatch = async (call: CloudCall): Promise<unknown> => {
    const service = services.get(call.service);
    if (service === undefined) throw notSupported(`The service ${call.service}`);
    const operation = service.operations[call.operation];
    if (operation === undefined)
      throw notSupported(`The operation ${call.service}:${call.operation}`);
    const owner = service.accountOf?.(call.operation, call.input) ?? call.accountId;
    const base = contexts.of(service, owner, call.region);
    const startedAt = clock.monotonic();
    const context = new CallContext(rules, service, base, call, journal.begin());
    try {
      if (disorder !== undefined && call.wire !== undefined) {
        disorder.latecomers.called();
        throttleNowAndThen(disorder, service, call);
      }
      context.authorise(operation.needs(call.input as never, context));
      const output = await operation.handle(call.input as never, context);
      note(call, context, startedAt);
      return output;
    } catch (error) {
      const known =
        error instanceof AwsError ? error : internalFailure(service.id, call.operation, error);
      note(call, context, startedAt, known);
      throw known;
    }
  };

  return { dispatch, callFrom };
};
