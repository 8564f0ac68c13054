/** A part of a property's value that differs. Neither side is cut. */
export interface ValueDifference {
  /** Where inside of the value: `Statement.0.Action`; empty for all of it. */
  readonly path: string;
  /** Lines; undefined when it was not there. */
  readonly before: readonly string[] | undefined;
  /** Lines; undefined when it goes, or is known only later. */
  readonly after: readonly string[] | undefined;
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
const KNOWN_AFTER_APPLY = '{{changeSet:KNOWN_AFTER_APPLY}}';

/** The differences between two values as CloudFormation prints them: JSON member by member, text line by line. */
export const valueDifferences = (
  before: string | undefined,
  after: string | undefined,
): readonly ValueDifference[] => {
  const [old, now] = [parsed(before), parsed(after)];
  if (isCollection(old) && isCollection(now)) return differences('', old, now);
  if (typeof old === 'string' && typeof now === 'string' && isText(old) && isText(now))
    return [{ path: '', ...changedLines(old.split('\n'), now.split('\n')) }];
  return [{ path: '', before: linesOf(old), after: linesOf(now) }];
};

const isText = (value: string) => value.trim().includes('\n');

/** JSON when it is an object or a list; any other text stays text. */
const parsed = (value: string | undefined): unknown => {
  if (value === undefined || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

type Collection = readonly unknown[] | Readonly<Record<string, unknown>>;

const isCollection = (value: unknown): value is Collection =>
  typeof value === 'object' && value !== null;

/** The lines of a value; undefined for none. */
const linesOf = (value: unknown): readonly string[] | undefined => {
  if (value === undefined) return undefined;
  if (typeof value === 'string')
    return value
      .split('\n')
      .map((line) => line.replaceAll(KNOWN_AFTER_APPLY, 'known after it is done'));
  return JSON.stringify(value, null, 2)
    .replaceAll(KNOWN_AFTER_APPLY, 'known after it is done')
    .split('\n');
};

const differences = (path: string, before: unknown, after: unknown): readonly ValueDifference[] => {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (
    !isCollection(before) ||
    !isCollection(after) ||
    Array.isArray(before) !== Array.isArray(after)
  )
    return [{ path, before: linesOf(before), after: linesOf(after) }];
  const [old, now] = [entriesOf(before), entriesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) =>
    differences(path === '' ? key : `${path}.${key}`, old.get(key), now.get(key)),
  );
};

/** What names a member of a list, in the lists of CloudFormation. */
const IDENTIFYING = ['Key', 'Name', 'Sid', 'Id', 'PolicyName', 'AttributeName', 'IndexName'];

/** Members by name; those of a list by what identifies them, so that one more at the front does not change all. */
const entriesOf = (value: Collection): ReadonlyMap<string, unknown> => {
  if (!isList(value)) return new Map(Object.entries(value));
  const scalars = value.every((item) => !isCollection(item));
  const identifying = IDENTIFYING.find((name) =>
    value.every((item) => isCollection(item) && !isList(item) && typeof item[name] === 'string'),
  );
  const keys = value.map((item, index) => {
    if (scalars) return `[${String(item)}]`;
    return identifying !== undefined && isCollection(item) && !isList(item)
      ? `[${String(item[identifying])}]`
      : `[${index}]`;
  });
  const unique = new Set(keys).size === keys.length;
  return new Map(value.map((item, index) => [unique ? (keys[index] ?? '') : `[${index}]`, item]));
};

const isList = (value: Collection): value is readonly unknown[] => Array.isArray(value);

/** Above this many comparisons both texts are shown whole. */
const MOST_COMPARISONS = 4_000_000;

/** The lines of two texts that are not in the other, by their longest common subsequence. */
const changedLines = (
  before: readonly string[],
  after: readonly string[],
): { readonly before: readonly string[]; readonly after: readonly string[] } => {
  if (before.length * after.length > MOST_COMPARISONS) return { before, after };
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        before[i] === after[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  const [gone, come]: [string[], string[]] = [[], []];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      i += 1;
      j += 1;
    } else if (
      j >= after.length ||
      (i < before.length &&
        (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      gone.push(before[i] ?? '');
      i += 1;
    } else {
      come.push(after[j] ?? '');
      j += 1;
    }
  }
  return { before: gone, after: come };
};
