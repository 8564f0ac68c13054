import { AsyncLocalStorage } from 'node:async_hooks';

type Env = Readonly<Record<string, string | undefined>>;

const scoped = new AsyncLocalStorage<Env>();
const state = { installed: false };

/**
 * `process.env` as code inside of {@link withEnv} sees it. Reads alone: what is written goes where it always went, so a test's own
 * changes hold everywhere outside.
 */
const install = () => {
  if (state.installed) return;
  state.installed = true;
  const real = process.env;
  const current = (): Env => scoped.getStore() ?? real;
  process.env = new Proxy(real, {
    get: (_target, name) => (typeof name === 'string' ? current()[name] : undefined),
    // Without these a proxy defines properties, and the environment takes assignments alone.
    set: (target, name, value) => Reflect.set(target, name, value),
    deleteProperty: (target, name) => Reflect.deleteProperty(target, name),
    has: (_target, name) => name in current(),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_target, name) => {
      const value = typeof name === 'string' ? current()[name] : undefined;
      return value === undefined
        ? undefined
        : { value, writable: true, enumerable: true, configurable: true };
    },
  });
};

/** Runs code that sees these environment variables and no others, however long it takes. */
export const withEnv = <T>(env: Env, run: () => T): T => {
  install();
  return scoped.run(env, run);
};
