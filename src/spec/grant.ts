import type { Action, ArnsFor, ConditionsOn, Meaningful } from './iam-types.ts';
import type { MessageSchema } from './message-schema.ts';
import type { TableKeyNames } from './table-key-names.ts';
import type { Value } from './value.ts';

/** Conditions of a statement: operator, key, values. */
export type Conditions = Readonly<
  Record<string, Readonly<Record<string, Value<string> | readonly Value<string>[]>>>
>;

/** One statement of a role's policy. */
export interface GrantStatement {
  /** A Deny overrides every Allow. @defaultValue 'Allow' */
  readonly effect?: 'Allow' | 'Deny';
  /** `s3:GetObject` */
  readonly actions: readonly string[];
  /** ARNs. */
  readonly resources: readonly Value<string>[];
  /** When it counts. */
  readonly conditions?: Conditions;
}

/** How the runtime makes the client of a grant. */
export interface ClientBinding {
  readonly kind:
    | 'bucket'
    | 'topic'
    | 'queue'
    | 'table'
    | 'stream'
    | 'function'
    | 'parameter'
    | 'secret'
    | 'bus'
    | 'archive'
    | 'schedules';
  /** Logical name of the resource; the environment variable `SPARTA_<name>` holds its physical one. */
  readonly resource: string;
  /** What the client may do, or how. */
  readonly modes: readonly string[];
  /** Of a resource that is not the stack's: its name, which is known. */
  readonly physicalName?: string;
  /** How what is sent and received looks. */
  readonly schema?: MessageSchema;
  /** Of a stream: which key a record gets, by its data. */
  readonly partitionKey?: (data: never) => string;
  /** Of a bus: the kind of event that is put. */
  readonly event?: { readonly source: string; readonly detailType: string };
  /** Of a table: names of its keys. */
  readonly keys?: TableKeyNames;
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

/** A permission in IAM's words, which may still be bound to conditions. */
export interface Permission<A extends string = string> extends Grant<undefined> {
  /**
   * The same under conditions; all of them must hold.
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
   */
  when(conditions: ConditionsOn<A>): Permission<A>;
}

/** Actions that are on nothing yet. */
export interface Actions<A extends string = string> {
  /** Names what they are on: an ARN, several, or `*` where an action knows no resource. */
  on<const R extends Resources>(resource: R & ArnsFor<A, R>): Permission<A>;
}

type Resources = Value<string> | readonly Value<string>[];
type OneOrMore<T> = T | readonly T[];

/**
 * A permission in IAM's own words, for what the curated grants do not know. It gives no client: use the AWS SDK, which
 * runs under the function's role. Actions, ARNs and condition keys are typed by AWS's service authorization reference; write
 * `'new:Action' as Action` for an action that is newer than this version of Sparta.
 *
 * @param actions - `service:Action`, one or several.
 * @param resource - ARN of what they are allowed on; `*` where an action knows no resource.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/
 * @example
 * ```ts
 * import { allow, resource } from 'sparta';
 * const table = resource('AWS::DynamoDB::Table', 'Orders', {
 *   KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
 *   AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
 *   BillingMode: 'PAY_PER_REQUEST',
 * });
 * const read = allow('dynamodb:GetItem').on(table.getAtt('Arn'));
 * const translate = allow('translate:TranslateText', '*');
 * ```
 */
export function allow<const A extends Action>(actions: OneOrMore<A & Meaningful<A>>): Actions<A>;
export function allow<const A extends Action, const R extends Resources>(
  actions: OneOrMore<A & Meaningful<A>>,
  resource: R & ArnsFor<A, R>,
  conditions?: ConditionsOn<A>,
): Permission<A>;
export function allow(
  actions: OneOrMore<string>,
  resource?: unknown,
  conditions?: unknown,
): Actions | Permission {
  return stated({}, actions, resource as Resources | undefined, conditions as Conditions);
}

/**
 * The opposite of `allow`: what the function may not do, whatever else allows it.
 * @example
 * ```ts
 * import { bucket, deny, sub } from 'sparta';
 * const photos = bucket('Photos');
 * const notThese = deny('s3:GetObject').on(sub`${photos.arn}/private/*`);
 * ```
 */
export function deny<const A extends Action>(actions: OneOrMore<A & Meaningful<A>>): Actions<A>;
export function deny<const A extends Action, const R extends Resources>(
  actions: OneOrMore<A & Meaningful<A>>,
  resource: R & ArnsFor<A, R>,
  conditions?: ConditionsOn<A>,
): Permission<A>;
export function deny(
  actions: OneOrMore<string>,
  resource?: unknown,
  conditions?: unknown,
): Actions | Permission {
  return stated(
    { effect: 'Deny' },
    actions,
    resource as Resources | undefined,
    conditions as Conditions,
  );
}

const stated = (
  effect: Pick<GrantStatement, 'effect'>,
  actions: OneOrMore<string>,
  resource: Resources | undefined,
  conditions: Conditions | undefined,
): Actions | Permission =>
  resource === undefined
    ? Object.freeze({ on: (target: Resources) => permission(effect, actions, target, conditions) })
    : permission(effect, actions, resource, conditions);

const permission = (
  effect: Pick<GrantStatement, 'effect'>,
  actions: OneOrMore<string>,
  resource: Resources,
  conditions: Conditions | undefined,
): Permission =>
  Object.freeze({
    kind: 'grant',
    statements: [
      {
        ...effect,
        actions: typeof actions === 'string' ? [actions] : actions,
        resources: isList(resource) ? resource : [resource],
        ...(conditions === undefined ? {} : { conditions }),
      },
    ],
    when: (more: Conditions) => permission(effect, actions, resource, both(conditions, more)),
  });

/** Operators of both, keys of both; a key that is in both counts as it was said last. */
const both = (one: Conditions = {}, other: Conditions): Conditions =>
  Object.fromEntries(
    [...Object.keys(one), ...Object.keys(other)].map((operator) => [
      operator,
      { ...one[operator], ...other[operator] },
    ]),
  );

const isList = (
  value: Value<string> | readonly Value<string>[],
): value is readonly Value<string>[] => Array.isArray(value);
