import type { DataLoss, DeletePlan, Plan, PlannedChange, Purge } from '../provision/index.ts';
import {
  contentsInWords,
  deleteByHand,
  growth,
  holdingInWords,
  lossInWords,
} from '../provision/index.ts';
import {
  archiveTotals,
  largestParts,
  partName,
  partText,
  signedSize,
  unknownParts,
} from './plan/archive-words.ts';
import { changeNote, forcing, isCodeAlone, losses, SIGNS, totals } from './plan/change-words.ts';
import { holderTitle, permissionRows } from './plan/permission-words.ts';
import { propertyLines } from './plan/property-lines.ts';
import { wrapped } from './plan/wrap.ts';
import type { Style } from './terminal.ts';
import { count } from './wording.ts';

/** What CloudFormation will do, for a terminal: resources, permissions, code, and last what is lost. */
export const planLines = (plan: Plan, style: Style, columns: number): readonly string[] => {
  const width = Math.max(0, ...plan.changes.map((change) => change.logicalId.length));
  return [
    `${style.strong('Plan')}: ${totals(plan)}`,
    ...plan.changes.flatMap((change) => changeLines(change, { plan, width, style, columns })),
    ...permissionLines(plan, style, columns),
    ...archiveLines(plan, style),
    ...(plan.makesBucket
      ? [style.dim('  Before it, the bucket for archives is made (once per account and region)')]
      : []),
    style.dim(`  in ${plan.region} of account ${plan.accountId}`),
    ...lossLines(plan, style),
  ];
};

const changeLines = (
  change: PlannedChange,
  {
    plan,
    width,
    style,
    columns,
  }: {
    readonly plan: Plan;
    readonly width: number;
    readonly style: Style;
    readonly columns: number;
  },
): readonly string[] => {
  const { action, logicalId, resourceType } = change;
  const grave = action === 'replace' || action === 'remove';
  const paint =
    action === 'add' || action === 'import' ? style.good : grave ? style.bad : style.warn;
  const head = `  ${paint(SIGNS[action])} ${grave ? style.strong(logicalId.padEnd(width)) : logicalId.padEnd(width)}  ${style.dim(resourceType)}`;
  if (isCodeAlone(change)) return [`${head}  new code`];
  const note = changeNote(change);
  const loud = /^[A-Z]{3}/.test(note);
  const shown = loud ? style.strong(style.bad(note)) : style.warn(note);
  const fits = 4 + width + 2 + resourceType.length + 2 + note.length <= columns;
  const forced = forcing(change);
  return [
    note === '' || !fits ? head : `${head}  ${shown}`,
    ...(note === '' || fits
      ? []
      : wrapped(note, columns - 6).map(
          (line) => `      ${loud ? style.strong(style.bad(line)) : style.warn(line)}`,
        )),
    ...(forced.length === 0
      ? []
      : [
          `      ${style.bad(`${action === 'replace' ? 'forced by' : 'possibly by'} ${forced.join(', ')}`)}`,
        ]),
    ...propertyLines(change, plan, style, columns),
  ];
};

const permissionLines = (
  { permissions }: Plan,
  style: Style,
  columns: number,
): readonly string[] => {
  if (!permissions.known)
    return [
      `${style.strong('Permissions')}: ${style.warn(`how they change is not known (${permissions.why})`)}`,
    ];
  if (permissions.holders.length === 0) return [];
  return [
    style.strong('Permissions'),
    ...permissions.holders.flatMap((holder) => {
      const rows = permissionRows(holder);
      return rows.length === 0
        ? []
        : [
            `  ${holderTitle(holder)}`,
            ...rows.flatMap(({ sign, text, widens }) => {
              const [first = '', ...rest] = wrapped(text, columns - 8);
              const paint = widens ? style.warn : (line: string) => line;
              return [
                `    ${paint(`${sign} ${first}`)}`,
                ...rest.map((line) => `        ${paint(line)}`),
              ];
            }),
          ];
    }),
  ];
};

/** So many parts of the archive are told by name in a terminal. */
const MOST_PARTS = 12;

const archiveLines = ({ archive }: Plan, style: Style): readonly string[] => {
  if (archive === undefined) return [];
  const { shown, others, othersBytes } = largestParts(archive.parts ?? [], MOST_PARTS);
  const width = Math.max(0, ...shown.map((part) => partName(part).length));
  const unknown = unknownParts(archive);
  return [
    `${style.strong('Code')}: ${archiveTotals(archive)}`,
    ...shown.map((part) => {
      const change = growth(part);
      const paint = change > 0 ? style.warn : style.good;
      const sign = part.before === undefined ? '+' : part.after === undefined ? '-' : '~';
      return `  ${sign} ${partName(part).padEnd(width)}  ${paint(signedSize(change).padStart(9))}  ${style.dim(partText(part))}`;
    }),
    ...(others > 0
      ? [style.dim(`    and ${count(others, 'other')}, ${signedSize(othersBytes)}`)]
      : []),
    ...(unknown === undefined ? [] : [style.dim(`  ${unknown}`)]),
  ];
};

