import { isShapedLike, type Trim } from './trim.ts';

/*
 * Naming the globals ReadableStream or Blob loads Node's web streams (1.5 ms), and the SDK names them for every body,
 * though what Node's http gives and takes are Node's streams. These three ask about those first.
 */

/** Whether a body is a web stream or a blob. */
export const streamTypes: Trim = {
  name: 'sdk-stream-types',
  filter: /[\\/]@smithy[\\/]core[\\/].*[\\/]util-stream[\\/]stream-type-check\.js$/,
  lean: (source) =>
    isShapedLike(source, { exports: ['isReadableStream', 'isBlob'] })
      ? `import { Stream } from "node:stream";
const isPlain = (value) => typeof value !== "object" || value === null || ArrayBuffer.isView(value) || value instanceof Stream;
export const isReadableStream = (stream) => !isPlain(stream) &&
  (stream.constructor?.name === "ReadableStream" || stream instanceof ReadableStream);
export const isBlob = (blob) => !isPlain(blob) && (blob.constructor?.name === "Blob" || blob instanceof Blob);
`
      : undefined,
};

const WEB_BODY =
  '(typeof ReadableStream !== "undefined" && request?.body instanceof ReadableStream)';

/** Whether a request's body cannot be sent twice. */
export const streamingPayload: Trim = {
  name: 'sdk-streaming-payload',
  filter: /[\\/]@smithy[\\/]core[\\/].*[\\/]isStreamingPayload\.js$/,
  lean: (source) =>
    source.includes(WEB_BODY)
      ? source.replace(
          WEB_BODY,
          '(typeof request?.body === "object" && !ArrayBuffer.isView(request.body) && request.body instanceof ReadableStream)',
        )
      : undefined,
};

/** The class of a web stream that checks a checksum: made when it is first needed. */
export const checksumStream: Trim = {
  name: 'sdk-checksum-stream',
  filter: /[\\/]@smithy[\\/]core[\\/].*[\\/]checksum[\\/]ChecksumStream\.browser\.js$/,
  lean: (source) =>
    isShapedLike(source, {
      exports: ['ChecksumStream'],
      mentions: ['class ChecksumStream extends ReadableStreamRef {\n}'],
    })
      ? `let made;
const real = () => (made ??= class ChecksumStream extends ReadableStream {});
export const ChecksumStream = new Proxy(function () {}, {
  get: (_target, key) => real()[key],
  construct: (_target, values) => new (real())(...values),
});
`
      : undefined,
};
