export { createHandler } from './handler.ts';
export type { EventAdapter } from './handler.ts';
export { HttpError } from './http-error.ts';
export { isDeclared, register } from './registry.ts';
