import { openModel } from './model-file.ts';

/** What policies can say of a service; the letters keep the file small. */
export interface ServiceActions {
  /** Names of resource types, parted by commas, then `#` and the place of its condition keys in `k`. */
  readonly a: Readonly<Record<string, string>>;
  /** ARNs of resource types, with `${Account}` and its kin. */
  readonly r: Readonly<Record<string, string>>;
  /** Sets of condition keys, each parted by spaces. */
  readonly k: readonly string[];
  /** Condition keys that it lists for no action of its own, parted by spaces. */
  readonly o?: string;
}

/** An action, as AWS's service authorization reference lists it. */
export interface IamAction {
  readonly name: string;
  /** What it works on: `table` → `arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}`; empty when only `*` will do. */
  readonly arns: readonly string[];
  /** The keys that AWS fills for it, beside the global ones. */
  readonly conditionKeys: readonly string[];
}

const model = openModel<ServiceActions>('iam-actions.json');

/** The prefixes of all services: `s3`. */
export const iamServices = (): readonly string[] => model.names();

/** Every action of a service; undefined for a prefix that no service has. */
export const iamActions = (service: string): readonly string[] | undefined => {
  const found = model.find(service);
  return found === undefined ? undefined : Object.keys(found.a);
};

/**
 * What AWS publishes of an action; IAM does not look at the case of its name.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
export const iamAction = (service: string, name: string): IamAction | undefined => {
  const found = model.find(service);
  if (found === undefined) return undefined;
  const exact = found.a[name] === undefined ? nameWithoutCase(found, name) : name;
  const text = exact === undefined ? undefined : found.a[exact];
  if (exact === undefined || text === undefined) return undefined;
  const [on = '', set = ''] = text.split('#');
  return {
    name: exact,
    arns: on === '' ? [] : on.split(',').flatMap((type) => found.r[type] ?? []),
    conditionKeys: (found.k[Number(set)] ?? '').split(' ').filter(Boolean),
  };
};

const keys = new Map<string, readonly string[] | undefined>();

/** Every condition key that AWS lists with a service, `s3:prefix` and `aws:ResourceTag/${TagKey}` alike; undefined for a prefix that no service has. */
export const iamConditionKeys = (service: string): readonly string[] | undefined => {
  if (!keys.has(service)) {
    const found = model.find(service);
    keys.set(
      service,
      found === undefined
        ? undefined
        : [...new Set([...found.k, found.o ?? ''].flatMap((set) => set.split(' ')))].filter(
            Boolean,
          ),
    );
  }
  return keys.get(service);
};

const nameWithoutCase = ({ a }: ServiceActions, name: string): string | undefined =>
  Object.keys(a).find((known) => known.toLowerCase() === name.toLowerCase());
