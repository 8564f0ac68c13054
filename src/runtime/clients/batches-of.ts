/** What one request takes. */
export interface BatchLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** Divides what is to be sent into requests, in order, each as full as it may be. One that is too large goes alone, for the service to refuse. */
export const batchesOf = <T>(
  items: readonly T[],
  sizeOf: (item: T) => number,
  limits: BatchLimits,
): readonly { readonly from: number; readonly items: readonly T[] }[] => {
  const batches: { from: number; items: T[] }[] = [];
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const size = sizeOf(item);
    const last = batches.at(-1);
    if (last !== undefined && last.items.length < limits.entries && bytes + size <= limits.bytes) {
      last.items.push(item);
      bytes += size;
    } else {
      batches.push({ from: index, items: [item] });
      bytes = size;
    }
  }
  return batches;
};
