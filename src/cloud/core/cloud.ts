import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessDenied, checkedNeed, createAuthoriser } from './authorise.ts';
import { createArrivals } from './arrivals.ts';
import { AwsError, failureOutcome, notSupported } from './aws-error.ts';
import type { BlobStore } from './blobs.ts';
import { createBlobStore } from './blobs.ts';
import type { Clock } from './clock.ts';
import { createRealClock, isVirtual } from './clock.ts';
import type { RequestFacts } from './condition-keys.ts';
import type {
  InternalCall,
  Need,
  OperationContext,
  ServiceContext,
  ServiceDefinition,
  WireFacts,
} from './define-service.ts';
import type { Disorder, DisorderOptions } from './disorder.ts';
import { createDisorder } from './disorder.ts';
import type { CheckedNeed, Journal } from './journal.ts';
import { createJournal } from './journal.ts';
import type { Credential, CredentialRegistry, Principal } from './principals.ts';
import {
  createCredentialRegistry,
  forwardedBy,
  principalName,
  rootPrincipal,
} from './principals.ts';
import type { Random } from './random.ts';
import { createSystemRandom } from './random.ts';
import type { ServiceControlPolicy } from './service-control.ts';
import { compileServiceControlPolicies } from './service-control.ts';
import type { Store } from './store.ts';
import { createStore } from './store.ts';
import { throttleNowAndThen } from './throttle.ts';
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
  readonly random?: Random;
  /** The chance that secret keys and tokens come from. @defaultValue that of all else */
  readonly secrets?: Random;
  /** What AWS may do and rarely does: duplicates, other orders, partial batches, refusals. @defaultValue everything is in order */
  readonly disorder?: DisorderOptions;
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
}

/** A call as it enters {@link Cloud.dispatch}. */
export interface CloudCall {
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
  readonly principal: Principal;
  readonly accountId: string;
  readonly region: string;
  readonly requestId: string;
  readonly cause?: number;
  /** Service principal of the service that calls for its caller; see {@link OperationContext.via}. */
  readonly via?: string;
  readonly wire?: WireFacts;
  readonly signal?: AbortSignal;
}

/** One cloud: services, their state, time, chance and the journal. Nothing of it is global, so two can run in a process. */
export interface Cloud {
  readonly services: ReadonlyMap<string, ServiceDefinition>;
  readonly accountId: string;
  readonly region: string;
  readonly clock: Clock;
  readonly signatureClock: Clock;
  readonly random: Random;
  /** Undefined where everything is in order. */
  readonly disorder: Disorder | undefined;
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
  /** A copy of all state in memory, for another cloud; only of a cloud that is settled and keeps no folder. */
  fork(): CloudState;
  /** Loads what services load with their first use. */
  preload(): Promise<void>;
  /** Lets services take up what an earlier run left undone. */
  resume(): void;
  stop(): Promise<void>;
}

/** Keys the state of one service in one scope. */
const stateKey = (service: ServiceDefinition, accountId: string, region: string): string => {
  const id = service.stateOf ?? service.id;
  switch (service.scope) {
    case 'global':
      return id;
    case 'account':
      return `${id}/${accountId}`;
    case 'region':
      return `${id}/${accountId}/${region}`;
  }
};

