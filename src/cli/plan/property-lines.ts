import type { Plan, PlannedChange, PlannedProperty } from '../../provision/index.ts';
import type { Style } from '../terminal.ts';
import { count } from '../wording.ts';
import { isCode, isPolicy, pathOf } from './change-words.ts';
import type { ValueDifference } from './value-diff.ts';
import { valueDifferences } from './value-diff.ts';

const INDENT = '      ';
/** A value of more lines than this is told by its first ones; `--json` has it whole. */
const MOST_LINES = 40;

/** The properties of a resource that change, each with its value before and after. */
export const propertyLines = (
  change: PlannedChange,
  plan: Plan,
  style: Style,
  columns: number,
): readonly string[] =>
  change.properties.flatMap((property) => linesOf(property, plan, style, columns));

const linesOf = (
  property: PlannedProperty,
  plan: Plan,
  style: Style,
  columns: number,
): readonly string[] => {
  const path = pathOf(property);
  const notes = noteOf(property, style);
  if (isPolicy(property, plan))
    return [`${INDENT}${path}: ${style.dim('see Permissions')}${notes}`];
  if (isCode(property) && plan.archive !== undefined)
    return [`${INDENT}${path}: ${style.dim('see Code')}`];
  const { before, after } = property;
  if (before === undefined && after === undefined) return [`${INDENT}${path}${notes}`];
  const differences = valueDifferences(before, after);
  const [only] = differences;
  if (only === undefined)
    return [`${INDENT}${path}: ${style.dim('written differently, and the same')}${notes}`];
  if (differences.length === 1 && only.path === '')
    return valueLines(path, only, { notes, indent: INDENT, style, columns });
  return [
    `${INDENT}${path}${notes === '' ? ':' : `${notes}`}`,
    ...differences.flatMap((difference) =>
      valueLines(difference.path, difference, { notes: '', indent: `${INDENT}  `, style, columns }),
    ),
  ];
};

const noteOf = ({ causedBy, recreates }: PlannedProperty, style: Style): string =>
  [
    causedBy === undefined ? '' : style.dim(` because ${causedBy} changes`),
    recreates === 'always' ? style.strong(style.bad(' (forces replacement)')) : '',
    recreates === 'maybe' ? style.warn(' (may force replacement)') : '',
  ].join('');

/** On one line where both values fit on it, else one under the other; nothing is cut. */
const valueLines = (
  path: string,
  { before, after }: ValueDifference,
  {
    notes,
    indent,
    style,
    columns,
  }: {
    readonly notes: string;
    readonly indent: string;
    readonly style: Style;
    readonly columns: number;
  },
): readonly string[] => {
  const single = (lines: readonly string[] | undefined) =>
    lines === undefined ? 'nothing' : lines.length === 1 ? (lines[0] ?? '') : undefined;
  const [old, now] = [single(before), single(after)];
  if (
    old !== undefined &&
    now !== undefined &&
    indent.length + path.length + old.length + now.length + 5 <= columns
  ) {
    const shown = (lines: readonly string[] | undefined, text: string) =>
      lines === undefined ? style.dim(text) : text === '' ? '""' : text;
    return [`${indent}${path}: ${shown(before, old)} → ${shown(after, now)}${notes}`];
  }
  return [
    `${indent}${path}:${notes}`,
    ...block(before, '-', { indent, style }),
    ...block(after, '+', { indent, style }),
  ];
};

const block = (
  lines: readonly string[] | undefined,
  sign: '-' | '+',
  { indent, style }: { readonly indent: string; readonly style: Style },
): readonly string[] => {
  if (lines === undefined) return [];
  const paint = sign === '-' ? style.bad : style.good;
  const rest = lines.length - MOST_LINES;
  return [
    ...lines.slice(0, MOST_LINES).map((line) => `${indent}  ${paint(`${sign} ${line}`)}`),
    ...(rest > 0 ? [`${indent}    ${style.dim(`… ${count(rest, 'more line')}, in --json`)}`] : []),
  ];
};
