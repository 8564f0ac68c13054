import { describe, expect, it } from 'vitest';
import { evaluateStacks, nextMembers, seededService } from './fixtures/services.ts';
import { divide, readPlacement } from './index.ts';
import type { Division, WholeService } from './index.ts';

const split = (service: WholeService, before?: Division) =>
  divide(service, {
    ...(before === undefined ? {} : { deployed: readPlacement(before.templateBody) ?? new Map() }),
    templateUrl: ({ name }) => `https://example.com/${name}`,
    isList: (_type, attribute) => attribute === 'List',
  });

const serviceOf = (functions: number) =>
  seededService({ members: nextMembers([], functions, functions), variant: functions });

/** The stack of each resource. */
const stacksOf = ({ template, nested }: Division): ReadonlyMap<string, string> =>
  new Map([
    ...Object.keys(template.Resources)
      .filter((id) => !nested.some(({ name }) => name === id))
      .map((id) => [id, ''] as const),
    ...nested.flatMap(({ name, template: inner }) =>
      Object.keys(inner.Resources).map((id) => [id, name] as const),
    ),
  ]);

const sizes = ({ template, nested }: Division) =>
  [template, ...nested.map((one) => one.template)].map((one) => Object.keys(one.Resources).length);

describe('splitting', () => {
  it('leaves a service alone that fits one template', () => {
    const service = serviceOf(60);
    const division = split(service);
    expect(division.nested).toEqual([]);
    expect(division.templateBody).toBe(service.templateBody);
  });

  it('nests functions, and leaves what they share in the root', () => {
    const service = serviceOf(200);
    const division = split(service);
    const stacks = stacksOf(division);
    expect(division.nested.length).toBeGreaterThan(1);
    expect([...stacks].filter(([id, stack]) => id.startsWith('Shared') && stack !== '')).toEqual(
      [],
    );
    expect([...stacks].filter(([id, stack]) => /^Fn\d+$/.test(id) && stack === '')).toEqual([]);
    for (const [id, owner] of service.owners)
      if (owner.startsWith('Fn')) expect(stacks.get(id)).toBe(stacks.get(owner));
  });

  it('gives the same bytes for the same service', () => {
    const [one, other] = [0, 0].map(() => split(serviceOf(300)));
    expect(one).toEqual(other);
  });

  it.each(Array.from({ length: 6 }, (_, seed) => seed))(
    'moves nothing, exceeds nothing, closes no circle and means the same, as services grow and shrink (seed %i)',
    (seed) => {
      let before: Division | undefined;
      let members: ReturnType<typeof nextMembers> = [];
      for (const [round, functions] of [60, 150, 260, 180, 60, 220].entries()) {
        members = nextMembers(members, functions, seed * 100 + round);
        const service = seededService({ members, variant: seed });
        const division = split(service, before);
        if (before !== undefined) {
          const [was, is] = [stacksOf(before), stacksOf(division)];
          const moved = [...was].filter(([id, stack]) => is.has(id) && is.get(id) !== stack);
          expect(moved).toEqual([]);
        }
        for (const size of sizes(division)) expect(size).toBeLessThanOrEqual(500);
        for (const { template } of [division, ...division.nested]) {
          expect(Object.keys(template.Parameters ?? {}).length).toBeLessThanOrEqual(200);
          expect(Object.keys(template.Outputs).length).toBeLessThanOrEqual(200);
        }
        expect(evaluateStacks(division)).toEqual(
          evaluateStacks({ template: service.template, nested: [] }),
        );
        before = division;
      }
    },
  );
});

describe('what is deployed', () => {
  const resource = (properties: object, DependsOn?: readonly string[]) => ({
    Type: 'AWS::X::Y',
    ...(DependsOn === undefined ? {} : { DependsOn }),
    Properties: properties as Record<string, unknown>,
  });
  const whole = (resources: Record<string, object>): WholeService => {
    const template = {
      AWSTemplateFormatVersion: '2010-09-09' as const,
      Resources: resources as WholeService['template']['Resources'],
      Outputs: {},
    };
    return { name: 'Made', template, templateBody: JSON.stringify(template), owners: new Map() };
  };
  const at = (placement: Record<string, string>) => new Map(Object.entries(placement));
  const options = { templateUrl: () => 'https://x', isList: () => false };

  it('keeps a new resource with the stack that both needs it and is needed by it', () => {
    const { nested } = divide(
      whole({
        A: resource({ A: { Ref: 'New' } }),
        B: resource({}),
        New: resource({ B: { 'Fn::GetAtt': ['B', 'Arn'] } }),
      }),
      { ...options, deployed: at({ A: 'Part1', B: 'Part1' }) },
    );
    expect(nested.map(({ template }) => Object.keys(template.Resources))).toEqual([
      ['A', 'B', 'New'],
    ]);
  });

  it('says which resources stand against each other when no placement serves them', () => {
    const service = whole({
      A: resource({ B: { Ref: 'B' } }),
      B: resource({}),
      C: resource({ D: { Ref: 'D' } }),
      D: resource({}),
    });
    expect(() =>
      divide(service, {
        ...options,
        deployed: at({ A: 'Part1', D: 'Part1', B: 'Part2', C: 'Part2' }),
      }),
    ).toThrow(
      /A \(in Part1\) needs B \(in Part2\), C \(in Part2\) needs D \(in Part1\).*known beforehand/s,
    );
  });

  it('is not hidden by a declaration of the name of a nested stack', () => {
    expect(() =>
      divide(whole({ A: resource({}), Part1: resource({}) }), {
        ...options,
        deployed: at({ A: 'Part1' }),
      }),
    ).toThrow(/Part1 is the name of a declaration and of a nested stack/);
  });

  it('waits across stacks as within one', () => {
    const { template, nested } = divide(
      whole({
        A: resource({}),
        B: resource({}, ['A']),
        C: resource({}, ['B']),
        D: resource({}, ['C']),
      }),
      { ...options, deployed: at({ A: '', B: 'Part1', C: 'Part2', D: '' }) },
    );
    expect(template.Resources['Part1']?.DependsOn).toEqual(['A']);
    expect(template.Resources['Part2']?.DependsOn).toEqual(['Part1']);
    expect(template.Resources['D']?.DependsOn).toEqual(['Part2']);
    expect(
      nested.every((one) =>
        Object.values(one.template.Resources).every((two) => two.DependsOn === undefined),
      ),
    ).toBe(true);
  });

  it('is told when the root cannot hold what is in it', () => {
    const resources = Object.fromEntries(
      Array.from({ length: 510 }, (_, n) => [`R${n}`, resource({})]),
    );
    expect(() =>
      divide(whole(resources), {
        ...options,
        deployed: new Map(
          Object.keys(resources).map((id, n) => [id, n < 505 ? '' : 'Part1'] as const),
        ),
      }),
    ).toThrow(/The template of the root has 506 resources; CloudFormation takes 500/);
  });
});
