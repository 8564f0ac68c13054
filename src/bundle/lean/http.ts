import type { Trim } from './trim.ts';

const IMPORTED = 'await import("node:http")';

/** Some modules load `node:http` when they first need it, by `import()`: in a bundle, a file of its own to read. */
export const http: Trim = {
  name: 'sdk-http',
  filter: /[\\/]@smithy[\\/].*[\\/](?:node-http-handler|getInstanceMetadataRegion)\.js$/,
  lean: (source) =>
    source.includes(IMPORTED)
      ? source.replaceAll(IMPORTED, "process.getBuiltinModule('node:http')")
      : undefined,
};
