import type { AwsError } from '../../core/aws-error.ts';
import { invalidInput, quotaExceeded } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { Tag } from './state.ts';

/** Tags as SDK types have them. */
export type TagInput = readonly {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}[];

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/**
 * The tags with others added or replaced. Keys differ by more than case.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
 *
 * @throws {InvalidInput} when one key is given twice
 * @throws {LimitExceeded} when it would be more than 50
 */
export const mergeTags = (
  tags: readonly Tag[],
  more: TagInput | undefined,
  tooMany: () => AwsError = () => quotaExceeded('TagsPerEntity', LIMITS.tags),
): readonly Tag[] => {
  const added = (more ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }));
  if (added.some(({ Key }, index) => added.some((other, at) => at < index && same(other.Key, Key))))
    throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  const merged = [...tags.filter((tag) => !added.some(({ Key }) => same(Key, tag.Key))), ...added];
  if (merged.length > LIMITS.tags) throw tooMany();
  return merged;
};

/** The tags without those of these keys. */
export const removeTags = (
  tags: readonly Tag[],
  keys: readonly string[] | undefined,
): readonly Tag[] => tags.filter(({ Key }) => !(keys ?? []).some((key) => same(key, Key)));

/** Condition keys of a call that tags. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_iam-tags.html */
export const tagConditions = (
  requested: TagInput | readonly string[] | undefined,
): Record<string, string | readonly string[]> => {
  const conditions: Record<string, string | readonly string[]> = {};
  const keys: string[] = [];
  for (const tag of requested ?? []) {
    if (typeof tag === 'string') {
      keys.push(tag);
      continue;
    }
    keys.push(tag.Key ?? '');
    conditions[`aws:RequestTag/${tag.Key ?? ''}`] = tag.Value ?? '';
  }
  if (keys.length > 0) conditions['aws:TagKeys'] = keys;
  return conditions;
};
