/** One write whose condition did not hold. */
export interface ConditionFailure {
  /** Its position among those that were asked for together, from 0. */
  readonly index: number;
  /** The item that is there; undefined where there is none. */
  readonly item: Readonly<Record<string, unknown>> | undefined;
}

/** A condition of a write did not hold: nothing was written. */
export class ConditionFailedError extends Error {
  /** Those whose conditions did not hold; of a write alone that one. */
  readonly failures: readonly ConditionFailure[];
  /** The item of the first of them that is there; undefined where there is none. */
  readonly item: ConditionFailure['item'];

  constructor(resource: string, failures: readonly ConditionFailure[], cause: unknown) {
    const [first] = failures;
    const which = failures.length === 1 ? 'a condition' : `${failures.length} conditions`;
    super(
      `${which} did not hold, and nothing was written to ${resource}: ${first?.item === undefined ? 'there is no such item' : 'the item that is there is in item'}`,
      { cause },
    );
    this.name = 'ConditionFailedError';
    this.failures = failures;
    this.item = first?.item;
  }
}
