import { connect } from 'node:net';

/**
 * Requests that an SDK's client makes and signs, caught on their way out, so that they can be sent again and again: through the
 * SDK the client is the cost.
 */
export const createCatcher = () => {
  let caught: Buffer | undefined;
  return {
    /** For an SDK client's configuration. */
    requestHandler: {
      handle: (request: {
        readonly method: string;
        readonly path: string;
        readonly headers: Readonly<Record<string, string>>;
        readonly body?: unknown;
      }) => {
        const given = request.body;
        const body =
          given instanceof Uint8Array
            ? Buffer.from(given.buffer, given.byteOffset, given.byteLength)
            : Buffer.from(typeof given === 'string' ? given : '');
        const headers = { ...request.headers, 'content-length': String(body.byteLength) };
        const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        caught = Buffer.concat([
          Buffer.from(`${request.method} ${request.path} HTTP/1.1\r\n${head.join('')}\r\n`),
          body,
        ]);
        return Promise.reject(new Error('caught'));
      },
    },
    /** The bytes of the request that `send` makes. */
    catch: async (send: () => Promise<unknown>): Promise<Buffer> => {
      caught = undefined;
      await send().catch(() => undefined);
      if (caught === undefined) throw new Error('no request was made');
      return caught;
    },
  };
};

const HEAD_END = '\r\n\r\n';

/**
 * Sends every request of `requests` over so many connections that are kept alive, one at a time on each.
 * @param onBody - Called with every answer's body.
 * @returns milliseconds from the first byte to the last
 * @throws when an answer is not 200
 */
export const replay = async (
  url: string,
  requests: readonly Buffer[],
  connections: number,
  onBody?: (body: string) => void,
): Promise<number> => {
  const { hostname, port } = new URL(url);
  let next = 0;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      let buffer: Buffer = Buffer.alloc(0);
      const send = () => {
        const request = requests[next];
        next += 1;
        if (request !== undefined) return void socket.write(request);
        socket.destroy();
        resolve();
      };
      socket.once('error', reject);
      socket.once('connect', send);
      socket.on('data', (piece: Buffer) => {
        buffer = buffer.length === 0 ? piece : Buffer.concat([buffer, piece]);
        const end = buffer.indexOf(HEAD_END);
        if (end < 0) return;
        const head = buffer.toString('latin1', 0, end);
        const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
        const whole = end + HEAD_END.length + length;
        if (buffer.length < whole) return;
        const body = buffer.subarray(end + HEAD_END.length, whole);
        buffer = buffer.subarray(whole);
        if (!head.startsWith('HTTP/1.1 200')) {
          socket.destroy();
          reject(new Error(`${head.slice(0, 80)}\n${body.toString().slice(0, 500)}`));
          return;
        }
        onBody?.(body.toString());
        send();
      });
    });
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: connections }, work));
  return performance.now() - startedAt;
};
