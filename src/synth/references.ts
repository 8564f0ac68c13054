import type { TemplateBuilder } from './builder.ts';

/** `${Name}`, `${Name.Attribute}`; not `${!literal}`. */
const SUB_VARIABLE = /\$\{([^!}][^}]*)\}/g;

const ownVariables = (sub: unknown): readonly string[] =>
  Array.isArray(sub) && typeof sub[1] === 'object' && sub[1] !== null ? Object.keys(sub[1]) : [];

/** One mention of a resource, a parameter or a pseudo parameter. */
export interface Reference {
  readonly name: string;
  /** Left out for `Ref`. */
  readonly attribute?: string;
}

/** `Name` or `Name.Attribute`, whose attribute may have points of its own. */
const readDotted = (text: string): Reference => {
  const point = text.indexOf('.');
  return point < 0
    ? { name: text }
    : { name: text.slice(0, point), attribute: text.slice(point + 1) };
};

/** The words of `Fn::GetAtt` in either of its forms; undefined where an attribute is itself worked out. */
export const readGetAtt = (member: unknown): Reference =>
  Array.isArray(member)
    ? { name: String(member[0]), attribute: member.slice(1).map(String).join('.') }
    : readDotted(String(member));

/** Every variable of a text of `Fn::Sub` that is not one of its own, put to `change`, which may answer with another one. */
export const changeVariables = (
  member: unknown,
  change: (reference: Reference) => string | undefined,
): string => {
  const own = ownVariables(member);
  return String(Array.isArray(member) ? member[0] : member).replace(
    SUB_VARIABLE,
    (whole, variable: string) => {
      const name = variable.trim();
      if (own.includes(name)) return whole;
      const other = change(readDotted(name));
      return other === undefined ? whole : `\${${other}}`;
    },
  );
};

/** What one intrinsic function names itself: not what stands deeper inside. */
const namedBy = (key: string, member: unknown): readonly Reference[] => {
  switch (key) {
    case 'Ref':
      return typeof member === 'string' ? [{ name: member }] : [];
    case 'Fn::GetAtt':
      return [readGetAtt(member)];
    case 'Fn::Sub': {
      const found: Reference[] = [];
      changeVariables(member, (reference) => {
        found.push(reference);
        return undefined;
      });
      return found;
    }
    default:
      return [];
  }
};

/** Every reference in a part of a template, pseudo parameters and parameters among them. */
export const referencesIn = (value: unknown, found: Reference[] = []): readonly Reference[] => {
  if (Array.isArray(value)) for (const item of value) referencesIn(item, found);
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) {
      found.push(...namedBy(key, member));
      referencesIn(member, found);
    }
  return found;
};

/** Logical ids that a part of a template refers to, pseudo parameters and parameters among them. */
const namesIn = (value: unknown): ReadonlySet<string> =>
  new Set(referencesIn(value).map(({ name }) => name));

/** References to what the template does not have, as CloudFormation would refuse them. */
export const findMissing = (builder: TemplateBuilder, parameters: readonly string[]): void => {
  const check = (from: string, value: unknown) => {
    for (const name of namesIn(value))
      if (!builder.resources.has(name) && !parameters.includes(name) && !name.startsWith('AWS::'))
        builder.problem(
          'MISSING_RESOURCE',
          `${from} refers to ${name}, which is nothing in this service. Declare it, or correct the name.`,
          builder.declaredAt(from),
        );
  };
  for (const [id, resource] of builder.resources) {
    check(id, resource.Properties);
    for (const other of resource.DependsOn ?? []) check(id, { Ref: other });
  }
  for (const [name, { Value }] of builder.outputs) check(name, Value);
};

/** Resources that need each other cannot be made; the way round is told. */
export const findCycle = (builder: TemplateBuilder): void => {
  const edges = new Map<string, readonly string[]>();
  for (const [id, resource] of builder.resources) {
    const needed = new Set([...(resource.DependsOn ?? []), ...namesIn(resource.Properties)]);
    edges.set(
      id,
      [...needed].filter((name) => builder.resources.has(name)),
    );
  }
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): boolean => {
    const start = path.indexOf(id);
    if (start >= 0) {
      const cycle = [...path.slice(start), id];
      builder.problem(
        'CYCLE',
        `These resources need each other, so none can be made first: ${cycle.join(' → ')}. Take one of the references away; a name that is known beforehand (functionName, bucketName) in place of a reference does it.`,
        cycle.map((member) => builder.declaredAt(member)).find((found) => found !== undefined),
      );
      return true;
    }
    if (done.has(id)) return false;
    path.push(id);
    for (const next of edges.get(id) ?? []) if (visit(next)) return true;
    path.pop();
    done.add(id);
    return false;
  };
  for (const id of [...edges.keys()].sort()) if (visit(id)) return;
};
