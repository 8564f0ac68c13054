import { AwsError } from '../../core/aws-error.ts';

/*
 * The errors of an operation stand at the end of its page under https://docs.aws.amazon.com/kinesis/latest/APIReference/.
 * The texts are, unless it is said otherwise, as recorded from AWS by kinesalite's tests, which run against production as well
 * (https://github.com/mhart/kinesalite/tree/master/test).
 */

export const streamNotFound = (name: string, account: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Stream ${name} under account ${account} not found.`);
export const streamExists = (name: string, account: string): AwsError =>
  new AwsError('ResourceInUseException', `Stream ${name} under account ${account} already exists.`);
/** Of operations that change shards. */
export const shardNotFound = (shardId: string, stream: string, account: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    `Could not find shard ${shardId} in stream ${stream} under account ${account}.`,
  );
/** Of operations that read them. */
export const shardDoesNotExist = (shardId: string, stream: string, account: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    `Shard ${shardId} in stream ${stream} under account ${account} does not exist`,
  );
export const invalidArgument = (message: string): AwsError =>
  new AwsError('InvalidArgumentException', message);
export const limitExceeded = (message: string): AwsError =>
  new AwsError('LimitExceededException', message);
export const resourceInUse = (message: string): AwsError =>
  new AwsError('ResourceInUseException', message);
export const validation = (problems: readonly string[]): AwsError =>
  new AwsError(
    'ValidationException',
    `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected: ${problems.join('; ')}`,
  );
/** The text has not been seen from AWS. */
export const consumerNotFound = (consumer: string, account: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    `Consumer ${consumer} under account ${account} not found.`,
  );
/** The text has not been seen from AWS. */
export const policyNotFound = (arn: string): AwsError =>
  new AwsError('ResourceNotFoundException', `No resource policy found for ${arn}.`);
/** `Thu Jan 22 01:22:02 UTC 2015`, as Java prints a date. */
const javaDate = (ms: number): string => {
  const [day = '', date, month, year, time] = new Date(ms).toUTCString().split(' ');
  return `${day.replace(',', '')} ${month} ${date} ${time} UTC ${year}`;
};
export const iteratorExpired = (createdAt: number, now: number): AwsError =>
  new AwsError(
    'ExpiredIteratorException',
    `Iterator expired. The iterator was created at time ${javaDate(createdAt)} while right now it is ${javaDate(now)} which is further in the future than the tolerated delay of 300000 milliseconds.`,
  );
/** The text has not been seen from AWS. */
export const tokenExpired = (): AwsError =>
  new AwsError(
    'ExpiredNextTokenException',
    'The pagination token has expired: it lives 300 seconds.',
  );
export const rateExceeded = (shardId: string, stream: string, account: string): AwsError =>
  new AwsError(
    'ProvisionedThroughputExceededException',
    `Rate exceeded for shard ${shardId} in stream ${stream} under account ${account}.`,
  );
/** Of a call as a whole. The text has not been seen from AWS. */
export const throttled = (): AwsError =>
  new AwsError('ProvisionedThroughputExceededException', 'Rate exceeded.');
/** The text has not been seen from AWS. */
export const dryRun = (): AwsError =>
  new AwsError(
    'DryRunOperationException',
    'The request would have succeeded, but the DryRun option is set.',
  );
