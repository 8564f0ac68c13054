import type { CompiledPolicy } from '../../iam/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { BlobStore } from './blobs.ts';
import type { Clock } from './clock.ts';
import type { CloudCall } from './cloud-call.ts';
import type { OperationContext, ServiceContext, WireFacts } from './define-service.ts';
import type { Journal } from './journal.ts';
import type { CredentialRegistry, Principal } from './principals.ts';
import type { Random } from './random.ts';

/** What an operation does by its caller's name. */
type CallActs = Pick<OperationContext<unknown>, 'call' | 'authorise'>;

/** What an operation gets beside its input: its service's context, and the call. Made with every call, so it copies nothing. */
export class CallContext implements OperationContext<unknown> {
  readonly callId: number;
  readonly call: CallActs['call'];
  readonly authorise: CallActs['authorise'];
  readonly #base: ServiceContext<unknown>;
  readonly #call: CloudCall;

  constructor(base: ServiceContext<unknown>, call: CloudCall, callId: number, acts: CallActs) {
    this.callId = callId;
    this.call = acts.call;
    this.authorise = acts.authorise;
    this.#base = base;
    this.#call = call;
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
