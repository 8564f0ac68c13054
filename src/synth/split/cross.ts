import { createHash } from 'node:crypto';
import type { Reference } from '../references.ts';
import { changeVariables, readGetAtt } from '../references.ts';
import { crossingOf, OF_THE_STACK } from './load.ts';
import type { Placement } from './placement.ts';
import { ROOT } from './placement.ts';

/** Rewrites references for one stack, and notes what must come in. */
export interface Crossing {
  /** A part of a resource or output of the stack, with what is elsewhere named as it is named here. */
  rewrite(value: unknown): unknown;
  /** What the stack refers to that comes in by parameters, by its name in the stack. */
  readonly imports: ReadonlyMap<string, Reference>;
}

/** What is known of all stacks together. */
export interface Borders {
  readonly placement: Placement;
  /** Parameters of the whole. */
  readonly parameters: ReadonlySet<string>;
  /** Whether a value is a list: it crosses as a text with commas. */
  isList(reference: Reference): boolean;
  /** The name under which something crosses: of the output of one stack, and of the parameter of another. */
  nameOf(reference: Reference): string;
}

/** Names for what crosses. They are made from what it is called alone, so they stay as other things come and go. */
export const crossingNames =
  (taken: ReadonlySet<string>) =>
  (reference: Reference): string => {
    const { name, attribute } = reference;
    const plain = (text: string) => text.replace(/[^A-Za-z0-9]/g, '');
    if (OF_THE_STACK.includes(name))
      return unlessTaken(plain(name.slice('AWS::'.length)), reference, taken);
    // A resource that is not here leaves its name free for the parameter that stands for it.
    if (attribute === undefined) return name;
    const dotted = plain(attribute) === attribute ? '' : hashOf(reference);
    return unlessTaken(`${name}${plain(attribute)}${dotted}`, reference, taken);
  };

const unlessTaken = (name: string, reference: Reference, taken: ReadonlySet<string>) =>
  taken.has(name) ? `${name}${hashOf(reference)}` : name;

const hashOf = (reference: Reference) =>
  createHash('sha256').update(crossingOf(reference)).digest('hex').slice(0, 6).toUpperCase();

/** A reference as the root says it. */
export const inRoot = (reference: Reference, borders: Borders): unknown => {
  const stack = borders.placement.get(reference.name) ?? ROOT;
  if (stack !== ROOT) {
    const output = { 'Fn::GetAtt': [stack, `Outputs.${borders.nameOf(reference)}`] };
    return borders.isList(reference) ? { 'Fn::Split': [',', output] } : output;
  }
  const { name, attribute } = reference;
  return attribute === undefined ? { Ref: name } : { 'Fn::GetAtt': [name, attribute] };
};

/** Reads and rewrites what stands in one stack. */
export const crossInto = (stack: string, borders: Borders): Crossing => {
  const imports = new Map<string, Reference>();
  const isHere = ({ name }: Reference) => {
    const at = borders.placement.get(name);
    if (at !== undefined) return at === stack;
    return stack === ROOT || !(borders.parameters.has(name) || OF_THE_STACK.includes(name));
  };
  const bring = (reference: Reference): string => {
    const name = borders.nameOf(reference);
    imports.set(name, reference);
    return name;
  };
  const change = (reference: Reference, whole: unknown): unknown => {
    if (isHere(reference)) return whole;
    return stack === ROOT ? inRoot(reference, borders) : { Ref: bring(reference) };
  };
  /** In a text, the root names an output of a nested stack by its own variable. */
  const variable = (reference: Reference): string | undefined => {
    if (isHere(reference)) return undefined;
    if (stack !== ROOT) return bring(reference);
    return `${borders.placement.get(reference.name)}.Outputs.${borders.nameOf(reference)}`;
  };
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (entries.length === 1 && first !== undefined) {
      const [key, member] = first;
      if (key === 'Ref' && typeof member === 'string') return change({ name: member }, value);
      if (key === 'Fn::GetAtt') return change(readGetAtt(member), value);
      if (key === 'Fn::Sub') {
        const text = changeVariables(member, variable);
        return {
          'Fn::Sub': Array.isArray(member) ? [text, rewrite(member[1])] : text,
        };
      }
    }
    return Object.fromEntries(entries.map(([key, member]) => [key, rewrite(member)]));
  };
  return { rewrite, imports };
};
