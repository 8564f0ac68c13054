import { AwsError } from '../../core/aws-error.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html; texts as the API answers them. */
export const validationError = (message: string): AwsError =>
  new AwsError('ValidationError', message);

export const durationOutOfRange = (
  seconds: number,
  bound: 'greater' | 'less',
  limit: number,
): AwsError =>
  validationError(
    `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${bound} than or equal to ${limit}`,
  );

export const overMaxSessionDuration = (): AwsError =>
  validationError(
    'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  );

export const overChainingLimit = (): AwsError =>
  validationError(
    'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
  );

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_Errors */
export const malformedPolicy = (message: string, hint: string): AwsError => {
  const error = new AwsError('MalformedPolicyDocument', message);
  error.hint = hint;
  return error;
};

export const packedPolicyTooLarge = (percent: number): AwsError =>
  new AwsError(
    'PackedPolicyTooLarge',
    `Packed size of session tags and policies consumes ${percent}% of allotted space.`,
  );

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html: for users and the root user alone. */
export const notWithSessionCredentials = (operation: string): AwsError =>
  new AwsError('AccessDenied', `Cannot call ${operation} with session credentials`, {
    status: 403,
  });

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html#API_DecodeAuthorizationMessage_Errors */
export const invalidAuthorizationMessage = (): AwsError =>
  new AwsError('InvalidAuthorizationMessageException', 'Message is not valid');
