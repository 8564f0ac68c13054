#!/usr/bin/env node
// What was compiled runs from memory of the last start; without a writable cache folder it is compiled again.
process.getBuiltinModule('node:module').enableCompileCache?.();

// The published package has only what was built. A checkout without it runs its sources; SPARTA_FROM_SOURCE=1 says to.
const built = new URL('../dist/cli/sparta.js', import.meta.url);
const source = new URL('../src/cli/sparta.ts', import.meta.url);
const useBuilt =
  process.getBuiltinModule('node:fs').existsSync(built) && !process.env['SPARTA_FROM_SOURCE'];
const { runSparta } = await import((useBuilt ? built : source).href);
process.exit(await runSparta(process.argv.slice(2)));
