import { createArrivals } from './arrivals.ts';
import { checkedNeed, createAuthoriser } from './authorise.ts';
import { createBackground } from './background.ts';
import type { BlobStore } from './blobs.ts';
import { createBlobStore } from './blobs.ts';
import type { Clock } from './clock.ts';
import { createRealClock } from './clock.ts';
import type { CloudCall } from './cloud-call.ts';
import { createContexts } from './contexts.ts';
import type { Need, ServiceContext, ServiceDefinition } from './define-service.ts';
import type { Disorder, DisorderOptions } from './disorder.ts';
import { createDisorder } from './disorder.ts';
import { createDispatcher } from './dispatch.ts';
import type { CheckedNeed, Journal, JournalEntry } from './journal.ts';
import { createJournal } from './journal.ts';
import { createPolicySources } from './policy-sources.ts';
import type { Credential, CredentialRegistry, Principal } from './principals.ts';
import { createCredentialRegistry, rootPrincipal } from './principals.ts';
import type { Random } from './random.ts';
import { createSystemRandom } from './random.ts';
import { createScratchFolders } from './scratch-folders.ts';
import type { ServiceControlPolicy } from './service-control.ts';
import { compileServiceControlPolicies } from './service-control.ts';
import type { CloudTools } from './standing-context.ts';
import type { Store } from './store.ts';
import { createStore } from './store.ts';
import type { Usage } from './usage.ts';
import { createUsage } from './usage.ts';

/** How a cloud is made. */
export interface CloudOptions {
  readonly services: readonly ServiceDefinition[];
  /** Folder that keeps the state. Without it the cloud forgets everything when it stops. */
  readonly stateDir?: string;
  /** What it begins with: the forked state of another cloud. @defaultValue nothing, or what the folder keeps */
  readonly state?: CloudState;
  /** Twelve digits. @defaultValue '000000000000' */
  readonly accountId?: string;
  /** Region of internal calls that name none. @defaultValue 'us-east-1' */
  readonly region?: string;
  /** The developer's keys. @defaultValue `test` and `test` */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly clock?: Clock;
  /** The time that signatures are held against, and that answers carry. @defaultValue the cloud's own */
  readonly signatureClock?: Clock;
  /** The chance that secret keys and tokens come from. @defaultValue that of all else */
  readonly secrets?: Random;
  /** What AWS may do and rarely does: duplicates, other orders, partial batches, refusals. @defaultValue everything is in order */
  readonly disorder?: DisorderOptions;
  readonly random?: Random;
  /** The way out to other machines, such as identity providers. @defaultValue the machine's own `fetch` */
  readonly fetch?: typeof fetch;
  /**
   * Policies of an organization that the account is a member of: they bound its users, its roles and its root user.
   * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
   */
  readonly serviceControlPolicies?: readonly ServiceControlPolicy[];
}

/** Everything that a cloud keeps. */
export interface CloudState {
  readonly store: Store;
  readonly blobs: BlobStore;
  /** What happened before, which what lies in the state may be caused by. */
  readonly journal?: readonly JournalEntry[];
}

/** One cloud: services, their state, time, chance and the journal. Nothing of it is global, so two can run in a process. */
export interface Cloud {
  readonly services: ReadonlyMap<string, ServiceDefinition>;
  readonly accountId: string;
  readonly region: string;
  readonly clock: Clock;
  readonly signatureClock: Clock;
  /** Undefined where everything is in order. */
  readonly disorder: Disorder | undefined;
  readonly random: Random;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly journal: Journal;
  readonly usage: Usage;
  readonly credentials: CredentialRegistry;
  /** The running call behind a set of temporary keys: what a function does is caused by its invocation. */
  readonly causes: Map<string, number>;
  /** Where it listens; set by the server. */
  endpoint: string;
  /** Authorises, runs and journals one call. Does not commit: whoever answers does. */
  dispatch(call: CloudCall): Promise<unknown>;
  /** What IAM would say of a call that nobody makes. */
  decide(principal: Principal, need: Need): CheckedNeed;
  /** What a service sees outside of a call. */
  contextOf(service: ServiceDefinition, accountId: string, region: string): ServiceContext<unknown>;
  /** Whether there is something that {@link Cloud.settle} waits for. */
  readonly busy: boolean;
  /** Resolves when no background work is left. Timers that lie in the future do not count, nor what sleeps on a virtual clock. */
  settle(): Promise<void>;
  /** Loads what services load with their first use. */
  preload(): Promise<void>;
  /** A copy of all state in memory, for another cloud; only of a cloud that is settled and keeps no folder. */
  fork(): CloudState;
  /** Lets services take up what an earlier run left undone. */
  resume(): void;
  stop(): Promise<void>;
}

