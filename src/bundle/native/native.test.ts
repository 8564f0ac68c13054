import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Project } from '../fixtures/project.ts';
import { type BundleError, thisMachine } from '../index.ts';
import { isFor, isNamedFor } from './platform.ts';

const MACHINES = { x64: 0x3e, arm64: 0xb7 } as const;

/** The head of a shared library, as far as anyone looks at it. */
const elf = (cpu: keyof typeof MACHINES): Buffer => {
  const bytes = Buffer.alloc(64);
  bytes.write('\x7fELF\x02\x01\x01', 'latin1');
  bytes.writeUInt16LE(MACHINES[cpu], 18);
  return bytes;
};

const MATH = 'node_modules/fast-math';
const platformPackage = (cpu: string, version: string): string =>
  JSON.stringify({
    name: `@fast/math-linux-${cpu}`,
    version,
    os: ['linux'],
    cpu: [cpu],
    libc: ['glibc'],
    main: 'math.node',
  });

/** A program with a package like sharp: JavaScript, and one optional package per platform of which npm installs one. */
const PROGRAM: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    name: 'program',
    type: 'module',
    dependencies: { 'fast-math': '^1.0.0' },
  }),
  'app.ts': `import { lambda, main, service } from 'sparta';
import { twice } from 'fast-math';
const probe = lambda('Probe', {}, async () => twice(21));
await main(service('Probe', { functions: [probe] }));
`,
  [`${MATH}/package.json`]: JSON.stringify({
    name: 'fast-math',
    version: '1.2.3',
    main: 'index.js',
    dependencies: { 'tiny-dep': '^1.0.0' },
    optionalDependencies: {
      '@fast/math-linux-x64': '2.0.0',
      '@fast/math-linux-arm64': '2.0.0',
      '@fast/math-linuxmusl-arm64': '2.0.0',
      '@fast/math-darwin-arm64': '2.0.0',
    },
  }),
  [`${MATH}/index.js`]: `const binding = require.resolve('@fast/math-linux-' + process.arch);\nexports.twice = (n) => [require('tiny-dep')(n), binding.includes('math.node')];\n`,
  [`${MATH}/index.d.ts`]: 'export declare const twice: (n: number) => unknown;',
  [`${MATH}/README.md`]: 'read me',
  [`${MATH}/LICENSE.md`]: 'a licence',
  [`${MATH}/src/math.cc`]: 'int main() {}',
  'node_modules/tiny-dep/package.json': JSON.stringify({
    name: 'tiny-dep',
    version: '1.0.0',
    main: 'index.js',
  }),
  'node_modules/tiny-dep/index.js': 'module.exports = (n) => n * 2;\n',
  'node_modules/@fast/math-linux-x64/package.json': platformPackage('x64', '2.0.0'),
};

const project = (files: Readonly<Record<string, string>> = {}): Project =>
  new Project({ ...PROGRAM, ...files }).write({
    'node_modules/@fast/math-linux-x64/math.node': elf('x64'),
  });

const failure = async (promise: Promise<unknown>): Promise<BundleError> =>
  (await promise.then(
    () => expect.fail('it was bundled'),
    (reason: unknown) => reason,
  )) as BundleError;

const tar = (files: Readonly<Record<string, Uint8Array>>): Buffer => {
  const blocks: Buffer[] = [];
  for (const [name, bytes] of Object.entries(files)) {
    const header = Buffer.alloc(512);
    header.write(`package/${name}`, 0);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${bytes.byteLength.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write('0', 156);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, Buffer.from(bytes), Buffer.alloc((512 - (bytes.byteLength % 512)) % 512));
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
};

/** A registry that has one package, in two versions. */
const startRegistry = async (
  asked: string[],
): Promise<{ readonly server: Server; readonly url: string }> => {
  let url = '';
  const tarball = (version: string): Buffer =>
    tar({
      'package.json': Buffer.from(platformPackage('arm64', version)),
      'math.node': elf('arm64'),
    });
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    asked.push(path);
    const version = /-(\d\.\d\.\d)\.tgz$/.exec(path)?.[1];
    if (version !== undefined) return response.end(tarball(version));
    if (path !== '/@fast/math-linux-arm64') return response.writeHead(404).end('{}');
    const versions = Object.fromEntries(
      ['2.0.0', '2.0.1'].map((each) => [
        each,
        {
          ...(JSON.parse(platformPackage('arm64', each)) as object),
          dist: {
            tarball: `${url}/math-${each}.tgz`,
            integrity: `sha512-${createHash('sha512').update(tarball(each)).digest('base64')}`,
          },
        },
      ]),
    );
    return response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        name: '@fast/math-linux-arm64',
        'dist-tags': { latest: '2.0.1' },
        versions,
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, url };
};

