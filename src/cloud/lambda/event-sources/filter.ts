import type { CompiledPattern } from '../../patterns/index.ts';
import { compilePattern, matches, PatternError } from '../../patterns/index.ts';
import { invalidFilter } from './errors.ts';
import type { SourceKind } from './mapping.ts';

/** A record as patterns see it, and what its producer put into it. */
export interface Filterable {
  /** The record; the member named by {@link DATA_KEY} is replaced. */
  readonly view: Readonly<Record<string, unknown>>;
  /** What the producer wrote, as text. DynamoDB's records have none: all of them is JSON. */
  readonly data?: string;
}

/** Where a pattern looks into what the producer wrote. */
const DATA_KEY: Readonly<Record<SourceKind, string | undefined>> = {
  sqs: 'body',
  kinesis: 'data',
  dynamodb: undefined,
};

interface Filter {
  readonly pattern: CompiledPattern;
  /** Whether it wants JSON or plain text of the producer; undefined where it does not care. */
  readonly wants: 'json' | 'text' | undefined;
}

const compile = (kind: SourceKind, source: string): Filter => {
  let pattern: CompiledPattern;
  try {
    pattern = compilePattern(source);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const refusal = invalidFilter();
    refusal.hint = error.message;
    throw refusal;
  }
  const key = DATA_KEY[kind];
  const part = key === undefined ? undefined : (JSON.parse(source) as Record<string, unknown>)[key];
  const wants = part === undefined ? undefined : Array.isArray(part) ? 'text' : 'json';
  // "If you specify a plain string for data, Lambda throws an exception at the creation or update."
  if (kind === 'kinesis' && wants === 'text') throw invalidFilter();
  return { pattern, wants };
};

const parsed = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Whether a record passes: it fits one of the patterns, or there are none.
 *
 * A pattern on JSON drops what is plain text, one on plain text drops what is JSON; one that does not look at what the
 * producer wrote takes both.
 * @throws {InvalidParameterValueException} for what is no pattern
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export const createFilter = (
  kind: SourceKind,
  sources: readonly string[],
): ((record: Filterable) => boolean) => {
  const filters = sources.map((source) => compile(kind, source));
  if (filters.length === 0) return () => true;
  const key = DATA_KEY[kind];
  return ({ view, data }) => {
    const json = data === undefined ? undefined : parsed(data);
    const seen = key === undefined ? view : { ...view, [key]: json ?? data };
    return filters.some(
      ({ pattern, wants }) =>
        (wants === undefined || (wants === 'json') === (json !== undefined)) &&
        matches(pattern, seen),
    );
  };
};
