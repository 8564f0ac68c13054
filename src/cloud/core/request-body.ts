import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { decodeAwsChunked } from './aws-chunked.ts';
import { AwsError } from './aws-error.ts';
import type { SignatureClaim } from './signature-claim.ts';
import { signingKey } from './signing-key.ts';

const tooLarge = (limitBytes: number) =>
  new AwsError(
    'RequestEntityTooLargeException',
    `Request must be smaller than ${limitBytes} bytes for this operation`,
    { status: 413 },
  );

/**
 * Reads a whole body, and no byte more than allowed.
 * @throws {RequestEntityTooLargeException} before it fills memory
 * @throws {IncompleteBody} when the client went away in the middle
 */
const readWhole = async (
  source: AsyncIterable<Uint8Array>,
  contentLength: number | undefined,
  limitBytes: number,
): Promise<Uint8Array> => {
  if (contentLength !== undefined && contentLength > limitBytes) throw tooLarge(limitBytes);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of unbroken(source)) {
    size += piece.byteLength;
    if (size > limitBytes) throw tooLarge(limitBytes);
    pieces.push(piece);
  }
  if (contentLength !== undefined && size < contentLength) throw cut();
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
};

/** Largest body where a service names no other. */
const DEFAULT_BODY_BYTES = 10 * 1024 * 1024;

/**
 * The whole body of a request, out of its frames where it has some.
 * @throws {RequestEntityTooLargeException | IncompleteBody}
 */
export const readBody = (
  request: IncomingMessage,
  headers: Readonly<Record<string, string>>,
  limitBytes = DEFAULT_BODY_BYTES,
): Promise<Uint8Array> => {
  // S3 frames even small XML bodies when an SDK asks for a checksum.
  const framed = headers['x-amz-content-sha256']?.startsWith('STREAMING-') === true;
  const known = framed ? headers['x-amz-decoded-content-length'] : headers['content-length'];
  const expected = known === undefined ? undefined : Number(known);
  return framed
    ? readWhole(streamBody(request, headers, {}, undefined, undefined), expected, limitBytes)
    : readPlain(request, expected, limitBytes);
};

/** As {@link readWhole}, of a request as Node has it: its events alone cost less than iterating it. */
const readPlain = (
  request: IncomingMessage,
  contentLength: number | undefined,
  limitBytes: number,
): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    if (contentLength !== undefined && contentLength > limitBytes)
      return reject(tooLarge(limitBytes));
    const pieces: Uint8Array[] = [];
    let size = 0;
    // None is taken off again, since each costs that more than once: a request ends once, and a promise is settled by the first.
    request.on('data', (piece: Uint8Array) => {
      size += piece.byteLength;
      if (size <= limitBytes) return void pieces.push(piece);
      request.pause();
      reject(tooLarge(limitBytes));
    });
    request.on('end', () => {
      if (contentLength !== undefined && size < contentLength) return reject(cut());
      const [only] = pieces;
      resolve(pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces));
    });
    request.on('error', () => reject(cut()));
    request.on('close', () => {
      if (!request.complete) reject(cut());
    });
  });

const cut = () =>
  new AwsError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
    { status: 400 },
  );

/** A connection that breaks is a body that is cut, whatever the socket calls it. */
async function* unbroken(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw cut();
  }
}

/**
 * A body that is handed on while it arrives: unframed, and checked against what was signed at its end.
 * @param trailers - Filled with the trailing headers once the body has been read.
 */
export const streamBody = (
  source: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
  trailers: Record<string, string>,
  claim: SignatureClaim | undefined,
  secret: string | undefined,
): AsyncIterable<Uint8Array> => {
  const whole = unbroken(source);
  const hash = headers['x-amz-content-sha256'] ?? '';
  if (
    hash.startsWith('STREAMING-') ||
    /(^|,)\s*aws-chunked/.test(headers['content-encoding'] ?? '')
  ) {
    const length = headers['x-amz-decoded-content-length'];
    const signed =
      hash.startsWith('STREAMING-AWS4-HMAC-SHA256') && claim !== undefined && secret !== undefined;
    return decodeAwsChunked(
      whole,
      trailers,
      length === undefined ? undefined : Number(length),
      signed ? { claim, key: signingKey(secret, claim) } : undefined,
    );
  }
  const contentLength = headers['content-length'];
  return checked(
    whole,
    contentLength === undefined ? undefined : Number(contentLength),
    /^[0-9a-f]{64}$/.test(hash) ? hash : undefined,
  );
};

async function* checked(
  source: AsyncIterable<Uint8Array>,
  contentLength: number | undefined,
  sha256: string | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = sha256 === undefined ? undefined : createHash('sha256');
  let size = 0;
  for await (const piece of source) {
    size += piece.byteLength;
    hash?.update(piece);
    yield piece;
  }
  if (contentLength !== undefined && size !== contentLength) throw cut();
  if (hash !== undefined && hash.digest('hex') !== sha256)
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      { status: 400 },
    );
}
