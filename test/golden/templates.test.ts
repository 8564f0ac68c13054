import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Templates of whole programs, as text. `UPDATE_GOLDEN=1` writes them anew: read the difference before it is committed.
const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAMS = {
  'hello-world': join(ROOT, 'examples', 'hello-world', 'app.ts'),
  imager: join(ROOT, 'examples', 'imager', 'app.ts'),
  wide: join(ROOT, 'conformance', 'fixtures', 'wide.ts'),
} as const;

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'sparta-golden-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const build = async (program: string, name: string, env: Readonly<Record<string, string>> = {}) => {
  const out = join(scratch, name);
  await promisify(execFile)(process.execPath, [program, 'build', '--out', out], {
    env: { ...process.env, ...env },
  });
  const files = readdirSync(out);
  const archive = files.find((file) => file.endsWith('.zip'));
  return { template: readFileSync(join(out, 'template.json'), 'utf8'), archive };
};

describe.each(Object.entries(PROGRAMS))('%s', (name, program) => {
  it('has the template that was read and committed', async () => {
    const golden = join(import.meta.dirname, `${name}.template.json`);
    const { template } = await build(program, name);
    // The archive's name is its hash: it changes with esbuild and the SDK, the template does not.
    const text = template.replaceAll(/[0-9a-f]{64}/g, 'HASH');
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
    expect(existsSync(golden)).toBe(true);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });
});

it('is the same to the byte in another folder, time zone and locale, archive and all', async () => {
  const copy = join(scratch, 'elsewhere', 'deeper');
  cpSync(join(ROOT, 'examples', 'hello-world'), copy, {
    recursive: true,
    filter: (path) => !/node_modules|\.sparta/.test(path),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const [here, there] = [
    await build(PROGRAMS['hello-world'], 'here', { TZ: 'UTC', LANG: 'C' }),
    await build(join(copy, 'app.ts'), 'there', { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8' }),
  ];
  expect(there).toEqual(here);
  expect(here.archive).toMatch(/^[0-9a-f]{64}\.zip$/);
});

it('does not depend on the order of declarations', async () => {
  const parts = [
    "const a = lambda('Aaa', { on: api.get('/a'), grants: { photos: photos.read() } }, async () => 'a');",
    "const b = lambda('Bbb', { on: [api.get('/b'), photos.objectCreated({})] }, async () => 'b');",
    "const c = lambda('Ccc', { on: topicOf.messages() }, async () => 'c');",
  ];
  const declared = [
    "const api = httpApi('Api');",
    "const photos = bucket('Photos');",
    "const topicOf = topic('News');",
  ];
  const program = (
    name: string,
    first: readonly string[],
    second: readonly string[],
    list: string,
  ) => {
    const file = join(scratch, `${name}.ts`);
    writeFileSync(
      file,
      `import { bucket, httpApi, lambda, main, service, topic } from 'sparta';\n${first.join('\n')}\n${second.join('\n')}\nawait main(service('Order', { functions: [${list}] }));\n`,
    );
    return file;
  };
  symlinkSync(join(ROOT, 'node_modules'), join(scratch, 'node_modules'));
  writeFileSync(join(scratch, 'package.json'), '{"type":"module"}');
  const templates = [
    await build(program('one', declared, parts, 'a, b, c'), 'order-1'),
    await build(program('two', declared.toReversed(), parts.toReversed(), 'c, a, b'), 'order-2'),
  ].map(({ template }) => template.replaceAll(/[0-9a-f]{64}/g, 'HASH'));
  expect(templates[1]).toBe(templates[0]);
});
