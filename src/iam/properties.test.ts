import { describe, expect, it } from 'vitest';
import {
  compilePolicy,
  DECISION_REASONS,
  evaluate,
  parsePolicy,
  type AccessRequest,
  type CompiledPolicy,
  type Decision,
  type PolicySet,
  type RequestPrincipal,
  type Statement,
} from './index.ts';

const RUNS = 4_000;

/** A generator with a seed (mulberry32), so that a failure names what it failed on. */
const random = (seed: number) => {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const pick = <T>(from: readonly T[]): T => {
    const chosen = from[below(from.length)];
    if (chosen === undefined) return expect.fail('picked from nothing');
    return chosen;
  };
  const shuffle = <T>(list: readonly T[]): T[] =>
    list
      .map((item) => ({ item, key: next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item);
  return { below, pick, shuffle };
};
type Source = ReturnType<typeof random>;

const [ACCOUNT, OTHER] = ['111122223333', '444455556666'] as const;
const ROLE = 'arn:aws:iam::111122223333:role/r';
const PRINCIPALS: readonly RequestPrincipal[] = [
  { kind: 'root', arn: 'arn:aws:iam::111122223333:root', account: '111122223333' },
  { kind: 'user', arn: 'arn:aws:iam::111122223333:user/u', account: '111122223333' },
  {
    kind: 'role-session',
    arn: 'arn:aws:sts::111122223333:assumed-role/r/s',
    account: '111122223333',
    roleArn: ROLE,
  },
  { kind: 'service', arn: 'sns.amazonaws.com', service: 'sns.amazonaws.com' },
  { kind: 'anonymous', arn: '*' },
];
const NAMES: readonly NonNullable<Statement['Principal']>[] = [
  '*',
  { AWS: '*' },
  { AWS: '111122223333' },
  { AWS: ['111122223333', 'arn:aws:iam::444455556666:root'] },
  { AWS: 'arn:aws:iam::111122223333:user/u' },
  { AWS: [ROLE, 'arn:aws:iam::444455556666:root'] },
  { AWS: ROLE },
  { AWS: 'arn:aws:sts::111122223333:assumed-role/r/s' },
  { Service: 'sns.amazonaws.com' },
];
// What covers much comes more often, so that requests are allowed about as often as they are denied.
const ACTIONS = ['s3:GetObject', 's3:Put*', 's3:*', '*', '*', '*', 'sts:AssumeRole', 'sts:*'];
const RESOURCES = [
  '*',
  '*',
  '*',
  '*',
  'arn:aws:s3:::b/*',
  'arn:aws:s3:::b/k',
  'arn:aws:s3:::b/${aws:username}',
  'arn:aws:s3:::c*',
];
const CONDITIONS: readonly (Statement['Condition'] | undefined)[] = [
  undefined,
  undefined,
  undefined,
  undefined,
  { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
  { StringNotLike: { 'aws:PrincipalArn': '*u' } },
  { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } },
  { Null: { 'aws:SourceArn': true } },
  { NumericLessThanIfExists: { 's3:max-keys': 10 } },
];

const statementOf = (
  source: Source,
  withPrincipal: boolean,
  effect?: 'Allow' | 'Deny',
): Statement => {
  const condition = source.pick(CONDITIONS.map((value) => ({ value }))).value;
  return {
    Effect: effect ?? (source.below(7) === 0 ? 'Deny' : 'Allow'),
    ...(source.below(5) === 0
      ? { NotAction: source.pick(ACTIONS) }
      : { Action: source.pick(ACTIONS) }),
    ...(source.below(5) === 0
      ? { NotResource: source.pick(RESOURCES) }
      : { Resource: source.pick(RESOURCES) }),
    ...(condition === undefined ? {} : { Condition: condition }),
    ...(withPrincipal
      ? { [source.below(6) === 0 ? 'NotPrincipal' : 'Principal']: source.pick(NAMES) }
      : {}),
  };
};

const compile = (statements: readonly Statement[]): CompiledPolicy =>
  compilePolicy(parsePolicy({ Version: '2012-10-17', Statement: statements }));

interface Documents {
  readonly identity: readonly (readonly Statement[])[];
  readonly resource: readonly Statement[];
  readonly boundary: readonly Statement[];
  readonly session: readonly Statement[];
  readonly serviceControl: readonly Statement[];
}

const PLACES = ['identity', 'resource', 'boundary', 'session', 'serviceControl'] as const;
type Place = (typeof PLACES)[number];

/** The documents with one statement more; a place that was empty is there then. */
const withOneMore = (documents: Documents, place: Place, extra: Statement): Documents =>
  place === 'identity'
    ? { ...documents, identity: [...documents.identity, [extra]] }
    : { ...documents, [place]: [...documents[place], extra] };

const some = (source: Source, withPrincipal = false): Statement[] =>
  Array.from({ length: 1 + source.below(3) }, () => statementOf(source, withPrincipal));

const documentsOf = (source: Source): Documents => ({
  identity: Array.from({ length: source.below(4) }, () => some(source)),
  resource: source.below(3) === 0 ? [] : some(source, true),
  boundary: source.below(4) === 0 ? some(source) : [],
  session: source.below(4) === 0 ? some(source) : [],
  serviceControl: source.below(4) === 0 ? some(source) : [],
});

const setOf = ({
  identity,
  resource,
  boundary,
  session,
  serviceControl,
}: Documents): PolicySet => ({
  identity: identity.map(compile),
  ...(resource.length === 0 ? {} : { resource: compile(resource) }),
  ...(boundary.length === 0 ? {} : { boundary: [compile(boundary)] }),
  ...(session.length === 0 ? {} : { session: [compile(session)] }),
  ...(serviceControl.length === 0 ? {} : { serviceControl: [compile(serviceControl)] }),
});

const requestOf = (source: Source): AccessRequest => ({
  // Two of three are users and sessions.
  principal: source.pick([...PRINCIPALS, ...PRINCIPALS.slice(1, 3), ...PRINCIPALS.slice(1, 3)]),
  action: source.pick(['s3:GetObject', 's3:PutObject', 'sts:AssumeRole']),
  resource: source.pick(['arn:aws:s3:::b/k', 'arn:aws:s3:::b/u', 'arn:aws:s3:::c', '*']),
  resourceAccount: source.below(3) === 0 ? OTHER : ACCOUNT,
  context: {
    'aws:RequestedRegion': source.pick(['eu-west-1', 'us-east-1']),
    ...(source.below(2) === 0 ? { 'aws:TagKeys': source.pick([['a'], ['a', 'c'], []]) } : {}),
    ...(source.below(2) === 0 ? { 's3:max-keys': source.pick([5, 50]) } : {}),
  },
});

/** The statements of a decision, whatever their order. */
const statementsOf = ({ statements }: Decision): readonly string[] =>
  statements.map(({ kind, statement }) => JSON.stringify([kind, statement])).sort();

const forAll = (
  property: (source: Source, request: AccessRequest, documents: Documents) => void,
): void => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const source = random(seed);
    property(source, requestOf(source), documentsOf(source));
  }
};

