import { RuntimeError } from './runtime-api.mjs';

const { existsSync } = process.getBuiltinModule('node:fs');
const { join, resolve, basename } = process.getBuiltinModule('node:path');

/** `dir/index.api.handler` → folder `dir`, module `index`, export `api.handler`. */
export const parseHandler = (text) => {
  if (text.includes('..'))
    throw new RuntimeError(
      'Runtime.MalformedHandlerName',
      `'${text}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  const last = basename(text);
  const dot = last.indexOf('.');
  if (dot < 0) throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  return {
    text,
    folder: text.slice(0, text.indexOf(last)),
    module: last.slice(0, dot),
    exportPath: last.slice(dot + 1).split('.'),
  };
};

const importModule = (path) => {
  const { pathToFileURL } = process.getBuiltinModule('node:url');
  return import(pathToFileURL(path).href);
};

const loadModule = async (taskRoot, { folder, module }) => {
  const path = resolve(taskRoot, folder, module);
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    const file = path + extension;
    if (extension === '' && !isFile(file)) continue;
    if (existsSync(file)) return await importModule(file);
  }
  const { createRequire } = process.getBuiltinModule('node:module');
  const require = createRequire(join(taskRoot, 'index.js'));
  return require(require.resolve(module, { paths: [taskRoot, join(taskRoot, folder)] }));
};

const isFile = (path) => {
  const { statSync } = process.getBuiltinModule('node:fs');
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
};

const dig = (value, path) => {
  let found = value;
  for (const key of path) {
    if (found === null || (typeof found !== 'object' && typeof found !== 'function'))
      return undefined;
    found = found[key];
  }
  return found;
};

const CALLBACKS_GONE =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

/** Loads the module and finds the function in it. */
export const findHandler = async (taskRoot, parsed) => {
  let module;
  try {
    module = await loadModule(taskRoot, parsed);
  } catch (error) {
    if (error instanceof SyntaxError) {
      const wrapped = new RuntimeError('Runtime.UserCodeSyntaxError', String(error));
      wrapped.stack = error.stack;
      throw wrapped;
    }
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND')
      throw new RuntimeError('Runtime.ImportModuleError', String(error));
    throw error;
  }
  const handler = dig(module, parsed.exportPath) ?? dig(module.default, parsed.exportPath);
  if (handler === undefined || handler === null)
    throw new RuntimeError(
      'Runtime.HandlerNotFound',
      `${parsed.text} is undefined or not exported`,
    );
  if (typeof handler !== 'function')
    throw new RuntimeError('Runtime.HandlerNotFound', `${parsed.text} is not a function`);
  const mark = handler[Symbol.for('aws.lambda.runtime.handler.streaming')];
  if (mark !== undefined && mark !== 'response')
    throw new RuntimeError(
      'Runtime.MalformedStreamingHandler',
      'Only response streaming is supported.',
    );
  const streaming = mark === 'response';
  if (
    handler.length >= 3 &&
    !streaming &&
    process.env['AWS_EXECUTION_ENV'] !== 'AWS_Lambda_nodejs22.x'
  )
    throw new RuntimeError('Runtime.CallbackHandlerDeprecated', CALLBACKS_GONE);
  return { handler, streaming };
};
