import type { Constraint, PropertyType } from '../schema/index.ts';
import type { PropertyPath } from './property-path.ts';
import type { Subject } from './subject.ts';

/** A value against what AWS's schema says of its place. */
export interface Expected {
  readonly type: PropertyType;
  readonly constraint: Constraint | undefined;
}

/** Checks a value, and by itself all that is in it. */
export type CheckValue = (
  value: unknown,
  expected: Expected,
  path: PropertyPath,
  subject: Subject,
) => void;

const WANTED: Readonly<Record<PropertyType['kind'], string>> = {
  string: 'a text',
  'date-time': 'a date as text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  json: 'any JSON',
  tag: 'an object of Key and Value',
  list: 'a list',
  map: 'an object of names and values',
  object: 'an object',
  union: 'one of several kinds',
};

/** `a list`, `a text or a list`. */
export const wanted = (type: PropertyType): string =>
  type.kind === 'union'
    ? [...new Set(namedOf(type.members).map(wanted))].join(' or ')
    : WANTED[type.kind];

/** JSON beside a list or an object is the same by hand. */
const namedOf = (members: readonly PropertyType[]): readonly PropertyType[] =>
  members.some(({ kind }) => kind === 'list' || kind === 'object')
    ? members.filter(({ kind }) => kind !== 'json')
    : members;
