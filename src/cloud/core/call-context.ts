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
  CallNotes,
  InternalCall,
  Need,
  OperationContext,
  ServiceContext,
  ServiceDefinition,
  WireFacts,
} from './define-service.ts';
import type { Disorder } from './disorder.ts';
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
const NO_NOTES: CallNotes = {};

const isList = (needs: Need | readonly Need[]): needs is readonly Need[] => Array.isArray(needs);

/**
 * What an operation gets beside its input: its service's context, and the call. Operations take contexts apart (`{ state, ...place }`),
 * so what they may take is a property of its own; only the signal, which is made for who asks, is not.
 */
export class CallContext implements OperationContext<unknown> {
  readonly state: unknown;
  readonly accountId: string;
  readonly region: string;
  readonly serviceControl: readonly CompiledPolicy[] | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly disorder: Disorder | undefined;
  readonly blobs: BlobStore;
  readonly arrivals: Arrivals;
  readonly journal: Journal;
  readonly credentials: CredentialRegistry;
  readonly causes: Map<string, number>;
  readonly endpoint: string;
  readonly fetch: typeof fetch;
  readonly scratchDir: () => string;
  readonly background: (name: string, task: () => Promise<void>) => void;
  readonly commit: () => void;
  readonly principal: Principal;
  readonly requestId: string;
  readonly via: string | undefined;
  readonly wire: WireFacts | undefined;
  readonly callId: number;
  readonly call: (request: InternalCall) => Promise<unknown>;
  readonly authorise: (needs: Need | readonly Need[], as?: Principal) => void;
  readonly annotate: (more: CallNotes) => void;
  /** What the operation says of itself for the journal. */
  notes: CallNotes = NO_NOTES;
  readonly #rules: CallRules;
  readonly #service: ServiceDefinition;
  readonly #signal: (() => AbortSignal) | undefined;
  readonly #facts: RequestFacts;
  #checked: CheckedNeed[] | undefined;

  constructor(
    rules: CallRules,
    service: ServiceDefinition,
    base: ServiceContext<unknown>,
    call: CloudCall,
    callId: number,
  ) {
    this.state = base.state;
    this.accountId = base.accountId;
    this.region = base.region;
    this.serviceControl = base.serviceControl;
    this.clock = base.clock;
    this.random = base.random;
    this.disorder = base.disorder;
    this.blobs = base.blobs;
    this.arrivals = base.arrivals;
    this.journal = base.journal;
    this.credentials = base.credentials;
    this.causes = base.causes;
    this.endpoint = base.endpoint;
    this.fetch = base.fetch;
    this.scratchDir = base.scratchDir;
    this.background = base.background;
    this.commit = base.commit;
    this.principal = call.principal;
    this.requestId = call.requestId;
    this.via = call.via;
    this.wire = call.wire;
    this.callId = callId;
    this.call = (request) => this.#callOn(request);
    this.authorise = (needs, as = call.principal) => this.#check(needs, as);
    this.annotate = (more) => {
      this.notes = { ...this.notes, ...more };
    };
    this.#rules = rules;
    this.#service = service;
    this.#signal = call.signal;
    this.#facts = {
      region: service.globalRegion ?? call.region,
      accountId: base.accountId,
      secureTransport: true,
      nowMs: base.clock.now(),
      sourceIp: call.wire?.sourceIp,
      userAgent: call.wire === undefined ? undefined : (call.wire.headers['user-agent'] ?? ''),
      referer: call.wire?.headers['referer'],
    };
  }

  /** Made when it is asked for: few operations wait. */
  get signal(): AbortSignal | undefined {
    return this.#signal?.();
  }

  /** What the call needed so far. */
  get checked(): readonly CheckedNeed[] {
    return this.#checked ?? NO_NEEDS;
  }

  #callOn(request: InternalCall): Promise<unknown> {
    const { principal, accountId, region, callId } = this;
    const service = this.#service.principal;
    const callOn = this.#rules.callFrom({ principal, accountId, region, service, cause: callId });
    return callOn(request);
  }

  #check(needs: Need | readonly Need[], as: Principal): void {
    if (isList(needs)) for (const need of needs) this.#checkOne(need, as);
    else this.#checkOne(needs, as);
  }

  /** @throws {AwsError} when it is denied */
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
}
