import type { Trim } from './trim.ts';

const IMPORTED = 'await import("@smithy/core/event-streams")';

/**
 * Every protocol can load event streams at run time. 14 KB in a file of their own, and what they share with the client
 * in another: reading two more files at every cold start costs more than the code does.
 */
export const eventStreams: Trim = {
  name: 'sdk-event-streams',
  filter: /[\\/]@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/]protocols[\\/]HttpProtocol\.js$/,
  lean: (source) =>
    source.includes(IMPORTED)
      ? `import * as eventStreams from "@smithy/core/event-streams";\n${source.replace(IMPORTED, 'eventStreams')}`
      : undefined,
};
