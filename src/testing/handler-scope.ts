import { AsyncLocalStorage } from 'node:async_hooks';

/** What a handler sees of the world in place of the test's own. */
export interface HandlerScope {
  /** Its environment variables, and no others. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The cloud's time, milliseconds since the epoch; left out where that is the machine's. */
  readonly now?: (() => number) | undefined;
}

const scoped = new AsyncLocalStorage<HandlerScope>();
const state = { installed: false };

/** Reads alone: what is written goes where it always went, so a test's own changes hold everywhere outside. */
const installEnv = () => {
  const real = process.env;
  const current = () => scoped.getStore()?.env ?? real;
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

const RealDate = Date;

/** What a handler writes down as "now", and when it says that an item expires, is meant on the clock that the test moves. */
const installDate = () => {
  const now = () => scoped.getStore()?.now?.() ?? RealDate.now();
  const ScopedDate = new Proxy(RealDate, {
    construct: (target, given: [], newTarget: NewableFunction) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as Date,
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  });
  // Code that asks for `value.constructor === Date` gets the answer that it always got.
  RealDate.prototype.constructor = ScopedDate;
  globalThis.Date = ScopedDate;
};

/** Runs code in a scope, however long it takes. */
export const withScope = <T>(scope: HandlerScope, run: () => T): T => {
  if (!state.installed) {
    state.installed = true;
    installEnv();
    installDate();
  }
  return scoped.run(scope, run);
};

/** The machine's time, whatever the scope. */
export const machineNow = (): number => RealDate.now();
