/** Thrown by a handler behind an API to answer with a status and a message instead of a 500. */
export class HttpError extends Error {
  /** Status code, 400 to 599. */
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.name = 'HttpError';
    this.statusCode = statusCode;
  }
}
