/**
 * Condition keys of a resource's tags: `aws:ResourceTag/…`, and a service's own form beside it where there is one.
 * Undefined for a resource without tags.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourcetag
 */
export const resourceTagKeys = (
  tags: Readonly<Record<string, string>> | undefined,
  ...ownPrefixes: readonly string[]
): Readonly<Record<string, string>> | undefined => {
  const entries = Object.entries(tags ?? {});
  if (entries.length === 0) return undefined;
  const keys: Record<string, string> = {};
  for (const [name, value] of entries)
    for (const prefix of ['aws:ResourceTag/', ...ownPrefixes]) keys[`${prefix}${name}`] = value;
  return keys;
};
