import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createCloud, createEndpoint, createServices, listen } from '../cloud/index.ts';
import type { Cloud, CloudState, DisorderOptions } from '../cloud/index.ts';
import {
  createRealClock,
  createSeededRandom,
  createSystemRandom,
  createVirtualClock,
} from '../cloud/index.ts';
import type { VirtualClock } from '../cloud/index.ts';
import type { Artifact } from '../provision/index.ts';
import { openTarget } from '../provision/index.ts';
import type { Grant } from '../spec/grant.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import type { Referable } from '../spec/value.ts';
import type { ClientOf } from './clients.ts';
import { clientFor } from './clients.ts';
import type { FoundNames } from './cloud-names.ts';
import { cloudNames } from './cloud-names.ts';
import { durationMs } from './duration.ts';
import { fetchOver } from './fetch-over.ts';
import { createHostedFunctions } from './function-host.ts';
import type { KeptInvocation } from './invocations.ts';
import { createInvocationLog } from './invocations.ts';
import { createMemoryAgent } from './memory-agent.ts';
import { observe } from './observe.ts';
import { provisionApp } from './provision-app.ts';
import { deployerOf } from './deployer.ts';
import { readDisorder, tellWatcher } from './disorder.ts';
import { RETRY_AT_ONCE } from './retry-at-once.ts';
import type { CloudSettings, TestCloud } from './test-cloud.ts';
import { TestingError } from './testing-error.ts';

/** How a cloud for tests is started. */
export interface TestCloudOptions {
  /** Whether its time is its own, or the machine's. @defaultValue 'virtual' */
  readonly clock?: 'virtual' | 'real';
  /** When a virtual clock starts. @defaultValue 2026-01-01T00:00:00Z */
  readonly startAt?: Date;
  /** Value at which its chance starts: ids, keys, backoff. The same seed, the same cloud. @defaultValue 1 */
  readonly seed?: number;
  /**
   * Where handlers run: in the test's process, where breakpoints hold and nothing is packed; or each in its own, as on
   * Lambda.
   * @defaultValue 'in-process'
   */
  readonly handlers?: 'in-process' | 'processes';
  /**
   * What AWS may do and rarely does: duplicates, other orders, partial batches, refusals, cold starts, IAM that takes its time. A number is
   * the seed that decides; while a service is provisioned all is in order. See {@link underDisorder} for many seeds.
   * @defaultValue everything is in order
   */
  readonly disorder?: number | DisorderOptions;
  /** A port on 127.0.0.1 to listen on, for clients outside of the process; 0 takes a free one. @defaultValue none */
  readonly port?: number;
}

const REGION = 'us-east-1';
const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** What a fork takes over. */
interface Origin {
  readonly state: CloudState;
  readonly nowMs: number;
  /** Where its chance goes on. */
  readonly chance: number;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly services: readonly ServiceDeclaration[];
  readonly names: FoundNames;
  readonly invocations: readonly KeptInvocation[];
}

/**
 * Starts an AWS in the process of a test. IAM is enforced, CloudFormation works as it does on AWS, and time moves when the test
 * says so.
 *
 * @example
 * ```ts
 * import { startCloud } from 'sparta/testing';
 * import { bucket, lambda, service } from 'sparta';
 *
 * const photos = bucket('Photos');
 * const seen = bucket('Seen');
 * const look = lambda('Look', { on: photos.objectCreated(), grants: { seen: seen.write() } }, async (event, { seen }) => {
 *   for (const { s3 } of event.Records) await seen.put(s3.object.key, 'seen');
 * });
 *
 * await using cloud = await startCloud();
 * await cloud.provision(service('Album', { functions: [look] }));
 * await cloud.use(photos).put('a.png', 'x');
 * await cloud.settle();
 * const found = await cloud.use(seen).text('a.png');
 * ```
 */
export const startCloud = (options: TestCloudOptions = {}): Promise<TestCloud> =>
  open(options, undefined);

