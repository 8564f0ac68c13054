import type { CompiledPolicy } from '../../iam/index.ts';
import type { Background } from './background.ts';
import type { InternalCall, ServiceContext, ServiceDefinition } from './define-service.ts';
import type { Principal } from './principals.ts';
import type { ScratchFolders } from './scratch-folders.ts';
import type { CloudTools } from './standing-context.ts';
import { StandingContext } from './standing-context.ts';
import type { Store } from './store.ts';

/** Who calls from inside the cloud, and from where. */
export interface InternalCaller {
  readonly principal: Principal;
  readonly accountId: string;
  readonly region: string;
  /** Service principal of the service that calls. */
  readonly service: string;
  /** Journal id of the call that it serves. */
  readonly cause?: number | undefined;
}

/** What services see of the cloud, by account and region; made when it is first wanted. */
export interface Contexts {
  of(service: ServiceDefinition, accountId: string, region: string): ServiceContext<unknown>;
  all(): Iterable<readonly [ServiceDefinition, ServiceContext<unknown>]>;
}

export interface ContextOptions {
  readonly tools: CloudTools;
  readonly store: Store;
  readonly background: Background;
  readonly scratch: ScratchFolders;
  /** Policies of the organization that bound an account. */
  boundsOf(accountId: string): readonly CompiledPolicy[] | undefined;
  callFrom(caller: InternalCaller): (request: InternalCall) => Promise<unknown>;
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

export const createContexts = (options: ContextOptions): Contexts => {
  const { tools, store, background, scratch } = options;
  const states = new Map<string, unknown>();
  const stateOf = (service: ServiceDefinition, accountId: string, region: string): unknown => {
    const key = stateKey(service, accountId, region);
    let state = states.get(key);
    if (state === undefined) {
      state = service.createState({
        table: (name) => store.table(`${key}/${name}`),
        accountId,
        region,
        clock: tools.clock,
        random: tools.random,
      });
      states.set(key, state);
    }
    return state;
  };
  const open = (service: ServiceDefinition, accountId: string, region: string) =>
    new StandingContext(
      tools,
      {
        state: stateOf(service, accountId, region),
        accountId,
        region,
        serviceControl: options.boundsOf(accountId),
      },
      {
        scratchDir: () => scratch.of(service.id),
        call: options.callFrom({
          principal: { kind: 'service', service: service.principal, sourceAccount: accountId },
          accountId,
          region,
          service: service.principal,
        }),
        background: (name, task) => background.run(service.id, name, task),
      },
    );

  // By service, then by account, then by region: each call looks here some times, and a key of all three would have to be written.
  const contexts = new Map<ServiceDefinition, Map<string, Map<string, StandingContext>>>();
  return {
    of: (service, accountId, region) => {
      const known = contexts.get(service)?.get(accountId)?.get(region);
      if (known !== undefined) return known;
      const context = open(service, accountId, region);
      const ofService = contexts.get(service) ?? new Map<string, Map<string, StandingContext>>();
      const ofAccount = ofService.get(accountId) ?? new Map<string, StandingContext>();
      contexts.set(service, ofService.set(accountId, ofAccount.set(region, context)));
      return context;
    },
    all: function* () {
      for (const [service, ofService] of contexts)
        for (const ofAccount of ofService.values())
          for (const context of ofAccount.values()) yield [service, context] as const;
    },
  };
};
