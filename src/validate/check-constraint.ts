import type { Constraint, PropertyType } from '../schema/index.ts';
import { patternOf } from '../schema/index.ts';
import { intrinsicOf, isNoValue, mayBeAbsent, shown } from './json.ts';
import { listed, nearest } from './nearest.ts';
import type { PropertyPath } from './property-path.ts';
import type { Subject } from './subject.ts';
import { nameOf } from './subject.ts';

/** `1 to 64`, `at least 1`, `at most 64`. */
const rangeOf = ([least, most]: readonly [number | null, number | null]): string => {
  if (least !== null && most !== null)
    return least === most ? String(least) : `${least} to ${most}`;
  return least === null ? `at most ${most}` : `at least ${least}`;
};

const isOutside = (value: number, [least, most]: readonly [number | null, number | null]) =>
  (least !== null && value < least) || (most !== null && value > most);

/** A text, number or Boolean of the right kind against enum, pattern, length and range. */
export const checkScalar = (
  value: unknown,
  { kind }: PropertyType,
  constraint: Constraint,
  path: PropertyPath,
  subject: Subject,
): void => {
  const text = String(value);
  const say = (rule: string) =>
    subject.report.problem(
      'INVALID_VALUE',
      { id: subject.id, path },
      `${nameOf(subject, path)} is ${shown(value)}; ${rule}`,
    );
  const { e, f, r, l, n } = constraint;
  const allowed = e ?? f;
  if (allowed !== undefined && !isAmong(text, constraint)) {
    const meant = /^[\d.]*$/.test(text) ? undefined : nearest(text, allowed);
    say(
      meant === undefined
        ? `${subject.type.name} takes ${listed(allowed)}.`
        : `did you mean ${meant}? ${subject.type.name} takes ${listed(allowed)}.`,
    );
    return;
  }
  if (n !== undefined && (kind === 'integer' || kind === 'number')) {
    if (isOutside(Number(value), n)) say(`${subject.type.name} takes ${rangeOf(n)}.`);
    return;
  }
  if (typeof value !== 'string') return;
  if (l !== undefined && isOutside(lengthOf(text, l), l)) {
    say(
      `that is ${lengthOf(text, l)} characters long, and ${subject.type.name} takes ${rangeOf(l)}.`,
    );
    return;
  }
  if (r !== undefined && patternOf(r)?.test(text) === false)
    say(`${subject.type.name} takes what matches ${r}.`);
};

const isAmong = (text: string, { e, f }: Constraint): boolean =>
  e?.includes(text) === true || f?.some((one) => one.toLowerCase() === text.toLowerCase()) === true;

/** JSON schemas count code points; a text is only taken apart where that could matter. */
const lengthOf = (text: string, [, most]: readonly [number | null, number | null]): number =>
  most !== null && text.length > most ? Array.from(text).length : text.length;

/** A list against the count of its items, and whether they may be alike. */
export const checkList = (
  items: readonly unknown[],
  { c, u }: Constraint,
  path: PropertyPath,
  subject: Subject,
): void => {
  if (c !== undefined) {
    const present = items.filter((item) => !isNoValue(item));
    const certain = present.filter((item) => !mayBeAbsent(item)).length;
    const [least, most] = c;
    // What a function answers may be a list of its own.
    const open = present.some((item) => intrinsicOf(item)?.name === 'Fn::Transform');
    if (!open && ((least !== null && present.length < least) || (most !== null && certain > most)))
      subject.report.problem(
        'INVALID_VALUE',
        { id: subject.id, path },
        `${nameOf(subject, path)} has ${present.length} items; ${subject.type.name} takes ${rangeOf(c)}.`,
      );
  }
  if (u !== true || items.length < 2) return;
  const seen = new Map<string, number>();
  items.forEach((item, index) => {
    const text = JSON.stringify(item);
    const first = seen.get(text);
    if (first === undefined) seen.set(text, index);
    else
      subject.report.problem(
        'INVALID_VALUE',
        { id: subject.id, path: { up: path, key: index } },
        `${nameOf(subject, { up: path, key: index })} is the same as item ${first}; ${subject.type.name} takes each once. Leave one out.`,
      );
  });
};
