/** A value that a table cannot hold. */
export class UnstorableError extends Error {
  /** Where it stands: `lines[0].price`. */
  readonly path: string;

  constructor(resource: string, path: string, problem: string) {
    super(`${path} of an item for ${resource} ${problem}`);
    this.name = 'UnstorableError';
    this.path = path;
  }
}
