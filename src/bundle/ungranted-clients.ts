import type { Plugin } from 'esbuild';

// The runtime makes each kind of client in a module of its own, `runtime/clients/<kind>`, or behind a folder's door, imported lazily.
const CLIENT_MODULE = /[\\/]runtime[\\/]clients[\\/](\w+)(?:[\\/]index)?\.[jt]s$/;

/**
 * Leaves out the clients that no function of the service was granted, and with them the SDK's client: of a service
 * without grants nothing of the AWS SDK is packed, or even read.
 */
export const ungrantedClientsPlugin = (granted: readonly string[]): Plugin => ({
  name: 'sparta-ungranted-clients',
  setup(build) {
    build.onLoad({ filter: CLIENT_MODULE }, ({ path }) => {
      const kind = CLIENT_MODULE.exec(path)?.[1] ?? 'index';
      if (kind === 'index' || granted.includes(kind)) return null;
      const message = `No function of this service was granted a ${kind}, so its archive has no client for one.`;
      return {
        contents: `export const make = () => { throw new TypeError(${JSON.stringify(message)}); };`,
        loader: 'js',
      };
    });
  },
});
