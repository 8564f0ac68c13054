export { assessLosses, guardData } from './gate.ts';
export type { DataLoss } from './loss.ts';
export { holdingInWords, lossInWords } from './loss.ts';
