import { AwsError } from '../../core/aws-error.ts';

/** Codes, texts and statuses: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */
const s3Error = (
  code: string,
  message: string,
  status: number,
  fields: Record<string, unknown> = {},
): AwsError => new AwsError(code, message, { status, fields });

export const noSuchBucket = (bucket: string): AwsError =>
  s3Error('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket });
export const noSuchKey = (key: string): AwsError =>
  s3Error('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
export const notFound = (): AwsError => s3Error('NotFound', 'Not Found', 404);
export const noSuchVersion = (key: string, versionId: string): AwsError =>
  s3Error('NoSuchVersion', 'The specified version does not exist.', 404, {
    Key: key,
    VersionId: versionId,
  });
export const noSuchUpload = (uploadId: string): AwsError =>
  s3Error(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId: uploadId },
  );
export const bucketAlreadyExists = (bucket: string): AwsError =>
  s3Error(
    'BucketAlreadyExists',
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    409,
    { BucketName: bucket },
  );
export const bucketAlreadyOwned = (bucket: string): AwsError =>
  s3Error(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    409,
    { BucketName: bucket },
  );
export const bucketNotEmpty = (bucket: string): AwsError =>
  s3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
    BucketName: bucket,
  });
export const invalidBucketName = (bucket: string): AwsError =>
  s3Error('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: bucket });
export const preconditionFailed = (condition: string): AwsError =>
  s3Error(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    412,
    { Condition: condition },
  );
export const notModified = (): AwsError => s3Error('NotModified', 'Not Modified', 304);
export const invalidRange = (range: string, size: number): AwsError =>
  s3Error('InvalidRange', 'The requested range is not satisfiable', 416, {
    RangeRequested: range,
    ActualObjectSize: size,
  });
export const badDigest = (): AwsError =>
  s3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400);
export const badChecksum = (algorithm: string): AwsError =>
  s3Error(
    'BadDigest',
    `The ${algorithm} you specified did not match the calculated checksum.`,
    400,
  );
export const invalidPart = (): AwsError =>
  s3Error(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
  );
export const invalidPartOrder = (): AwsError =>
  s3Error(
    'InvalidPartOrder',
    'The list of parts was not in ascending order. Parts must be ordered by part number.',
    400,
  );
export const entityTooSmall = (): AwsError =>
  s3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400);
export const entityTooLarge = (): AwsError =>
  s3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400);
export const keyTooLong = (key: string): AwsError =>
  s3Error('KeyTooLongError', 'Your key is too long', 400, {
    Size: Buffer.byteLength(key),
    MaxSizeAllowed: 1024,
  });
export const invalidArgument = (message: string, name?: string, value?: unknown): AwsError =>
  s3Error(
    'InvalidArgument',
    message,
    400,
    name === undefined ? {} : { ArgumentName: name, ArgumentValue: value },
  );
export const invalidRequest = (message: string): AwsError =>
  s3Error('InvalidRequest', message, 400);
export const malformedPolicy = (message: string): AwsError =>
  s3Error('MalformedPolicy', message, 400);
export const noSuchConfiguration = (code: string, message: string, bucket: string): AwsError =>
  s3Error(code, message, 404, { BucketName: bucket });
export const accessDenied = (message = 'Access Denied'): AwsError =>
  s3Error('AccessDenied', message, 403);
export const methodNotAllowed = (method: string): AwsError =>
  s3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
    Method: method,
    ResourceType: 'DeleteMarker',
  });

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html#bpa-access-denied-message-examples */
export const publicPolicyBlocked = (caller: string, bucket: string): AwsError =>
  accessDenied(
    `User: ${caller} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${bucket}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
  );

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */
export const slowDown = (): AwsError =>
  s3Error('SlowDown', 'Please reduce your request rate.', 503);
