/**
 * Reads a value at most once in a while; those who ask at one time share one call. What failed is not kept.
 * @param maxAge - Seconds
 */
export const keeping = (maxAge: number, read: () => Promise<string>) => {
  let held: { readonly until: number; readonly value: Promise<string> } | undefined;
  const get = (): Promise<string> => {
    if (held !== undefined && Date.now() < held.until) return held.value;
    const value = read();
    const next = { until: Date.now() + maxAge * 1000, value };
    held = next;
    value.catch(() => {
      if (held === next) held = undefined;
    });
    return value;
  };
  return { get, json: async (): Promise<unknown> => JSON.parse(await get()) as unknown };
};
