// Makes dist/: JavaScript and declarations by tsc, and what tsc does not carry.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
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

/** Leaves what lies outside of a folder where it is, so that there is one of it. */
const leaveOutside = (folder) => ({
  name: 'leave-outside',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
      const place = relative(folder, resolve(resolveDir, path));
      return place.startsWith('..') ? { path: place, external: true } : undefined;
    }),
});

// Node takes a quarter of a millisecond to find, read and link a module, and these folders have twenty to eighty. Behind its one
// door each becomes one file, and one more for every part of it that is loaded when it is asked for.
for (const name of ['schema', 'iam', 'validate', 'provision']) {
  const folder = join(dist, name);
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(folder, 'index.js')],
    outdir: folder,
    write: false,
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    plugins: [leaveOutside(folder)],
    logLevel: 'warning',
  });
  for (const file of readdirSync(folder, { recursive: true }))
    if (file.endsWith('.js')) rmSync(join(folder, file));
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
}
