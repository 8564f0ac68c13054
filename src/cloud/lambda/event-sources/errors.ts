import type { AwsError } from '../../core/aws-error.ts';
import { conflict, invalidParameterValue, resourceNotFound } from '../errors.ts';
import type { MappingRecord } from './mapping.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html#API_GetEventSourceMapping_Errors */
export const noSuchMapping = (): AwsError =>
  resourceNotFound('The resource you requested does not exist.');

/** Queues and streams have words of their own, as recorded from AWS by LocalStack's snapshot tests. */
export const duplicate = ({ kind, sourceArn, functionName, uuid }: MappingRecord): AwsError =>
  conflict(
    kind === 'sqs'
      ? `An event source mapping with SQS arn (" ${sourceArn} ") and function (" ${functionName} ") already exists. Please update or delete the existing mapping with UUID ${uuid}`
      : `The event source arn (" ${sourceArn} ") and function (" ${functionName} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${uuid}`,
  );

/** As recorded from AWS by LocalStack's snapshot tests. */
export const invalidFilter = (): AwsError =>
  invalidParameterValue('Invalid filter pattern definition.');

export const unsupportedParameter = (name: string): AwsError =>
  invalidParameterValue(`Unsupported ${name} parameter for given event source mapping type.`);

/** AWS does not say which statement is missing; the desk is told. */
export const withHint = (error: AwsError, cause: AwsError): AwsError => {
  error.hint = `${cause.code}: ${cause.message}${cause.hint === undefined ? '' : `. ${cause.hint}`}`;
  return error;
};

export const roleMayNot = (call: string, service: string): AwsError =>
  invalidParameterValue(
    `The provided execution role does not have permissions to call ${call} on ${service}`,
  );

/** https://github.com/aws-amplify/amplify-cli/issues/12965 and others quote both forms; Kinesis' names ListShards too. */
export const streamInaccessible = (arn: string, kind: 'kinesis' | 'dynamodb'): AwsError =>
  invalidParameterValue(
    `Cannot access stream ${arn}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ${kind === 'kinesis' ? 'ListShards, ' : ''}and ListStreams Actions on your stream in IAM.`,
  );

/** Not seen from AWS. */
export const consumerInaccessible = (arn: string): AwsError =>
  invalidParameterValue(
    `Cannot access consumer ${arn}. Please ensure the role can perform the SubscribeToShard Action on your consumer in IAM.`,
  );

export const streamNotFound = (arn: string): AwsError =>
  invalidParameterValue(`Stream not found: ${arn}`);

/** The code is the one of the query protocol, as in the reports of users. */
export const queueNotReceivable = ({ code, message }: AwsError): AwsError =>
  invalidParameterValue(
    `Error occurred while ReceiveMessage. SQS Error Code: ${code === 'QueueDoesNotExist' ? 'AWS.SimpleQueueService.NonExistentQueue' : code}. SQS Error Message: ${message}`,
  );
