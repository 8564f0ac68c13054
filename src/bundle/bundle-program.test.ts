import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { notWritten } from './bundle-error.ts';
import { Project } from './fixtures/project.ts';
import { BundleError } from './index.ts';

const PROGRAM = {
  'app.ts': `import { main, service } from 'sparta';
import { stamp } from './functions/stamp.ts';
import { info } from './functions/info.ts';
export const imager = service('Imager', { functions: [stamp, info] });
await main(imager);
`,
  'functions/stamp.ts': `import { lambda } from 'sparta';
import { shared } from '../lib/shared.ts';
(globalThis as { seen?: string[] }).seen = [...((globalThis as { seen?: string[] }).seen ?? []), 'stamp'];
export const stamp = lambda('Stamp', {}, async (event: { n: number }) => ({ stamped: shared(event.n), seen: (globalThis as { seen?: string[] }).seen }));
`,
  'functions/info.ts': `import { lambda } from 'sparta';
import { shared } from '../lib/shared.ts';
(globalThis as { seen?: string[] }).seen = [...((globalThis as { seen?: string[] }).seen ?? []), 'info'];
export const info = lambda('Info', {}, async () => ({ info: shared(1), seen: (globalThis as { seen?: string[] }).seen }));
`,
  'lib/shared.ts': 'export const shared = (n: number): number => n * 2;\n',
};
const FUNCTIONS = { Stamp: 'functions/stamp.ts', Info: 'functions/info.ts' };

/** A file's clock ticks in milliseconds: what is older than the build is beyond doubt. */
const age = (project: Project): void => {
  const past = new Date(Date.now() - 60_000);
  for (const name of Object.keys(PROGRAM)) utimesSync(project.path(name), past, past);
  for (const name of [
    'package.json',
    'node_modules/sparta/package.json',
    'node_modules/sparta/lambda.js',
  ]) {
    utimesSync(project.path(name), past, past);
  }
};

const failure = async (promise: Promise<unknown>): Promise<BundleError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BundleError);
  return error as BundleError;
};

