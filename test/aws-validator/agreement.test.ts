import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@aws/cloudformation-validate';
import { CelEngine, TemplateFile } from '@aws/cloudformation-validate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateTemplate } from '../../src/validate/index.ts';
import { MISTAKES, RIGHT, withMistake } from './mistakes.ts';

// AWS's own validator, which has its own schemas and rules, beside ours: both take what is right and see what is wrong.
const GOLDEN = join(import.meta.dirname, '..', 'golden');

let engine: Engine | undefined;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sparta-agreement-'));
  engine = new CelEngine();
}, 120_000);
afterAll(() => {
  engine?.free();
  rmSync(folder, { recursive: true, force: true });
});

/** What AWS's validator says beside advice: rules of these families are about style, tags and replacement. */
const ADVICE = /^(I\d|W9)/;

const awsSays = (file: string): readonly string[] =>
  (engine?.validateStandard(new TemplateFile(file)).diagnostics ?? [])
    .filter(({ ruleId }) => !ADVICE.test(ruleId))
    .map(({ ruleId, message }) => `${ruleId} ${message}`);

const awsSaysOf = (template: object): readonly string[] => {
  const file = join(folder, 'template.json');
  writeFileSync(file, JSON.stringify(template));
  return awsSays(file);
};

const weSay = (template: object): readonly string[] =>
  validateTemplate(template).map(({ message }) => message);

describe('AWS’s validator and ours', () => {
  it.each(['hello-world', 'imager', 'wide'])('take our template %s', (name) => {
    expect(awsSays(join(GOLDEN, `${name}.template.json`))).toEqual([]);
  });

  it('take a template without a mistake', () => {
    expect([awsSaysOf(RIGHT), weSay(RIGHT)]).toEqual([[], []]);
  });

  it.each(MISTAKES.map((mistake) => [mistake.what, mistake] as const))(
    'see: %s',
    (_what, mistake) => {
      const template = withMistake(mistake);
      expect(weSay(template)).not.toEqual([]);
      // A difference has its reason beside the mistake; one that is gone must go there too.
      expect(awsSaysOf(template).length > 0).toBe(mistake.unseenByAws === undefined);
    },
  );
});
