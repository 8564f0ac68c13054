import { AwsError } from './aws-error.ts';
import { chunkSignature, trailerSignature } from './chunk-signature.ts';
import type { SignatureClaim } from './signature-claim.ts';
import type { SigningKey } from './signing-key.ts';

/**
 * Bodies in `aws-chunked` framing, as SDKs send them by default.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */

/** What is needed to check the signatures of chunks. */
export interface ChunkSigner {
  readonly claim: SignatureClaim;
  readonly key: SigningKey;
}

const LONGEST_LINE_BYTES = 8_192;
// A signed chunk is held until its signature is checked; SDKs send 64 KiB to 1 MiB.
const LARGEST_SIGNED_CHUNK_BYTES = 64 * 1024 * 1024;

const badChunk = (what: string) =>
  new AwsError('InvalidChunkSizeError', `The aws-chunked body cannot be read: ${what}.`, {
    status: 400,
  });

const incomplete = () =>
  new AwsError('IncompleteBody', 'The request body terminated unexpectedly', { status: 400 });

/**
 * The bytes inside the framing. Trailing headers are written to `trailers` before the last byte is handed out.
 * @throws {InvalidChunkSizeError | IncompleteBody | SignatureDoesNotMatch} while it is read
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  trailers: Record<string, string>,
  expectedBytes: number | undefined,
  signer?: ChunkSigner,
): AsyncGenerator<Uint8Array> {
  const reader = createReader(source);
  let previous = signer?.claim.signature ?? '';
  let total = 0;
  for (;;) {
    const [sizeText = '', ...extensions] = (await reader.line()).split(';');
    if (!/^[0-9a-fA-F]{1,12}$/.test(sizeText))
      throw badChunk(`a chunk's size is '${sizeText.slice(0, 20)}'`);
    const size = Number.parseInt(sizeText, 16);
    const signature = extensions
      .find((part) => part.startsWith('chunk-signature='))
      ?.slice('chunk-signature='.length);
    if (signer !== undefined && signature === undefined) throw badChunk('a chunk has no signature');
    if (signer === undefined || size === 0) {
      // Unsigned chunks are handed on piece by piece, however large the sender made them.
      for await (const piece of reader.pieces(size)) {
        total += piece.byteLength;
        yield piece;
      }
      if (signer !== undefined) previous = verify(signer, previous, new Uint8Array(0), signature);
    } else {
      if (size > LARGEST_SIGNED_CHUNK_BYTES)
        throw badChunk(`a signed chunk of ${size} bytes is over 64 MiB`);
      const data = await reader.exactly(size);
      previous = verify(signer, previous, data, signature);
      total += size;
      yield data;
    }
    if (size === 0) break;
    if ((await reader.line()) !== '') throw badChunk('a chunk is longer than it says');
  }
  await readTrailers(reader, trailers, previous, signer);
  if (expectedBytes !== undefined && total !== expectedBytes) throw incomplete();
}

const verify = (
  signer: ChunkSigner,
  previous: string,
  data: Uint8Array,
  given: string | undefined,
): string => {
  const expected = chunkSignature(signer.key, signer.claim, previous, data);
  if (given !== expected) throw chunkMismatch();
  return expected;
};

const chunkMismatch = () =>
  new AwsError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { status: 403 },
  );

const readTrailers = async (
  reader: Reader,
  trailers: Record<string, string>,
  previous: string,
  signer?: ChunkSigner,
): Promise<void> => {
  let signed = '';
  for (
    let line = await reader.lineOrEnd();
    line !== undefined && line !== '';
    line = await reader.lineOrEnd()
  ) {
    const colon = line.indexOf(':');
    if (colon < 1) throw badChunk(`'${line.slice(0, 40)}' is not a trailing header`);
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') {
      if (
        signer !== undefined &&
        value !== trailerSignature(signer.key, signer.claim, previous, signed)
      )
        throw chunkMismatch();
      continue;
    }
    signed += `${name}:${value}\n`;
    trailers[name] = value;
  }
};

interface Reader {
  /** The next line without its CRLF. @throws {IncompleteBody} at the end */
  line(): Promise<string>;
  lineOrEnd(): Promise<string | undefined>;
  exactly(sizeBytes: number): Promise<Uint8Array>;
  pieces(sizeBytes: number): AsyncGenerator<Uint8Array>;
}

const createReader = (source: AsyncIterable<Uint8Array>): Reader => {
  const iterator = source[Symbol.asyncIterator]();
  let buffer: Buffer = Buffer.alloc(0);
  const fill = async (): Promise<boolean> => {
    const step = await iterator.next();
    if (step.done === true) return false;
    buffer = buffer.length === 0 ? asBuffer(step.value) : Buffer.concat([buffer, step.value]);
    return true;
  };
  const lineOrEnd = async () => {
    for (;;) {
      const at = buffer.indexOf('\r\n');
      if (at >= 0) {
        const line = buffer.toString('latin1', 0, at);
        buffer = buffer.subarray(at + 2);
        return line;
      }
      if (buffer.length > LONGEST_LINE_BYTES) throw badChunk('a line is longer than 8 KiB');
      if (!(await fill())) return undefined;
    }
  };
  return {
    lineOrEnd,
    line: async () => {
      const line = await lineOrEnd();
      if (line === undefined) throw incomplete();
      return line;
    },
    exactly: async (sizeBytes) => {
      const pieces: Uint8Array[] = [];
      let have = 0;
      while (have < sizeBytes) {
        if (buffer.length === 0 && !(await fill())) throw incomplete();
        const piece = buffer.subarray(0, sizeBytes - have);
        buffer = buffer.subarray(piece.length);
        have += piece.length;
        pieces.push(piece);
      }
      return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
    },
    async *pieces(sizeBytes) {
      let left = sizeBytes;
      while (left > 0) {
        if (buffer.length === 0 && !(await fill())) throw incomplete();
        const piece = buffer.subarray(0, left);
        buffer = buffer.subarray(piece.length);
        left -= piece.length;
        yield piece;
      }
    },
  };
};

const asBuffer = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
