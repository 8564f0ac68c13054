import type { CompiledPolicy } from '../../iam/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { BlobStore } from './blobs.ts';
import type { Clock } from './clock.ts';
import type { InternalCall, ServiceContext } from './define-service.ts';
import type { Disorder } from './disorder.ts';
import type { Journal } from './journal.ts';
import type { CredentialRegistry } from './principals.ts';
import type { Random } from './random.ts';

/** Where a context stands. */
export interface ContextPlace {
  readonly state: unknown;
  readonly accountId: string;
  readonly region: string;
  readonly serviceControl: readonly CompiledPolicy[] | undefined;
}

/** What all contexts of a cloud have alike. */
export interface CloudTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly disorder: Disorder | undefined;
  readonly blobs: BlobStore;
  readonly arrivals: Arrivals;
  readonly journal: Journal;
  readonly credentials: CredentialRegistry;
  readonly causes: Map<string, number>;
  readonly fetch: typeof fetch;
  /** Known once the cloud listens. */
  endpoint(): string;
  commit(): void;
}

/** What a service's contexts do by its name. */
type ServiceActs = Pick<ServiceContext<unknown>, 'scratchDir' | 'call' | 'background'>;

/**
 * What a service sees of the cloud in one account and region. A class, since to V8 an object literal with a getter is a
 * dictionary, and every call looks here.
 */
export class StandingContext implements ServiceContext<unknown> {
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
  readonly fetch: typeof fetch;
  readonly scratchDir: () => string;
  readonly call: (request: InternalCall) => Promise<unknown>;
  readonly background: (name: string, task: () => Promise<void>) => void;
  readonly commit: () => void;
  readonly #endpoint: () => string;

  constructor(tools: CloudTools, place: ContextPlace, acts: ServiceActs) {
    this.state = place.state;
    this.accountId = place.accountId;
    this.region = place.region;
    this.serviceControl = place.serviceControl;
    this.clock = tools.clock;
    this.random = tools.random;
    this.disorder = tools.disorder;
    this.blobs = tools.blobs;
    this.arrivals = tools.arrivals;
    this.journal = tools.journal;
    this.credentials = tools.credentials;
    this.causes = tools.causes;
    this.fetch = tools.fetch;
    this.commit = tools.commit;
    this.scratchDir = acts.scratchDir;
    this.call = acts.call;
    this.background = acts.background;
    this.#endpoint = tools.endpoint;
  }

  get endpoint(): string {
    return this.#endpoint();
  }
}
