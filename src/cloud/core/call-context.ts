import type { CompiledPolicy } from '../../iam/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { BlobStore } from './blobs.ts';
import type { Clock } from './clock.ts';
import type { CloudCall } from './cloud-call.ts';
import type { CallNotes, OperationContext, ServiceContext, WireFacts } from './define-service.ts';
import type { Disorder } from './disorder.ts';
import type { Journal } from './journal.ts';
import type { CredentialRegistry, Principal } from './principals.ts';
import type { Random } from './random.ts';

const NO_NOTES: CallNotes = {};

/** What an operation does by its caller's name. */
type CallActs = Pick<OperationContext<unknown>, 'call' | 'authorise'>;

/**
 * What an operation gets beside its input: its service's context, and the call. A class, since to V8 an object literal with a
 * getter is a dictionary; members of its own, since services take contexts apart (`{ state, ...place }`), and a getter of the
 * class would be lost by that.
 */
export class CallContext implements OperationContext<unknown> {
  readonly callId: number;
  readonly call: CallActs['call'];
  readonly authorise: CallActs['authorise'];
  readonly principal: Principal;
  readonly requestId: string;
  readonly via: string | undefined;
  readonly wire: WireFacts | undefined;
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
  /** What the operation says of itself for the journal. */
  notes: CallNotes = NO_NOTES;
  readonly annotate: (more: CallNotes) => void;
  readonly #signal: CloudCall['signal'];

  constructor(base: ServiceContext<unknown>, call: CloudCall, callId: number, acts: CallActs) {
    this.callId = callId;
    this.call = acts.call;
    this.authorise = acts.authorise;
    this.principal = call.principal;
    this.requestId = call.requestId;
    this.via = call.via;
    this.wire = call.wire;
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
    this.annotate = (more) => {
      this.notes = { ...this.notes, ...more };
    };
    this.#signal = call.signal;
  }

  /** Made when it is asked for: few operations wait. */
  get signal(): AbortSignal | undefined {
    return this.#signal?.();
  }
}
