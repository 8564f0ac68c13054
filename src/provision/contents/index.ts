export type { Contents } from './contents.ts';
export { contentsInWords } from './in-words.ts';
export { readContents } from './read-contents.ts';
