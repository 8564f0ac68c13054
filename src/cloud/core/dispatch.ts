import type { Authoriser } from './authorise.ts';
import { accessDenied, checkedNeed } from './authorise.ts';
import { AwsError, notSupported } from './aws-error.ts';
import { CallContext } from './call-context.ts';
import type { Clock } from './clock.ts';
import type { CloudCall } from './cloud-call.ts';
import type { RequestFacts } from './condition-keys.ts';
import type { Contexts, InternalCaller } from './contexts.ts';
import { internalFailure } from './defects.ts';
import type { InternalCall, Need, ServiceDefinition } from './define-service.ts';
import type { Disorder } from './disorder.ts';
import type { CheckedNeed, Journal, JournalEntry, NewEntry } from './journal.ts';
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

const isList = (needs: Need | readonly Need[]): needs is readonly Need[] => Array.isArray(needs);

/** What the condition keys of a call are made from. */
const factsOf = (
  service: ServiceDefinition,
  { region, wire }: CloudCall,
  accountId: string,
  nowMs: number,
): RequestFacts => ({
  region: service.globalRegion ?? region,
  accountId,
  secureTransport: true,
  nowMs,
  sourceIp: wire?.sourceIp,
  userAgent: wire === undefined ? undefined : (wire.headers['user-agent'] ?? ''),
  referer: wire?.headers['referer'],
});

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const sourceOf = (principal: Principal) =>
  principal.kind === 'service' ? principal.sourceArn : undefined;

export const createDispatcher = (options: DispatcherOptions): Dispatcher => {
  const { services, contexts, authoriser, usage, journal, clock, random, disorder } = options;

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

  const dispatch = async (call: CloudCall): Promise<unknown> => {
    const service = services.get(call.service);
    if (service === undefined) throw notSupported(`The service ${call.service}`);
    const operation = service.operations[call.operation];
    if (operation === undefined)
      throw notSupported(`The operation ${call.service}:${call.operation}`);
    const owner = service.accountOf?.(call.operation, call.input) ?? call.accountId;
    const id = journal.begin();
    const startedAt = clock.monotonic();
    const facts = factsOf(service, call, owner, clock.now());
    const checked: CheckedNeed[] = [];
    const authoriseOne = (need: Need, as: Principal) => {
      const verdict = authoriser.check(as, need, facts);
      const one = checkedNeed(verdict);
      checked.push(one);
      usage.note(as, one);
      if (verdict.decision.effect !== 'allow')
        throw accessDenied(as, verdict, {
          code: service.accessDeniedCode ?? 'AccessDeniedException',
          quotesResource: service.quotesDeniedResource === true,
        });
    };
    const authorise = (needs: Need | readonly Need[], as = call.principal) => {
      if (isList(needs)) for (const need of needs) authoriseOne(need, as);
      else authoriseOne(needs, as);
    };
    const context = new CallContext(contexts.of(service, owner, call.region), call, id, {
      authorise,
      call: callFrom({
        principal: call.principal,
        accountId: owner,
        region: call.region,
        service: service.principal,
        cause: id,
      }),
    });
    const note = (outcome: JournalEntry['outcome'], error?: AwsError) => {
      const entry: Writable<NewEntry> = {
        id,
        kind: 'call',
        service: service.id,
        operation: call.operation,
        principal: principalName(call.principal),
        region: call.region,
        outcome,
        needs: checked,
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
        entry.message =
          error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
      }
      journal.record(entry);
    };
    try {
      if (disorder !== undefined && call.wire !== undefined) {
        disorder.latecomers.called();
        throttleNowAndThen(disorder, service, call);
      }
      authorise(operation.needs(call.input as never, context));
      const output = await operation.handle(call.input as never, context);
      note('ok');
      return output;
    } catch (error) {
      const known =
        error instanceof AwsError ? error : internalFailure(service.id, call.operation, error);
      note(known.denied ? 'denied' : 'error', known);
      throw known;
    }
  };

  return { dispatch, callFrom };
};
