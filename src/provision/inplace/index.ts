export type { InPlaceResult } from './provision-in-place.ts';
export { provisionInPlace } from './provision-in-place.ts';
export type { InPlaceRecord } from './record.ts';
export { readRecord } from './record.ts';
export { reconcileAfter } from './reconcile.ts';
