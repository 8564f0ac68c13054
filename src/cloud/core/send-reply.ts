import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireResponse } from './protocols/index.ts';

/**
 * Sends an answer. Resolves when the last of it has been handed to the connection.
 * @param request - Left out where its body does not matter.
 */
export const sendReply = (
  response: ServerResponse,
  { status, headers: given, body }: WireResponse,
  requestId: string,
  request?: IncomingMessage,
): void | Promise<void> => {
  if (response.destroyed) return;
  const headers: Record<string, string> = { 'x-amzn-requestid': requestId, ...given };
  // A body that was refused unread would be taken for the next request of the connection.
  const unread = request !== undefined && !request.complete;
  if (unread) Object.assign(headers, lastOfConnection(response));
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    response.writeHead(status, headers);
    return sendPieces(response, body);
  }
  const whole = body ?? '';
  if (headers['content-length'] === undefined && status !== 204 && status !== 304)
    headers['content-length'] = String(
      typeof whole === 'string' ? Buffer.byteLength(whole) : whole.byteLength,
    );
  response.writeHead(status, headers);
  // Text goes out with the headers in one piece.
  response.end(whole);
  if (unread) request.resume();
};

const sendPieces = async (response: ServerResponse, pieces: AsyncIterable<Uint8Array>) => {
  let gone = false;
  response.once('close', () => {
    gone = true;
  });
  try {
    for await (const piece of pieces) {
      if (gone) break;
      if (!response.write(piece)) await drained(response);
    }
    response.end();
  } catch {
    // The status has gone out already: a cut connection is the only way left to say that the body is not whole.
    response.destroy();
  }
};

const drained = (response: ServerResponse) =>
  new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });

/** Says that the connection ends with this answer. HTTP/2 has streams instead, and no such header. */
const lastOfConnection = ({ req }: ServerResponse): Record<string, string> =>
  req.httpVersionMajor < 2 ? { connection: 'close' } : {};

/** Sends a sentence, for what no protocol can word. */
export const sendText = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...lastOfConnection(response),
  });
  response.end(`${text}\n`);
};
