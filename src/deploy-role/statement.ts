import { iamAction } from '../schema/index.ts';

/** A statement of a policy that allows. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One action on resources, before statements are made of it. */
export interface Permission {
  /** `LambdaFunction`: becomes the statement's id. */
  readonly topic: string;
  readonly action: string;
  readonly resources: readonly string[];
  readonly condition?: Statement['Condition'];
}

/** An action's name as AWS spells it; undefined for one that AWS does not have. Some schemas list such. */
export const knownAction = (action: string): string | undefined => {
  const [service = '', name = ''] = action.split(':');
  const found = iamAction(service, name);
  return found === undefined ? undefined : `${service}:${found.name}`;
};

/** A resource expression as what it matches. */
const expressionOf = (wide: string): RegExp =>
  new RegExp(
    `^${wide
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

const conditionKey = ({ condition }: Permission): string => JSON.stringify(condition ?? {});
const UNCONDITIONAL = '{}';

/** Leaves out what another permission allows already: each that stays is needed. */
const withoutCovered = (permissions: readonly Permission[]): readonly Permission[] => {
  const wide = new Map<
    string,
    { readonly text: string; readonly covers: RegExp; readonly key: string }[]
  >();
  for (const permission of permissions)
    for (const text of permission.resources.filter((resource) => resource.includes('*')))
      wide.set(permission.action, [
        ...(wide.get(permission.action) ?? []),
        { text, covers: expressionOf(text), key: conditionKey(permission) },
      ]);
  const said = new Set<string>();
  return permissions.flatMap((permission) => {
    const { action } = permission;
    const key = conditionKey(permission);
    const resources = permission.resources.filter((resource) => {
      const covered = (wide.get(action) ?? []).some(
        (other) =>
          (other.key === UNCONDITIONAL || other.key === key) &&
          (other.text !== resource || other.key !== key) &&
          other.covers.test(resource),
      );
      const name = `${action} ${resource} ${key}`;
      if (covered || said.has(name)) return false;
      said.add(name);
      return true;
    });
    return resources.length === 0 ? [] : [{ ...permission, resources }];
  });
};

/** Groups permissions of one topic, one set of resources and one condition into statements. */
export const statementsOf = (permissions: readonly Permission[]): readonly Statement[] => {
  const groups = new Map<string, Permission[]>();
  for (const permission of withoutCovered(permissions)) {
    const key = `${permission.topic} ${permission.resources.join(' ')} ${conditionKey(permission)}`;
    groups.set(key, [...(groups.get(key) ?? []), permission]);
  }
  const used = new Map<string, number>();
  return [...groups.values()].map(([first, ...rest]) => {
    const { topic = '', resources = [], condition } = first ?? {};
    const times = (used.get(topic) ?? 0) + 1;
    used.set(topic, times);
    return {
      Sid: times === 1 ? topic : `${topic}${times}`,
      Effect: 'Allow',
      Action: [
        ...new Set([first, ...rest].flatMap((permission) => permission?.action ?? [])),
      ].sort(),
      Resource: resources,
      ...(condition === undefined ? {} : { Condition: condition }),
    };
  });
};
