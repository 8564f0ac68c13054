import type { Plan, PlannedChange, PlannedProperty } from '../../provision/index.ts';
import { growth, holdingInWords, lossInWords } from '../../provision/index.ts';
import { count } from '../wording.ts';
import { archiveTotals, partName, partText, signedSize, unknownParts } from './archive-words.ts';
import {
  changeNote,
  forcing,
  isCode,
  isCodeAlone,
  isPolicy,
  losses,
  pathOf,
  SIGNS,
  totals,
} from './change-words.ts';
import { holderTitle, permissionRows } from './permission-words.ts';
import { valueDifferences } from './value-diff.ts';

/**
 * Characters of a comment. GitHub says "Body is too long (maximum is 65536 characters)":
 * https://github.com/googleapis/release-please/issues/1034
 */
export const MAX_COMMENT_LENGTH = 65_536;

/** What a comment on a pull request says beside the plan. */
export interface MarkdownFacts {
  readonly serviceName: string;
  /** Warnings about the program. */
  readonly warnings: readonly string[];
  /** How the user gets the whole plan: `node app.ts plan --json`. */
  readonly whole: string;
}

/** The plan as a comment on a pull request: tables, what is long folded away, cut between rows and said so. */
export const planMarkdown = (plan: Plan, facts: MarkdownFacts): string => {
  const sections = [
    headSection(plan, facts),
    resourceSection(plan),
    permissionSection(plan),
    archiveSection(plan),
    ...plan.changes.toReversed().flatMap((change) => detailSection(change, plan)),
  ];
  return fit(sections, facts.whole);
};

/** A part of the comment: rows can be left out from the end, head and tail cannot. */
interface Section {
  readonly head: string;
  readonly rows: readonly string[];
  readonly tail: string;
}

/** Room for the sentence that says what was left out. */
const RESERVE = 300;

const fit = (sections: readonly Section[], whole: string): string => {
  let room = MAX_COMMENT_LENGTH - RESERVE;
  let missing = 0;
  const written: string[] = [];
  for (const { head, rows, tail } of sections) {
    const frame = head.length + tail.length;
    const kept: string[] = [];
    let used = frame;
    for (const row of rows) {
      if (used + row.length > room) break;
      kept.push(row);
      used += row.length;
    }
    missing += rows.length - kept.length;
    if (used > room || (rows.length > 0 && kept.length === 0)) continue;
    written.push(head, ...kept, tail);
    room -= used;
  }
  if (missing > 0)
    written.push(
      `\n**${count(missing, 'row')} left out**: a comment holds ${MAX_COMMENT_LENGTH} characters. The whole plan: \`${whole}\`.\n`,
    );
  return written.join('');
};

const lossAlert = (plan: Plan): readonly string[] => {
  const assessed = plan.losses?.filter(({ allowedBy }) => allowedBy !== 'empty');
  const sentences =
    assessed?.map((loss) => `${oneLine(lossInWords(loss))}; ${oneLine(holdingInWords(loss))}.`) ??
    losses(plan).map(
      ({ action, logicalId, resourceType }) =>
        `${code(logicalId)} (${resourceType}) ${action === 'remove' ? 'is removed' : action === 'replace' ? 'is **replaced**' : 'may be **replaced**'} with all that is stored in it.`,
    );
  if (sentences.length === 0) return [];
  const stops = assessed?.some(({ allowedBy }) => allowedBy === 'nothing') === true;
  return [
    '> [!CAUTION]',
    stops ? '> **Data would be lost, so `provision` stops.**' : '> **Data is lost.**',
    ...sentences.map((sentence) => `> ${sentence}`),
    '',
  ];
};

const headSection = (plan: Plan, { serviceName, warnings }: MarkdownFacts): Section => {
  const alerts = [
    ...lossAlert(plan),
    ...(warnings.length === 0
      ? []
      : ['> [!WARNING]', ...warnings.map((text) => `> ${oneLine(text)}`), '']),
  ];
  return {
    head: `### ${oneLine(serviceName)}: ${totals(plan)}\n\nStack ${code(plan.stackName)} in ${plan.region} of account ${plan.accountId}.${
      plan.makesBucket ? ' The bucket for archives is made before it.' : ''
    }\n\n`,
    rows: alerts.map((line) => `${line}\n`),
    tail: '',
  };
};

