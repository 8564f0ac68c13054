import type { DeclaredAt } from '../spec/declared-at.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import type { Referable } from '../spec/value.ts';
import { isExpression } from '../spec/value.ts';

/** Any declaration that becomes a resource. */
export interface AnyDeclaration extends Referable {
  readonly declaredAt?: DeclaredAt;
  readonly [member: string]: unknown;
}

/** Everything that a service needs, found by following its references. */
export interface Collected {
  readonly functions: readonly FunctionDeclaration[];
  /** Buckets, topics, APIs, alarms and other resources, by logical id. */
  readonly resources: ReadonlyMap<string, AnyDeclaration>;
  /** Functions that something refers to. */
  readonly referredFunctions: ReadonlyMap<string, Referable>;
  /** Names that stand for more than one thing. */
  readonly clashes: readonly {
    readonly name: string;
    readonly one: AnyDeclaration;
    readonly other: AnyDeclaration;
  }[];
  /** Resources that are known by name only, because what declares them was not followed. */
  readonly bare: ReadonlyMap<string, Referable>;
}

const isWhole = (target: Referable): target is AnyDeclaration =>
  target.kind === 'resource' ? 'type' in target : 'options' in target || target.kind === 'function';

/** What feeds a queue or a bus stands in the options of what is fed, and names where it comes from. */
const isFeed = (value: object): value is { readonly target: Referable } =>
  'kind' in value && value.kind === 'queue-feed';

/** Expressions anywhere inside a value, and the declarations that stand in it as they are. */
export const referencesIn = (value: unknown, found: Referable[] = []): readonly Referable[] => {
  if (isExpression(value)) {
    const { form } = value;
    if (form.is === 'ref' || form.is === 'getAtt') found.push(form.target);
    if (form.is === 'sub') for (const inner of form.values) referencesIn(inner, found);
    return found;
  }
  if (Array.isArray(value)) for (const item of value) referencesIn(item, found);
  // A validator's schema holds no references, but often itself.
  else if (typeof value === 'object' && value !== null && !('~standard' in value)) {
    if (isFeed(value)) found.push(value.target);
    for (const member of Object.values(value)) referencesIn(member, found);
  }
  return found;
};

/** What an alarm names as it is: whom it tells, and a metric that must be made. */
const namedBy = ({ options, metric }: AnyDeclaration): readonly Referable[] => {
  const { notify } = options as { readonly notify?: unknown };
  return [notify, metric].flat().filter(isNamed);
};

const isNamed = (value: unknown): value is Referable =>
  typeof value === 'object' && value !== null && 'kind' in value && 'name' in value;

export const collect = (service: ServiceDeclaration): Collected => {
  const resources = new Map<string, AnyDeclaration>();
  const referredFunctions = new Map<string, Referable>();
  const bare = new Map<string, Referable>();
  const clashes: { name: string; one: AnyDeclaration; other: AnyDeclaration }[] = [];
  const functions = [...service.functions];

  const follow = (target: Referable): void => {
    if (target.kind === 'function') {
      referredFunctions.set(target.name, target);
      return;
    }
    // A function brings its log along.
    if (target.kind === 'functionLogs') {
      for (const inner of referencesIn((target as AnyDeclaration)['options'])) follow(inner);
      return;
    }
    if (!isWhole(target)) {
      bare.set(target.name, target);
      return;
    }
    const known = resources.get(target.name);
    if (known !== undefined) {
      if (!isSame(known, target)) clashes.push({ name: target.name, one: known, other: target });
      return;
    }
    resources.set(target.name, target);
    const { properties, options, metric, rule } = target;
    for (const inner of referencesIn([properties ?? options, metric, rule])) follow(inner);
    for (const inner of namedBy(target)) follow(inner);
    const dependsOn = (
      target['options'] as { readonly dependsOn?: readonly Referable[] } | undefined
    )?.dependsOn;
    for (const inner of dependsOn ?? []) follow(inner);
  };

  for (const target of [...service.resources, ...service.alarms]) {
    if (target.kind === 'function') functions.push(target as unknown as FunctionDeclaration);
    else follow(target);
  }
  for (const fn of functions) {
    for (const { target, detail, statements } of fn.on) {
      follow(target);
      for (const inner of referencesIn([detail, statements])) follow(inner);
    }
    for (const grant of Object.values(fn.grants)) {
      if (grant.target !== undefined) follow(grant.target);
      for (const target of referencesIn(grant.statements)) follow(target);
    }
    for (const target of referencesIn(fn.settings)) follow(target);
  }
  for (const { target, properties, options } of service.adjustments) {
    if (typeof target !== 'string' && target.kind === 'resource') follow(target);
    for (const inner of referencesIn(properties)) follow(inner);
    for (const inner of options.dependsOn ?? []) follow(inner);
  }
  for (const target of referencesIn(service.outputs)) follow(target);
  for (const target of referencesIn(service.permissionsBoundary)) follow(target);
  for (const name of resources.keys()) bare.delete(name);
  return { functions, resources, referredFunctions, clashes, bare };
};

/** Handles of one declaration are spread copies of it: same place, same options. */
const isSame = (one: AnyDeclaration, other: AnyDeclaration) =>
  one === other ||
  (one.kind === other.kind &&
    one['options'] === other['options'] &&
    one['properties'] === other['properties'] &&
    one.declaredAt === other.declaredAt);
