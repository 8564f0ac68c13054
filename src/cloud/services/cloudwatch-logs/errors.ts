import { AwsError } from '../../core/aws-error.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html#API_CreateLogGroup_Errors */
export const groupExists = (): AwsError =>
  new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
export const groupNotFound = (): AwsError =>
  new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html#API_CreateLogStream_Errors */
export const streamExists = (): AwsError =>
  new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
export const streamNotFound = (): AwsError =>
  new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html#API_PutLogEvents_Errors */
export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterException', message);
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html; the text is our own */
export const invalidOperation = (message: string): AwsError =>
  new AwsError('InvalidOperationException', message);
/** As recorded from AWS by LocalStack's snapshot tests; of metric filters by analogy. */
export const filterNotFound = (kind: 'subscription' | 'metric'): AwsError =>
  new AwsError('ResourceNotFoundException', `The specified ${kind} filter does not exist.`);
/** As recorded from AWS by LocalStack's snapshot tests. */
export const limitExceeded = (): AwsError =>
  new AwsError('LimitExceededException', 'Resource limit exceeded.');
