import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createAnswerer } from './answer.ts';
import type { Cloud } from './cloud.ts';
import type { UnreadableRequest } from './http2-door.ts';
import { openHttp2Door } from './http2-door.ts';

/** Where a cloud listens. */
export interface ListenOptions {
  /** 0 takes a free one. @defaultValue 0 */
  readonly port?: number;
}

/** A cloud that listens. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

// The ES module facade of node:http loads undici, 25 ms on Node 24; the built-in alone does not.
const http = process.getBuiltinModule('node:http');

const HEADER_BYTES = 64 * 1024;

/** The cloud's one endpoint, which listens nowhere yet. */
export const createEndpoint = (cloud: Cloud): Server => {
  const answer = createAnswerer(cloud);
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    void answer(request, response);
  };
  const server = http.createServer(
    { maxHeaderSize: HEADER_BYTES, keepAliveTimeout: 60_000 },
    onRequest,
  );
  server.requestTimeout = 0;
  const http2 = openHttp2Door(server, HEADER_BYTES, onRequest);
  server.on('clientError', (error: UnreadableRequest, socket: Socket) => {
    if (!http2.takes(error, socket)) refuseUnreadable(error, socket);
  });
  return server;
};

/** Opens the endpoint, on loopback only. */
export const listen = (
  cloud: Cloud,
  options: ListenOptions = {},
  server = createEndpoint(cloud),
): Promise<Listening> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      cloud.endpoint = `http://127.0.0.1:${port}`;
      resolve({ url: cloud.endpoint, port, close: () => close(server) });
    });
  });

const close = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** A request that is no HTTP, or whose headers are too large, gets a sentence before the connection ends. */
const refuseUnreadable = (error: NodeJS.ErrnoException, socket: Socket) => {
  if (!socket.writable) return void socket.destroy();
  const [status, text] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [
          '431 Request Header Fields Too Large',
          `The request's headers are over ${HEADER_BYTES} bytes.`,
        ]
      : ['400 Bad Request', 'The request is not HTTP/1.1 that can be read.'];
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
};
