import { BUCKET_PARAMETER, KEY_PARAMETER } from '../change-set/parameters.ts';
import { PROPERTIES_IN_PLACE } from './function-properties.ts';

/** A template, as far as it is looked into here. */
export interface ComparedTemplate {
  readonly Resources?: Readonly<Record<string, unknown>>;
}

/** What differs between the template that is deployed and the new one. */
export interface Comparison {
  /** Logical ids of functions, and the properties of each that go in place. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
  /** Everything else that differs, in words; with any of it the lane is refused. */
  readonly refusals: readonly string[];
}

interface Resource {
  readonly Type?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export const FUNCTION = 'AWS::Lambda::Function';
const PUBLISHED: readonly string[] = ['AWS::Lambda::Version', 'AWS::Lambda::Alias'];

/** Whether two values say the same; the order of members does not matter. */
export const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  ) ?? '';

const resourcesOf = ({ Resources }: ComparedTemplate) =>
  (Resources ?? {}) as Readonly<Record<string, Resource>>;

/** The functions of a template. */
export const functionsOf = (
  template: ComparedTemplate,
): readonly (readonly [logicalId: string, properties: Readonly<Record<string, unknown>>])[] =>
  Object.entries(resourcesOf(template)).flatMap(([logicalId, { Type, Properties }]) =>
    Type === FUNCTION ? [[logicalId, Properties ?? {}] as const] : [],
  );

/** @param newCode - Whether the archive is another one than the stack's */
export const compareTemplates = (
  before: ComparedTemplate,
  after: ComparedTemplate,
  newCode: boolean,
): Comparison => {
  const [old, next] = [resourcesOf(before), resourcesOf(after)];
  const functions = new Map<string, readonly string[]>();
  const refusals = sectionRefusals(before, after);
  for (const logicalId of [...new Set([...Object.keys(old), ...Object.keys(next)])].sort()) {
    const [was, is] = [old[logicalId], next[logicalId]];
    if (is === undefined) refusals.push(`${logicalId} (${was?.Type ?? '?'}) goes`);
    else if (was === undefined) refusals.push(`${logicalId} (${is.Type ?? '?'}) is new`);
    else {
      const differing = differingProperties(was, is);
      const isFunction = is.Type === FUNCTION && was.Type === FUNCTION;
      const ours = isFunction ? differing.filter((name) => PROPERTIES_IN_PLACE.includes(name)) : [];
      const foreign = [
        ...differing.filter((name) => !ours.includes(name)),
        ...differingAttributes(was, is),
      ];
      if (foreign.length > 0)
        refusals.push(
          `${foreign.join(', ')} of ${logicalId} (${is.Type ?? '?'}) ${foreign.length === 1 ? 'differs' : 'differ'}`,
        );
      if (newCode && usesArchive(is) && !isFunction)
        refusals.push(`${logicalId} (${is.Type ?? '?'}) uses the archive, which is another one`);
      const code =
        newCode && isFunction && usesArchive(is) && !ours.includes('Code') ? ['Code'] : [];
      if (ours.length + code.length > 0) functions.set(logicalId, [...code, ...ours]);
    }
  }
  return { functions, refusals: [...refusals, ...publishedRefusals(next, functions)] };
};

const differingProperties = (was: Resource, is: Resource): readonly string[] => {
  const [a, b] = [was.Properties ?? {}, is.Properties ?? {}];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => !same(a[name], b[name]))
    .sort();
};

/** `DependsOn`, `DeletionPolicy`, `Type` and their like. */
const differingAttributes = (was: Resource, is: Resource): readonly string[] => {
  const [{ Properties: _a, ...a }, { Properties: _b, ...b }] = [was, is];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (name) => !same(Reflect.get(a, name), Reflect.get(b, name)),
  );
};

const sectionRefusals = (before: ComparedTemplate, after: ComparedTemplate): string[] => {
  const [{ Resources: _a, ...a }, { Resources: _b, ...b }] = [before, after];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((section) => !same(Reflect.get(a, section), Reflect.get(b, section)))
    .map((section) => `the template's ${section} differ`);
};

const usesArchive = (resource: Resource): boolean => {
  const text = JSON.stringify(resource);
  return [BUCKET_PARAMETER, KEY_PARAMETER].some(
    (name) => text.includes(`{"Ref":"${name}"}`) || text.includes(`\${${name}}`),
  );
};

/** Callers of a version or alias would not see what only `$LATEST` runs. */
const publishedRefusals = (
  resources: Readonly<Record<string, Resource>>,
  functions: ReadonlyMap<string, readonly string[]>,
): readonly string[] =>
  Object.entries(resources).flatMap(([logicalId, { Type = '', Properties }]) => {
    const text = JSON.stringify(Properties?.['FunctionName'] ?? '');
    const named = [...functions.keys()].find((name) =>
      new RegExp(`"${name}"|\\{${name}[.}]`).test(text),
    );
    return PUBLISHED.includes(Type) && named !== undefined
      ? [`${named} is published by ${logicalId} (${Type}): only its $LATEST would change`]
      : [];
  });
