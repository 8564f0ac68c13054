import { expect, it } from 'vitest';
import { divide } from '../../synth/split/index.ts';
import { evaluateStacks, nextMembers, seededService } from '../../synth/split/fixtures/services.ts';
import { joinTemplates } from './deployed-template.ts';

it.each([1, 2, 3])('a split service, joined again, is the one that was split (seed %i)', (seed) => {
  const service = seededService({ members: nextMembers([], 220, seed), variant: seed });
  const { template, nested } = divide(service, {
    templateUrl: ({ name }) => `https://example.com/${name}`,
    isList: (_type, attribute) => attribute === 'List',
  });
  expect(nested.length).toBeGreaterThan(0);
  const parts = new Map(nested.map(({ name, template: inner }) => [name, { ...inner }] as const));
  const joined = joinTemplates({ ...template }, parts) as unknown as typeof template;
  expect(Object.keys(joined.Resources).sort()).toEqual(
    Object.keys(service.template.Resources).sort(),
  );
  const texts = JSON.stringify(joined.Resources);
  expect(texts).not.toContain('Outputs.');
  const { Outputs } = service.template;
  expect(evaluateStacks({ template: { ...joined, Outputs }, nested: [] })).toEqual(
    evaluateStacks({ template: service.template, nested: [] }),
  );
});
