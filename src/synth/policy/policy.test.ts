import { describe, expect, it } from 'vitest';
import { allow, bucket, deny, lambda, service } from '../../index.ts';
import type { Grant } from '../../index.ts';
import { synthesise } from '../index.ts';
import { LIMITS, mergeStatements, packStatements, sizeOf } from './index.ts';
import type { Statement } from './index.ts';

const nothing = async () => undefined;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** What statements say, one effect, action, resource and condition at a time. */
const meaning = (statements: readonly Statement[]): ReadonlySet<string> =>
  new Set(
    statements.flatMap(({ Effect, Action, Resource, Condition }) =>
      listOf(Action).flatMap((action) =>
        listOf(Resource).map((resource) => JSON.stringify([Effect, action, resource, Condition])),
      ),
    ),
  );

/** A row of statements that a seed decides; some differ in one member alone. */
const seeded = (seed: number): readonly Statement[] => {
  let state = seed + 1;
  const any = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: 40 + any(160) }, () => ({
    Effect: any(6) === 0 ? 'Deny' : 'Allow',
    Action: any(2) === 0 ? `s3:Act${any(9)}` : [`s3:Act${any(9)}`, `s3:Do${any(9)}`],
    Resource:
      any(3) === 0
        ? { 'Fn::GetAtt': [`Table${any(60)}`, 'Arn'] }
        : [`arn:aws:s3:::bucket-${any(60)}/*`, { 'Fn::Sub': `\${Bucket${any(60)}.Arn}/*` }],
    ...(any(5) === 0 ? { Condition: { StringEquals: { 'aws:tag/x': `${any(3)}` } } } : {}),
  }));
};

describe('statements', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'mean the same when they are joined and packed, and fit (seed %i)',
    (seed) => {
      const statements = seeded(seed);
      const merged = mergeStatements(statements);
      expect(meaning(merged)).toEqual(meaning(statements));
      expect(sizeOf(merged)).toBeLessThanOrEqual(sizeOf(statements));
      const { inline, managed } = packStatements(merged);
      expect(meaning([inline, ...managed].flat())).toEqual(meaning(statements));
      expect(sizeOf(inline)).toBeLessThanOrEqual(LIMITS.inline);
      for (const policy of managed) expect(sizeOf(policy)).toBeLessThanOrEqual(LIMITS.managed);
    },
  );

  it('are joined where they differ in one member, whatever its order', () => {
    expect(
      mergeStatements([
        { Effect: 'Allow', Action: ['a:B', 'a:C'], Resource: 'one' },
        { Effect: 'Allow', Action: 'x:Y', Resource: '*' },
        { Effect: 'Allow', Action: ['a:C', 'a:B'], Resource: ['two', 'one'] },
        { Effect: 'Deny', Action: ['a:B', 'a:C'], Resource: 'three' },
        { Effect: 'Allow', Action: 'x:Z', Resource: '*' },
      ]),
    ).toEqual([
      { Effect: 'Allow', Action: ['a:B', 'a:C'], Resource: ['one', 'two'] },
      { Effect: 'Allow', Action: ['x:Y', 'x:Z'], Resource: '*' },
      { Effect: 'Deny', Action: ['a:B', 'a:C'], Resource: 'three' },
    ]);
  });
});

describe('a role', () => {
  const granted = (count: number, grant: (n: number) => Grant) =>
    synthesise(
      service('Many', {
        functions: [
          lambda(
            'All',
            {
              grants: Object.fromEntries(
                Array.from({ length: count }, (_, n) => [`g${n}`, grant(n)]),
              ),
            },
            nothing,
          ),
        ],
      }),
    ).template.Resources;

  const only = (n: number) => ({ StringEquals: { 'aws:PrincipalTag/number': `${n}` } });

  it('keeps its statements as they stand in the program while they fit', () => {
    const resources = granted(20, (n) => allow('s3:GetObject').on(`arn:aws:s3:::b${n}/*`));
    const [policy] = (resources['AllRole']?.Properties?.['Policies'] ?? []) as readonly {
      readonly PolicyDocument: { readonly Statement: readonly unknown[] };
    }[];
    expect(policy?.PolicyDocument.Statement).toHaveLength(21);
    expect(Object.keys(resources).sort()).toEqual(['All', 'AllLogs', 'AllRole']);
  });

  it('joins statements before it needs more policies', () => {
    const resources = granted(120, (n) =>
      allow('s3:GetObject').on(`arn:aws:s3:::${'b'.repeat(40)}${n}/*`),
    );
    expect(Object.keys(resources).sort()).toEqual(['All', 'AllLogs', 'AllRole']);
  });

  it('has managed policies beside its own where that has no room', () => {
    const resources = granted(150, (n) =>
      n % 7 === 0
        ? deny('dynamodb:DeleteItem').on(`arn:aws:dynamodb:*:*:table/t${n}`).when(only(n))
        : allow('dynamodb:GetItem')
            .on(bucket(`B${n}`).arn)
            .when(only(n)),
    );
    expect(resources['AllRole']?.Properties?.['ManagedPolicyArns']).toEqual([
      { Ref: 'AllPolicy1' },
      { Ref: 'AllPolicy2' },
      { Ref: 'AllPolicy3' },
      { Ref: 'AllPolicy4' },
      { Ref: 'AllPolicy5' },
    ]);
    expect(resources['AllPolicy2']?.Type).toBe('AWS::IAM::ManagedPolicy');
  });

  it('is told when no number of policies is enough', () => {
    expect(() =>
      granted(900, (n) =>
        allow('dynamodb:GetItem')
          .on(`arn:aws:dynamodb:*:*:table/${'t'.repeat(40)}${n}`)
          .when(only(n)),
      ),
    ).toThrow(
      /The grants of All are too many for one role.*Grant by prefix or tag.*divide the function/s,
    );
  });
});