describe('for all policies and requests', () => {
  // Without this, the properties below could hold of nothing.
  it('every answer is given often', () => {
    const answers: Record<string, number> = {};
    forAll((_, request, documents) => {
      const { effect, reason } = evaluate(request, setOf(documents));
      for (const key of [effect, reason]) answers[key] = (answers[key] ?? 0) + 1;
    });
    for (const answer of ['allow', 'implicit-deny', 'explicit-deny'])
      expect(answers[answer], JSON.stringify(answers)).toBeGreaterThan(RUNS / 20);
    for (const reason of Object.keys(DECISION_REASONS))
      expect(answers[reason] ?? 0, `${reason} of ${JSON.stringify(answers)}`).toBeGreaterThan(5);
  });

  it('adding a Deny anywhere never allows', () => {
    forAll((source, request, documents) => {
      const before = evaluate(request, setOf(documents)).effect;
      const place = source.pick(PLACES);
      const extra = statementOf(source, place === 'resource', 'Deny');
      const after = evaluate(request, setOf(withOneMore(documents, place, extra))).effect;
      const told = JSON.stringify({ request, documents, place, extra });
      if (before !== 'allow') expect(after, told).not.toBe('allow');
      if (before === 'explicit-deny') expect(after, told).toBe('explicit-deny');
    });
  });

  it('adding an Allow never denies, to a boundary too once there is one', () => {
    forAll((source, request, documents) => {
      const before = evaluate(request, setOf(documents)).effect;
      const place = source.pick(PLACES);
      const grants = place === 'identity' || place === 'resource';
      if (!grants && documents[place].length === 0) return;
      const extra = statementOf(source, place === 'resource', 'Allow');
      const after = evaluate(request, setOf(withOneMore(documents, place, extra))).effect;
      const told = JSON.stringify({ request, documents, place, extra });
      if (before === 'allow') expect(after, told).toBe('allow');
      expect(after === 'explicit-deny', told).toBe(before === 'explicit-deny');
    });
  });

  it('a Deny that applies decides, wherever it stands', () => {
    forAll((source, request, documents) => {
      const { kind } = request.principal;
      const places =
        kind === 'service' || kind === 'anonymous'
          ? PLACES.filter((place) => place !== 'serviceControl')
          : PLACES;
      const place = source.pick(places);
      const extra: Statement = {
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        ...(place === 'resource' ? { Principal: '*' } : {}),
      };
      const { effect, statements } = evaluate(request, setOf(withOneMore(documents, place, extra)));
      expect(effect).toBe('explicit-deny');
      expect(statements.map(({ statement }) => statement)).toContainEqual(extra);
    });
  });

  it('across accounts neither side is enough', () => {
    forAll((_, request, documents) => {
      const { account, kind } = request.principal;
      if (account === undefined || account === request.resourceAccount) return;
      if (evaluate(request, setOf(documents)).effect !== 'allow') return;
      expect(evaluate(request, setOf({ ...documents, resource: [] })).effect).not.toBe('allow');
      // The root user of the other account is that account.
      if (kind !== 'root')
        expect(evaluate(request, setOf({ ...documents, identity: [] })).effect).not.toBe('allow');
    });
  });

  it('the order of policies and statements does not matter', () => {
    forAll((source, request, documents) => {
      const decided = evaluate(request, setOf(documents));
      const shuffled = evaluate(
        request,
        setOf({
          identity: source.shuffle(documents.identity.map((list) => source.shuffle(list))),
          resource: source.shuffle(documents.resource),
          boundary: source.shuffle(documents.boundary),
          session: source.shuffle(documents.session),
          serviceControl: source.shuffle(documents.serviceControl),
        }),
      );
      expect([shuffled.effect, shuffled.reason]).toEqual([decided.effect, decided.reason]);
      expect(statementsOf(shuffled)).toEqual(statementsOf(decided));
    });
  });

  it('removing a boundary, a session policy or a service control policy never denies', () => {
    forAll((_, request, documents) => {
      if (evaluate(request, setOf(documents)).effect !== 'allow') return;
      const unbound = { ...documents, boundary: [], session: [], serviceControl: [] };
      expect(evaluate(request, setOf(unbound)).effect).toBe('allow');
    });
  });

  it('a service or a stranger gets nothing without a resource policy', () => {
    forAll((_, request, documents) => {
      const { kind } = request.principal;
      if (kind !== 'service' && kind !== 'anonymous') return;
      expect(evaluate(request, setOf({ ...documents, resource: [] })).effect).not.toBe('allow');
    });
  });

  it('the statements of an answer all have its effect', () => {
    forAll((_, request, documents) => {
      const { effect, statements } = evaluate(request, setOf(documents));
      const expected = effect === 'allow' ? 'Allow' : 'Deny';
      expect(statements.every(({ statement }) => statement.Effect === expected)).toBe(true);
      if (effect === 'explicit-deny') expect(statements).not.toHaveLength(0);
    });
  });
});
