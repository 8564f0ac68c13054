// The floor of a build: bare esbuild, one build with splitting and an entry per function, and a zip. DIR is the service.
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { zipSync } from 'fflate';

const dir = process.argv[2];
const entryPoints = readdirSync(join(dir, 'src')).map((file) => `src/${file}`);
const { outputFiles } = await build({
  absWorkingDir: dir,
  entryPoints,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  legalComments: 'none',
  write: false,
  metafile: true,
  outdir: 'out',
  outExtension: { '.js': '.mjs' },
});
const zip = zipSync(
  Object.fromEntries(
    outputFiles.map((file) => [
      basename(file.path),
      [file.contents, { level: 6, mtime: new Date(1980, 0, 1) }],
    ]),
  ),
);
writeFileSync(join(dir, 'out.zip'), zip);
process.exit(0);
