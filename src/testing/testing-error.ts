/** Every code of a {@link TestingError}. */
export type TestingErrorCode =
  | 'DURATION' // what was given is no stretch of time
  | 'REAL_CLOCK' // time moves by itself
  | 'NOT_PROVISIONED' // a declaration of no service that is provisioned
  | 'NO_CLIENT' // a declaration that has no client
  | 'NO_VALUE' // an expression whose value only CloudFormation knows
  | 'STOPPED' // the cloud has been stopped
  | 'DISORDER' // what was asked for is no disorder
  | 'FAILS_IN_ORDER' // a test fails without any disorder
  | 'FAILS_UNDER_DISORDER'; // a test fails when AWS does what it may

/** A test that asks for what cannot be. */
export class TestingError extends Error {
  override readonly name = 'TestingError';
  readonly code: TestingErrorCode;

  constructor(code: TestingErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}
