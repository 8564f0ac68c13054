import type { Template } from '../template.ts';

/** The stack that is deployed by the service's name; the others are nested in it. */
export const ROOT = '';

/** Which stack each resource is in, by logical id: {@link ROOT}, or the logical id of a nested stack. */
export type Placement = ReadonlyMap<string, string>;

/** What a split template records of itself, so that a later one leaves everything where it is. */
interface Recorded {
  readonly Stacks: Readonly<Record<string, readonly string[]>>;
}

/** The record of a placement, for the root template's `Metadata`. */
export const recordPlacement = (placement: Placement): { readonly Sparta: Recorded } => {
  const stacks: Record<string, string[]> = {};
  for (const [id, stack] of placement) if (stack !== ROOT) (stacks[stack] ??= []).push(id);
  return {
    Sparta: {
      Stacks: Object.fromEntries(
        Object.entries(stacks)
          .map(([stack, ids]) => [stack, ids.sort()] as const)
          .sort(([a], [b]) => inNumberOrder(a, b)),
      ),
    },
  };
};

/** `Part2` before `Part10`. */
export const inNumberOrder = (a: string, b: string): number =>
  a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/** Where a deployed template's resources are. Text that is no JSON was written by another tool: undefined. */
export const readPlacement = (templateBody: string): Placement | undefined => {
  const template = parse(templateBody);
  if (template === undefined) return undefined;
  const stacks = recordOf(template);
  const placement = new Map<string, string>();
  for (const id of Object.keys(template.Resources ?? {}))
    if (!(id in stacks)) placement.set(id, ROOT);
  for (const [stack, ids] of Object.entries(stacks)) for (const id of ids) placement.set(id, stack);
  return placement;
};

const recordOf = ({ Metadata: metadata }: Partial<Template>): Recorded['Stacks'] => {
  const own = metadata?.['Sparta'] as Partial<Recorded> | undefined;
  return own?.Stacks ?? {};
};

const parse = (text: string): Partial<Template> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};
