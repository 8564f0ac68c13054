export type { CompiledPattern, Dialect } from './compile.ts';
export { compilePattern } from './compile.ts';
export { matches } from './match.ts';
export { PatternError } from './pattern-error.ts';
export { presentAndFilled } from './conditions.ts';
