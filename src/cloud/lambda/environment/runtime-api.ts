import type { Server, Socket } from 'node:net';
import { createApiHolder } from './api-holder.ts';
import type { ApiHolder } from './api-holder.ts';
import type { IdentifyPeer, PeerProcess } from './peer-process.ts';
import { createRequestReader, headerOf } from './request-reader.ts';
import type { RuntimeRequest } from './request-reader.ts';

const net = process.getBuiltinModule('node:net');

/** An event as the Runtime API hands it out. */
export interface RuntimeEvent {
  /** All headers but the length, each line ended. */
  readonly headers: string;
  readonly payload: Uint8Array;
}

/** What a runtime answers to an event. */
export interface RuntimeAnswer {
  readonly requestId: string;
  readonly body: Buffer;
  readonly tooLarge: boolean;
  /** The runtime's own name of the error; only of errors. */
  readonly errorType?: string;
  readonly contentType?: string;
  /** Records that our own runtime has written to its log by now; undefined from other runtimes. */
  readonly logFrames?: number;
  /** A streamed answer that broke off: the error, as JSON. */
  readonly brokenBy?: string;
}

/** Refusal of a call that does not fit; AWS's own words. */
export interface Refusal {
  readonly status: '400 Bad Request' | '403 Forbidden' | '413 Payload Too Large';
  readonly errorType: string;
  readonly errorMessage: string;
}

/** Who hears what the runtime of one environment says. */
export interface RuntimeListener {
  /** The runtime waits for an event: `give` sends it. */
  onPoll(give: (event: RuntimeEvent) => void): void;
  onResponse(answer: RuntimeAnswer): Refusal | undefined;
  onError(answer: RuntimeAnswer): Refusal | undefined;
  onInitError(answer: RuntimeAnswer): Refusal | undefined;
}

/** Who may speak to the Runtime API of one environment. */
export interface RuntimeGate {
  readonly identify: IdentifyPeer;
  /** Process that leads the environment's session; undefined while there is none. */
  leader(): number | undefined;
  /** What a process of somebody else is told. */
  onForeign(intruder: PeerProcess | undefined): Refusal;
}

export interface RuntimeApi {
  /** `127.0.0.1:51234` */
  readonly address: string;
  /** Serves a connection that is there already. */
  serve(socket: Socket): void;
  close(): void;
}

const BASE = '/2018-06-01/runtime/';
const ACCEPTED =
  'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n';
const HELD_BY_ANOTHER: Refusal = {
  status: '403 Forbidden',
  errorType: 'InvalidStateTransition',
  errorMessage:
    'Another connection has asked for the next event, and either waits for it or works on it. This system does not tell whose a connection is, so one at a time may ask.',
};
const NOT_FOUND =
  'HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 19\r\n\r\n404 page not found\n';

