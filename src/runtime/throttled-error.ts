/** A table did not keep up with several requests, however long it was waited; part of them is done. */
export class ThrottledError extends Error {
  /** How many were not done. */
  readonly left: number;

  constructor(resource: string, left: number, of: number) {
    super(
      `${resource} did not do ${left} of ${of}, time and again. Give it more capacity, or ask for less at one time; what was done stays done.`,
    );
    this.name = 'ThrottledError';
    this.left = left;
  }
}
