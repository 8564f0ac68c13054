import type { Constraint, PropertySchemas, TypeConstraints } from '../schema/index.ts';
import type { JsonObject } from './json.ts';
import { isNoValue, isOpen, mayBeAbsent } from './json.ts';
import { listed, nearest } from './nearest.ts';
import type { PropertyPath } from './property-path.ts';
import { printPath, printPattern } from './property-path.ts';
import type { Subject } from './subject.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html */
export const TAG: PropertySchemas = new Map([
  ['Key', { required: true, replaces: 'no', type: { kind: 'string' } }],
  ['Value', { required: false, replaces: 'no', type: { kind: 'string' } }],
]);

/** What an object may hold. */
interface ExpectedMembers {
  readonly schemas: PropertySchemas;
  readonly constraint: Constraint | undefined;
}

/** Checks the members of a resource's properties, or of an object in them. */
export const checkMembers = (
  value: JsonObject,
  { schemas, constraint }: ExpectedMembers,
  path: PropertyPath | undefined,
  subject: Subject,
): void => {
  const open = isOpen(value);
  const special = specialOf(subject.constraints);
  for (const name in value) {
    const member = value[name];
    const schema = schemas.get(name);
    const at: PropertyPath = { up: path, key: name };
    if (special?.names.has(name) === true && isSpecial(at, special, subject, schema === undefined))
      continue;
    if (schema !== undefined) {
      if (!isNoValue(member))
        subject.check(
          member,
          { type: schema.type, constraint: constraint?.m?.[name] },
          at,
          subject,
        );
    } else if (!open || !name.startsWith('Fn::')) sayUnknown(at, schemas, value, subject);
  }
  if (open) return;
  for (const name of requiredOf(schemas))
    if (isMissing(value, name)) {
      const at: PropertyPath = { up: path, key: name };
      subject.report.problem(
        'MISSING_PROPERTY',
        { id: subject.id, path: at },
        `${path === undefined ? subject.id : `${printPath(path)} of ${subject.id}`} lacks ${name}, which ${subject.type.name} requires.`,
      );
    }
  if (constraint?.x !== undefined) checkChoice(value, constraint.x, 'one', path, subject);
  if (constraint?.y !== undefined) checkChoice(value, constraint.y, 'any', path, subject);
};

const required = new WeakMap<PropertySchemas, readonly string[]>();

const requiredOf = (schemas: PropertySchemas): readonly string[] => {
  let names = required.get(schemas);
  if (names === undefined) {
    names = [...schemas].filter(([, schema]) => schema.required).map(([name]) => name);
    required.set(schemas, names);
  }
  return names;
};

const isMissing = (value: JsonObject, name: string): boolean =>
  !Object.hasOwn(value, name) || isNoValue(value[name]);

const sayUnknown = (
  path: PropertyPath,
  schemas: PropertySchemas,
  value: JsonObject,
  subject: Subject,
): void => {
  const free = [...schemas.keys()].filter((name) => !Object.hasOwn(value, name)).sort();
  const meant = nearest(String(path.key), schemas.keys());
  const owner =
    path.up === undefined
      ? subject.type.name
      : `${printPath(path.up).replaceAll(/\[\d+\]/g, '')} in ${subject.type.name}`;
  const instead =
    meant !== undefined
      ? Object.hasOwn(value, meant)
        ? `${meant} is stated too. Leave one of them out.`
        : `did you mean ${meant}?`
      : free.length === 0
        ? 'it has none beside those that are stated. Leave it out.'
        : `it has ${listed(free)}.`;
  subject.report.problem(
    'UNKNOWN_PROPERTY',
    { id: subject.id, path },
    `${printPath(path)} of ${subject.id} is no property of ${owner}; ${instead}`,
  );
};

interface Special {
  readonly kinds: ReadonlyMap<string, 'read-only' | 'deprecated'>;
  /** The last parts of the paths: what has another name is none of them. */
  readonly names: ReadonlySet<string>;
}

const specials = new WeakMap<TypeConstraints, Special | undefined>();

/** What only AWS sets, and what it gives up, by the pattern of their paths. */
const specialOf = (constraints: TypeConstraints): Special | undefined => {
  if (!specials.has(constraints)) {
    const { ro = [], dp = [] } = constraints;
    // Some schemas point through `items` and `properties`, as JSON schemas lie.
    const plain = (path: string) =>
      path
        .split('.')
        .filter((part) => part !== 'properties')
        .map((part) => (part === 'items' ? '*' : part))
        .join('.');
    const found = new Map<string, 'read-only' | 'deprecated'>([
      ...dp.map((path) => [plain(path), 'deprecated'] as const),
      ...ro.map((path) => [plain(path), 'read-only'] as const),
    ]);
    const names = new Set([...found.keys()].map((path) => path.split('.').at(-1) ?? ''));
    specials.set(constraints, found.size === 0 ? undefined : { kinds: found, names });
  }
  return specials.get(constraints);
};

/** Tells what only AWS sets, which is then checked no further, and warns of what AWS gives up. */
const isSpecial = (
  path: PropertyPath,
  special: Special,
  subject: Subject,
  isUnknown: boolean,
): boolean => {
  const pattern = printPattern(path);
  const kind = special.kinds.get(pattern);
  if (kind === 'deprecated')
    subject.report.warning(
      'DEPRECATED_PROPERTY',
      { id: subject.id, path },
      `${printPath(path)} of ${subject.id} is deprecated: AWS gives it up for ${subject.type.name}. Its documentation says what takes its place.`,
    );
  // Where AWS's data disagree, some list what can be set at creation as read-only: the type's own properties decide.
  if (kind !== 'read-only' || (!isUnknown && path.up === undefined)) return false;
  subject.report.problem(
    'READ_ONLY_PROPERTY',
    { id: subject.id, path },
    `${printPath(path)} of ${subject.id} is set by AWS alone. Leave it out${subject.type.attributes.has(pattern) ? `; others read it with getAtt('${pattern}')` : ''}.`,
  );
  return true;
};

const named = (set: readonly string[]): string => set.join(' with ');

type Sets = readonly (readonly string[])[];

const distinctSets = new WeakMap<Sets, Sets>();

/** A schema may say the same in two ways. */
const distinct = (stated: Sets): Sets => {
  let sets = distinctSets.get(stated);
  if (sets === undefined) {
    sets = stated.filter(
      (set, index) => stated.findIndex((other) => named(other) === named(set)) === index,
    );
    distinctSets.set(stated, sets);
  }
  return sets;
};

/** Sets of properties of which exactly one, or at least one, must be stated whole. */
const checkChoice = (
  value: JsonObject,
  stated: Sets,
  count: 'one' | 'any',
  path: PropertyPath | undefined,
  subject: Subject,
): void => {
  const sets = distinct(stated);
  if (sets.some((set) => set.some((name) => mayBeAbsent(value[name])))) return;
  const whole = sets.filter((set) => set.every((name) => !isMissing(value, name)));
  if (count === 'one' ? whole.length === 1 : whole.length > 0) return;
  const whose = path === undefined ? subject.id : `${printPath(path)} of ${subject.id}`;
  subject.report.problem(
    whole.length === 0 ? 'MISSING_PROPERTY' : 'INVALID_VALUE',
    { id: subject.id, path },
    whole.length === 0
      ? `${whose} states none of ${sets.map(named).join(', ')}; ${subject.type.name} requires ${count === 'one' ? 'exactly' : 'at least'} one.`
      : `${whose} states ${whole.map(named).join(' and ')}; ${subject.type.name} takes exactly one of ${sets.map(named).join(', ')}. Leave the other out.`,
  );
};
