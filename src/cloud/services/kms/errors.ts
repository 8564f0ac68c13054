import { AwsError } from '../../core/aws-error.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html */
export const validation = (message: string): AwsError =>
  new AwsError('ValidationException', message);
export const outOfEnum = (member: string, value: string, allowed: readonly string[]): AwsError =>
  validation(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`,
  );
/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html#API_DescribeKey_Errors */
export const keyNotFound = (arn: string): AwsError =>
  new AwsError('NotFoundException', `Key '${arn}' does not exist`);
export const invalidKeyId = (id: string): AwsError =>
  new AwsError('NotFoundException', `Invalid keyId '${id}'`);
export const invalidArn = (part: string): AwsError =>
  new AwsError('NotFoundException', `Invalid arn ${part}`);
export const aliasNotFound = (arn: string): AwsError =>
  new AwsError('NotFoundException', `Alias ${arn} is not found.`);
export const disabled = (arn: string): AwsError =>
  new AwsError('DisabledException', `${arn} is disabled.`);
export const pendingDeletion = (arn: string): AwsError =>
  new AwsError('KMSInvalidStateException', `${arn} is pending deletion.`);
export const notPendingDeletion = (arn: string): AwsError =>
  new AwsError('KMSInvalidStateException', `${arn} is not pending deletion.`);
export const wrongUsage = (arn: string, usage: string, operation: string): AwsError =>
  new AwsError(
    'InvalidKeyUsageException',
    `${arn} key usage is ${usage} which is not valid for ${operation}.`,
  );
export const wrongAlgorithm = (algorithm: string, spec: string): AwsError =>
  new AwsError(
    'InvalidKeyUsageException',
    `Algorithm ${algorithm} is incompatible with key spec ${spec}.`,
  );
/** AWS says nothing more, so that nobody learns from it. https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors */
export const invalidCiphertext = (): AwsError => new AwsError('InvalidCiphertextException', '');
export const incorrectKey = (): AwsError =>
  new AwsError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );
/** https://repost.aws/knowledge-center/kms-ciphertext-access-denied */
export const unknownCiphertextKey = (): AwsError =>
  new AwsError(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    { denied: true },
  );
export const invalidSignature = (): AwsError => new AwsError('KMSInvalidSignatureException', '');
export const invalidMac = (): AwsError => new AwsError('KMSInvalidMacException', '');
export const unsupported = (message: string): AwsError =>
  new AwsError('UnsupportedOperationException', message);
export const alreadyExists = (arn: string): AwsError =>
  new AwsError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
export const invalidAliasName = (message: string): AwsError =>
  new AwsError('InvalidAliasNameException', message);
export const malformedPolicy = (message: string): AwsError =>
  new AwsError('MalformedPolicyDocumentException', message);
export const limitExceeded = (message: string): AwsError =>
  new AwsError('LimitExceededException', message);
export const invalidMarker = (): AwsError =>
  new AwsError('InvalidMarkerException', 'Could not deserialize marker.');
export const grantNotFound = (id: string): AwsError =>
  new AwsError('NotFoundException', `Grant ID ${id} not found`);
export const tooManyTags = (most: number): AwsError =>
  new AwsError('TagException', `A KMS key can have at most ${most} tags.`);
export const systemTag = (key: string): AwsError =>
  new AwsError('TagException', `The tag key ${key} begins with aws:, which is for AWS.`);
export const dryRun = (): AwsError =>
  new AwsError(
    'DryRunOperationException',
    'The request would have succeeded, but the DryRun option is set.',
    {
      status: 412,
    },
  );
