import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { artifactTemplate } from '../../src/provision/artifacts/artifact-template.ts';
import { patternOf, resourceType, resourceTypeNames } from '../../src/schema/index.ts';
import { validateTemplate } from '../../src/validate/index.ts';
import { minimalResource, PARAMETERS } from './minimal-resource.ts';

// Validation must never stop what is right: every type that AWS publishes, and every template that is ours.
const types = resourceTypeNames().flatMap((name) => resourceType(name) ?? []);
const findingsOf = (resource: object) =>
  validateTemplate({ Parameters: PARAMETERS, Resources: { It: resource } });

describe('every type that AWS publishes', () => {
  it('takes the least that its schema asks for', () => {
    expect(types.length).toBeGreaterThan(1_800);
    const alarms = types.flatMap((type) =>
      findingsOf(minimalResource(type)).map(({ message }) => `${type.name}: ${message}`),
    );
    expect(alarms).toEqual([]);
  });

  it('misses what is required when it is taken away, and knows nothing of NoSuchThing', () => {
    const wrong: string[] = [];
    for (const type of types) {
      const { Type, Properties } = minimalResource(type);
      const codes = (properties: object) =>
        findingsOf({ Type, Properties: properties }).map(({ code }) => code);
      if (!codes({ ...Properties, NoSuchThing: 1 }).includes('UNKNOWN_PROPERTY'))
        wrong.push(`${Type} takes NoSuchThing`);
      for (const [name, { required }] of type.properties) {
        const { [name]: _taken, ...rest } = Properties;
        if (required && !codes(rest).includes('MISSING_PROPERTY'))
          wrong.push(`${Type} does without ${name}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has patterns that mean in JavaScript what they mean to AWS', () => {
    const model = readFileSync(
      new URL('../../models/cloudformation-constraints.json', import.meta.url),
      'utf8',
    );
    const patterns = new Set(
      [...model.matchAll(/"r":("(?:[^"\\]|\\.)*")/g)].map(
        ([, text]) => JSON.parse(text ?? '""') as string,
      ),
    );
    expect(patterns.size).toBeGreaterThan(2_500);
    // Those that mean nothing here are left out when the model is made; one that is not would be skipped.
    expect([...patterns].filter((text) => patternOf(text) === undefined)).toEqual([]);
    expect(patternOf('\\A[a-z]+\\Z')?.test('abc')).toBe(true);
    expect(patternOf('\\A[a-z]+\\Z')?.test('abc1')).toBe(false);
    // Java's own; without the check it would be the letters Q and E.
    expect(patternOf('^[\\Qa-b\\E_-x]$')).toBeUndefined();
  });
});

describe('every template of this repository', () => {
  it.each(['hello-world', 'imager', 'wide'])('%s', (name) => {
    const text = readFileSync(new URL(`../golden/${name}.template.json`, import.meta.url), 'utf8');
    expect(validateTemplate(JSON.parse(text) as object, { body: text, stackName: 'Any' })).toEqual(
      [],
    );
  });

  it('the bucket for archives', () => {
    const text = artifactTemplate();
    expect(validateTemplate(JSON.parse(text) as object, { body: text })).toEqual([]);
  });
});
