import type { Value } from './value.ts';

/** One statement of a role's policy. */
export interface GrantStatement {
  readonly actions: readonly string[];
  /** ARNs. */
  readonly resources: readonly Value<string>[];
  /** Condition block: operator, key, values. */
  readonly conditions?: Readonly<
    Record<string, Readonly<Record<string, Value<string> | readonly Value<string>[]>>>
  >;
}

/** How the runtime makes the client of a grant. */
export interface ClientBinding {
  readonly kind: 'bucket' | 'topic' | 'function';
  /** Logical name of the resource; the environment variable `SPARTA_<name>` holds its physical one. */
  readonly resource: string;
  /** What the client may do. */
  readonly modes: readonly string[];
}

/**
 * A permission as data: what a function may do, and the client it gets for it.
 * @typeParam Client - What the handler is given; `undefined` for a permission without a client.
 */
export interface Grant<Client = unknown> {
  readonly kind: 'grant';
  /** What the function's role gets. */
  readonly statements: readonly GrantStatement[];
  /** How the client is made; left out for a permission without one. */
  readonly binding?: ClientBinding;
  /** The resource that it is on, so that it enters the stack. */
  readonly target?: { readonly kind: string; readonly name: string };
  /** Only for the compiler. */
  readonly gives?: Client;
}

/** Grants by the name under which the handler gets their clients. */
export type Grants = Readonly<Record<string, Grant>>;

/** The clients that grants give, by name. */
export type ClientsOf<G extends Grants> = {
  readonly [Name in keyof G as G[Name] extends Grant<infer Client>
    ? [Client] extends [undefined]
      ? never
      : Name
    : never]: G[Name] extends Grant<infer Client> ? Client : never;
};

/**
 * A permission in IAM's own words, for what the curated grants do not know. It gives no client: use the AWS SDK, which
 * runs under the function's role.
 *
 * @param actions - `service:Action`, one or several.
 * @param resource - ARN of what they are allowed on; `*` where an action knows no resource.
 * @example
 * ```ts
 * import { allow } from 'sparta';
 * const translate = allow('translate:TranslateText', '*');
 * ```
 */
export const allow = (
  actions: string | readonly string[],
  resource: Value<string> | readonly Value<string>[],
  conditions?: GrantStatement['conditions'],
): Grant<undefined> =>
  Object.freeze({
    kind: 'grant',
    statements: [
      {
        actions: typeof actions === 'string' ? [actions] : actions,
        resources: isList(resource) ? resource : [resource],
        ...(conditions === undefined ? {} : { conditions }),
      },
    ],
  });

const isList = (
  value: Value<string> | readonly Value<string>[],
): value is readonly Value<string>[] => Array.isArray(value);
