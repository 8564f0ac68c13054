import type {
  DeletePlan,
  Plan,
  PlannedAction,
  PlannedChange,
  PlannedProperty,
} from '../provision/index.ts';
import type { Style } from './terminal.ts';
import { count, short } from './wording.ts';

const SIGNS: Readonly<Record<PlannedAction, string>> = {
  add: '+',
  import: '+',
  modify: '~',
  'may-replace': '~',
  unknown: '?',
  replace: '±',
  remove: '-',
};

const WORDS: Readonly<Record<PlannedAction, string>> = {
  add: 'to add',
  import: 'to import',
  modify: 'to change',
  'may-replace': 'to change or replace',
  unknown: 'to change in a way that CloudFormation does not tell',
  replace: 'to replace',
  remove: 'to remove',
};

/** What CloudFormation will do, one line per resource and one per property. */
export const planLines = (plan: Plan, style: Style, columns: number): readonly string[] => {
  const totals = Object.entries(WORDS)
    .map(([action, word]) => {
      const n = plan.changes.filter((change) => change.action === action).length;
      return n === 0 ? '' : `${n} ${word}`;
    })
    .filter(Boolean);
  const width = Math.max(0, ...plan.changes.map((change) => change.logicalId.length));
  return [
    `${style.strong('Plan')}: ${totals.length === 0 ? 'nothing but tags, outputs or policies' : totals.join(', ')}`,
    ...plan.changes.flatMap((change) => changeLines(change, width, style, columns)),
  ];
};

const changeLines = (
  change: PlannedChange,
  width: number,
  style: Style,
  columns: number,
): readonly string[] => {
  const paint =
    change.action === 'add' || change.action === 'import'
      ? style.good
      : change.action === 'remove' || change.action === 'replace'
        ? style.bad
        : style.warn;
  const note = changeNote(change);
  return [
    `  ${paint(SIGNS[change.action])} ${change.logicalId.padEnd(width)}  ${style.dim(change.resourceType)}${note === '' ? '' : `  ${style.bad(note)}`}`,
    ...change.properties.map((property) => `      ${propertyLine(property, style, columns - 6)}`),
  ];
};

const changeNote = (change: PlannedChange): string => {
  if (change.losesData) return 'the old one goes, and what is stored in it is lost';
  if (change.retains) return 'the old one stays behind, outside of the stack';
  if (change.action === 'may-replace') return 'may be replaced';
  return '';
};

const propertyLine = (property: PlannedProperty, style: Style, columns: number): string => {
  const path = property.path
    .replace(/^\/?Properties[./]/, '')
    .replaceAll('/', '.')
    .replace(/^\./, '');
  const forced = property.recreates === 'always' ? style.bad(' (forces replacement)') : '';
  const limit = Math.max(12, Math.floor((columns - path.length - 6) / 2));
  if (property.before === undefined && property.after === undefined) {
    const by =
      property.causedBy === undefined ? '' : style.dim(` because ${property.causedBy} changes`);
    return `${path}${by}${forced}`;
  }
  const before =
    property.before === undefined ? style.dim('nothing') : short(property.before, limit);
  const after = property.after === undefined ? style.dim('nothing') : short(property.after, limit);
  return `${path}: ${before} → ${after}${forced}`;
};

/** What a deletion takes away and what it leaves. */
export const deletePlanLines = (plan: DeletePlan, style: Style): readonly string[] => {
  const width = Math.max(
    0,
    ...[...plan.goes, ...plan.stays].map((resource) => resource.logicalId.length),
  );
  return [
    `${style.strong('Plan')}: delete ${plan.stack.stackName}, ${count(plan.goes.length, 'resource')} in ${plan.stack.region} of account ${plan.stack.accountId}`,
    ...plan.goes.map(
      (resource) =>
        `  ${style.bad('-')} ${resource.logicalId.padEnd(width)}  ${style.dim(resource.resourceType)}`,
    ),
    ...plan.stays.map(
      (resource) =>
        `  ${style.good('=')} ${resource.logicalId.padEnd(width)}  ${style.dim(resource.resourceType)}  stays, as ${resource.physicalId ?? 'it is'}`,
    ),
  ];
};
