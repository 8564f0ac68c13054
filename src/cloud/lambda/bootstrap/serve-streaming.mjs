import { createContext, describeError, header } from './runtime-api.mjs';

const { Writable } = process.getBuiltinModule('node:stream');

const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';

/** Handlers wrapped in `awslambda.streamifyResponse`: the answer goes out while it is written. */
export const serve = (api, handler, logging) => {
  api.start((head, body) => {
    const id = header(head, 'Lambda-Runtime-Aws-Request-Id');
    logging.requestId = id;
    let contentType = 'application/octet-stream';
    let prelude;
    let open;
    let failed;
    const begin = () => {
      open ??= api.stream(id, prelude === undefined ? contentType : PRELUDE_TYPE);
      return open;
    };
    const stream = new Writable({
      write: (chunk, encoding, done) => {
        const target = begin();
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
        if (prelude === undefined) return target.write(bytes, done);
        const first = Buffer.concat([Buffer.from(prelude), Buffer.alloc(8), bytes]);
        prelude = undefined;
        target.write(first, done);
      },
      final: (done) => {
        begin().end(failed);
        done();
      },
    });
    stream.setContentType = (type) => {
      contentType = type;
    };
    stream.setPrelude = (metadata) => {
      prelude = JSON.stringify(metadata);
    };
    const fail = (error) => {
      logging.error('Invoke Error', error);
      if (open === undefined) return api.fail(id, describeError(error), logging.written);
      failed = describeError(error);
      if (!stream.writableEnded) stream.end();
    };
    try {
      Promise.resolve(handler(JSON.parse(body), stream, createContext(head, id))).then(() => {
        if (!stream.writableEnded) stream.end();
      }, fail);
    } catch (error) {
      fail(error);
    }
  });
};