const open = async (options: TestCloudOptions, origin: Origin | undefined): Promise<TestCloud> => {
  const virtual = options.clock !== 'real';
  const clock: VirtualClock | undefined = virtual
    ? createVirtualClock(origin?.nowMs ?? options.startAt?.getTime(), () => cloud.settle())
    : undefined;
  const functions = createHostedFunctions(origin?.functions, clock?.now);
  const inProcess = options.handlers !== 'processes';
  const invocations = createInvocationLog(() => cloud.clock.now(), origin?.invocations);
  const { witness } = invocations;
  const disorder = readDisorder(options.disorder);
  // The SDK remembers signing keys, process-wide: a cloud with the keys of another would be called a few promises sooner.
  const secrets = createSystemRandom();
  const keys = {
    ...KEYS,
    ...(options.port === undefined ? { secretAccessKey: secrets.hex(40) } : {}),
  };
  const random = createSeededRandom(origin?.chance ?? options.seed ?? 1);
  const cloud: Cloud = createCloud({
    services: createServices(inProcess ? { witness, host: functions.host } : { witness }),
    random,
    secrets,
    secretAccessKey: keys.secretAccessKey,
    ...(disorder === undefined ? {} : { disorder }),
    ...(clock === undefined ? {} : { clock, signatureClock: createRealClock() }),
    ...(origin === undefined ? {} : { state: origin.state }),
  });
  const endpoint = createEndpoint(cloud);
  // Processes reach the cloud over a port; what runs in this one needs none.
  const listening =
    options.port === undefined && inProcess
      ? undefined
      : await listen(cloud, { port: options.port ?? 0 }, endpoint);
  const agent = createMemoryAgent(endpoint);
  /** How clients reach the cloud, whoever calls. */
  const connection: Omit<CloudSettings, 'region' | 'credentials'> = {
    endpoint: cloud.endpoint,
    forcePathStyle: true,
    // An instance: from options alone some clients (Kinesis) make a handler that speaks HTTP/2 over a port.
    requestHandler: new NodeHttpHandler({ httpAgent: agent }),
    ...(disorder === undefined ? {} : { retryStrategy: RETRY_AT_ONCE }),
  };
  const settings: CloudSettings = { ...connection, region: REGION, credentials: keys };
  functions.connect(connection, async (url, body) => {
    await fetchOver(agent, url, { method: 'PUT', body });
  });
  const target = openTarget({
    endpoint: settings.endpoint,
    region: REGION,
    credentials: keys,
    httpAgent: agent,
    env: {},
    machine: deployerOf(cloud),
  });
  const services = [...(origin?.services ?? [])];
  const names = cloudNames(target, services, origin?.names);
  /** What the harness does by itself is no part of what is tested. */
  const inOrder = <T>(run: () => Promise<T>): Promise<T> =>
    cloud.disorder === undefined ? run() : cloud.disorder.keepingOrder(run);
  /** What is loaded with its first use would come between two events, once. */
  const preload = () => Promise.all([cloud.preload(), target.s3()]);
  if (disorder !== undefined) await preload();
  cloud.resume();
  tellWatcher(options.disorder, cloud.disorder);
  let stopped = false;

  const virtualClock = (what: string): VirtualClock => {
    if (clock !== undefined) return clock;
    throw new TestingError(
      'REAL_CLOCK',
      `This cloud lives in the machine's time, so there is no ${what}. Start it with { clock: 'virtual' }.`,
    );
  };

  const packed = async (service: ServiceDeclaration): Promise<Artifact> => {
    const { packFor } = await import('./pack.ts');
    return packFor(service);
  };

  return {
    settings,
    url: listening?.url,
    now: () => new Date(cloud.clock.now()),
    provision: async (service) => {
      await Promise.all([preload(), inProcess ? functions.add(service.functions) : undefined]);
      const archive = inProcess || service.functions.length === 0 ? undefined : packed(service);
      return inOrder(async () => {
        const done = await provisionApp(target, service, archive);
        const at = services.findIndex(({ name }) => name === service.name);
        services.splice(at < 0 ? services.length : at, at < 0 ? 0 : 1, service);
        await names.read();
        await cloud.settle();
        return done;
      });
    },
    use: <const Declaration extends Referable | Grant>(declaration: Declaration) =>
      clientFor(declaration, { ...settings }, names.physicalName) as ClientOf<Declaration>,
    physicalName: ({ name }) => names.required(name),
    invoke: async <Event, Result>(fn: FunctionDeclaration<Event, Result>, event: Event) => {
      const client = clientFor(fn, { ...settings }, names.physicalName) as {
        invoke(given: Event): Promise<Result>;
      };
      return client.invoke(event);
    },
    fetch: (api, path, init = {}) =>
      fetchOver(
        agent,
        `${settings.endpoint}/_aws/execute-api/${REGION}/${names.required(api.name)}${path}`,
        init,
      ),
    settle: () => cloud.settle(),
    advance: async (duration) => {
      const ms = durationMs(duration);
      const { advance } = virtualClock('advancing');
      // What was held back has been long enough.
      if (cloud.disorder !== undefined) await cloud.settle();
      await advance(ms);
    },
    disorder: () => cloud.disorder?.taken ?? [],
    fork: async (changed = {}) => {
      const { now } = virtualClock('forking');
      await cloud.settle();
      const state = cloud.fork();
      return open(
        { ...options, ...changed },
        {
          state,
          nowMs: now(),
          chance: random.state,
          functions: functions.declared,
          services: [...services],
          names: names.found,
          invocations: invocations.all(),
        },
      );
    },
    ...observe(cloud, names, invocations),
    stop: () => stop(),
    [Symbol.asyncDispose]: () => stop(),
  };

  async function stop(): Promise<void> {
    if (stopped) return;
    stopped = true;
    agent.destroy();
    await listening?.close();
    endpoint.closeAllConnections();
    await cloud.stop();
  }
};
