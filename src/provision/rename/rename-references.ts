import type { Rename } from './detect-renames.ts';

type Names = ReadonlyMap<string, string>;

/** A part of a template, with its references under new names; nothing else of it is touched. */
export const renameReferences = (value: unknown, moves: readonly Rename[]): unknown =>
  rewrite(value, new Map(moves.map(({ from, to }) => [from, to])));

const rewrite = (value: unknown, names: Names): unknown => {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, rewriteMember(key, member, names)]),
  );
};

const rewriteMember = (key: string, member: unknown, names: Names): unknown => {
  switch (key) {
    case 'Ref':
      return typeof member === 'string' ? (names.get(member) ?? member) : rewrite(member, names);
    case 'Fn::GetAtt':
      return renameAttribute(member, names);
    case 'Fn::Sub':
      return renameSub(member, names);
    default:
      return rewrite(member, names);
  }
};

const renameAttribute = (member: unknown, names: Names): unknown => {
  if (typeof member === 'string') {
    const [id = '', ...attribute] = member.split('.');
    return [names.get(id) ?? id, ...attribute].join('.');
  }
  if (!Array.isArray(member)) return rewrite(member, names);
  const [id, ...attribute] = member as readonly unknown[];
  return [typeof id === 'string' ? (names.get(id) ?? id) : id, ...attribute];
};

const renameSub = (member: unknown, names: Names): unknown => {
  if (typeof member === 'string') return renameText(member, names);
  if (!Array.isArray(member)) return rewrite(member, names);
  const [text, variables] = member as readonly unknown[];
  const own = typeof variables === 'object' && variables !== null ? Object.keys(variables) : [];
  const others = new Map([...names].filter(([from]) => !own.includes(from)));
  return [
    typeof text === 'string' ? renameText(text, others) : text,
    ...(variables === undefined ? [] : [rewrite(variables, names)]),
  ];
};

/** `${Photos.Arn}`, not `${!Photos}` */
const renameText = (text: string, names: Names): string =>
  text.replace(/\$\{\s*([^!}.\s]+)([^}]*)\}/g, (whole, id: string, rest: string) => {
    const to = names.get(id);
    return to === undefined ? whole : `\${${to}${rest}}`;
  });

const renameOne = (id: unknown, moves: readonly Rename[]): unknown =>
  moves.find(({ from }) => from === id)?.to ?? id;

/** A template in which resources have other logical ids, and are the same in all else. */
export const renameResources = (
  template: Readonly<Record<string, unknown>>,
  moves: readonly Rename[],
): Readonly<Record<string, unknown>> => {
  const resources = template['Resources'] as Readonly<
    Record<string, Readonly<Record<string, unknown>>>
  >;
  return {
    ...(renameReferences(template, moves) as Readonly<Record<string, unknown>>),
    Resources: Object.fromEntries(
      Object.entries(resources).map(([id, resource]) => {
        const { DependsOn: needed } = resource;
        return [
          String(renameOne(id, moves)),
          {
            ...(renameReferences(resource, moves) as object),
            ...(needed === undefined
              ? {}
              : {
                  DependsOn: Array.isArray(needed)
                    ? needed.map((one) => renameOne(one, moves))
                    : renameOne(needed, moves),
                }),
          },
        ];
      }),
    ),
  };
};
