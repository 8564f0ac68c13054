import { TestingError } from './testing-error.ts';

const MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  ms: 1,
  second: 1_000,
  s: 1_000,
  minute: 60_000,
  min: 60_000,
  hour: 3_600_000,
  h: 3_600_000,
  day: 86_400_000,
  d: 86_400_000,
  week: 604_800_000,
};

/**
 * A stretch of time in words: `15 minutes`, `1 hour 30 minutes`, `90 s`; a number is milliseconds.
 *
 * @throws {DURATION} for what is none
 */
export const durationMs = (given: string | number): number => {
  if (typeof given === 'number') {
    if (Number.isFinite(given) && given >= 0) return given;
    throw refused(given);
  }
  const parts = [...given.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)];
  const rest = given.replace(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi, '').replace(/\band\b|[\s,]/g, '');
  let sum = 0;
  for (const [, amount, word = ''] of parts) {
    const unit = MS[word.toLowerCase()] ?? MS[word.toLowerCase().replace(/s$/, '')];
    if (unit === undefined) throw refused(given);
    sum += Number(amount) * unit;
  }
  if (parts.length === 0 || rest !== '') throw refused(given);
  return sum;
};

const refused = (given: unknown) =>
  new TestingError(
    'DURATION',
    `${JSON.stringify(given)} is no stretch of time. Write one like '15 minutes', '1 hour 30 minutes', '90 s', or a number of milliseconds, 0 at least.`,
  );
