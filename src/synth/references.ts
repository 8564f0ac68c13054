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
