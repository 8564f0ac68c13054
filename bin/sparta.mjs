#!/usr/bin/env node
import { existsSync } from 'node:fs';

// What was compiled runs from memory of the last start; without a writable cache folder it is compiled again.
process.getBuiltinModule('node:module').enableCompileCache?.();

// A checkout runs its sources as they are; the published package has only what was built from them.
const built = new URL('../dist/cli/sparta.js', import.meta.url);
const source = new URL('../src/cli/sparta.ts', import.meta.url);
const { runSparta } = await import((existsSync(built) ? built : source).href);
process.exit(await runSparta(process.argv.slice(2)));
