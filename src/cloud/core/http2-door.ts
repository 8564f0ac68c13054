import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Http2Server } from 'node:http2';
import type { Socket } from 'node:net';

/** What a client that speaks HTTP/2 without asking first sends. https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** What Node's HTTP/1.1 server listens to on a connection. */
const TAKEN_BACK = ['close', 'error', 'drain', 'data', 'end', 'timeout', 'pause', 'resume'];

/**
 * Megabytes that a connection may hold before it refuses streams. Answers of 10 MB each wait in it, and a client of
 * loopback is no stranger; Node's 10 MB would let two of them be in the way of a third.
 */
const SESSION_MEGABYTES = 1_024;

/** A bad request, as Node tells of it: with the bytes that it could not read. */
export interface UnreadableRequest extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

/** Where connections of HTTP/2 go in. */
export interface Http2Door {
  /** Takes a connection over that began with HTTP/2's preface; false leaves it alone. */
  takes(error: UnreadableRequest, socket: Socket): boolean;
}

/**
 * Lets an HTTP/1.1 server answer clients that begin with HTTP/2, as SDKs do for Kinesis: Node's parser refuses the preface,
 * and what it refuses is handed to an HTTP/2 server. So a connection of HTTP/1.1 costs nothing more, and HTTP/2 is not even
 * loaded before someone speaks it.
 */
export const openHttp2Door = (
  server: Server,
  maxHeaderBytes: number,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Http2Door => {
  const sockets = new Set<Socket>();
  let http2: Http2Server | undefined;
  const start = (): Http2Server => {
    const { createServer } = process.getBuiltinModule('node:http2');
    const made = createServer({
      settings: { maxHeaderListSize: maxHeaderBytes },
      maxSessionMemory: SESSION_MEGABYTES,
    });
    // The compatibility API is made to stand in for these.
    made.on('request', (request, response) =>
      onRequest(request as unknown as IncomingMessage, response as unknown as ServerResponse),
    );
    // A client that breaks the protocol is told so by the session, which ends.
    made.on('sessionError', () => {});
    return made;
  };
  // The HTTP/1.1 server knows its own connections only; these would keep it from closing.
  const closeOwn = server.closeAllConnections.bind(server);
  server.closeAllConnections = () => {
    closeOwn();
    for (const socket of sockets) socket.destroy();
  };
  return {
    takes: ({ rawPacket }, socket) => {
      if (rawPacket === undefined || !rawPacket.subarray(0, PREFACE.length).equals(PREFACE))
        return false;
      http2 ??= start();
      for (const name of TAKEN_BACK) socket.removeAllListeners(name);
      // Makes Node's parser let go of the connection, and keeps the bytes from flowing to nobody.
      socket.on('readable', () => {});
      socket.setTimeout(0);
      socket.unshift(rawPacket);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      http2.emit('connection', socket);
      return true;
    },
  };
};
