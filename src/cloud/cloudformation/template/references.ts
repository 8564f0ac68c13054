import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';
import type { ResourceDefinition } from './model.ts';

/** Something that a value of a template refers to. */
export type Reference =
  | { readonly kind: 'ref'; readonly name: string }
  | { readonly kind: 'attribute'; readonly name: string; readonly attribute: string }
  | { readonly kind: 'condition'; readonly name: string };

/** The one function that an object is, if it is one. */
export const functionOf = (value: Json): readonly [name: string, argument: Json] | undefined => {
  if (!isObject(value)) return undefined;
  const names = Object.keys(value);
  const [name] = names;
  if (names.length !== 1 || name === undefined) return undefined;
  if (name !== 'Ref' && !name.startsWith('Fn::')) return undefined;
  return [name, value[name] ?? null];
};

/** `A.B.C` is attribute `B.C` of `A`. */
export const attributeParts = (
  argument: Json,
): { readonly name: Json; readonly attribute: Json } | undefined => {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return dot <= 0 || dot === argument.length - 1
      ? undefined
      : { name: argument.slice(0, dot), attribute: argument.slice(dot + 1) };
  }
  if (!isList(argument) || argument.length < 2) return undefined;
  const [name, ...rest] = argument;
  if (name === undefined || name === '') return undefined;
  const [attribute] = rest;
  if (rest.length === 1 && attribute !== undefined && attribute !== '') return { name, attribute };
  return rest.every((part) => typeof part === 'string' && part !== '')
    ? { name, attribute: rest.join('.') }
    : undefined;
};

/** Names in `${…}` of a text for Fn::Sub; `${!Name}` is none. */
export const subNames = (text: string): readonly string[] =>
  [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name.trim());

/** Everything that a value refers to, each once, in the template's order. */
export const referencesOf = (value: Json): readonly Reference[] => {
  const found = new Map<string, Reference>();
  collect(value, (reference) => {
    const key = `${reference.kind} ${reference.name} ${reference.kind === 'attribute' ? reference.attribute : ''}`;
    if (!found.has(key)) found.set(key, reference);
  });
  return [...found.values()];
};

const collect = (value: Json, add: (reference: Reference) => void): void => {
  if (isList(value)) {
    for (const member of value) collect(member, add);
    return;
  }
  if (!isObject(value)) return;
  const call = functionOf(value);
  if (call === undefined) {
    for (const member of Object.values(value)) collect(member, add);
    return;
  }
  const [name, argument] = call;
  if (name === 'Ref' && typeof argument === 'string') return add({ kind: 'ref', name: argument });
  if (name === 'Fn::GetAtt') {
    const parts = attributeParts(argument);
    if (parts === undefined) return;
    if (typeof parts.name === 'string')
      add({
        kind: 'attribute',
        name: parts.name,
        attribute: typeof parts.attribute === 'string' ? parts.attribute : '',
      });
    return collect(parts.attribute, add);
  }
  if (name === 'Fn::Sub') return collectSub(argument, add);
  if (name === 'Fn::If' && isList(argument)) {
    const [condition, ...branches] = argument;
    if (typeof condition === 'string') add({ kind: 'condition', name: condition });
    else if (condition !== undefined) collect(condition, add);
    return collect(branches, add);
  }
  collect(argument, add);
};

const collectSub = (argument: Json, add: (reference: Reference) => void): void => {
  const [text, variables] = isList(argument) ? argument : [argument];
  const own: JsonObject = isObject(variables) ? variables : {};
  if (typeof text === 'string')
    for (const name of subNames(text)) {
      if (Object.hasOwn(own, name)) continue;
      const dot = name.indexOf('.');
      if (dot > 0)
        add({
          kind: 'attribute',
          name: name.slice(0, dot),
          attribute: name.slice(dot + 1),
        });
      else add({ kind: 'ref', name });
    }
  collect(own, add);
};

/** Everything that makes a resource wait for another, beside its DependsOn. */
export const referencesOfResource = (definition: ResourceDefinition): readonly Reference[] =>
  referencesOf([
    definition.properties,
    definition.metadata ?? {},
    definition.creationPolicy ?? {},
    definition.updatePolicy ?? {},
  ]);
