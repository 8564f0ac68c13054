import { describe, expect, it } from 'vitest';
import {
  compilePolicy,
  evaluate,
  parsePolicy,
  type AccessRequest,
  type CompiledPolicy,
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

const ACCOUNTS = ['111122223333', '444455556666'];
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
  { AWS: 'arn:aws:iam::111122223333:user/u' },
  { AWS: [ROLE, 'arn:aws:iam::444455556666:root'] },
  { AWS: 'arn:aws:sts::111122223333:assumed-role/r/s' },
  { Service: 'sns.amazonaws.com' },
];
const ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:Get*', 's3:*', '*', 'sts:AssumeRole'];
const RESOURCES = [
  '*',
  'arn:aws:s3:::b/*',
  'arn:aws:s3:::b/k',
  'arn:aws:s3:::b/${aws:username}',
  'arn:aws:s3:::c*',
];
const CONDITIONS: readonly (Statement['Condition'] | undefined)[] = [
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
    Effect: effect ?? source.pick(['Allow', 'Allow', 'Deny'] as const),
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
}

const some = (source: Source, withPrincipal = false): Statement[] =>
  Array.from({ length: 1 + source.below(3) }, () => statementOf(source, withPrincipal));

const documentsOf = (source: Source): Documents => ({
  identity: Array.from({ length: source.below(3) }, () => some(source)),
  resource: source.below(2) === 0 ? [] : some(source, true),
  boundary: source.below(3) === 0 ? some(source) : [],
  session: source.below(3) === 0 ? some(source) : [],
});

const setOf = ({ identity, resource, boundary, session }: Documents): PolicySet => ({
  identity: identity.map(compile),
  ...(resource.length === 0 ? {} : { resource: compile(resource) }),
  ...(boundary.length === 0 ? {} : { boundary: [compile(boundary)] }),
  ...(session.length === 0 ? {} : { session: [compile(session)] }),
});

const requestOf = (source: Source): AccessRequest => ({
  principal: source.pick(PRINCIPALS),
  action: source.pick(['s3:GetObject', 's3:PutObject', 'sts:AssumeRole']),
  resource: source.pick(['arn:aws:s3:::b/k', 'arn:aws:s3:::b/u', 'arn:aws:s3:::c', '*']),
  resourceAccount: source.pick(ACCOUNTS),
  context: {
    'aws:RequestedRegion': source.pick(['eu-west-1', 'us-east-1']),
    ...(source.below(2) === 0 ? { 'aws:TagKeys': source.pick([['a'], ['a', 'c'], []]) } : {}),
    ...(source.below(2) === 0 ? { 's3:max-keys': source.pick([5, 50]) } : {}),
  },
});

const forAll = (
  property: (source: Source, request: AccessRequest, documents: Documents) => void,
): void => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const source = random(seed);
    property(source, requestOf(source), documentsOf(source));
  }
};

describe('for all policies and requests', () => {
  it('adding a Deny never allows', () => {
    forAll((source, request, documents) => {
      const before = evaluate(request, setOf(documents)).effect;
      const extra = statementOf(source, false, 'Deny');
      const after = evaluate(
        request,
        setOf({ ...documents, identity: [...documents.identity, [extra]] }),
      ).effect;
      if (before !== 'allow')
        expect(after, JSON.stringify({ request, documents, extra })).not.toBe('allow');
      if (before === 'explicit-deny') expect(after).toBe('explicit-deny');
    });
  });

  it('adding an Allow to identity or resource never denies', () => {
    forAll((source, request, documents) => {
      const before = evaluate(request, setOf(documents)).effect;
      const inResource = source.below(2) === 0;
      const extra = statementOf(source, inResource, 'Allow');
      const after = evaluate(
        request,
        setOf(
          inResource
            ? { ...documents, resource: [...documents.resource, extra] }
            : { ...documents, identity: [...documents.identity, [extra]] },
        ),
      ).effect;
      const told = JSON.stringify({ request, documents, extra });
      if (before === 'allow') {
        // A role named in a resource policy is bounded, as it is when an identity policy allows: never more denied.
        expect(after, told).toBe('allow');
      }
      expect(after === 'explicit-deny', told).toBe(before === 'explicit-deny');
    });
  });

  it('the order of policies and statements does not matter', () => {
    forAll((source, request, documents) => {
      const { effect, reason, statements } = evaluate(request, setOf(documents));
      const shuffled = evaluate(
        request,
        setOf({
          identity: source.shuffle(documents.identity.map((list) => source.shuffle(list))),
          resource: source.shuffle(documents.resource),
          boundary: source.shuffle(documents.boundary),
          session: source.shuffle(documents.session),
        }),
      );
      expect(shuffled).toMatchObject({ effect, reason });
      expect(shuffled.statements).toHaveLength(statements.length);
    });
  });

  it('removing a boundary or a session policy of Allows never denies', () => {
    forAll((_, request, documents) => {
      if (evaluate(request, setOf(documents)).effect !== 'allow') return;
      expect(evaluate(request, setOf({ ...documents, boundary: [], session: [] })).effect).toBe(
        'allow',
      );
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
