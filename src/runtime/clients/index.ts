import type { ClientBinding, Grants } from '../../spec/grant.ts';
import type { ClientSettings } from './shared-client.ts';

/** A function's clients by the names of their grants. */
export type Clients = Readonly<Record<string, unknown>>;

/** What makes a client: the physical name of its resource, the binding, and how the SDK's clients are made. */
type MakeClient = (
  physicalName: string,
  binding: ClientBinding,
  settings: ClientSettings,
) => unknown;

/** Where the clients of a function find what they need. */
export interface ClientSurroundings {
  /** Names of resources, as `SPARTA_<logical name>`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: ClientSettings;
}

const OWN: ClientSurroundings = { env: process.env, settings: {} };

/** Each kind in a chunk of its own: a function loads those that it was granted. */
const KINDS: Readonly<Record<ClientBinding['kind'], () => Promise<{ readonly make: MakeClient }>>> =
  {
    archive: () => import('./archive.ts'),
    bucket: () => import('./bucket.ts'),
    bus: () => import('./bus.ts'),
    queue: () => import('./queue.ts'),
    stream: () => import('./stream.ts'),
    topic: () => import('./topic.ts'),
    table: () => import('./table/index.ts'),
    function: () => import('./function.ts'),
    parameter: () => import('./parameter.ts'),
    schedules: () => import('./schedules.ts'),
    secret: () => import('./secret.ts'),
  };

/** Loads what clients of these kinds of resources are made of, so that it is there when they are called. */
export const loadClients = async (kinds: Iterable<string>): Promise<void> => {
  const known = Object.entries(KINDS).filter(([kind]) => new Set(kinds).has(kind));
  await Promise.all(known.map(([, load]) => load()));
};

/** Begins to load the clients; calls on them wait for it. */
export const prepareClients = (
  grants: Grants,
  { env, settings }: ClientSurroundings = OWN,
): Clients => {
  const clients: Record<string, unknown> = {};
  for (const [name, { binding }] of Object.entries(grants)) {
    if (binding === undefined) continue;
    const physicalName = env[`SPARTA_${binding.resource}`] ?? '';
    const loading = KINDS[binding.kind]().then(
      ({ make }) => make(physicalName, binding, settings) as Record<string, unknown>,
    );
    loading.catch(() => {});
    clients[name] = deferred(loading, physicalName, binding);
  }
  return clients;
};

const NAMES: Readonly<Record<ClientBinding['kind'], string>> = {
  archive: 'archiveName',
  bucket: 'bucketName',
  bus: 'eventBusName',
  queue: 'queueUrl',
  stream: 'streamName',
  topic: 'topicArn',
  table: 'tableName',
  function: 'functionName',
  parameter: 'settingName',
  schedules: 'groupName',
  secret: 'settingName',
};

/** Methods that answer with a list at once, which is read as it is wanted. */
const LISTS: ReadonlySet<string> = new Set(['list', 'query', 'scan']);

interface List extends AsyncIterable<unknown> {
  all?(): Promise<unknown>;
  page?(...args: readonly unknown[]): Promise<unknown>;
}

/** Stands for a list whose client is still loading. */
const deferredList = (load: () => Promise<unknown>): Required<List> => ({
  async *[Symbol.asyncIterator]() {
    yield* (await load()) as List;
  },
  all: async () => ((await load()) as List).all?.(),
  page: async (...args) => ((await load()) as List).page?.(...args),
});

/** Stands for a client that is still loading: each method is there at once and waits when it is called. */
const deferred = (
  loading: Promise<Record<string, unknown>>,
  physicalName: string,
  { kind }: ClientBinding,
): unknown => {
  const call = async (method: string, args: readonly unknown[]): Promise<unknown> => {
    const client = await loading;
    return (client[method] as (...given: readonly unknown[]) => unknown)(...args);
  };
  return new Proxy({ [NAMES[kind]]: physicalName } as Record<string, unknown>, {
    get: (target, property) => {
      if (typeof property !== 'string' || property === 'then') return undefined;
      if (property in target) return target[property];
      const method = LISTS.has(property)
        ? (...args: readonly unknown[]) => deferredList(() => call(property, args))
        : (...args: readonly unknown[]) => call(property, args);
      target[property] = method;
      return method;
    },
  });
};
