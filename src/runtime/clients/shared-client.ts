/** What clients of the AWS SDK are made with; empty in a function, where the SDK finds everything in the environment. */
export type ClientSettings = Readonly<Record<string, unknown>>;

/** One client for all resources of an environment: they share connections. */
export const sharedClient = <Client>(make: (settings: ClientSettings) => Client) => {
  const known = new WeakMap<ClientSettings, Client>();
  return (settings: ClientSettings): Client => {
    let client = known.get(settings);
    if (client === undefined) known.set(settings, (client = make(settings)));
    return client;
  };
};
