export { createHandler } from './handler.ts';
export type { LambdaContext } from './handler.ts';
export { logSettings } from './log.ts';
export { HttpError } from './http-error.ts';
export { isDeclared, load as loadHandler, register } from './registry.ts';