export const createCloud = (options: CloudOptions): Cloud => {
  const clock = options.clock ?? createRealClock();
  const random = options.random ?? createSystemRandom();
  // First of all: a document that is refused leaves nothing behind.
  const serviceControl = compileServiceControlPolicies(options.serviceControlPolicies);
  const accountId = options.accountId ?? '000000000000';
  const region = options.region ?? 'us-east-1';
  const store = options.state?.store ?? createStore(options.stateDir);
  const blobs = options.state?.blobs ?? createBlobStore(random, options.stateDir);
  const journal = createJournal(clock, store, { earlier: options.state?.journal });
  const credentials = createCredentialRegistry(
    store.table<Credential>('core/credentials'),
    {
      accessKeyId: options.accessKeyId ?? 'test',
      secretAccessKey: options.secretAccessKey ?? 'test',
      accountId,
    },
    clock,
    { random, secrets: options.secrets ?? random },
  );
  const disorder =
    options.disorder === undefined
      ? undefined
      : createDisorder(options.disorder, clock, ({ point, says }) =>
          journal.note(
            point === 'throttle' ? 'core' : (point.split('.', 1)[0] ?? ''),
            `out of order: ${says}`,
          ),
        );
  const services = new Map(options.services.map((service) => [service.id, service]));
  const scratch = createScratchFolders(options.stateDir);
  const background = createBackground(clock, journal, store, disorder);
  const tools: CloudTools = {
    clock,
    random,
    disorder,
    blobs,
    arrivals: createArrivals(),
    journal,
    credentials,
    causes: new Map(),
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    endpoint: () => cloud.endpoint,
    commit: () => store.commit(),
  };
  const contexts = createContexts({
    tools,
    store,
    background,
    scratch,
    // Other accounts are in no organization, as far as this cloud knows.
    boundsOf: (account) => (account === accountId ? serviceControl : undefined),
    callFrom: (caller) => callFrom(caller),
  });
  const authoriser = createAuthoriser(
    createPolicySources({
      services: options.services,
      accountId,
      region,
      serviceControl,
      stateOf: (service, account, ofRegion) => contexts.of(service, account, ofRegion).state,
    }),
  );
  const usage = createUsage(store, (role) => authoriser.identityPolicies(role));
  const { dispatch, callFrom } = createDispatcher({
    services,
    contexts,
    authoriser,
    usage,
    journal,
    clock,
    random,
    disorder,
  });

  const cloud: Cloud = {
    services,
    accountId,
    region,
    clock,
    signatureClock: options.signatureClock ?? clock,
    random,
    disorder,
    store,
    blobs,
    journal,
    usage,
    credentials,
    causes: tools.causes,
    endpoint: 'http://127.0.0.1',
    dispatch,
    decide: (principal, need) =>
      checkedNeed(
        authoriser.check(principal, need, {
          region,
          accountId: 'accountId' in principal ? principal.accountId : accountId,
          secureTransport: true,
          nowMs: clock.now(),
        }),
      ),
    contextOf: contexts.of,
    get busy() {
      return background.busy;
    },
    settle: background.settle,
    fork: () => ({ store: store.fork(), blobs: blobs.fork(), journal: journal.entries() }),
    resume: () => {
      const names = store.tableNames();
      for (const service of options.services) {
        if (service.start === undefined) continue;
        const scopes = new Set<string>([`${accountId}/${region}`]);
        for (const name of names) {
          const [id, account, inRegion] = name.split('/');
          if (id !== service.id || service.scope === 'global') continue;
          scopes.add(
            `${account ?? accountId}/${service.scope === 'region' ? (inRegion ?? region) : region}`,
          );
        }
        for (const scope of scopes) {
          const [account = accountId, inRegion = region] = scope.split('/');
          service.start(contexts.of(service, account, inRegion));
        }
      }
    },
    preload: async () => {
      await Promise.all(options.services.flatMap((service) => service.preload?.() ?? []));
    },
    stop: async () => {
      disorder?.stop();
      for (const [service, context] of Array.from(contexts.all())) await service.stop?.(context);
      background.writeQuietly('core', 'stop', () => store.flush());
      store.close();
      blobs.close();
      scratch.remove();
    },
  };
  return cloud;
};

/** The developer's principal. */
export const developer = (cloud: Pick<Cloud, 'accountId'>): Principal =>
  rootPrincipal(cloud.accountId);