const resourceSection = ({ changes }: Plan): Section => ({
  head: changes.length === 0 ? '' : '| | resource | type | |\n|---|---|---|---|\n',
  // The other way round than in a terminal: what is destroyed comes first, and is the last to be left out.
  rows: changes.toReversed().map((change) => {
    const forced = forcing(change);
    const note = isCodeAlone(change) ? 'new code' : changeNote(change);
    const loud = /^[A-Z]{3}/.test(note) ? `**${note}**` : note;
    return `| ${code(SIGNS[change.action])} | ${code(change.logicalId)} | ${change.resourceType} | ${[
      loud,
      ...(forced.length === 0 ? [] : [`forced by ${forced.map(code).join(', ')}`]),
    ]
      .filter(Boolean)
      .join('; ')} |\n`;
  }),
  tail: changes.length === 0 ? '' : '\n',
});

const permissionSection = ({ permissions }: Plan): Section => {
  if (!permissions.known)
    return {
      head: `**Permissions**: how they change is not known (${oneLine(permissions.why)}).\n\n`,
      rows: [],
      tail: '',
    };
  const rows = permissions.holders.flatMap((holder) =>
    permissionRows(holder).map(
      ({ sign, text, widens }) =>
        `| ${cell(holderTitle(holder))} | ${code(sign)} | ${widens ? `**${cell(text)}**` : cell(text)} |\n`,
    ),
  );
  return rows.length === 0
    ? NOTHING
    : {
        head: '#### Permissions\n\nWhat allows more than before is bold.\n\n| who | | |\n|---|---|---|\n',
        rows,
        tail: '\n',
      };
};

const NOTHING: Section = { head: '', rows: [], tail: '' };

const archiveSection = ({ archive }: Plan): Section => {
  if (archive === undefined) return NOTHING;
  const unknown = unknownParts(archive);
  const parts = archive.parts ?? [];
  const title = `#### Code\n\n${archiveTotals(archive)}. ${unknown ?? ''}\n\n`;
  if (parts.length === 0) return { head: title, rows: [], tail: '' };
  return {
    head: `${title}<details><summary>${count(parts.length, 'module')} changed</summary>\n\n| module | | |\n|---|---:|---|\n`,
    rows: parts.map(
      (part) => `| ${code(partName(part))} | ${signedSize(growth(part))} | ${partText(part)} |\n`,
    ),
    tail: '\n</details>\n\n',
  };
};

const detailSection = (change: PlannedChange, plan: Plan): readonly Section[] => {
  const properties = change.properties.filter(
    (property) => !isPolicy(property, plan) && !(isCode(property) && plan.archive !== undefined),
  );
  if (properties.length === 0 || isCodeAlone(change)) return [];
  const body = properties.flatMap((property) => propertyDiff(property)).join('\n');
  // A fence longer than any in the values, so that none of them ends it.
  const fence = '`'.repeat(
    Math.max(3, ...[...body.matchAll(/`+/g)].map(([run]) => run.length + 1)),
  );
  return [
    {
      head: '',
      rows: [
        `<details><summary>${code(change.logicalId)}: ${count(properties.length, 'property').replace(/ys$/, 'ies')}</summary>\n\n${fence}diff\n${body}\n${fence}\n\n</details>\n`,
      ],
      tail: '',
    },
  ];
};

const propertyDiff = (property: PlannedProperty): readonly string[] => {
  const { before, after, causedBy, recreates } = property;
  const title = `  ${pathOf(property)}${causedBy === undefined ? '' : ` because ${causedBy} changes`}${
    recreates === 'always'
      ? ' (forces replacement)'
      : recreates === 'maybe'
        ? ' (may force replacement)'
        : ''
  }`;
  if (before === undefined && after === undefined) return [title];
  return [
    title,
    ...valueDifferences(before, after).flatMap((difference) => [
      ...(difference.path === '' ? [] : [`    ${difference.path}`]),
      ...(difference.before ?? []).map((line) => `-   ${line}`),
      ...(difference.after ?? []).map((line) => `+   ${line}`),
    ]),
  ];
};

const oneLine = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[<>&]/g, (char) => ENTITIES[char] ?? char);

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

const cell = (text: string): string => oneLine(text).replace(/[|*_`\\[\]]/g, '\\$&');

const code = (text: string): string => `<code>${oneLine(text).replaceAll('|', '&#124;')}</code>`;