export const createCloud = (options: CloudOptions): Cloud => {
  const clock = options.clock ?? createRealClock();
  const random = options.random ?? createSystemRandom();
  const fetchOut: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
  // First of all: a document that is refused leaves nothing behind.
  const serviceControl = compileServiceControlPolicies(options.serviceControlPolicies);
  const accountId = options.accountId ?? '000000000000';
  const region = options.region ?? 'us-east-1';
  const store = options.state?.store ?? createStore(options.stateDir);
  const blobs = options.state?.blobs ?? createBlobStore(random, options.stateDir);
  const arrivals = createArrivals();
  const journal = createJournal(clock, store);
  const disorder =
    options.disorder === undefined
      ? undefined
      : createDisorder(options.disorder, clock, ({ point, says }) =>
          journal.note(
            point === 'throttle' ? 'core' : (point.split('.', 1)[0] ?? ''),
            `out of order: ${says}`,
          ),
        );
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
  const services = new Map(options.services.map((service) => [service.id, service]));
  const policySource = options.services.find((service) => service.identityPolicies !== undefined);
  const causes = new Map<string, number>();
  const contexts = new Map<string, ServiceContext<unknown>>();
  const pending = new Set<Promise<void>>();
  /** Who waits for the next background work to end. */
  const onEnd: (() => void)[] = [];
  let scratchRoot: string | undefined;
  const scratchDir = (service: ServiceDefinition) => {
    scratchRoot ??=
      options.stateDir === undefined
        ? mkdtempSync(join(tmpdir(), 'sparta-cloud-'))
        : join(options.stateDir, 'scratch');
    const dir = join(scratchRoot, service.id);
    mkdirSync(dir, { recursive: true });
    return dir;
  };

  /** Other accounts are in no organization, as far as this cloud knows. */
  const bounds = (account: string) =>
    serviceControl === undefined || account !== accountId ? {} : { serviceControl };

  /** The services that know something of resources, by the name that stands in their ARNs: that of their principal. */
  const byArn = (part: 'resourcePolicy' | 'resourceKeys') =>
    Map.groupBy(
      options.services.filter((service) => service[part] !== undefined),
      ({ principal }) => principal.split('.', 1)[0],
    );
  const policiesByArn = byArn('resourcePolicy');
  const keysByArn = byArn('resourceKeys');

  const authoriser = createAuthoriser({
    identityPolicies: (principal) =>
      policySource?.identityPolicies?.(
        principal,
        stateOf(policySource, accountOf(principal), region),
      ) ?? {
        identity: [],
      },
    resourcePolicy: (arn, account, ofRegion) => {
      const service = arn.split(':', 3)[2];
      for (const owner of policiesByArn.get(service ?? '') ?? []) {
        const policy = owner.resourcePolicy?.(arn, stateOf(owner, account, ofRegion));
        if (policy !== undefined) return policy;
      }
      return undefined;
    },
    resourceKeys: (arn, account, ofRegion) => {
      const service = arn.split(':', 3)[2];
      for (const owner of keysByArn.get(service ?? '') ?? []) {
        const keys = owner.resourceKeys?.(arn, stateOf(owner, account, ofRegion));
        if (keys !== undefined) return keys;
      }
      return undefined;
    },
    ...bounds(accountId),
    accountId,
  });
  const usage = createUsage(store, (role) => authoriser.identityPolicies(role));
  const accountOf = (principal: Principal) =>
    'accountId' in principal ? principal.accountId : accountId;
  const stateOf = (service: ServiceDefinition, account: string, ofRegion: string) =>
    contextOf(service, account, ofRegion).state;

  const writeQuietly = (service: string, name: string, write: () => void) => {
    try {
      write();
    } catch (error) {
      journal.note(service, `${name}: state could not be written: ${messageOf(error)}`, {
        outcome: 'error',
      });
    }
  };

  const background = (service: ServiceDefinition, name: string, task: () => Promise<void>) => {
    const run = (async () => {
      try {
        await task();
      } catch (error) {
        // Nobody waits for the answer: what fails here is told in the journal and on standard error.
        journal.note(service.id, `${name} failed: ${messageOf(error)}`, {
          outcome: failureOutcome(error),
        });
        if (!(error instanceof AwsError)) reportBug(service.id, name, error);
      }
      writeQuietly(service.id, name, () => store.commit());
    })();
    pending.add(run);
    void run.finally(() => {
      pending.delete(run);
      for (const tell of onEnd.splice(0)) tell();
    });
  };

  const internalCall =
    (from: {
      principal: Principal;
      accountId: string;
      region: string;
      service: string;
      cause?: number;
    }) =>
    (request: InternalCall) => {
      const cause = request.cause ?? from.cause;
      return dispatch({
        via: from.service,
        service: request.service,
        operation: request.operation,
        input: request.input,
        principal: request.principal ?? forwardedBy(from.principal, from.service),
        accountId: from.accountId,
        region: request.region ?? from.region,
        requestId: random.uuid(),
        ...(cause === undefined ? {} : { cause }),
      });
    };

  const contextOf = (
    service: ServiceDefinition,
    account: string,
    ofRegion: string,
  ): ServiceContext<unknown> => {
    const key = `${service.id}@${account}/${ofRegion}`;
    const known = contexts.get(key);
    if (known !== undefined) return known;
    const prefix = stateKey(service, account, ofRegion);
    const state =
      sharedStates.get(prefix) ??
      service.createState({
        table: (name) => store.table(`${prefix}/${name}`),
        accountId: account,
        region: ofRegion,
        clock,
        random,
      });
    sharedStates.set(prefix, state);
    const context: ServiceContext<unknown> = {
      state,
      accountId: account,
      region: ofRegion,
      clock,
      random,
      disorder,
      blobs,
      arrivals,
      journal,
      credentials,
      causes,
      get endpoint() {
        return cloud.endpoint;
      },
      fetch: fetchOut,
      ...bounds(account),
      scratchDir: () => scratchDir(service),
      call: internalCall({
        principal: { kind: 'service', service: service.principal, sourceAccount: account },
        accountId: account,
        region: ofRegion,
        service: service.principal,
      }),
      background: (name, task) => background(service, name, task),
      commit: () => store.commit(),
    };
    contexts.set(key, context);
    return context;
  };
  const sharedStates = new Map<string, unknown>();

  const decide = (principal: Principal, need: Need): CheckedNeed =>
    checkedNeed(
      authoriser.check(principal, need, {
        region,
        accountId: accountOf(principal),
        secureTransport: true,
        nowMs: clock.now(),
      }),
    );

  const dispatch = async (call: CloudCall): Promise<unknown> => {
    const service = services.get(call.service);
    if (service === undefined) throw notSupported(`The service ${call.service}`);
    const operation = service.operations[call.operation];
    if (operation === undefined)
      throw notSupported(`The operation ${call.service}:${call.operation}`);
    const owner = service.accountOf?.(call.operation, call.input) ?? call.accountId;
    const base = contextOf(service, owner, call.region);
    const id = journal.begin();
    const startedAt = clock.monotonic();
    const checked: CheckedNeed[] = [];
    const referer = call.wire?.headers['referer'];
    const facts: RequestFacts = {
      region: service.globalRegion ?? call.region,
      accountId: owner,
      secureTransport: true,
      nowMs: clock.now(),
      ...(call.wire === undefined
        ? {}
        : { sourceIp: call.wire.sourceIp, userAgent: call.wire.headers['user-agent'] ?? '' }),
      ...(referer === undefined ? {} : { referer }),
    };
    const authorise = (needs: Need | readonly Need[], as: Principal = call.principal) => {
      for (const need of Array.isArray(needs) ? (needs as readonly Need[]) : [needs as Need]) {
        const verdict = authoriser.check(as, need, facts);
        const one = checkedNeed(verdict);
        checked.push(one);
        usage.note(as, one);
        if (verdict.decision.effect !== 'allow')
          throw accessDenied(as, verdict, {
            code: service.accessDeniedCode ?? 'AccessDeniedException',
            quotesResource: service.quotesDeniedResource === true,
          });
      }
    };
    // Written out: an object spread of the base context costs more than the rest of a call.
    const context: OperationContext<unknown> = {
      state: base.state,
      accountId: base.accountId,
      region: base.region,
      clock,
      random,
      disorder,
      blobs,
      arrivals,
      journal,
      credentials,
      causes,
      endpoint: cloud.endpoint,
      fetch: fetchOut,
      ...bounds(owner),
      scratchDir: base.scratchDir,
      background: base.background,
      commit: base.commit,
      call: internalCall({
        principal: call.principal,
        accountId: owner,
        region: call.region,
        service: service.principal,
        cause: id,
      }),
      principal: call.principal,
      requestId: call.requestId,
      callId: id,
      authorise,
      ...(call.via === undefined ? {} : { via: call.via }),
      ...(call.wire === undefined ? {} : { wire: call.wire }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    };
    const finish = (outcome: 'ok' | 'denied' | 'error', error?: AwsError) =>
      journal.record({
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
        ...(call.cause === undefined ? {} : { cause: call.cause }),
        ...(error === undefined
          ? {}
          : {
              code: error.code,
              message: error.hint === undefined ? error.message : `${error.message}. ${error.hint}`,
            }),
      });
    try {
      if (disorder !== undefined && call.wire !== undefined) {
        disorder.latecomers.called();
        throttleNowAndThen(disorder, service, call);
      }
      authorise(operation.needs(call.input as never, context));
      const output = await operation.handle(call.input as never, context);
      finish('ok');
      return output;
    } catch (error) {
      const known =
        error instanceof AwsError ? error : internalFailure(service.id, call.operation, error);
      finish(known.denied ? 'denied' : 'error', known);
      throw known;
    }
  };

  // What sleeps on a clock that stands still has nothing to do before it moves.
  const isBusy = () => pending.size > (isVirtual(clock) ? clock.sleepers : 0);
  const quiet = async () => {
    while (isBusy())
      await new Promise<void>((resolve) => {
        onEnd.push(resolve);
        if (isVirtual(clock)) void clock.nextSleeper().then(resolve);
      });
  };

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
    causes,
    endpoint: 'http://127.0.0.1',
    dispatch,
    decide,
    contextOf,
    get busy() {
      return isBusy();
    },
    settle: () => (disorder === undefined ? quiet() : disorder.settle(quiet)),
    fork: () => ({ store: store.fork(), blobs: blobs.fork() }),
    preload: async () => {
      await Promise.all(options.services.flatMap((service) => service.preload?.() ?? []));
    },
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
          service.start(contextOf(service, account, inRegion));
        }
      }
    },
    stop: async () => {
      disorder?.stop();
      for (const context of new Set(contexts.entries())) {
        const service = services.get(context[0].split(/[/@]/, 1)[0] ?? '');
        await service?.stop?.(context[1]);
      }
      writeQuietly('core', 'stop', () => store.flush());
      store.close();
      blobs.close();
      if (scratchRoot !== undefined && options.stateDir === undefined)
        rmSync(scratchRoot, { recursive: true, force: true });
    },
  };
  return cloud;
};

/** The developer's principal. */
export const developer = (cloud: Pick<Cloud, 'accountId'>): Principal =>
  rootPrincipal(cloud.accountId);

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const reportBug = (service: string, what: string, error: unknown) => {
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(
    `sparta: a defect in the embedded ${service} (${what}); please report it:\n${stack}\n`,
  );
};

const internalFailure = (service: string, operation: string, error: unknown): AwsError => {
  reportBug(service, operation, error);
  return new AwsError(
    'InternalFailure',
    `The embedded cloud failed in ${service}:${operation}: ${messageOf(error)}. This is a defect of Sparta; its log has the details.`,
    { status: 500, fault: 'server' },
  );
};
