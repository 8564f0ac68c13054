import type * as SecretsManager from '@aws-sdk/client-secrets-manager';
import { validation } from './errors.ts';
import type { Secret, SecretsState } from './state.ts';

const KEYS = [
  'all',
  'name',
  'tag-key',
  'description',
  'tag-value',
  'primary-region',
  'owning-service',
];

const startsWord = (text: string, prefix: string): boolean =>
  text
    .toLowerCase()
    .split(/[\s/_+=.@!-]+/)
    .some((word) => word.startsWith(prefix.toLowerCase())) ||
  text.toLowerCase().startsWith(prefix.toLowerCase());

const textsOf = (secret: Secret): readonly string[] => [
  secret.name,
  secret.description ?? '',
  ...Object.entries(secret.tags).flat(),
];

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html */
const matchesOne = (secret: Secret, key: string, value: string, region: string): boolean => {
  switch (key) {
    case 'name':
      return secret.name.startsWith(value);
    case 'description':
      return startsWord(secret.description ?? '', value);
    case 'tag-key':
      return Object.keys(secret.tags).some((name) => name.startsWith(value));
    case 'tag-value':
      return Object.values(secret.tags).some((text) => text.startsWith(value));
    case 'primary-region':
      return region.startsWith(value);
    case 'owning-service':
      return false;
    default:
      return value
        .split(/\s+/)
        .some((word) => textsOf(secret).some((text) => startsWord(text, word)));
  }
};

/** Whether a secret passes all filters; of a filter's values one is enough, and `!` turns one round. */
export const passes = (
  secret: Secret,
  filters: readonly SecretsManager.Filter[],
  { region }: SecretsState,
): boolean =>
  filters.every(({ Key = '', Values = [] }) =>
    Values.some((value) =>
      value.startsWith('!')
        ? !matchesOne(secret, Key, value.slice(1), region)
        : matchesOne(secret, Key, value, region),
    ),
  );

/** @throws {ValidationException} */
export const checkFilters = (filters: readonly SecretsManager.Filter[]): void => {
  for (const [index, { Key = '', Values = [] }] of filters.entries()) {
    if (!KEYS.includes(Key))
      throw validation(
        `1 validation error detected: Value '${Key}' at 'filters.${index + 1}.member.key' failed to satisfy constraint: Member must satisfy enum value set: [${KEYS.join(', ')}]`,
      );
    if (Values.length === 0)
      throw validation(
        `1 validation error detected: Value '[]' at 'filters.${index + 1}.member.values' failed to satisfy constraint: Member must have length greater than or equal to 1`,
      );
  }
};