const lossLines = (plan: Plan, style: Style): readonly string[] => {
  if (plan.losses !== undefined)
    return [...stoppingLines(plan.losses, style), ...allowedLossLines(plan.losses, style)];
  const lost = losses(plan);
  if (lost.length === 0) return [];
  return [
    style.strong(style.bad('DATA IS LOST')),
    ...lost.map(({ action, logicalId, resourceType, physicalId }) =>
      style.bad(
        `  ${SIGNS[action]} ${logicalId} (${resourceType}${physicalId === undefined ? '' : `, ${physicalId}`}) ${
          action === 'remove'
            ? 'is removed'
            : action === 'replace'
              ? 'is replaced'
              : 'may be replaced'
        } with all that is stored in it`,
      ),
    ),
  ];
};

/** What a deployment would stop at. */
const stoppingLines = (found: readonly DataLoss[], style: Style): readonly string[] => {
  const stopping = found.filter(({ allowedBy }) => allowedBy === 'nothing');
  if (stopping.length === 0) return [];
  return [
    style.strong(style.bad('DATA WOULD BE LOST, so provision stops')),
    ...stopping.flatMap((loss) => [
      style.bad(`  - ${lossInWords(loss)}`),
      `    ${holdingInWords(loss)}`,
    ]),
    `  To go on all the same: ${stopping.map(({ logicalId }) => `--allow-loss ${logicalId}`).join(' ')}`,
  ];
};

const ALLOWED_BY: Readonly<Record<Exclude<DataLoss['allowedBy'], 'nothing'>, string>> = {
  'allow-loss': 'allowed by --allow-loss',
  replaceable: 'replaceable, says the program',
  empty: 'it goes on',
};

/** Data that goes with a plan that goes on; what stops it is told by its error. */
export const goingLossLines = (found: readonly DataLoss[], style: Style): readonly string[] =>
  found.some(({ allowedBy }) => allowedBy === 'nothing') ? [] : allowedLossLines(found, style);

const allowedLossLines = (found: readonly DataLoss[], style: Style): readonly string[] =>
  found.flatMap((loss) =>
    loss.allowedBy === 'nothing'
      ? []
      : [
          `  ${style.warn('!')} ${lossInWords(loss)}`,
          `    ${holdingInWords(loss)}  ${style.dim(`(${ALLOWED_BY[loss.allowedBy]})`)}`,
          ...leftBehindLine(loss),
        ],
  );

const leftBehindLine = ({ old, resourceType, physicalId }: DataLoss): readonly string[] => {
  const command = old === 'left-behind' ? deleteByHand(resourceType, physicalId) : undefined;
  return command === undefined ? [] : [`    to delete what is left behind, later: ${command}`];
};

/** What a deletion takes away and what it leaves. */
export const deletePlanLines = (plan: DeletePlan, style: Style): readonly string[] => {
  const width = Math.max(
    0,
    ...[...plan.goes, ...plan.stays].map((resource) => resource.logicalId.length),
  );
  const { stack } = plan;
  const line = (sign: string, { logicalId, resourceType }: Named, end = '') =>
    `  ${sign} ${logicalId.padEnd(width)}  ${style.dim(resourceType)}${end}`;
  const purged = (resource: Named) =>
    plan.purges.find(({ logicalId }) => logicalId === resource.logicalId);
  return [
    stack === undefined
      ? `${style.strong('Plan')}: purge ${count(plan.purges.length, 'resource')} that no stack manages`
      : `${style.strong('Plan')}: delete ${stack.stackName}, ${count(plan.goes.length, 'resource')} in ${stack.region} of account ${stack.accountId}`,
    ...plan.goes.map((resource) =>
      line(style.bad('-'), resource, purgeNote(purged(resource), style)),
    ),
    ...plan.stays.map((resource) => {
      const purge = purged(resource);
      return purge === undefined
        ? line(style.good('='), resource, `  stays, as ${resource.physicalId ?? 'it is'}`)
        : line(style.bad('-'), resource, purgeNote(purge, style));
    }),
  ];
};

type Named = DeletePlan['goes'][number];

const purgeNote = (purge: Purge | undefined, style: Style): string =>
  purge === undefined
    ? ''
    : `  ${style.bad(`is purged: ${purge.physicalId} ${purge.contents.kind === 'untold' ? `(${purge.contents.why})` : contentsInWords(purge.contents)}`)}`;
