import type { Check } from '../checks.ts';
import { expect } from '../checks.ts';
import type { Outcome, Outcomes } from './ask.ts';
import type { Judgement, Parts } from './scenario.ts';

/** Two clouds that were asked the same. */
export interface Comparison {
  readonly service: string;
  readonly peer: string;
  readonly parts: Parts;
  readonly ours: Outcomes;
  readonly theirs: Outcomes;
  readonly judgements: readonly Judgement[];
  /** What was judged of another peer: it says what AWS does, and need not hold for all of these calls. */
  readonly shared?: readonly Judgement[];
  /** A third answer that decides where it is ours: that of AWS's own program. */
  readonly arbiter?: { readonly name: string; readonly outcomes: Outcomes };
}

/** A call that the two answered differently. */
export interface Difference {
  readonly call: string;
  readonly ours: Outcome;
  readonly theirs: Outcome;
  /** What it was judged to be; the arbiter's name where that decided. */
  readonly judged: Judgement | string | undefined;
}

const same = (a: Outcome | undefined, b: Outcome | undefined) =>
  JSON.stringify(a) === JSON.stringify(b);

const judgementsByCall = (judgements: readonly Judgement[]): ReadonlyMap<string, Judgement> => {
  const byCall = new Map<string, Judgement>();
  for (const judgement of judgements)
    for (const call of judgement.calls) {
      if (byCall.has(call)) throw new Error(`${call} is judged twice`);
      byCall.set(call, judgement);
    }
  return byCall;
};

export const differencesOf = (comparison: Comparison): readonly Difference[] => {
  const { ours, theirs, judgements, shared = [], arbiter } = comparison;
  const judged = judgementsByCall([...judgements, ...shared]);
  return [...ours].flatMap(([call, here]): Difference[] => {
    const there = theirs.get(call) ?? {};
    if (same(here, there)) return [];
    const decided =
      arbiter !== undefined && same(here, arbiter.outcomes.get(call)) ? arbiter.name : undefined;
    return [{ call, ours: here, theirs: there, judged: decided ?? judged.get(call) }];
  });
};

const shown = (outcome: Outcome) => JSON.stringify(outcome).slice(0, 300);

/** One check for each part: that it differs where it was judged, and nowhere else. */
export const checksOf = (comparison: Comparison): readonly Check[] => {
  const differences = new Map(
    differencesOf(comparison).map((difference) => [difference.call, difference]),
  );
  const judged = judgementsByCall(comparison.judgements);
  const known = new Set(Object.values(comparison.parts).flatMap((calls) => Object.keys(calls)));
  const checks = Object.entries(comparison.parts).map(([part, calls]): Check => {
    const names = Object.keys(calls);
    const differing = names.filter((name) => differences.has(name));
    const telling = differing.length === 0 ? '' : `, ${differing.length} differ as judged`;
    return {
      name: `${comparison.service} beside ${comparison.peer}, ${part}: ${names.length} calls, ${names.length - differing.length} alike${telling}`,
      run: async () => {
        const wrong = names.flatMap((name) => {
          const difference = differences.get(name);
          if (difference !== undefined && difference.judged === undefined)
            return [
              `${name} differs and is not judged: here ${shown(difference.ours)}, there ${shown(difference.theirs)}`,
            ];
          // What the arbiter decides needs no judgement, so a judgement of it is as good as gone.
          const needed = difference !== undefined && typeof difference.judged !== 'string';
          return judged.has(name) && !needed ? [`${name} was judged and does not differ`] : [];
        });
        expect(wrong.length === 0, wrong.join('; '));
      },
    };
  });
  const strangers = [...judged.keys()].filter((name) => !known.has(name));
  return strangers.length === 0
    ? checks
    : [
        ...checks,
        {
          name: `${comparison.service} beside ${comparison.peer}: every judgement is of a call`,
          run: async () => expect(false, `there is no call ${strangers.join(', ')}`),
        },
      ];
};
