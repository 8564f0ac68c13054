import type { CompiledPolicy, Statement } from '../../iam/index.ts';
import type { CheckedNeed } from './journal.ts';
import type { Principal } from './principals.ts';
import type { Store } from './store.ts';

/** What a statement of a role's policies was used for since it is there; with a state folder, in earlier runs too. */
export interface StatementUse {
  readonly roleArn: string;
  /** `ROLE/NAME` of an inline policy, the ARN of a managed one. */
  readonly policy: string;
  /** Position of the statement in it, from 0. */
  readonly statement: number;
  /** Whether it allowed, or denied, what it was used for. */
  readonly effect: 'Allow' | 'Deny';
  readonly count: number;
  readonly actions: readonly string[];
  /** At most {@link RESOURCES_KEPT}. */
  readonly resources: readonly string[];
}

/** More resources than a person would read prove no more. */
export const RESOURCES_KEPT = 1_000;

/** Statements counted, those of roles that are gone included: the one first used is forgotten first. */
const TALLIES_KEPT = 10_000;

/** Counts what the statements of roles are used for. */
export interface Usage {
  note(principal: Principal, need: CheckedNeed): void;
  /** Of the statements that the roles have now. */
  all(): readonly StatementUse[];
}

/** Written with every use, so it holds what is small. */
interface Count {
  readonly accountId: string;
  readonly roleArn: string;
  readonly roleName: string;
  /** `AROA…`: a role that was deleted and made again is another one. */
  readonly roleId: string;
  readonly policy: string;
  readonly statement: number;
  readonly effect: 'Allow' | 'Deny';
  /** The statement as JSON: another one in its place is counted anew. */
  readonly text: string;
  readonly count: number;
}

/** Written once for each action and resource. */
interface Seen {
  readonly tally: string;
  readonly kind: 'action' | 'resource';
  readonly value: string;
}

interface Tally {
  last: Count;
  /** The same object until the policy changes, so it need not be compared as text with every call. */
  source: Statement | undefined;
  readonly actions: Set<string>;
  readonly resources: Set<string>;
}

type Session = Extract<Principal, { readonly kind: 'session' }>;

/** @param policiesOf - The policies that a role has now. */
export const createUsage = (
  store: Pick<Store, 'table'>,
  policiesOf: (role: Session) => readonly CompiledPolicy[],
): Usage => {
  const counts = store.table<Count>('core/usage');
  const seen = store.table<Seen>('core/usage-seen');
  const tallies = new Map<string, Tally>();
  for (const [key, last] of counts.entries())
    tallies.set(key, { last, source: undefined, actions: new Set(), resources: new Set() });
  for (const { tally, kind, value } of seen.values())
    tallies.get(tally)?.[kind === 'action' ? 'actions' : 'resources'].add(value);

  const forget = (key: string, { actions, resources }: Tally) => {
    for (const value of actions) seen.delete(seenKey(key, 'action', value));
    for (const value of resources) seen.delete(seenKey(key, 'resource', value));
    counts.delete(key);
    tallies.delete(key);
  };

  const begin = (key: string, last: Count, source: Statement): Tally => {
    const [oldest] = tallies;
    if (tallies.size >= TALLIES_KEPT && oldest !== undefined) forget(...oldest);
    const tally = { last, source, actions: new Set<string>(), resources: new Set<string>() };
    tallies.set(key, tally);
    return tally;
  };

  const tallyOf = (
    key: string,
    source: Statement,
    place: Omit<Count, 'effect' | 'text' | 'count'>,
  ): Tally => {
    const known = tallies.get(key);
    if (known?.source === source) return known;
    const text = JSON.stringify(source);
    if (known?.last.text === text) {
      known.source = source;
      return known;
    }
    if (known !== undefined) forget(key, known);
    return begin(key, { ...place, effect: source.Effect, text, count: 0 }, source);
  };

  const add = (
    key: string,
    values: Set<string>,
    { kind, value }: Pick<Seen, 'kind' | 'value'>,
  ): void => {
    if (values.has(value) || values.size >= RESOURCES_KEPT) return;
    values.add(value);
    seen.set(seenKey(key, kind, value), { tally: key, kind, value });
  };

  const isCurrent = ({ last }: Tally): boolean => {
    const { policy, statement, text } = last;
    const now = policiesOf(anySessionOf(last)).find(({ name }) => name === policy);
    const source = now?.statements[statement]?.statement;
    return source !== undefined && JSON.stringify(source) === text;
  };

  return {
    note: (principal, { action, resource, decision }) => {
      if (principal.kind !== 'session' || decision.effect === 'implicit-deny') return;
      const { accountId, roleArn, roleName, userId } = principal;
      const roleId = userId.split(':', 1)[0] ?? '';
      for (const { kind, policy, index, statement: source } of decision.statements) {
        if (kind !== 'identity') continue;
        const key = `${roleId} ${index} ${policy}`;
        const place = { accountId, roleArn, roleName, roleId, policy, statement: index };
        const tally = tallyOf(key, source, place);
        tally.last = { ...tally.last, count: tally.last.count + 1 };
        // The first use is written at once; how often it was, with whatever is written next.
        if (tally.last.count === 1) counts.set(key, tally.last);
        else counts.setLater(key, tally.last);
        add(key, tally.actions, { kind: 'action', value: action });
        add(key, tally.resources, { kind: 'resource', value: resource });
      }
    },
    all: () =>
      [...tallies.values()].filter(isCurrent).map(({ last, actions, resources }) => ({
        roleArn: last.roleArn,
        policy: last.policy,
        statement: last.statement,
        effect: last.effect,
        count: last.count,
        actions: [...actions].sort(),
        resources: [...resources].sort(),
      })),
  };
};

const seenKey = (tally: string, kind: Seen['kind'], value: string) => `${tally}\n${kind}\n${value}`;

/** Policies belong to the role, whichever session asks. */
const anySessionOf = ({ accountId, roleArn, roleName, roleId }: Count): Session => ({
  kind: 'session',
  accountId,
  arn: roleArn,
  userId: `${roleId}:`,
  roleArn,
  roleName,
  sessionName: '',
});
