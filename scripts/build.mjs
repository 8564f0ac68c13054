// Makes dist/: JavaScript and declarations by tsc, and what tsc does not carry.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
rmSync(join(root, 'node_modules', '.cache', 'build.tsbuildinfo'), { force: true });
rmSync(join(root, 'dist'), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

// Plain JavaScript and Python that run inside functions are copied as they are.
for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(mjs|py)$/.test(entry.name)) continue;
  const from = join(entry.parentPath, entry.name);
  const to = join(root, 'dist', from.slice(join(root, 'src').length));
  if (existsSync(dirname(to)) || entry.name !== '') cpSync(from, to, { recursive: true });
}

const dist = join(root, 'dist');

/** Leaves what is not of these folders where it is, so that there is one of it. */
const leavingOutside = (home, folders) => ({
  name: 'leave-outside',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path);
      return folders.some((folder) => file.startsWith(join(dist, folder) + sep))
        ? undefined
        : { path: relative(home, file), external: true };
    }),
});

// Node takes a quarter of a millisecond to find, read and link each module, and these are many: behind its one door, a folder
// becomes one file, and one more for each part of it that is loaded when it is asked for.
for (const [door, ...others] of [['validate', 'schema', 'iam'], ['provision']]) {
  const home = join(dist, door);
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(home, 'index.js')],
    outdir: home,
    write: false,
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    plugins: [leavingOutside(home, [door, ...others])],
    logLevel: 'warning',
  });
  for (const entry of readdirSync(home, { recursive: true }))
    if (entry.endsWith('.js')) rmSync(join(home, entry));
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
}
