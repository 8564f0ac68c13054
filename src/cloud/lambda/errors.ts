import { AwsError } from '../core/aws-error.ts';

/** Errors of https://docs.aws.amazon.com/lambda/latest/api/ with the texts that AWS answers. */
const lambdaError = (
  code: string,
  status: number,
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): AwsError => new AwsError(code, message, { status, fields: { Type: 'User', ...fields } });

export const invalidParameterValue = (message: string): AwsError =>
  lambdaError('InvalidParameterValueException', 400, message);

export const functionNotFound = (arn: string): AwsError =>
  lambdaError('ResourceNotFoundException', 404, `Function not found: ${arn}`);

export const resourceNotFound = (message: string): AwsError =>
  lambdaError('ResourceNotFoundException', 404, message);

export const conflict = (message: string): AwsError =>
  lambdaError('ResourceConflictException', 409, message);

export const preconditionFailed = (api: string): AwsError =>
  lambdaError(
    'PreconditionFailedException',
    412,
    `The Revision Id provided does not match the latest Revision Id. Call the ${api} API to retrieve the latest Revision Id`,
  );

export const notAssumable = (): AwsError =>
  invalidParameterValue('The role defined for the function cannot be assumed by Lambda.');

export const validation = (message: string): AwsError =>
  new AwsError('ValidationException', message, { status: 400 });

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
export const throttled = (
  reason:
    | 'ReservedFunctionConcurrentInvocationLimitExceeded'
    | 'ConcurrentInvocationLimitExceeded'
    | 'CallerRateLimitExceeded',
): AwsError => lambdaError('TooManyRequestsException', 429, 'Rate Exceeded.', { Reason: reason });

export const requestTooLarge = (message: string): AwsError =>
  lambdaError('RequestTooLargeException', 413, message);

export const invalidRequestContent = (message: string): AwsError =>
  lambdaError('InvalidRequestContentException', 400, message);

export const stopping = (): AwsError =>
  new AwsError('ServiceException', 'The embedded cloud is stopping.', { status: 503 });
