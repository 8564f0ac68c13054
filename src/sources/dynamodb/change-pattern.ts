import type { TableTypes } from '../../spec/table-keys.ts';
import type { ChangeFilter, ChangeEventName } from './change.ts';

/** What no filter can say. */
export class FilterMistake extends Error {}

type Tree = Readonly<Record<string, unknown>>;

/** What a value in DynamoDB's JSON may be: by its type, one of these matchers. */
type ByType = ReadonlyMap<string, readonly unknown[]>;

/** Types whose JSON is no object of its own, so that `exists` can be asked of them. */
const LEAVES = ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS'];

/** A pattern's size is bounded; so many ways to fit are more than anybody writes. https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
const MOST_WAYS = 100;

/**
 * A number as DynamoDB writes it, without exponent: Lambda compares the text.
 * https://github.com/aws/serverless-application-model/issues/3123
 */
const numberText = (value: number | bigint): string =>
  value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 });

const isObject = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const scalar = (value: unknown, where: string): readonly [string, unknown] => {
  if (typeof value === 'string') return ['S', value];
  if (typeof value === 'number' || typeof value === 'bigint') return ['N', numberText(value)];
  if (typeof value === 'boolean') return ['BOOL', value];
  if (value === null) return ['NULL', true];
  throw new FilterMistake(
    `${where} is to be ${String(value)}; a value is a text, a number, a truth or null, or a comparison such as { prefix: 'a' }. Say lists and sets with raw, in AWS's words.`,
  );
};

const anythingBut = (given: unknown, where: string): readonly [string, unknown] => {
  if (isObject(given)) return ['S', { 'anything-but': given }];
  const values = [given].flat().map((one) => scalar(one, where));
  const types = new Set(values.map(([type]) => type));
  const [type] = types;
  if (type === undefined || types.size > 1)
    throw new FilterMistake(
      `${where} is to be anything but values of several types; say those of one type.`,
    );
  return [type, { 'anything-but': values.map(([, value]) => value) }];
};

const matcher = (given: unknown, where: string): readonly (readonly [string, unknown])[] => {
  if (!isObject(given)) return [scalar(given, where)];
  if ('numeric' in given)
    throw new FilterMistake(
      `${where} is compared as a number, but DynamoDB writes numbers as text, and Lambda finds none of them in a range. Filter in the handler, or store a text to filter by.`,
    );
  if ('anything-but' in given) return [anythingBut(given['anything-but'], where)];
  if (given['exists'] === true) return LEAVES.map((type) => [type, given] as const);
  return [['S', given]];
};

const byType = (matchers: readonly unknown[], where: string): ByType => {
  const found = new Map<string, unknown[]>();
  for (const [type, one] of matchers.flatMap((given) => matcher(given, where)))
    found.set(type, [...(found.get(type) ?? []), one]);
  return found;
};

const product = (one: readonly Tree[], other: readonly Tree[]): readonly Tree[] =>
  one.flatMap((left) => other.map((right) => ({ ...left, ...right })));

/** The ways in which an image may fit: each a pattern of its own, for a value may be of several types, and a member stands once in a pattern. */
const waysOf = (pattern: Tree, path: string): readonly Tree[] =>
  Object.entries(pattern).reduce<readonly Tree[]>(
    (ways, [name, given]) => product(ways, waysOfMember(name, given, `${path}.${name}`)),
    [{}],
  );

const waysOfMember = (name: string, given: unknown, where: string): readonly Tree[] => {
  if (isObject(given)) return waysOf(given, where).map((M) => ({ [name]: { M } }));
  if (!Array.isArray(given))
    throw new FilterMistake(
      `${where} is ${String(given)}; what a value may be stands in a list: [${JSON.stringify(given)}].`,
    );
  if (given.some((one) => isObject(one) && one['exists'] === false)) {
    if (given.length > 1)
      throw new FilterMistake(
        `${where} is to be missing, or something; say them as two filters: filter: [{ … }, { … }].`,
      );
    // It is missing when no type of it is there.
    return [{ [name]: Object.fromEntries(LEAVES.map((type) => [type, [{ exists: false }]])) }];
  }
  return [...byType(given, where)].map(([type, matchers]) => ({ [name]: { [type]: matchers } }));
};

const EXPIRY: Tree = { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] };

/**
 * A filter as Lambda takes it: a pattern of the record.
 * @throws {FilterMistake}
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 */
export const patternOf = (
  filter: ChangeFilter<TableTypes>,
  eventNames: readonly ChangeEventName[] | undefined,
): Tree => {
  const images: readonly (readonly [string, string, unknown])[] = [
    ['Keys', 'keys', filter.keys],
    ['NewImage', 'newImage', filter.newImage],
    ['OldImage', 'oldImage', filter.oldImage],
  ];
  const ways = images.reduce<readonly Tree[]>(
    (before, [member, path, image]) =>
      image === undefined
        ? before
        : product(
            before,
            waysOf(image as Tree, path).map((one) => ({ [member]: one })),
          ),
    [{}],
  );
  if (ways.length > MOST_WAYS)
    throw new FilterMistake(
      `its values may be of so many types that there are ${ways.length} ways to fit; ${MOST_WAYS} are the most. Say fewer members with { exists: true } or values of several types.`,
    );
  const [only = {}] = ways;
  const names = namesOf(filter.eventNames, eventNames);
  const dynamodb = (way: Tree) => (Object.keys(way).length === 0 ? {} : { dynamodb: way });
  const said: Tree = {
    ...(names === undefined ? {} : { eventName: names }),
    ...(filter.byTimeToLive === undefined
      ? {}
      : {
          userIdentity: filter.byTimeToLive ? EXPIRY : { principalId: [{ exists: false }] },
        }),
    ...(ways.length === 1 ? dynamodb(only) : { $or: ways.map(dynamodb) }),
  };
  const twice = Object.keys(filter.raw ?? {}).filter((member) => member in said);
  if (twice.length > 0)
    throw new FilterMistake(
      `raw says ${twice.join(' and ')}, and so do other members. Say it all in raw, or nothing of it.`,
    );
  const pattern = { ...filter.raw, ...said };
  if (Object.keys(pattern).length === 0)
    throw new FilterMistake('it says nothing. Leave it out, and every change is handed over.');
  return pattern;
};

/** What must have happened by both the source and its filter. */
const namesOf = (
  one: readonly ChangeEventName[] | undefined,
  other: readonly ChangeEventName[] | undefined,
): readonly ChangeEventName[] | undefined => {
  if (one === undefined || other === undefined) return one ?? other;
  const names = one.filter((name) => other.includes(name));
  if (names.length === 0)
    throw new FilterMistake(
      `it wants ${one.join(' or ')}, but the source's eventNames are ${other.join(' and ')}: nothing fits both.`,
    );
  return names;
};