/**
 * Serves the Runtime API to one execution environment: to its processes, and to nobody else where the system tells whose a
 * connection is. Elsewhere the connection that asks for events is the only one that may.
 * @param bodyLimitBytes - Largest answer that is taken.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export const serveRuntimeApi = (
  listener: RuntimeListener,
  bodyLimitBytes: number,
  gate: RuntimeGate,
): Promise<RuntimeApi> => {
  const sockets = new Set<Socket>();
  const holder = createApiHolder();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      holder.leave(socket);
    });
  };
  const serve = (socket: Socket, guard: ApiHolder | undefined) => {
    keep(socket);
    serveConnection(socket, listener, bodyLimitBytes, { holder, guard });
  };
  const server = net.createServer({ noDelay: true }, (socket) => {
    const peer = gate.identify(socket, gate.leader());
    if (peer.kind !== 'foreign') return serve(socket, peer.kind === 'own' ? undefined : holder);
    keep(socket);
    const refusal = refuse(gate.onForeign(peer.process));
    // Once it has asked: an answer that comes sooner is lost to some clients.
    socket.once('data', () => {
      socket.end(refusal, 'latin1');
      socket.resume();
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve({
        address: addressOf(server),
        serve: (socket) => serve(socket, undefined),
        close: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });
};

const addressOf = (server: Server): string => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '';
};

const serveConnection = (
  socket: Socket,
  listener: RuntimeListener,
  bodyLimitBytes: number,
  { holder, guard }: { readonly holder: ApiHolder; readonly guard: ApiHolder | undefined },
) => {
  /** An acknowledgement that waits for the event that was asked for together with it: one write wakes the runtime once. */
  let held = '';

  const give = (event: RuntimeEvent) => {
    holder.given();
    const head = `${held}HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${event.headers}Content-Length: ${event.payload.byteLength}\r\n\r\n`;
    held = '';
    const bytes = Buffer.allocUnsafe(head.length + event.payload.byteLength);
    bytes.write(head, 0, 'latin1');
    bytes.set(event.payload, head.length);
    socket.write(bytes);
  };

  const acknowledge = (refusal: Refusal | undefined, pipelined: boolean) => {
    const text = refusal === undefined ? ACCEPTED : refuse(refusal);
    if (pipelined) held += text;
    else {
      socket.write(held + text, 'latin1');
      held = '';
    }
  };

  let polled = false;
  const onRequest = (request: RuntimeRequest) => {
    const { head } = request;
    const lineEnd = head.indexOf('\r\n');
    const [method = '', target = ''] = (lineEnd < 0 ? head : head.slice(0, lineEnd)).split(' ', 2);
    if (!target.startsWith(BASE)) return void socket.write(NOT_FOUND);
    const path = target.slice(BASE.length);
    if (guard?.excludes(socket) === true && /^(invocation\/next|init\/error)$/.test(path))
      return void socket.write(refuse(HELD_BY_ANOTHER));
    if (method === 'GET' && path === 'invocation/next') {
      polled = true;
      holder.take(socket);
      return listener.onPoll(give);
    }
    polled = false;
    if (method !== 'POST') return void socket.write(NOT_FOUND);
    if (path === 'init/error')
      return acknowledge(listener.onInitError(answerOf(request, '')), request.pipelined);
    const [area, id = '', verb] = path.split('/');
    const answer = answerOf(request, decoded(id));
    if (area !== 'invocation' || (verb !== 'response' && verb !== 'error'))
      return void socket.write(NOT_FOUND);
    const refusal =
      verb === 'error' || answer.brokenBy !== undefined
        ? listener.onError(answer)
        : listener.onResponse(answer);
    if (refusal === undefined) holder.release();
    acknowledge(refusal, request.pipelined);
  };

  const reader = createRequestReader(bodyLimitBytes, onRequest, () => {
    socket.write('HTTP/1.1 100 Continue\r\n\r\n');
  });
  socket.on('data', (chunk) => {
    polled = false;
    if (!reader.push(chunk)) return void socket.destroy();
    // Half a request came after the acknowledged one: nothing to wait for together.
    if (held !== '' && !polled) {
      socket.write(held, 'latin1');
      held = '';
    }
  });
};

const decoded = (id: string): string => {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
};

const answerOf = (request: RuntimeRequest, requestId: string): RuntimeAnswer => {
  const { head, trailers } = request;
  const frames = headerOf(head, 'Sparta-Log-Frames', true);
  const ours = frames !== undefined;
  const errorType =
    headerOf(head, 'Lambda-Runtime-Function-Error-Type', ours) ??
    (trailers === '' ? undefined : headerOf(trailers, 'Lambda-Runtime-Function-Error-Type'));
  const broken =
    trailers === '' ? undefined : headerOf(trailers, 'Lambda-Runtime-Function-Error-Body');
  const contentType = headerOf(head, 'Content-Type', ours);
  return {
    requestId,
    body: request.body,
    tooLarge: request.tooLarge,
    ...(errorType === undefined ? {} : { errorType }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(frames === undefined ? {} : { logFrames: Number(frames) }),
    ...(broken === undefined ? {} : { brokenBy: Buffer.from(broken, 'base64').toString('utf8') }),
  };
};

const refuse = ({ status, errorType, errorMessage }: Refusal) => {
  const body = `${JSON.stringify({ errorMessage, errorType })}\n`;
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
};