describe('one archive for all functions', () => {
  it('evaluates only the module of the function that the environment names', async () => {
    using project = new Project(PROGRAM);
    const archive = await project.bundle(FUNCTIONS);
    expect(await project.invoke(archive, 'Stamp', { n: 21 })).toEqual({
      stamped: 42,
      seen: ['stamp'],
    });
    expect(await project.invoke(archive, 'Info')).toEqual({ info: 2, seen: ['info'] });
  });

  it('is one file when the program declares everything itself', async () => {
    using project = new Project({
      'app.ts': `import { lambda, main, service } from 'sparta';
const hello = lambda('Hello', {}, async () => 'hello');
await main(service('Hello', { functions: [hello] }));
`,
    });
    const archive = await project.bundle({ Hello: 'app.ts' });
    expect(archive.files.map(({ path }) => path)).toEqual(['index.mjs', 'index.mjs.map']);
    expect(await project.invoke(archive, 'Hello')).toBe('hello');
  });

  it('loads a lazy handler from a chunk of its own', async () => {
    using project = new Project({
      'app.ts': `import { lambda, main, service } from 'sparta';
const lazy = lambda('Lazy', {}, async (event: unknown) => (await import('./heavy.ts')).work(event));
const light = lambda('Light', {}, async () => Reflect.get(globalThis, 'heavy') ?? 'not loaded');
await main(service('Both', { functions: [lazy, light] }));
`,
      'heavy.ts': `Reflect.set(globalThis, 'heavy', 'loaded');\nexport const work = (event: unknown) => ({ worked: event });\n`,
    });
    const archive = await project.bundle({ Lazy: 'app.ts', Light: 'app.ts' });
    expect(await project.invoke(archive, 'Lazy', 7)).toEqual({ worked: 7 });
    expect(await project.invoke(archive, 'Light')).toBe('not loaded');
  });

  it('evaluates the whole program for a function that its module alone does not declare', async () => {
    using project = new Project({
      'app.ts': `import { main, service } from 'sparta';
import { make } from './factory.ts';
await main(service('Made', { functions: [make('A'), make('B')] }));
`,
      'factory.ts': `import { lambda } from 'sparta';\nexport const make = (name: string) => lambda(name, {}, async () => 'made ' + name);\n`,
    });
    const archive = await project.bundle({ A: 'factory.ts', B: 'factory.ts' });
    expect(await project.invoke(archive, 'B')).toBe('made B');
  });

  it('evaluates a module that imports itself in a circle in the order of the program', async () => {
    using project = new Project({
      'app.ts': `import { main, service } from 'sparta';
import { title } from './title.ts';
import { read } from './read.ts';
import { other } from './other.ts';
await main(service(title, { functions: [read, other] }));
`,
      // Whoever comes first sees the other undone; the program begins with this one.
      'title.ts': `import { suffix } from './read.ts';\nexport const title = 'Title' + suffix();\n`,
      'read.ts': `import { lambda } from 'sparta';
import { title } from './title.ts';
export const suffix = () => '!';
export const read = lambda('Read', {}, async () => title);
`,
      'other.ts': `import { lambda } from 'sparta';\nexport const other = lambda('Other', {}, async () => 'other');\n`,
    });
    const archive = await project.bundle({ Read: 'read.ts', Other: 'other.ts' });
    expect(await project.invoke(archive, 'Read')).toBe('Title!');
    expect(await project.invoke(archive, 'Other')).toBe('other');
  });

  it('says what it is made of', async () => {
    using project = new Project(PROGRAM);
    const archive = await project.bundle(FUNCTIONS);
    const bytes = readFileSync(archive.path);
    expect(archive.sizeBytes).toBe(bytes.byteLength);
    const unpacked = unzipSync(bytes);
    expect(archive.files).toEqual(
      Object.keys(unpacked).map((path) => ({ path, sizeBytes: unpacked[path]?.byteLength })),
    );
    expect(archive.unpackedBytes).toBe(
      archive.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    );
    expect(archive.packages.map(({ name }) => name).sort()).toEqual(['', 'sparta']);
    expect(archive.warnings).toEqual([]);
  });
});

describe('the same bytes', () => {
  it.each([{ minify: true }, { minify: false }])(
    'in another directory, depth and time zone: %o',
    async ({ minify }) => {
      using here = new Project(PROGRAM);
      using there = new Project(PROGRAM, 'some/where/else entirely');
      // A package that lies elsewhere, as linked ones do: its relative path differs between the two.
      for (const project of [here, there]) {
        project.link('semver').write({
          'lib/shared.ts':
            "import { major } from 'semver';\nexport const shared = (n: number): number => n * major('2.0.0');\n",
        });
      }
      const first = await here.bundle(FUNCTIONS, { minify });
      const script = `
      const { bundleProgram } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))});
      const archive = await bundleProgram({ entry: ${JSON.stringify(there.path('app.ts'))}, architecture: 'x86_64', minify: ${minify}, functions: [
        { name: 'Info', module: ${JSON.stringify(there.path('functions/info.ts'))} },
        { name: 'Stamp', module: ${JSON.stringify(there.path('functions/stamp.ts'))} },
      ] });
      process.stdout.write(archive.sha256);
      process.exit(0);`;
      const second = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: '/',
        env: { PATH: process.env['PATH'], TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8' },
        encoding: 'utf8',
      });
      expect(second).toBe(first.sha256);
    },
  );

  it('hold no path of this machine', async () => {
    using project = new Project(PROGRAM);
    project.link('semver').write({
      'lib/shared.ts':
        "import { major } from 'semver';\nexport const shared = (n: number): number => n * major('2.0.0');\n",
    });
    const archive = await project.bundle(FUNCTIONS, { minify: false });
    for (const [name, bytes] of Object.entries(unzipSync(readFileSync(archive.path)))) {
      const text = Buffer.from(bytes).toString();
      expect.soft(text, name).not.toContain(project.dir);
      expect.soft(text, name).not.toContain(process.cwd());
    }
  });
});

