import type { CheckedNeed } from './journal.ts';
import type { Principal } from './principals.ts';

/** What a statement of a role's policies was used for since the cloud started. */
export interface StatementUse {
  readonly roleArn: string;
  /** `ROLE/NAME` of an inline policy, the ARN of a managed one. */
  readonly policy: string;
  /** Position of the statement in it, from 0. */
  readonly statement: number;
  readonly count: number;
  readonly actions: readonly string[];
  /** At most {@link RESOURCES_KEPT}. */
  readonly resources: readonly string[];
}

/** More resources than a person would read prove no more. */
export const RESOURCES_KEPT = 1_000;

/** Counts what the statements of roles are used for. */
export interface Usage {
  note(principal: Principal, need: CheckedNeed): void;
  all(): readonly StatementUse[];
}

interface Tally {
  readonly roleArn: string;
  readonly policy: string;
  readonly statement: number;
  count: number;
  readonly actions: Set<string>;
  readonly resources: Set<string>;
}

export const createUsage = (): Usage => {
  const tallies = new Map<string, Tally>();
  const tallyOf = (roleArn: string, policy: string, statement: number): Tally => {
    const key = `${roleArn} ${statement} ${policy}`;
    const known = tallies.get(key);
    if (known !== undefined) return known;
    const tally = {
      roleArn,
      policy,
      statement,
      count: 0,
      actions: new Set<string>(),
      resources: new Set<string>(),
    };
    tallies.set(key, tally);
    return tally;
  };
  return {
    note: (principal, { action, resource, decision }) => {
      if (principal.kind !== 'session' || decision.effect !== 'allow') return;
      for (const { kind, policy, index } of decision.statements) {
        if (kind !== 'identity') continue;
        const tally = tallyOf(principal.roleArn, policy, index);
        tally.count += 1;
        tally.actions.add(action);
        if (tally.resources.size < RESOURCES_KEPT) tally.resources.add(resource);
      }
    },
    all: () =>
      [...tallies.values()].map((tally) => ({
        ...tally,
        actions: [...tally.actions].sort(),
        resources: [...tally.resources].sort(),
      })),
  };
};
