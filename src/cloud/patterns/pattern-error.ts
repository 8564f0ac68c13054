/** A pattern that is none. The reason is AWS's text, with the place as AWS's parser tells it. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  /** Without the place. */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}
