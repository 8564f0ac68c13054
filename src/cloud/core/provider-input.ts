import { AwsError } from './aws-error.ts';
import type { ProviderContext, ResourceProperties } from './resource-provider.ts';

/**
 * The answer of a call on what may be gone: undefined then, so that a deletion succeeds and a look finds nothing.
 *
 * @param code - what the service answers about what is not there
 */
export const unlessGone = async <Answer = undefined>(
  call: Promise<unknown>,
  code = 'ResourceNotFoundException',
): Promise<Answer | undefined> => {
  try {
    return (await call) as Answer;
  } catch (error) {
    if (error instanceof AwsError && error.code === code) return undefined;
    throw error;
  }
};

/** The members of `properties` that are there, for an input of the API with the same names. */
export const pick = (
  properties: ResourceProperties,
  names: readonly string[],
): Record<string, unknown> =>
  Object.fromEntries(
    names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  );

/** A number that a template may write as text. */
export const numeric = (value: unknown): number | undefined =>
  value === undefined ? undefined : Number(value);

/** A policy or pattern in a template, an object or JSON in a text, as the API takes it. */
export const documentText = (document: unknown): string =>
  typeof document === 'string' ? document : JSON.stringify(document);

export type Tags = readonly { readonly Key: string; readonly Value: string }[];

/** Tags of the stack, then the resource's own. */
export const tagsOf = (
  properties: ResourceProperties,
  { tags }: Pick<ProviderContext, 'tags'>,
): Tags => [...tags, ...((properties['Tags'] as Tags | undefined) ?? [])];
