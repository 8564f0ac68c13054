import type { Trim } from './trim.ts';

const IMPORTED = 'await import("node:http")';

/** The request handler loads `node:http` at the first request, by `import()`: in a bundle, a file of its own to read. */
export const http: Trim = {
  name: 'sdk-http',
  filter: /[\\/]@smithy[\\/]node-http-handler[\\/]dist-es[\\/]node-http-handler\.js$/,
  lean: (source) =>
    source.includes(IMPORTED)
      ? source.replaceAll(IMPORTED, "process.getBuiltinModule('node:http')")
      : undefined,
};
