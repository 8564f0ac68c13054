import { validation } from './errors.ts';

/** What AWS's API model says of a text. */
export interface TextConstraint {
  readonly most?: number;
  readonly least?: number;
  readonly pattern?: string;
  readonly values?: readonly string[];
}

/** Names of rules, targets, archives and replays. */
export const NAME = (most: number): TextConstraint => ({
  least: 1,
  most,
  pattern: '[\\.\\-_A-Za-z0-9]+',
});
export const BUS_NAME: TextConstraint = { least: 1, most: 256, pattern: '[/\\.\\-_A-Za-z0-9]+' };

/** Violations of a request, gathered, in AWS's words. */
export interface Constraints {
  text(member: string, value: string | undefined, constraint: TextConstraint): Constraints;
  number(
    member: string,
    value: number | undefined,
    bounds: { readonly least: number; readonly most: number },
  ): Constraints;
  /** @throws {ValidationException} when anything was violated */
  check(): void;
}

export const constraints = (): Constraints => {
  const found: string[] = [];
  const violated = (member: string, value: unknown, rule: string) =>
    found.push(`Value '${String(value)}' at '${member}' failed to satisfy constraint: ${rule}`);
  const gathered: Constraints = {
    text: (member, value, { least, most, pattern, values }) => {
      if (value === undefined) return gathered;
      if (least !== undefined && value.length < least)
        violated(member, value, `Member must have length greater than or equal to ${least}`);
      if (most !== undefined && value.length > most)
        violated(member, value, `Member must have length less than or equal to ${most}`);
      if (pattern !== undefined && !new RegExp(`^${pattern}$`).test(value))
        violated(member, value, `Member must satisfy regular expression pattern: ${pattern}`);
      if (values !== undefined && !values.includes(value))
        violated(member, value, `Member must satisfy enum value set: [${values.join(', ')}]`);
      return gathered;
    },
    number: (member, value, { least, most }) => {
      if (value === undefined) return gathered;
      if (value < least)
        violated(member, value, `Member must have value greater than or equal to ${least}`);
      if (value > most)
        violated(member, value, `Member must have value less than or equal to ${most}`);
      return gathered;
    },
    check: () => {
      if (found.length === 0) return;
      const errors = found.length === 1 ? 'error' : 'errors';
      throw validation(`${found.length} validation ${errors} detected: ${found.join('; ')}`);
    },
  };
  return gathered;
};
