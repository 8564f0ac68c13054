import type { Logger } from '../spec/handler-context.ts';

/** How the records of a batch are gone through. */
export interface RecordsPlan<R> {
  readonly records: readonly R[];
  /** What Lambda knows a record by: a message's id, a sequence number. */
  readonly idOf: (record: R) => string;
  /**
   * Records of one line are handled one after the other; the first that fails ends its line. Lines are handled side by side.
   * @defaultValue each record is a line of its own
   */
  readonly lineOf?: (record: R) => string;
  readonly handle: (record: R) => Promise<unknown>;
  readonly log: Logger;
}

/** The answer of a function that reports what failed. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

interface Failure<R> {
  readonly record: R;
  readonly error: unknown;
}

const linesOf = <R>({ records, lineOf }: RecordsPlan<R>): readonly (readonly R[])[] =>
  lineOf === undefined
    ? records.map((record) => [record])
    : [...Map.groupBy(records, lineOf).values()];

/** What was not handled of a line: nothing, or the record that failed and all behind it. */
const handleLine = async <R>(
  line: readonly R[],
  handle: RecordsPlan<R>['handle'],
): Promise<readonly Failure<R>[]> => {
  for (const [index, record] of line.entries())
    try {
      await handle(record);
    } catch (error) {
      return line.slice(index).map((rest) => ({ record: rest, error }));
    }
  return [];
};

/**
 * Handles a batch record by record, and answers with those that failed, in the batch's order. When nothing of it succeeded the invocation
 * itself fails, with the first error: all of the batch comes back either way, but only so does the function's metric `Errors` tell of it.
 */
export const handleRecords = async <R>(plan: RecordsPlan<R>): Promise<BatchAnswer> => {
  const lines = linesOf(plan);
  const failures = await Promise.all(lines.map((line) => handleLine(line, plan.handle)));
  for (const [first, ...behind] of failures) {
    if (first === undefined) continue;
    const more = behind.length === 0 ? '' : `; ${behind.length} behind it wait for it`;
    plan.log.error(`record ${plan.idOf(first.record)} failed${more}`, { error: first.error });
  }
  return answerFor(plan, failures.flat());
};

const answerFor = <R>(
  { records, idOf }: RecordsPlan<R>,
  failures: readonly Failure<R>[],
): BatchAnswer => {
  const [first] = failures;
  if (first !== undefined && failures.length === records.length) throw first.error;
  const failed = new Set(failures.map(({ record }) => record));
  return {
    batchItemFailures: records
      .filter((record) => failed.has(record))
      .map((record) => ({ itemIdentifier: idOf(record) })),
  };
};
