import { AwsError } from '../../core/aws-error.ts';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html */
export const validation = (message: string): AwsError =>
  new AwsError('ValidationException', message);
export const invalidName = (): AwsError =>
  validation(
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors */
export const secretNotFound = (): AwsError =>
  new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
export const stageNotFound = (stage: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
  );
export const versionNotFound = (id: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for VersionId: ${id}`,
  );
export const secretExists = (name: string): AwsError =>
  new AwsError(
    'ResourceExistsException',
    `The operation failed because the secret ${name} already exists.`,
  );
export const versionExists = (id: string): AwsError =>
  new AwsError(
    'ResourceExistsException',
    `A resource with the ID you requested already exists: the version ${id} has another value.`,
  );
export const invalidRequest = (message: string): AwsError =>
  new AwsError('InvalidRequestException', message);
export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterException', message);
export const isDeleted = (): AwsError =>
  invalidRequest(
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
export const isBeingDeleted = (): AwsError =>
  invalidRequest(
    "You can't create this secret because a secret with this name is already scheduled for deletion.",
  );
export const tokenMissing = (): AwsError =>
  invalidRequest('You must provide a ClientRequestToken value. We recommend a UUID-type value.');
export const invalidToken = (): AwsError =>
  new AwsError('InvalidNextTokenException', 'Invalid token');
export const limitExceeded = (message: string): AwsError =>
  new AwsError('LimitExceededException', message);
export const malformedPolicy = (message: string): AwsError =>
  new AwsError('MalformedPolicyDocumentException', message);
/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html#API_PutResourcePolicy_Errors */
export const publicPolicy = (): AwsError =>
  new AwsError(
    'PublicPolicyException',
    'The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the secret.',
  );
/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html */
export const lambdaNotAllowed = (): AwsError =>
  new AwsError(
    'AccessDeniedException',
    'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
  );
/** https://repost.aws/knowledge-center/secrets-manager-share-between-accounts */
export const kmsNotAllowed = (): AwsError =>
  new AwsError('AccessDeniedException', 'Access to KMS is not allowed', { denied: true });
/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html#API_CreateSecret_Errors */
export const encryptionFailed = (): AwsError =>
  new AwsError(
    'EncryptionFailure',
    "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state.",
  );
export const decryptionFailed = (): AwsError =>
  new AwsError(
    'DecryptionFailure',
    "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
  );