let cache = '';
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'sparta-npm-'));
  vi.stubEnv('npm_config_cache', cache);
  vi.stubEnv('npm_config_userconfig', join(cache, 'none'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

describe('a native package', () => {
  it('lies beside the bundle with all it needs, without what cannot run', async () => {
    using program = project();
    const archive = await program.bundle({ Probe: 'app.ts' });
    expect(
      archive.files.map(({ path }) => path).filter((path) => path.startsWith('node_modules/')),
    ).toEqual([
      'node_modules/@fast/math-linux-x64/math.node',
      'node_modules/@fast/math-linux-x64/package.json',
      'node_modules/fast-math/LICENSE.md',
      'node_modules/fast-math/index.js',
      'node_modules/fast-math/package.json',
      'node_modules/tiny-dep/index.js',
      'node_modules/tiny-dep/package.json',
    ]);
    expect(archive.natives.map(({ name, version }) => `${name}@${version}`)).toEqual([
      '@fast/math-linux-x64@2.0.0',
      'fast-math@1.2.3',
      'tiny-dep@1.0.0',
    ]);
    if (process.arch === 'x64') expect(await program.invoke(archive, 'Probe')).toEqual([42, true]);
  });

  it('of which the program imports nothing stays out', async () => {
    using program = project({
      'app.ts': `import { lambda, main, service } from 'sparta';\nawait main(service('S', { functions: [lambda('Probe', {}, async () => 1)] }));\n`,
    });
    const archive = await program.bundle({ Probe: 'app.ts' });
    expect(archive.natives).toEqual([]);
  });

  it('is found though another package brings it, and the bundler knew nothing of it', async () => {
    using program = project({
      'package.json': JSON.stringify({
        name: 'program',
        type: 'module',
        dependencies: { middle: '1' },
      }),
      'app.ts': (PROGRAM['app.ts'] ?? '').replace("'fast-math'", "'middle'"),
      'node_modules/middle/package.json': JSON.stringify({
        name: 'middle',
        version: '1.0.0',
        main: 'index.js',
        dependencies: { 'fast-math': '1' },
      }),
      'node_modules/middle/index.js': "exports.twice = require('fast-math').twice;\n",
    });
    const archive = await program.bundle({ Probe: 'app.ts' });
    expect(archive.natives.map(({ name }) => name)).toContain('fast-math');
    expect(archive.packages.map(({ name }) => name)).not.toContain('fast-math');
    if (process.arch === 'x64') expect(await program.invoke(archive, 'Probe')).toEqual([42, true]);
  });

  it('keeps two versions of a dependency apart', async () => {
    using program = project({
      [`${MATH}/package.json`]: (PROGRAM[`${MATH}/package.json`] ?? '').replace(
        '"tiny-dep":"^1.0.0"',
        '"tiny-dep":"^1.0.0","other-dep":"1"',
      ),
      'node_modules/other-dep/package.json': JSON.stringify({
        name: 'other-dep',
        version: '1.0.0',
        main: 'index.js',
        dependencies: { 'tiny-dep': '^2.0.0' },
      }),
      'node_modules/other-dep/index.js': "module.exports = require('tiny-dep');\n",
      'node_modules/other-dep/node_modules/tiny-dep/package.json': JSON.stringify({
        name: 'tiny-dep',
        version: '2.0.0',
        main: 'index.js',
      }),
      'node_modules/other-dep/node_modules/tiny-dep/index.js': 'module.exports = (n) => n * 200;\n',
      [`${MATH}/index.js`]:
        "exports.twice = (n) => [require('tiny-dep')(n), require('other-dep')(n)];\n",
    });
    const archive = await program.bundle({ Probe: 'app.ts' });
    expect(archive.files.map(({ path }) => path)).toContain(
      'node_modules/other-dep/node_modules/tiny-dep/index.js',
    );
    expect(await program.invoke(archive, 'Probe')).toEqual([42, 4200]);
  });

  it('for another processor comes from npm, once, in the version of the project', async () => {
    using program = project();
    const asked: string[] = [];
    const { server, url } = await startRegistry(asked);
    vi.stubEnv('npm_config_registry', url);
    try {
      const archive = await program.bundle({ Probe: 'app.ts' }, { architecture: 'arm64' });
      expect(archive.natives.map(({ name, version }) => `${name}@${version}`)).toEqual([
        '@fast/math-linux-arm64@2.0.0',
        'fast-math@1.2.3',
        'tiny-dep@1.0.0',
      ]);
      expect(archive.machine).toEqual({ platform: 'linux', architecture: 'arm64', libc: 'glibc' });
      const requests = asked.length;
      expect(requests).toBeGreaterThan(0);
      program.write({ 'app.ts': `${PROGRAM['app.ts']}console.log('changed');\n` });
      const again = await program.bundle({ Probe: 'app.ts' }, { architecture: 'arm64' });
      expect(again.cached).toBe(false);
      expect(asked.length).toBe(requests);
      expect(program.leftovers().filter((path) => path.includes('.tmp'))).toEqual([]);
    } finally {
      server.close();
    }
  });

  it('takes the version from the lock when the package gives a range', async () => {
    using program = project({
      [`${MATH}/package.json`]: (PROGRAM[`${MATH}/package.json`] ?? '').replaceAll(
        '"2.0.0"',
        '"^2.0.0"',
      ),
      'package-lock.json': JSON.stringify({
        lockfileVersion: 3,
        packages: { 'node_modules/@fast/math-linux-arm64': { version: '2.0.0', optional: true } },
      }),
    });
    const { server, url } = await startRegistry([]);
    vi.stubEnv('npm_config_registry', url);
    try {
      const archive = await program.bundle({ Probe: 'app.ts' }, { architecture: 'arm64' });
      expect(archive.natives.map(({ name, version }) => `${name}@${version}`)).toContain(
        '@fast/math-linux-arm64@2.0.0',
      );
    } finally {
      server.close();
    }
  });

  it('that the registry does not have, or that cannot be reached, is said', async () => {
    using program = project({
      [`${MATH}/package.json`]: (PROGRAM[`${MATH}/package.json`] ?? '').replaceAll(
        '"2.0.0"',
        '"9.9.9"',
      ),
    });
    const { server, url } = await startRegistry([]);
    vi.stubEnv('npm_config_registry', url);
    const absent = await failure(program.bundle({ Probe: 'app.ts' }, { architecture: 'arm64' }));
    expect(absent.message).toBe(
      '@fast/math-linux-arm64@9.9.9, for linux arm64, is not on this machine, and npm could not fetch it: the registry does not have it.',
    );
    await new Promise((resolve) => server.close(resolve));
    vi.stubEnv('npm_config_fetch_retry_mintimeout', '1');
    vi.stubEnv('npm_config_cache', join(cache, 'empty'));
    const offline = await failure(program.bundle({ Probe: 'app.ts' }, { architecture: 'arm64' }));
    expect(offline.code).toBe('NATIVE_NOT_FETCHED');
    expect(offline.message).toContain('the registry could not be reached');
    expect(program.leftovers().filter((path) => path.startsWith('native/'))).toEqual([]);
  });

  it('without npm is said too', async () => {
    using program = project();
    vi.stubEnv('PATH', cache);
    vi.stubEnv('npm_execpath', '');
    const error = await failure(program.bundle({ Probe: 'app.ts' }, { architecture: 'arm64' }));
    expect(error.message).toBe(
      '@fast/math-linux-arm64@2.0.0, for linux arm64, is not on this machine, and npm, which would fetch it, was not found.',
    );
  });

  it('that was compiled here cannot go elsewhere', async () => {
    using program = project({
      'package.json': JSON.stringify({
        name: 'program',
        type: 'module',
        dependencies: { compiled: '1' },
      }),
      'app.ts': (PROGRAM['app.ts'] ?? '').replace("'fast-math'", "'compiled'"),
      'node_modules/compiled/package.json': JSON.stringify({
        name: 'compiled',
        version: '3.0.0',
        main: 'index.js',
        gypfile: true,
      }),
      'node_modules/compiled/index.js':
        "exports.twice = (n) => [n, require('fs').existsSync(__dirname + '/build/Release/compiled.node')];\n",
    }).write({ 'node_modules/compiled/build/Release/compiled.node': elf('x64') });
    const here = await program.bundle({ Probe: 'app.ts' });
    expect(await program.invoke(here, 'Probe')).toEqual([21, true]);
    const error = await failure(program.bundle({ Probe: 'app.ts' }, { architecture: 'arm64' }));
    expect(error.code).toBe('NATIVE_NOT_PORTABLE');
    expect(error.message).toBe(
      'compiled@3.0.0 was built for linux x86_64, on the machine it was installed on; the functions run on linux arm64.',
    );
    const without = await program.bundle(
      { Probe: 'app.ts' },
      { architecture: 'arm64', external: ['compiled'] },
    );
    expect(without.natives).toEqual([]);
  });

  it('with binaries for many machines keeps those of one', async () => {
    using program = project({
      'package.json': JSON.stringify({
        name: 'program',
        type: 'module',
        dependencies: { prebuilt: '1' },
      }),
      'app.ts': (PROGRAM['app.ts'] ?? '').replace("'fast-math'", "'prebuilt'"),
      'node_modules/prebuilt/package.json': JSON.stringify({
        name: 'prebuilt',
        version: '1.0.0',
        main: 'index.js',
        dependencies: { 'node-gyp-build': '4' },
      }),
      'node_modules/prebuilt/index.js': 'exports.twice = (n) => n;\n',
      'node_modules/node-gyp-build/package.json': JSON.stringify({
        name: 'node-gyp-build',
        version: '4.0.0',
        main: 'index.js',
      }),
      'node_modules/node-gyp-build/index.js': '',
    }).write({
      'node_modules/prebuilt/prebuilds/linux-x64/prebuilt.node': elf('x64'),
      'node_modules/prebuilt/prebuilds/linux-arm64/prebuilt.node': elf('arm64'),
    });
    const archive = await program.bundle({ Probe: 'app.ts' }, { architecture: 'arm64' });
    expect(archive.files.map(({ path }) => path).filter((path) => path.endsWith('.node'))).toEqual([
      'node_modules/prebuilt/prebuilds/linux-arm64/prebuilt.node',
    ]);
  });

  it('sharp, for this machine, makes an image', async () => {
    const machine = thisMachine();
    using program = new Project({
      'package.json': JSON.stringify({
        name: 'program',
        type: 'module',
        dependencies: { sharp: '*' },
      }),
      'app.ts': `import { lambda, main, service } from 'sparta';
import sharp from 'sharp';
const probe = lambda('Probe', {}, async () => {
  const image = sharp({ create: { width: 8, height: 4, channels: 3, background: 'red' } });
  const { info } = await image.png().toBuffer({ resolveWithObject: true });
  return [info.format, info.width, info.height];
});
await main(service('Probe', { functions: [probe] }));
`,
    }).link('sharp');
    const archive = await program.bundle({ Probe: 'app.ts' }, machine);
    expect(archive.natives.map(({ name }) => name)).toContain('sharp');
    expect(await program.invoke(archive, 'Probe')).toEqual(['png', 8, 4]);
  });
});

describe('platforms', () => {
  const arm = { platform: 'linux', architecture: 'arm64', libc: 'glibc' } as const;
  const mac = { platform: 'darwin', architecture: 'arm64', libc: 'glibc' } as const;
  it.each([
    ['@img/sharp-linux-arm64', arm, true],
    ['@img/sharp-linux-arm', arm, false],
    ['@img/sharp-linuxmusl-arm64', arm, false],
    ['@img/sharp-linuxmusl-arm64', { ...arm, libc: 'musl' }, true],
    ['@img/sharp-linux-x64', arm, false],
    ['lightningcss-linux-arm64-gnu', arm, true],
    ['lightningcss-linux-arm64-musl', arm, false],
    ['@rollup/rollup-linux-x64-gnu', { ...arm, architecture: 'x86_64' }, true],
    ['@img/sharp-darwin-arm64', mac, true],
    ['@rollup/rollup-android-arm64', arm, false],
  ] as const)('%s for %o: %s', (name, machine, expected) => {
    expect(isNamedFor(machine, name)).toBe(expected);
  });
  it.each([
    [{ os: ['linux'], cpu: ['arm64'], libc: ['glibc'] }, arm, true],
    [{ os: [], cpu: [], libc: [] }, arm, true],
    [{ os: ['!win32'], cpu: ['any'], libc: [] }, arm, true],
    [{ os: ['!linux'], cpu: [], libc: [] }, arm, false],
    [{ os: ['linux'], cpu: ['x64'], libc: [] }, arm, false],
    [{ os: ['linux'], cpu: ['arm64'], libc: ['musl'] }, arm, false],
    [{ os: ['darwin'], cpu: ['arm64'], libc: ['musl'] }, mac, true],
  ])('%o for %o: %s', (limits, machine, expected) => {
    expect(isFor(machine, limits)).toBe(expected);
  });
});
