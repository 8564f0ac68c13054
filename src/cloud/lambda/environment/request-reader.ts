/** A request of a runtime, whole. */
export interface RuntimeRequest {
  /** Request line and headers, as they came. */
  readonly head: string;
  readonly body: Buffer;
  /** Trailing headers of a chunked body, as they came. */
  readonly trailers: string;
  /** The body was larger than allowed; its bytes are gone. */
  readonly tooLarge: boolean;
  /** More bytes followed in the same read: the next request was pipelined. */
  readonly pipelined: boolean;
}

/** Reads requests out of the bytes of one connection. */
export interface RequestReader {
  /** @returns false when the bytes are no HTTP/1.1: the connection cannot go on. */
  push(chunk: Buffer): boolean;
}

const HEAD_LIMIT_BYTES = 64 * 1024;
const EMPTY: Buffer = Buffer.alloc(0);
const HEAD_END = '\r\n\r\n';

/**
 * The value of a header, whatever its case; undefined without it.
 * @param exact - The writer is known to use this case: a look that finds nothing costs no copy.
 */
export const headerOf = (head: string, name: string, exact = false): string | undefined => {
  let at = head.indexOf(`\r\n${name}:`);
  if (at < 0 && !exact) at = head.toLowerCase().indexOf(`\r\n${name.toLowerCase()}:`);
  if (at < 0) return undefined;
  const start = at + name.length + 3;
  const end = head.indexOf('\r\n', start);
  return (end < 0 ? head.slice(start) : head.slice(start, end)).trim();
};

interface Body {
  readonly head: string;
  readonly chunked: boolean;
  /** Bytes still missing: of the body, or of the current chunk with its line end. */
  left: number;
  readonly pieces: Buffer[];
  size: number;
}

/**
 * HTTP/1.1 as strictly as a runtime may use it: `Content-Length` and chunked bodies with trailers, pipelining, any split of
 * the bytes. Written by hand since `node:http` costs more than an invocation.
 */
export const createRequestReader = (
  bodyLimitBytes: number,
  onRequest: (request: RuntimeRequest) => void,
  onContinue: () => void = () => {},
): RequestReader => {
  let held = EMPTY;
  let body: Body | undefined;

  const deliver = (of: Body, trailers: string, rest: Buffer) => {
    body = undefined;
    held = EMPTY;
    const tooLarge = of.size > bodyLimitBytes;
    const [only] = of.pieces;
    onRequest({
      head: of.head,
      body:
        tooLarge || only === undefined
          ? EMPTY
          : of.pieces.length === 1
            ? only
            : Buffer.concat(of.pieces),
      trailers,
      tooLarge,
      pipelined: rest.length > 0,
    });
    return rest;
  };

  const keep = (of: Body, piece: Buffer) => {
    of.size += piece.length;
    if (of.size <= bodyLimitBytes) of.pieces.push(piece);
    else of.pieces.length = 0;
  };

  /** What is left of `data` when the body is whole; undefined when more must come; false when it is broken. */
  const readSized = (of: Body, data: Buffer): Buffer | undefined => {
    const taken = Math.min(of.left, data.length);
    if (taken > 0) keep(of, taken === data.length ? data : data.subarray(0, taken));
    of.left -= taken;
    if (of.left > 0) return undefined;
    return deliver(of, '', data.subarray(taken));
  };

  const readChunked = (of: Body, given: Buffer): Buffer | undefined | false => {
    let data = given;
    for (;;) {
      if (of.left > 0) {
        // The two bytes of the line end are read with the chunk and thrown away.
        const content = Math.max(0, Math.min(of.left - 2, data.length));
        if (content > 0) keep(of, data.subarray(0, content));
        const taken = Math.min(of.left, data.length);
        of.left -= taken;
        data = data.subarray(taken);
        if (of.left > 0) return undefined;
      }
      const line = data.indexOf('\r\n');
      if (line < 0) {
        held = data;
        return data.length > HEAD_LIMIT_BYTES ? false : undefined;
      }
      const size = Number.parseInt(data.toString('latin1', 0, line), 16);
      if (!(size >= 0)) return false;
      if (size > 0) {
        of.left = size + 2;
        data = data.subarray(line + 2);
        continue;
      }
      const bare = data.toString('latin1', line + 2, line + 4) === '\r\n';
      const end = bare ? line : data.indexOf(HEAD_END, line);
      if (end < 0) {
        held = data;
        return data.length > HEAD_LIMIT_BYTES ? false : undefined;
      }
      return deliver(of, data.toString('latin1', line, end), data.subarray(end + 4));
    }
  };

  const push = (chunk: Buffer): boolean => {
    let data = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    held = EMPTY;
    for (;;) {
      if (body === undefined) {
        if (data.length === 0) return true;
        const end = data.indexOf(HEAD_END);
        if (end < 0) {
          held = data;
          return data.length <= HEAD_LIMIT_BYTES;
        }
        const head = data.toString('latin1', 0, end);
        data = data.subarray(end + 4);
        const length = headerOf(head, 'Content-Length');
        const chunked =
          length === undefined &&
          (headerOf(head, 'Transfer-Encoding') ?? '').toLowerCase() === 'chunked';
        const left = length === undefined ? 0 : Number(length);
        if (!Number.isInteger(left) || left < 0) return false;
        body = { head, chunked, left, pieces: [], size: 0 };
        // curl asks before it sends a large body, and waits a second for the answer.
        if (data.length < left && headerOf(head, 'Expect') !== undefined) onContinue();
      }
      const rest: Buffer | undefined | false = body.chunked
        ? readChunked(body, data)
        : readSized(body, data);
      if (rest === false) return false;
      if (rest === undefined) return true;
      data = rest;
    }
  };
  return { push };
};
