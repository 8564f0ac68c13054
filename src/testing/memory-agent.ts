import type { Agent as HttpAgent, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { duplexPair } from 'node:stream';

// The ES module facade of node:http loads undici, 25 ms on Node 24; the built-in alone does not.
const { Agent } = process.getBuiltinModule('node:http');

/** What an agent asks of a socket beside its bytes; nothing of it means anything in memory. */
const AS_SOCKET = {
  setKeepAlive() {},
  setNoDelay() {},
  setTimeout() {},
  ref() {},
  unref() {},
};

/**
 * An agent whose connections end at this server, in memory: everything of HTTP is as over a port, and there is none.
 * Whatever host a request names, it comes here.
 */
export const createMemoryAgent = (server: Server): HttpAgent => {
  class MemoryAgent extends Agent {
    override createConnection(): Duplex {
      const [near, far] = duplexPair();
      server.emit('connection', far);
      return Object.assign(near, AS_SOCKET);
    }
  }
  return new MemoryAgent({ keepAlive: true });
};
