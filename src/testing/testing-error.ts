/** Every code of a {@link TestingError}. */
export type TestingErrorCode =
  | 'DURATION' // what was given is no stretch of time
  | 'REAL_CLOCK' // time moves by itself
  | 'NOT_PROVISIONED' // a declaration of no service that is provisioned
  | 'NO_CLIENT' // a declaration that has no client
  | 'NO_VALUE' // an expression whose value only CloudFormation knows
  | 'STOPPED'; // the cloud has been stopped

/** A test that asks for what cannot be. */
export class TestingError extends Error {
  override readonly name = 'TestingError';
  readonly code: TestingErrorCode;

  constructor(code: TestingErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
