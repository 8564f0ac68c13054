/** Where a value stands, as a chain: it is printed only when there is something to say. */
export interface PropertyPath {
  readonly up: PropertyPath | undefined;
  /** A member's name, or an item's place in its list. */
  readonly key: string | number;
}

/** `Policies[0].PolicyDocument` */
export const printPath = (path: PropertyPath | undefined): string => {
  if (path === undefined) return '';
  const before = printPath(path.up);
  if (typeof path.key === 'number') return `${before}[${path.key}]`;
  return before === '' ? path.key : `${before}.${path.key}`;
};

/** `Policies.*.PolicyDocument`: as AWS's schemas name what only AWS sets. */
export const printPattern = (path: PropertyPath): string => {
  const key = typeof path.key === 'number' ? '*' : path.key;
  return path.up === undefined ? key : `${printPattern(path.up)}.${key}`;
};
