/** A step of a path: a member, a place in a list, or all there are. */
type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' };

export type JsonPath = readonly Step[];

const STEP = /\.\*|\[\*\]|\[(\d+)\]|\.([\w/-]+)/y;

/**
 * Reads the part of JSON path that EventBridge has: `$.detail.items[0].name`, `$.detail.items[*]`. Undefined for others; a member
 * in brackets and quotation marks is none, as measured against AWS on 2026-09-07 by the rules of cdk_preflight.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export const parseJsonPath = (text: string): JsonPath | undefined => {
  if (!text.startsWith('$')) return undefined;
  const steps: Step[] = [];
  let at = 1;
  while (at < text.length) {
    STEP.lastIndex = at;
    const found = STEP.exec(text);
    if (found === null) return undefined;
    const [whole, index, name] = found;
    steps.push(
      name !== undefined
        ? { kind: 'member', name }
        : index !== undefined
          ? { kind: 'index', index: Number(index) }
          : { kind: 'all' },
    );
    at += whole.length;
  }
  return steps;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const take = (value: unknown, step: Step): readonly unknown[] => {
  switch (step.kind) {
    case 'member':
      return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'index':
      return Array.isArray(value) && step.index < value.length ? [value[step.index]] : [];
    case 'all':
      return Array.isArray(value)
        ? (value as readonly unknown[])
        : isObject(value)
          ? Object.values(value)
          : [];
  }
};

/** What stands at a path: undefined when nothing does, a list when the path has a wildcard. */
export const readJsonPath = (path: JsonPath, document: unknown): unknown => {
  let found: readonly unknown[] = [document];
  for (const step of path)
    found = found.flatMap((value) => take(value, step).map((one) => [one])).map(([one]) => one);
  return path.some(({ kind }) => kind === 'all') ? found : found[0];
};
