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

/** Whether everything that one resource expression matches is matched by another. */
const covers = (wide: string, narrow: string): boolean =>
  new RegExp(
    `^${wide
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(narrow);

const conditionKey = ({ condition }: Permission): string => JSON.stringify(condition ?? {});

/** Leaves out what another permission allows already: each that stays is needed. */
const withoutCovered = (permissions: readonly Permission[]): readonly Permission[] => {
  const kept: Permission[] = [];
  const isCovered = (action: string, resource: string, by: readonly Permission[]) =>
    by.some(
      (other) => other.action === action && other.resources.some((wide) => covers(wide, resource)),
    );
  permissions.forEach((permission, index) => {
    const others = (condition: (other: Permission) => boolean) => [
      ...kept.filter(condition),
      ...permissions
        .slice(index + 1)
        .filter(condition)
        // Of two that say the same, the first stays.
        .map((other) => ({
          ...other,
          resources: other.resources.filter((resource) => !permission.resources.includes(resource)),
        })),
    ];
    const by = others(
      (other) => other.condition === undefined || conditionKey(other) === conditionKey(permission),
    );
    const resources = permission.resources.filter(
      (resource, at) =>
        !isCovered(permission.action, resource, by) &&
        !permission.resources.some(
          (wide, place) => wide !== resource && place !== at && covers(wide, resource),
        ),
    );
    if (resources.length > 0) kept.push({ ...permission, resources: [...new Set(resources)] });
  });
  return kept;
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
