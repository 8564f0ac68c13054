import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadModel } from './core/protocols/index.ts';
import { SERVICES } from './registry.ts';

const here = import.meta.dirname;
const drawers = [
  'lambda',
  'cloudformation',
  ...readdirSync(join(here, 'services')).map((name) => join('services', name)),
];

it('has every drawer, and nothing else', () => {
  const ids = drawers.map((drawer) => drawer.replace(/^services[\\/]/, ''));
  expect(SERVICES.map(({ id }) => id).sort()).toEqual(ids.sort());
});

it('tells of every drawer in a README', () => {
  for (const drawer of drawers) {
    const readme = join(here, drawer, 'README.md');
    expect(existsSync(readme), readme).toBe(true);
    expect(readFileSync(readme, 'utf8')).toMatch(/Differs/);
  }
});

describe.each(SERVICES.map((service) => [service.id, service] as const))('%s', (id, service) => {
  it('answers operations that AWS has, each under a permission that it states', () => {
    const known = new Set(loadModel(id).operationNames);
    expect(known.size).toBeGreaterThan(0);
    for (const [name, { needs, handle }] of Object.entries(service.operations)) {
      expect(known).toContain(name);
      expect([typeof needs, typeof handle]).toEqual(['function', 'function']);
    }
  });

  it('has one provider of a resource type', () => {
    const types = (service.resources ?? []).map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
    for (const type of types) expect(type).toMatch(/^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+$/);
  });
});
