import type { FunctionDeclaration } from '../spec/lambda.ts';
import { prepareClients } from './clients/index.ts';
import type { Clients } from './clients/index.ts';

/** The function that this environment runs, as its declaration left it here. */
export interface Selected {
  readonly declaration: FunctionDeclaration;
  readonly clients: Clients;
  readonly run: Promise<AnyHandler>;
}

export type AnyHandler = (event: unknown, context: unknown) => unknown;

const declared = new Set<string>();
const state: { selected?: Selected } = {};

/** `() => import('./x.ts')`, as it is after bundling: only such a handler is called to be loaded. */
const isLazy = (handler: AnyHandler) =>
  /^(async)?\s*\(\)\s*=>\s*\{?\s*(return\s*)?import\(/.test(handler.toString());

/** The handler of a module: `handler`, or its default. */
export const handlerOf = (module: unknown): AnyHandler | undefined => {
  const exports = module as { readonly handler?: unknown; readonly default?: unknown };
  const found = exports.handler ?? exports.default;
  return typeof found === 'function' ? (found as AnyHandler) : undefined;
};

/** The handler of a declaration; a lazy one is loaded. */
export const load = async (declaration: FunctionDeclaration): Promise<AnyHandler> => {
  const handler = declaration.handler as AnyHandler;
  if (!isLazy(handler)) return handler;
  const loaded = handlerOf(await handler(undefined, undefined));
  if (loaded === undefined)
    throw new TypeError(
      `The module of ${declaration.name} exports neither a function named handler nor a default one.`,
    );
  return loaded;
};

/** Remembers a function; of the one that this environment runs, its handler and clients begin to load at once. */
export const register = (declaration: FunctionDeclaration): void => {
  declared.add(declaration.name);
  if (declaration.name !== process.env['SPARTA_FUNCTION']) return;
  const run = load(declaration);
  // A failure is told by the first invocation, which awaits it.
  run.catch(() => {});
  state.selected = { declaration, clients: prepareClients(declaration.grants), run };
};

export const isDeclared = (name: string | undefined): boolean =>
  name !== undefined && declared.has(name);

export const selected = (): Selected => {
  if (state.selected !== undefined) return state.selected;
  throw new TypeError(
    `The environment variable SPARTA_FUNCTION is '${process.env['SPARTA_FUNCTION'] ?? ''}', which this archive does not declare (it has ${[...declared].join(', ')}). Provision the service again.`,
  );
};
