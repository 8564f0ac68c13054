export { deleteByHand } from './by-hand.ts';
export { findLeftovers } from './leftovers.ts';
export type { NamedResource } from './purge-resource.ts';
export { isPurgeable, purgeResource } from './purge-resource.ts';
