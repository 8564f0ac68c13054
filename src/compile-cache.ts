/**
 * What was compiled is kept for the next start of the program, the SDK's modules above all: 20 of 120 ms. Node keeps it
 * in the system's temporary folder, and does without where it cannot; NODE_DISABLE_COMPILE_CACHE=1 turns it off.
 * Where coverage is measured it would make it less exact: https://nodejs.org/api/module.html#module-compile-cache
 */
if (process.env['NODE_V8_COVERAGE'] === undefined)
  process.getBuiltinModule('node:module').enableCompileCache?.();

export {};
