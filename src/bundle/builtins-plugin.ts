import type { Plugin } from 'esbuild';

/**
 * Built-in modules whose ESM facade costs a cold start milliseconds, because it reads every lazy getter of the
 * module: `http` and `https` load undici (25 ms), `fs` the streams (3 ms), `process` its deprecated parts (2 ms).
 */
const COSTLY = /^(?:node:)?(https?|process|fs)$/;

/**
 * What `await import('node:http')` offers besides `default`. esbuild gives a dynamically imported CommonJS module
 * no named exports, so they are written out.
 * Differs: `WebSocket`, `CloseEvent` and `MessageEvent` are not among them: reading them is what costs, and they are globals.
 */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  http: [
    'Agent',
    'ClientRequest',
    'IncomingMessage',
    'METHODS',
    'OutgoingMessage',
    'STATUS_CODES',
    'Server',
    'ServerResponse',
    'createServer',
    'get',
    'globalAgent',
    'maxHeaderSize',
    'request',
    'setMaxIdleHTTPParsers',
    'validateHeaderName',
    'validateHeaderValue',
  ],
  https: ['Agent', 'Server', 'createServer', 'get', 'globalAgent', 'request'],
};

/** Loads costly built-ins through `process.getBuiltinModule`, which returns the module itself, without a facade. */
export const builtinsPlugin: Plugin = {
  name: 'sparta-builtins',
  setup(build) {
    build.onResolve({ filter: COSTLY }, ({ path, kind }) => {
      const id = path.replace(/^node:/, '');
      if (kind !== 'dynamic-import')
        return { path: id, namespace: 'sparta-builtin', sideEffects: false };
      // fs and process have no list here: what a dynamic import of them costs, its author chose.
      return id in NAMED ? { path: id, namespace: 'sparta-builtin-dynamic' } : null;
    });
    // CommonJS, so that esbuild's own interop gives default, named and namespace imports, each read only when used.
    build.onLoad({ filter: /./, namespace: 'sparta-builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}')`,
      loader: 'js',
    }));
    build.onLoad({ filter: /./, namespace: 'sparta-builtin-dynamic' }, ({ path }) => ({
      contents: [
        `const builtin = process.getBuiltinModule('node:${path}');`,
        'export default builtin;',
        `export const { ${(NAMED[path] ?? []).join(', ')} } = builtin;`,
      ].join('\n'),
      loader: 'js',
    }));
  },
};
