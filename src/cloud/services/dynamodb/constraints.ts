import { invalid } from './errors.ts';

/**
 * What AWS's model says of a request's members and the models here do not carry: enums, ranges, lengths. All that is wrong is
 * told at once, in AWS's form.
 */
export interface Constraints {
  oneOf(path: string, given: unknown, allowed: readonly string[]): Constraints;
  between(path: string, given: unknown, least: number, most: number): Constraints;
  /** Length of a text, a list or a map. */
  length(path: string, given: unknown, least: number, most: number): Constraints;
  matches(path: string, given: unknown, pattern: string): Constraints;
  /** @throws {ValidationException} when anything was wrong */
  assert(): void;
}

const show = (given: unknown): string =>
  Array.isArray(given)
    ? `[${given.map(show).join(', ')}]`
    : typeof given === 'object'
      ? JSON.stringify(given)
      : String(given);

const lengthOf = (given: unknown): number =>
  typeof given === 'string' || Array.isArray(given)
    ? given.length
    : Object.keys(given as object).length;

export const constraints = (): Constraints => {
  const problems: string[] = [];
  const refuse = (path: string, given: unknown, rule: string) =>
    problems.push(
      `Value '${show(given)}' at '${path}' failed to satisfy constraint: Member must ${rule}`,
    );
  const checks: Constraints = {
    oneOf: (path, given, allowed) => {
      if (given !== undefined && !allowed.includes(String(given)))
        refuse(path, given, `satisfy enum value set: [${allowed.join(', ')}]`);
      return checks;
    },
    between: (path, given, least, most) => {
      if (given === undefined) return checks;
      if (Number(given) < least)
        refuse(path, given, `have value greater than or equal to ${least}`);
      else if (Number(given) > most)
        refuse(path, given, `have value less than or equal to ${most}`);
      return checks;
    },
    length: (path, given, least, most) => {
      if (given === undefined) return checks;
      if (lengthOf(given) < least)
        refuse(path, given, `have length greater than or equal to ${least}`);
      else if (lengthOf(given) > most)
        refuse(path, given, `have length less than or equal to ${most}`);
      return checks;
    },
    matches: (path, given, pattern) => {
      if (given !== undefined && !new RegExp(`^(?:${pattern})$`).test(String(given)))
        refuse(path, given, `satisfy regular expression pattern: ${pattern}`);
      return checks;
    },
    assert: () => {
      if (problems.length > 0)
        throw invalid(
          `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected: ${problems.join('; ')}`,
        );
    },
  };
  return checks;
};

export const TABLE_NAME = '[a-zA-Z0-9_.-]+';
const PLAIN_NAME = /^[a-zA-Z0-9_.-]{3,255}$/;

/**
 * Items may name a table by one letter, which then is not there; who works on the table itself needs three.
 * Recorded 2026: https://github.com/paritysuite/dynamodb-conformance/blob/main/tests/tier3/error-messages/putItem.test.ts
 * @throws {ValidationException} for what is neither a name nor an ARN of a table
 */
export const assertTableName = (given: string, path = 'tableName', least = 1): void => {
  if (PLAIN_NAME.test(given) || given.startsWith('arn:')) return;
  constraints().length(path, given, least, 255).matches(path, given, TABLE_NAME).assert();
};

/** @throws {ValidationException} for what is no name of an index */
export const assertIndexName = (given: string): void => {
  if (PLAIN_NAME.test(given)) return;
  if (given.length < 3 || given.length > 255)
    throw invalid('IndexName must be at least 3 characters long and at most 255 characters long');
  constraints().matches('indexName', given, TABLE_NAME).assert();
};
