import type { Comparison, Difference } from './compare.ts';
import { differencesOf } from './compare.ts';
import type { Judgement } from './scenario.ts';

/** Longest answer that is shown whole. */
const SHOWN = 220;

/** What an answer came to: of a refusal the words alone, where it has no more. */
const answered = ({ status, refused, ...rest }: Difference['ours']): string => {
  const plain = typeof refused === 'string' && Object.keys(rest).length === 0;
  const text = plain
    ? refused
    : JSON.stringify(refused === undefined ? rest['answer'] : { refused, ...rest });
  const short = (text ?? '').length > SHOWN ? `${(text ?? '').slice(0, SHOWN)}…` : (text ?? '');
  const unusual = status !== undefined && status !== 200 && status !== 400;
  return `\`${short.replaceAll('`', "'").replaceAll('\n', ' ')}\`${unusual ? ` (${String(status)})` : ''}`;
};

const row = ({ call, ours, theirs }: Difference) =>
  `- **${call}**: here ${answered(ours)}, there ${answered(theirs)}`;

const section = (judgement: Judgement, differences: readonly Difference[]) =>
  differences.length === 0
    ? ''
    : `#### ${judgement.says}\n\n*${judgement.verdict}*: ${judgement.source}\n\n${differences.map(row).join('\n')}\n`;

const judgedTexts = ({ judgements }: Comparison, differences: readonly Difference[]) =>
  judgements.map((judgement) =>
    section(
      judgement,
      differences.filter(({ judged }) => judged === judgement),
    ),
  );

const listed = (title: string, differences: readonly Difference[]) =>
  differences.length === 0
    ? []
    : [`#### ${title}\n\n${differences.map(({ call }) => call).join('; ')}\n`];

const comparisonText = (comparison: Comparison): string => {
  const { arbiter, ours, peer, service, shared = [] } = comparison;
  const differences = differencesOf(comparison);
  return [
    `### ${service} beside ${peer}\n`,
    `${ours.size} calls, ${ours.size - differences.length} answered alike.\n`,
    ...judgedTexts(comparison, differences),
    ...listed(
      'What AWS does was said of another peer above',
      differences.filter(({ judged }) => shared.some((judgement) => judgement === judged)),
    ),
    ...listed(
      `${arbiter?.name}, AWS's own program, answers as we do`,
      differences.filter(({ judged }) => typeof judged === 'string'),
    ),
  ].join('\n');
};

/** Every difference that the peers showed, with what it was judged to be. */
export const differencesText = (comparisons: readonly Comparison[]): string => {
  const rows = comparisons.map((comparison) => {
    const differences = differencesOf(comparison);
    const of = (verdict: Judgement['verdict']) =>
      differences.filter(
        ({ judged }) =>
          (typeof judged === 'string' ? 'the peer is wrong' : judged?.verdict) === verdict,
      ).length;
    return `| ${comparison.service} | ${comparison.peer} | ${comparison.ours.size} | ${comparison.ours.size - differences.length} | ${of('the peer is wrong')} | ${of('AWS does not tell')} | ${of('ours, on purpose')} |`;
  });
  return [
    '# Differences\n',
    'Made by `npm run conformance`: the same calls, answers and refusals here and at the peers. Ids, times and endpoints are left out.',
    'Each difference was judged by what AWS documents, or by what others have recorded of AWS; the address is told with it. A difference',
    'that is not judged fails the run, and so does a judgement of what no longer differs. Scenarios and judgements are in `peers/`.\n',
    '| service | peer | calls | alike | the peer is wrong | AWS does not tell | ours, on purpose |',
    '|---|---|---:|---:|---:|---:|---:|',
    ...rows,
    '',
    ...comparisons.map(comparisonText),
  ].join('\n');
};
