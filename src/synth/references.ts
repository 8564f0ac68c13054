import type { TemplateBuilder } from './builder.ts';

/** `${Name}`, `${Name.Attribute}`; not `${!literal}`. */
const SUB_VARIABLE = /\$\{([^!}][^}]*)\}/g;

const ownVariables = (sub: unknown): readonly string[] =>
  Array.isArray(sub) && typeof sub[1] === 'object' && sub[1] !== null ? Object.keys(sub[1]) : [];

/** What one intrinsic function names itself: not what stands deeper inside. */
const namesOf = (key: string, member: unknown): readonly string[] => {
  switch (key) {
    case 'Ref':
      return typeof member === 'string' ? [member] : [];
    case 'Fn::GetAtt':
      return [String(Array.isArray(member) ? member[0] : member).split('.')[0] ?? ''];
    case 'Fn::Sub': {
      const own = ownVariables(member);
      return [...String(Array.isArray(member) ? member[0] : member).matchAll(SUB_VARIABLE)]
        .map(([, variable]) => (variable ?? '').trim())
        .filter((variable) => !own.includes(variable))
        .map((variable) => variable.split('.')[0] ?? '');
    }
    default:
      return [];
  }
};

/** Logical ids that a part of a template refers to, pseudo parameters and parameters among them. */
const namesIn = (value: unknown, found = new Set<string>()): ReadonlySet<string> => {
  if (Array.isArray(value)) for (const item of value) namesIn(item, found);
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) {
      for (const name of namesOf(key, member)) found.add(name);
      namesIn(member, found);
    }
  return found;
};

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
