import type { PropertyType } from '../schema/index.ts';
import { checkList, checkScalar } from './check-constraint.ts';
import { checkIntrinsic } from './check-intrinsic-value.ts';
import { checkMembers, TAG } from './check-members.ts';
import type { CheckValue, Expected } from './expected.ts';
import { wanted } from './expected.ts';
import { intrinsicOf, isList, isObject, isOpen, shown } from './json.ts';
import type { PropertyPath } from './property-path.ts';
import { countingReport } from './report.ts';
import type { Subject } from './subject.ts';
import { nameOf, resolved } from './subject.ts';

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Text that CloudFormation replaces by what it finds elsewhere. */
export const isDynamic = (value: unknown): boolean =>
  typeof value === 'string' && value.includes('{{resolve:');

/**
 * Whether a scalar is of a kind. CloudFormation reads `"128"` as a number and `true` as a text.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html: "CloudFormation validates the
 * parameter value as a number; however, when you use the parameter elsewhere in your template … the parameter value becomes a string"
 */
const fits = (value: unknown, kind: PropertyType['kind']): boolean => {
  switch (kind) {
    case 'string':
    case 'date-time':
      return isScalar(value);
    case 'integer':
      return typeof value === 'number'
        ? Number.isInteger(value)
        : typeof value === 'string' && INTEGER.test(value);
    case 'number':
      return typeof value === 'number' || (typeof value === 'string' && NUMBER.test(value));
    case 'boolean':
      return (
        typeof value === 'boolean' || (typeof value === 'string' && /^(true|false)$/i.test(value))
      );
    default:
      return false;
  }
};

const mismatch = (
  value: unknown,
  type: PropertyType,
  path: PropertyPath,
  subject: Subject,
): void => {
  // CloudFormation takes no null anywhere, which is told where functions are looked for.
  if (value === null) return;
  subject.report.problem(
    'WRONG_TYPE',
    { id: subject.id, path },
    `${nameOf(subject, path)} is ${shown(value)}; ${subject.type.name} takes ${wanted(type)} there.`,
  );
};

/** Checks a value and all that is in it. */
export const checkValue: CheckValue = (value, { type, constraint: stated }, path, subject) => {
  const call = intrinsicOf(value);
  if (call !== undefined) return checkIntrinsic(call, { type, constraint: stated }, path, subject);
  const constraint = resolved(stated, subject);
  switch (type.kind) {
    case 'json':
      if (constraint !== undefined && typeof value === 'string')
        checkScalar(value, type, constraint, path, subject);
      return undefined;
    case 'list':
      if (!isList(value)) return mismatch(value, type, path, subject);
      value.forEach((item, index) =>
        checkValue(
          item,
          { type: type.element, constraint: constraint?.i },
          { up: path, key: index },
          subject,
        ),
      );
      if (constraint !== undefined) checkList(value, constraint, path, subject);
      return undefined;
    case 'map':
      if (!isObject(value)) return mismatch(value, type, path, subject);
      if (isOpen(value)) return undefined;
      for (const [name, member] of Object.entries(value))
        checkValue(
          member,
          { type: type.element, constraint: constraint?.k },
          { up: path, key: name },
          subject,
        );
      return undefined;
    case 'tag':
      if (!isObject(value)) return mismatch(value, type, path, subject);
      return checkMembers(value, { schemas: TAG, constraint }, path, subject);
    case 'object':
      if (!isObject(value)) return mismatch(value, type, path, subject);
      return checkMembers(
        value,
        { schemas: subject.type.definition(type.name), constraint },
        path,
        subject,
      );
    case 'union':
      return checkUnion(value, { type, constraint }, path, subject);
    default:
      if (isDynamic(value)) return undefined;
      if (!fits(value, type.kind)) return mismatch(value, type, path, subject);
      if (constraint !== undefined) checkScalar(value, type, constraint, path, subject);
      return undefined;
  }
};

/** Whether a value is of a member's outer form, so that the member's mistakes are the ones to tell. */
const isOfForm = (value: unknown, { kind }: PropertyType): boolean => {
  if (isList(value)) return kind === 'list';
  if (isObject(value)) return kind === 'object' || kind === 'map' || kind === 'tag';
  return !['list', 'object', 'map', 'tag', 'json'].includes(kind);
};

const checkUnion = (
  value: unknown,
  { type, constraint }: Expected & { readonly type: PropertyType & { readonly kind: 'union' } },
  path: PropertyPath,
  subject: Subject,
): void => {
  const ofForm = type.members.filter((member) => isOfForm(value, member));
  // `json` beside an object is the same object written by hand: the object knows more.
  const structured = type.members.some(({ kind }) => kind === 'list' || kind === 'object');
  const candidates =
    ofForm.length > 0 || (structured && isScalar(value))
      ? ofForm
      : type.members.filter(({ kind }) => kind === 'json');
  const [only, ...others] = candidates;
  if (only === undefined) return mismatch(value, type, path, subject);
  let best = only;
  if (others.length > 0) {
    let least = Number.POSITIVE_INFINITY;
    for (const member of candidates) {
      const report = countingReport();
      checkValue(value, { type: member, constraint }, path, { ...subject, report });
      if (report.problems() === 0) return undefined;
      if (report.problems() < least) {
        least = report.problems();
        best = member;
      }
    }
  }
  return checkValue(value, { type: best, constraint }, path, subject);
};
