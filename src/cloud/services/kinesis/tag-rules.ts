import { invalidArgument } from './errors.ts';
import { TAGS } from './limits.ts';

type Tags = Readonly<Record<string, string>>;

/** As recorded from AWS by kinesalite's tests: the texts of AddTagsToStream, its pattern and its list do not agree. */
const ALLOWED = /^[\p{L}\p{N}\p{Zs}_./=+\-@:]*$/u;

const refuseCharacters = (texts: readonly string[]) => {
  if (texts.some((text) => !ALLOWED.test(text)))
    throw invalidArgument(
      'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @ :.',
    );
};

/** Adds tags, held to AWS's rules. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html */
export const withTags = (known: Tags, given: Tags, what: string): Tags => {
  refuseCharacters([...Object.keys(given), ...Object.values(given)]);
  for (const [key, value] of Object.entries(given))
    if (
      key === '' ||
      key.length > 128 ||
      value.length > 256 ||
      (/^aws:/i.test(key) && !SYSTEM.test(key))
    )
      throw invalidArgument(
        `The tag ${key} of ${what} is not allowed: keys have 1 to 128 characters and do not begin with aws:, values have at most 256.`,
      );
  const all = { ...known, ...given };
  if (Object.keys(all).length > TAGS)
    throw invalidArgument(
      `Failed to add tags to ${what} because a given stream cannot have more than ${TAGS} tags associated with it.`,
    );
  return all;
};

/** CloudFormation's own tags come through the stack that made the stream. */
const SYSTEM = /^aws:cloudformation:/;

export const withoutTags = (known: Tags, keys: readonly string[]): Tags => {
  refuseCharacters(keys);
  return Object.fromEntries(Object.entries(known).filter(([key]) => !keys.includes(key)));
};
