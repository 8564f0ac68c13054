import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = `import { lambda, main, service } from 'sparta';
const hello = lambda('Hello', {}, async () => 'Hello');
await main(service('Greeter', { functions: [hello] }));
`;

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sparta-run-program-'));
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(ROOT, join(dir, 'node_modules', 'sparta'));
  const files: Readonly<Record<string, string>> = {
    'package.json': '{"type":"module"}',
    'app.ts': PROGRAM,
    'syntax.ts': "import { lambda } from 'sparta';\nconst hello = ;\n",
    'missing.ts': "import './stam.ts';\n",
    'stamp.ts': 'export {};\n',
    'export.ts': "import { lamda } from 'sparta';\nlamda();\n",
    'throws.ts': 'const text: string | undefined = undefined;\nconsole.log(text!.length);\n',
    'twice.ts': PROGRAM.replace('[hello]', "[hello, lambda('Hello', {}, async () => 'again')]"),
    'nothing.ts': 'export {};\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const sparta = (...args: readonly string[]) =>
  new Promise<{ readonly code: number | null; readonly out: string; readonly error: string }>(
    (resolve) => {
      const child = spawn(process.execPath, [join(ROOT, 'bin', 'sparta.mjs'), ...args], {
        cwd: dir,
        env: { ...process.env, SPARTA_FROM_SOURCE: '1', NO_COLOR: '1' },
      });
      let [out, error] = ['', ''];
      child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
      child.stderr.on('data', (piece: Buffer) => (error += piece.toString()));
      child.once('close', (code) => resolve({ code, out, error }));
    },
  );

it('runs app.ts, or the program that is named, with the options after it', async () => {
  for (const args of [['build'], ['build', 'app.ts', '--json']]) {
    const { code, out, error } = await sparta(...args);
    expect([code, error]).toEqual([0, '']);
    expect(out).toContain(args.includes('--json') ? '"template"' : 'Greeter built');
  }
});

it.each([
  ['does not parse', 'syntax.ts', /^syntax\.ts:2:15: Unexpected ";"\.\n[\s\S]*\^\n$/],
  [
    'imports what is not there',
    'missing.ts',
    /^missing\.ts:1:8: "\.\/stam\.ts" was not found\.[\s\S]*Did you mean "\.\/stamp\.ts"\?\n$/,
  ],
  [
    'imports a name that is not there',
    'export.ts',
    /^export\.ts:1:10: No matching export in .* for import "lamda"/,
  ],
  [
    'throws before it comes to main',
    'throws.ts',
    /^throws\.ts:2:\d+: TypeError: Cannot read properties of undefined \(reading 'length'\)\n/,
  ],
  ['has two functions of one name', 'twice.ts', /^twice\.ts:\d+: Two functions are named Hello/],
  [
    'is no service',
    'nothing.ts',
    /^nothing\.ts does not provision anything\.\nA program ends with/,
  ],
  [
    'is not there',
    'gone.ts',
    /^There is no program gone\.ts here\.\nSay where it is: sparta build path/,
  ],
])('says in a sentence that the program %s', async (_what, program, sentence) => {
  const { code, out, error } = await sparta('build', program);
  expect(error).toMatch(sentence);
  expect(error).not.toMatch(/^\s+at .*\d+:\d+\)?$/m);
  expect([code, out]).toEqual([3, '']);
});
