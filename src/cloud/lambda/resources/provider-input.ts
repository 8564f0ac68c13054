import { AwsError } from '../../core/aws-error.ts';

/** What is deleted already is a success. */
export const unlessGone = async (deletion: Promise<unknown>): Promise<void> => {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
  }
};

/** What is looked at, or undefined when it is gone. */
export const ifThere = async <Found>(look: Promise<unknown>): Promise<Found | undefined> => {
  let found: unknown;
  await unlessGone(
    look.then((answer) => {
      found = answer;
    }),
  );
  return found as Found | undefined;
};

/** The members of `properties` that are there, for an input of the API with the same names. */
export const pick = (
  properties: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> =>
  Object.fromEntries(
    names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  );

/** A number that a template may write as text. */
export const numeric = (value: unknown): number | undefined =>
  value === undefined ? undefined : Number(value);
