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
    bucket: () => import('./bucket.ts'),
    topic: () => import('./topic.ts'),
    function: () => import('./function.ts'),
    parameter: () => import('./parameter.ts'),
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
  bucket: 'bucketName',
  topic: 'topicArn',
  function: 'functionName',
  parameter: 'settingName',
  secret: 'settingName',
};

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
      const method =
        property === 'list'
          ? async function* (...args: readonly unknown[]) {
              yield* (await call('list', args)) as AsyncIterable<unknown>;
            }
          : (...args: readonly unknown[]) => call(property, args);
      target[property] = method;
      return method;
    },
  });
};
