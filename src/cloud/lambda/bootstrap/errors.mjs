/** An error that the runtime itself raises; `name` is what the invoker reads as `errorType`. */
export class RuntimeError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

const printable = (text) => String(text).replaceAll('\x7F', '%7F');

/** An error as the invoker gets it: `{ errorType, errorMessage, trace }`. */
export const describeError = (error) => {
  try {
    // Errors of another realm (vm, worker) are errors too.
    if (error instanceof Error || Object.prototype.toString.call(error) === '[object Error]')
      return {
        errorType: printable(error.name),
        errorMessage: printable(error.message),
        trace: printable(error.stack ?? '').split('\n'),
      };
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    };
  }
};
