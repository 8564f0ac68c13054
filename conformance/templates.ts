import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { artifactTemplate } from '../src/provision/artifacts/artifact-template.ts';
import type { Check } from './checks.ts';
import { expect } from './checks.ts';
import { ROOT, run, SCRATCH, VENV } from './processes.ts';

/** Every template that we write: examples, a program that states everything, and the bucket for archives. */
const PROGRAMS = [
  ['hello-world', join(ROOT, 'examples', 'hello-world', 'app.ts')],
  ['imager', join(ROOT, 'examples', 'imager', 'app.ts')],
  ['everything', join(ROOT, 'conformance', 'fixtures', 'wide.ts')],
] as const;

const templateIn = (folder: string): string => {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((file) =>
    file.endsWith('template.json'),
  );
  if (found === undefined) throw new Error(`no template in ${folder}`);
  return join(folder, found);
};

const lint = async (file: string) => {
  const text = await run(join(VENV, 'cfn-lint'), ['--format', 'parseable', '--', file]);
  expect(text.trim() === '', text);
};

/** cfn-lint, without an error or a warning. */
export const templateChecks = (): readonly Check[] => [
  ...PROGRAMS.map(([name, program]) => ({
    name,
    run: async () => {
      const out = join(SCRATCH, `built-${name}`);
      await run(process.execPath, [program, 'build', '--out', out]);
      await lint(templateIn(out));
    },
  })),
  {
    name: 'the bucket for archives',
    run: async () => {
      const file = join(SCRATCH, 'artifacts.json');
      writeFileSync(file, artifactTemplate());
      await lint(file);
    },
  },
];
