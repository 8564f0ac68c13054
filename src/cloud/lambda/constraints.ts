import { validation } from './errors.ts';

/** Gathers what is wrong with an input, to say all of it at once as AWS does. */
export interface Constraints {
  range(path: string, value: number | undefined, min: number, max: number): Constraints;
  length(path: string, value: string | undefined, min: number, max: number): Constraints;
  pattern(
    path: string,
    value: string | undefined,
    pattern: RegExp,
    asAwsWritesIt: string,
  ): Constraints;
  oneOf(path: string, value: string | undefined, allowed: readonly string[]): Constraints;
  /** @throws {ValidationException} */
  check(): void;
}

const SHOWN = 200;

/** Wording: every service of AWS that validates by its model. */
export const constraints = (): Constraints => {
  const found: string[] = [];
  const fail = (path: string, value: unknown, rule: string) => {
    const text = String(value);
    const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
    found.push(`Value '${shown}' at '${path}' failed to satisfy constraint: ${rule}`);
  };
  const self: Constraints = {
    range: (path, value, min, max) => {
      if (value === undefined) return self;
      if (value > max) fail(path, value, `Member must have value less than or equal to ${max}`);
      if (value < min) fail(path, value, `Member must have value greater than or equal to ${min}`);
      return self;
    },
    length: (path, value, min, max) => {
      if (value === undefined) return self;
      if (value.length > max)
        fail(path, value, `Member must have length less than or equal to ${max}`);
      if (value.length < min)
        fail(path, value, `Member must have length greater than or equal to ${min}`);
      return self;
    },
    pattern: (path, value, pattern, asAwsWritesIt) => {
      if (value !== undefined && !pattern.test(value))
        fail(path, value, `Member must satisfy regular expression pattern: ${asAwsWritesIt}`);
      return self;
    },
    oneOf: (path, value, allowed) => {
      if (value !== undefined && !allowed.includes(value))
        fail(path, value, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
      return self;
    },
    check: () => {
      if (found.length > 0)
        throw validation(
          `${found.length} validation error${found.length === 1 ? '' : 's'} detected: ${found.join('; ')}`,
        );
    },
  };
  return self;
};
