export type { Rename } from './detect-renames.ts';
export { detectRenames, pinOf } from './detect-renames.ts';
export { renameDeclarations } from './refactor.ts';
