import type { CompiledPolicy } from '../../iam/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { Authoriser } from './authorise.ts';
import { accessDenied, checkedNeed } from './authorise.ts';
import type { BlobStore } from './blobs.ts';
import type { Clock } from './clock.ts';
import type { CloudCall } from './cloud-call.ts';
import type { RequestFacts } from './condition-keys.ts';
import type { InternalCaller } from './contexts.ts';
import type {
  InternalCall,
  Need,
  OperationContext,
  ServiceContext,
  ServiceDefinition,
  WireFacts,
} from './define-service.ts';
import type { CheckedNeed, Journal } from './journal.ts';
import type { CredentialRegistry, Principal } from './principals.ts';
import type { Random } from './random.ts';
import type { Usage } from './usage.ts';

/** What all calls of a cloud are held to. */
export interface CallRules {
  readonly authoriser: Authoriser;
  readonly usage: Usage;
  callFrom(caller: InternalCaller): (request: InternalCall) => Promise<unknown>;
}

const NO_NEEDS: readonly CheckedNeed[] = [];

const isList = (needs: Need | readonly Need[]): needs is readonly Need[] => Array.isArray(needs);

/** What an operation gets beside its input: its service's context, and the call. One is made for every call, so it copies nothing. */
export class CallContext implements OperationContext<unknown> {
  readonly callId: number;
  readonly #rules: CallRules;
  readonly #service: ServiceDefinition;
  readonly #base: ServiceContext<unknown>;
  readonly #call: CloudCall;
  readonly #facts: RequestFacts;
  #checked: CheckedNeed[] | undefined;

  constructor(
    rules: CallRules,
    service: ServiceDefinition,
    base: ServiceContext<unknown>,
    call: CloudCall,
    callId: number,
  ) {
    const { wire } = call;
    this.callId = callId;
    this.#rules = rules;
    this.#service = service;
    this.#base = base;
    this.#call = call;
    this.#facts = {
      region: service.globalRegion ?? call.region,
      accountId: base.accountId,
      secureTransport: true,
      nowMs: base.clock.now(),
      sourceIp: wire?.sourceIp,
      userAgent: wire === undefined ? undefined : (wire.headers['user-agent'] ?? ''),
      referer: wire?.headers['referer'],
    };
  }

  /** What the call needed so far. */
  get checked(): readonly CheckedNeed[] {
    return this.#checked ?? NO_NEEDS;
  }

  /** @throws {AwsError} for the first need that is denied */
  check(needs: Need | readonly Need[], as: Principal = this.#call.principal): void {
    if (isList(needs)) for (const need of needs) this.#checkOne(need, as);
    else this.#checkOne(needs, as);
  }

  #checkOne(need: Need, as: Principal): void {
    const { authoriser, usage } = this.#rules;
    const verdict = authoriser.check(as, need, this.#facts);
    const checked = checkedNeed(verdict);
    // Most calls need one thing, and an array that grows takes room for seventeen.
    if (this.#checked === undefined) this.#checked = [checked];
    else this.#checked.push(checked);
    usage.note(as, checked);
    if (verdict.decision.effect !== 'allow')
      throw accessDenied(as, verdict, {
        code: this.#service.accessDeniedCode ?? 'AccessDeniedException',
        quotesResource: this.#service.quotesDeniedResource === true,
      });
  }

  get authorise(): (needs: Need | readonly Need[], as?: Principal) => void {
    return (needs, as) => this.check(needs, as);
  }
  get call(): (request: InternalCall) => Promise<unknown> {
    return this.#rules.callFrom({
      principal: this.#call.principal,
      accountId: this.#base.accountId,
      region: this.#base.region,
      service: this.#service.principal,
      cause: this.callId,
    });
  }

  get principal(): Principal {
    return this.#call.principal;
  }
  get requestId(): string {
    return this.#call.requestId;
  }
  get via(): string | undefined {
    return this.#call.via;
  }
  get wire(): WireFacts | undefined {
    return this.#call.wire;
  }
  get signal(): AbortSignal | undefined {
    return this.#call.signal?.();
  }

  get state(): unknown {
    return this.#base.state;
  }
  get accountId(): string {
    return this.#base.accountId;
  }
  get region(): string {
    return this.#base.region;
  }
  get serviceControl(): readonly CompiledPolicy[] | undefined {
    return this.#base.serviceControl;
  }
  get clock(): Clock {
    return this.#base.clock;
  }
  get random(): Random {
    return this.#base.random;
  }
  get blobs(): BlobStore {
    return this.#base.blobs;
  }
  get arrivals(): Arrivals {
    return this.#base.arrivals;
  }
  get journal(): Journal {
    return this.#base.journal;
  }
  get credentials(): CredentialRegistry {
    return this.#base.credentials;
  }
  get causes(): Map<string, number> {
    return this.#base.causes;
  }
  get endpoint(): string {
    return this.#base.endpoint;
  }
  get fetch(): typeof fetch {
    return this.#base.fetch;
  }
  get scratchDir(): () => string {
    return this.#base.scratchDir;
  }
  get background(): (name: string, task: () => Promise<void>) => void {
    return this.#base.background;
  }
  get commit(): () => void {
    return this.#base.commit;
  }
}
