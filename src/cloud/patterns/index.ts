export type { CompiledPattern } from './compile.ts';
export { compilePattern } from './compile.ts';
export { matches } from './match.ts';
export { PatternError } from './pattern-error.ts';