describe('source maps', () => {
  it('lead from the archive to the program, and to nothing else', async () => {
    using project = new Project({
      'app.ts': `import { lambda, main, service } from 'sparta';
import { major } from 'semver';
const fails = lambda('Fails', {}, async () => {
  if (major('1.0.0') === 1) {
    throw new TypeError('on line 5');
  }
});
await main(service('Fails', { functions: [fails] }));
`,
    }).link('semver');
    const archive = await project.bundle({ Fails: 'app.ts' });
    const dir = project.unpack(archive);
    const map = JSON.parse(readFileSync(join(dir, 'index.mjs.map'), 'utf8')) as {
      sources: string[];
    };
    expect(map.sources).toEqual(['app.ts']);
    let output = '';
    try {
      execFileSync(
        process.execPath,
        [
          '--enable-source-maps',
          '--input-type=module',
          '-e',
          `const { handler } = await import('./index.mjs'); await handler({});`,
        ],
        { cwd: dir, env: { SPARTA_FUNCTION: 'Fails' }, encoding: 'utf8', stdio: 'pipe' },
      );
    } catch (error) {
      output = String((error as { stderr?: unknown }).stderr);
    }
    expect(output).toMatch(/TypeError: on line 5\n\s+at .*app\.ts:5:11/);
  });

  it('can be left out', async () => {
    using project = new Project(PROGRAM);
    const archive = await project.bundle(FUNCTIONS, { sourcemap: 'none' });
    expect(archive.files.filter(({ path }) => path.endsWith('.map'))).toEqual([]);
  });
});

