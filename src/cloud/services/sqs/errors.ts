import { AwsError } from '../../core/aws-error.ts';

// Codes are the SDK model's (@aws-sdk/client-sqs); those that it lacks, and texts, are as recorded from AWS by LocalStack's
// snapshot tests (tests/aws/services/sqs) where nothing else is said.

export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterValueException', message);
export const invalidValue = (value: unknown, parameter: string, reason: string): AwsError =>
  invalidParameter(
    `Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
export const missingParameter = (name: string): AwsError =>
  new AwsError(
    'MissingRequiredParameterException',
    `The request must contain the parameter ${name}.`,
    { queryCode: 'MissingParameter' },
  );
/** The older protocol words it in its own way. */
export const queueDoesNotExist = (inQuery = false): AwsError =>
  new AwsError(
    'QueueDoesNotExist',
    `The specified queue does not exist${inQuery ? ' for this wsdl version' : ''}.`,
  );
export const queueExists = (attribute: string): AwsError =>
  new AwsError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  );
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html#API_CreateQueue_Errors */
export const queueDeletedRecently = (): AwsError =>
  new AwsError(
    'QueueDeletedRecently',
    'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
  );
/** Text not seen from AWS. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors */
export const invalidAddress = (url: string): AwsError =>
  new AwsError('InvalidAddress', `The address ${url} is not valid for this endpoint.`);
export const unknownAttribute = (name: string): AwsError =>
  new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
export const twoEncryptions = (): AwsError =>
  new AwsError(
    'InvalidAttributeName',
    'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
  );
export const invalidAttribute = (name: string, reason?: string): AwsError =>
  new AwsError(
    'InvalidAttributeValue',
    `Invalid value for the parameter ${name}.${reason === undefined ? '' : ` Reason: ${reason}`}`,
  );
export const purgeInProgress = (name: string): AwsError =>
  new AwsError(
    'PurgeQueueInProgress',
    `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
  );
export const invalidContents = (): AwsError =>
  new AwsError(
    'InvalidMessageContents',
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
  );
/** Text not seen from AWS. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html#API_DeleteMessage_Errors */
export const invalidReceipt = (handle: string): AwsError =>
  new AwsError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
  );
export const expiredReceipt = (handle: string): AwsError =>
  invalidValue(handle, 'ReceiptHandle', 'The receipt handle has expired.');
export const notAvailable = (handle: string): AwsError =>
  invalidValue(
    handle,
    'ReceiptHandle',
    'Message does not exist or is not available for visibility timeout change.',
  );
/** Text not seen from AWS. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
export const overLimit = (limit: number): AwsError =>
  new AwsError(
    'OverLimit',
    `The queue has ${limit} messages in flight, the most that a queue may have. Delete messages after they are processed.`,
  );
export const emptyBatch = (entry: string): AwsError =>
  new AwsError('EmptyBatchRequest', `There should be at least one ${entry} in the request.`);
export const tooManyEntries = (most: number, sent: number): AwsError =>
  new AwsError(
    'TooManyEntriesInBatchRequest',
    `Maximum number of entries per request are ${most}. You have sent ${sent}.`,
  );
export const invalidEntryId = (): AwsError =>
  new AwsError(
    'InvalidBatchEntryId',
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
  );
export const repeatedEntryId = (id: string): AwsError =>
  new AwsError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
export const batchTooLong = (most: number, sent: number): AwsError =>
  new AwsError(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${most} bytes. You have sent ${sent} bytes.`,
  );
export const noDeduplicationId = (): AwsError =>
  invalidParameter(
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
export const notForThisQueue = (value: unknown, parameter: string): AwsError =>
  invalidValue(
    value,
    parameter,
    'The request include parameter that is not valid for this queue type.',
  );
export const resourceNotFound = (parameter: 'SourceArn' | 'DestinationArn'): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    `The resource that you specified for the ${parameter} parameter doesn't exist.`,
  );
export const taskNotFound = (): AwsError =>
  new AwsError('ResourceNotFoundException', 'Task does not exist.');
/** As Java's SDK has met it in the answer to a batch: https://github.com/aws/aws-sdk-java/issues/2562. The text is our own. */
export const internalError = (): AwsError =>
  new AwsError('InternalError', 'The message could not be handled. Try again.', { status: 500 });
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors */
export const requestThrottled = (): AwsError =>
  new AwsError('RequestThrottled', 'The request was denied due to request throttling.');