describe('a second run', () => {
  it('of an unchanged program returns the same archive', async () => {
    using project = new Project(PROGRAM);
    age(project);
    const first = await project.bundle(FUNCTIONS);
    const second = await project.bundle(FUNCTIONS);
    expect(first.cached).toBe(false);
    expect(second).toEqual({ ...first, cached: true });
  });

  it('takes a file that was only touched for unchanged', async () => {
    using project = new Project(PROGRAM);
    age(project);
    await project.bundle(FUNCTIONS);
    const now = new Date();
    utimesSync(project.path('lib/shared.ts'), now, now);
    expect((await project.bundle(FUNCTIONS)).cached).toBe(true);
  });

  it.each<[what: string, change: (project: Project) => void]>([
    [
      'a changed module',
      (project) =>
        project.write({ 'lib/shared.ts': 'export const shared = (n: number): number => n * 3;\n' }),
    ],
    [
      'a new module that shadows another',
      (project) => project.write({ 'lib/shared.tsx': 'export const other = 1;\n' }),
    ],
    [
      'a new tsconfig.json',
      (project) =>
        project.write({ 'tsconfig.json': '{ "compilerOptions": { "target": "es2022" } }' }),
    ],
    [
      'another version of a dependency',
      (project) =>
        project.write({
          'node_modules/sparta/package.json': project
            .read('node_modules/sparta/package.json')
            .replace('1.0.0', '1.0.1'),
        }),
    ],
    ['an installation', (project) => project.write({ 'node_modules/.package-lock.json': '{}' })],
    [
      'a removed archive',
      (project) => rmSync(project.path('.sparta/archives'), { recursive: true }),
    ],
    [
      'a cut record',
      (project) => {
        const record = project.path('.sparta/bundle-app-linux-x86_64.json');
        writeFileSync(record, readFileSync(record).subarray(0, statSync(record).size / 2));
      },
    ],
    [
      'a cut archive',
      (project) => {
        const [name] = project.leftovers().filter((path) => path.endsWith('.zip'));
        const path = project.path('.sparta', name ?? '');
        writeFileSync(path, readFileSync(path).subarray(0, 100));
      },
    ],
  ])('after %s bundles anew', async (_what, change) => {
    using project = new Project(PROGRAM);
    age(project);
    await project.bundle(FUNCTIONS);
    change(project);
    const again = await project.bundle(FUNCTIONS);
    expect(again.cached).toBe(false);
    expect(readFileSync(again.path).byteLength).toBe(again.sizeBytes);
  });

  it('with other options bundles anew, and keeps both', async () => {
    using project = new Project(PROGRAM);
    age(project);
    const arm = await project.bundle(FUNCTIONS, { architecture: 'arm64' });
    const local = await project.bundle(FUNCTIONS);
    expect(local.cached).toBe(false);
    expect(local.sha256).toBe(arm.sha256); // no native package: the processor does not matter
    expect((await project.bundle(FUNCTIONS, { architecture: 'arm64' })).cached).toBe(true);
    expect((await project.bundle({ Stamp: FUNCTIONS.Stamp })).cached).toBe(false);
  });

  it('never trusts a file that changed while it was read', async () => {
    using project = new Project(PROGRAM); // written just now: the clock cannot tell before from after
    await project.bundle(FUNCTIONS);
    project.write({ 'lib/shared.ts': PROGRAM['lib/shared.ts'].replace('2', '5') }); // the same size
    const archive = await project.bundle(FUNCTIONS);
    expect(await project.invoke(archive, 'Info')).toMatchObject({ info: 5 });
  });

  it('removes what is old and what was left half-written', async () => {
    using project = new Project(PROGRAM);
    const past = new Date(Date.now() - 7_200_000);
    const old = Array.from({ length: 20 }, (_, index) => `.sparta/archives/${index}.zip`);
    const halves = [
      '.sparta/x.json.1.0.tmp',
      '.sparta/native/.tmp-abc/package.json',
      '.sparta/archives/x.zip.1.0.tmp',
    ];
    project.write(Object.fromEntries([...old, ...halves].map((name) => [name, ''])));
    for (const name of [...old, ...halves, '.sparta/native/.tmp-abc'])
      utimesSync(project.path(name), past, past);
    const archive = await project.bundle(FUNCTIONS);
    expect(project.leftovers().filter((name) => name.endsWith('.zip'))).toHaveLength(8);
    expect(readFileSync(archive.path).byteLength).toBe(archive.sizeBytes);
    expect(project.leftovers().filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it('beside others leaves one archive and no temporary file', async () => {
    using project = new Project(PROGRAM);
    const archives = await Promise.all(Array.from({ length: 4 }, () => project.bundle(FUNCTIONS)));
    expect(new Set(archives.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(project.leftovers()).toEqual([
      '.gitignore',
      'archives',
      `archives/${archives[0]?.sha256.slice(0, 32)}.zip`,
      'bundle-app-linux-x86_64.json',
    ]);
  });
});

describe('what goes wrong is said in a sentence', () => {
  it('a syntax error, with its place', async () => {
    using project = new Project({
      ...PROGRAM,
      'lib/shared.ts': 'export const ok = 1;\nexport const shared = (n: number) => {{ n * 2;\n',
    });
    const error = await failure(project.bundle(FUNCTIONS));
    expect(error.code).toBe('SYNTAX_ERROR');
    expect(error.location).toMatchObject({ file: 'lib/shared.ts', line: 3 });
    expect(error.message).toMatch(/^lib\/shared\.ts:3:1: Unexpected end of file/);
    expect(error.message).not.toContain('    at ');
  });

  it('a missing module, with the one that was meant', async () => {
    using project = new Project({
      ...PROGRAM,
      'functions/info.ts':
        "import { lambda } from 'sparta';\nimport { shared } from '../lib/shard.ts';\nexport const info = lambda('Info', {}, shared);\n",
    });
    const error = await failure(project.bundle(FUNCTIONS));
    expect(error).toMatchObject({
      code: 'IMPORT_NOT_FOUND',
      hint: 'Did you mean "../lib/shared.ts"?',
    });
    expect(error.message).toBe(`functions/info.ts:2:24: "../lib/shard.ts" was not found.
  2 | import { shared } from '../lib/shard.ts';
    |                        ^^^^^^^^^^^^^^^^^`);
  });

  it('a missing package, with how to get it', async () => {
    using project = new Project({
      ...PROGRAM,
      'lib/shared.ts': "import { z } from '@scope/nowhere/deep';\nexport const shared = z;\n",
    });
    const error = await failure(project.bundle(FUNCTIONS));
    expect(error).toMatchObject({
      code: 'IMPORT_NOT_FOUND',
      hint: 'Install it: npm install @scope/nowhere.',
    });
  });

  it('a missing export', async () => {
    using project = new Project({ ...PROGRAM, 'lib/shared.ts': 'export const other = 1;\n' });
    const error = await failure(project.bundle(FUNCTIONS));
    expect(error.code).toBe('IMPORT_NOT_FOUND');
    expect(error.message).toMatch(/No matching export in "lib\/shared\.ts" for import "shared"/);
    expect(error.message).toContain('\nAlso functions/');
  });

  it('a file that is no module', async () => {
    using project = new Project({
      ...PROGRAM,
      'lib/shared.ts': "import photo from './photo.png';\nexport const shared = photo;\n",
      'lib/photo.png': 'x',
    });
    const error = await failure(project.bundle(FUNCTIONS));
    expect(error).toMatchObject({
      code: 'BUILD_FAILED',
      hint: 'Say how to read it: loader: { ".png": "binary" }, for instance.',
    });
    const archive = await project.bundle(FUNCTIONS, { loader: { '.png': 'base64' } });
    expect(archive.cached).toBe(false);
  });

  it('a program or a module that is not there, and a name that is taken', async () => {
    using project = new Project(PROGRAM);
    const missing = await failure(project.bundle(FUNCTIONS, { entry: project.path('ap.ts') }));
    expect(missing.code).toBe('ENTRY_NOT_FOUND');
    expect(missing.message).toBe(
      `The program is ${project.path('ap.ts')}, and there is no such file.`,
    );
    const module = await failure(project.bundle({ Stamp: 'functions/stmp.ts' }));
    expect(module.message).toBe(
      `The module of function Stamp is ${project.path('functions/stmp.ts')}, and there is no such file.`,
    );
    const twice = await failure(
      project.bundle(
        {},
        {
          functions: ['stamp', 'info'].map((name) => ({
            name: 'Same',
            module: project.path(`functions/${name}.ts`),
          })),
        },
      ),
    );
    expect(twice.code).toBe('FUNCTION_NAME_TAKEN');
  });

  it('a folder that cannot be written', async () => {
    using project = new Project({ ...PROGRAM, out: 'a file' });
    const error = await failure(project.bundle(FUNCTIONS, { outDir: project.path('out') }));
    expect(error.code).toBe('OUTPUT_NOT_WRITTEN');
    expect(error.message).toMatch(
      /could not be written: a (?:part of the path is a file|file is in the way)\.$/,
    );
  });

  it('a full disk', () => {
    // No test can fill a disk: this is the sentence that such a failure becomes.
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
    const error = notWritten('/project/.sparta/x.zip', full);
    expect(error.message).toBe('/project/.sparta/x.zip could not be written: the disk is full.');
    expect(error.hint).toContain('nothing was lost');
  });

  it('more than Lambda unpacks', async () => {
    using project = new Project({
      'package.json': JSON.stringify({
        name: 'program',
        type: 'module',
        dependencies: { huge: '1' },
      }),
      'app.ts': `import { lambda, main, service } from 'sparta';
import { model } from 'huge';
await main(service('S', { functions: [lambda('Probe', {}, async () => model)] }));
`,
      'node_modules/huge/package.json': JSON.stringify({
        name: 'huge',
        version: '1.0.0',
        main: 'index.js',
        gypfile: true,
      }),
      'node_modules/huge/index.js': 'exports.model = __dirname;\n',
      'node_modules/huge/model.bin': '',
    });
    truncateSync(project.path('node_modules/huge/model.bin'), 260 * 1024 * 1024); // takes no space: all of it is a hole
    const error = await failure(project.bundle({ Probe: 'app.ts' }));
    expect(error.code).toBe('ARCHIVE_TOO_LARGE');
    expect(error.message).toMatch(
      /^The archive holds 261 MiB unpacked; Lambda takes 250\. Largest: huge 260 MiB/,
    );
  });
});
