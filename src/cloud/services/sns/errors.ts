import { AwsError } from '../../core/aws-error.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors */
export const topicNotFound = (): AwsError =>
  new AwsError('NotFoundException', 'Topic does not exist', { status: 404 });
export const subscriptionNotFound = (): AwsError =>
  new AwsError('NotFoundException', 'Subscription does not exist', { status: 404 });
/** https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html#API_TagResource_Errors */
export const resourceNotFound = (): AwsError =>
  new AwsError('ResourceNotFoundException', 'Resource does not exist', { status: 404 });
/** https://github.com/getmoto/moto/blob/master/tests/test_sns/test_topics.py (test_tag_resource_errors) */
export const tooManyTags = (): AwsError =>
  new AwsError(
    'TagLimitExceededException',
    'Could not complete request: tag quota of per resource exceeded',
  );
export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterException', `Invalid parameter: ${message}`);
/** Where AWS does not say `Invalid parameter: ` before it, as recorded from AWS by LocalStack's snapshot tests. */
export const invalidPlainly = (message: string): AwsError =>
  new AwsError('InvalidParameterException', message);
/** Message attributes have a code of their own, as recorded from AWS by LocalStack's snapshot tests. */
export const invalidAttribute = (message: string): AwsError =>
  new AwsError('InvalidParameterValueException', message);
export const tooManyEntries = (): AwsError =>
  new AwsError(
    'TooManyEntriesInBatchRequestException',
    'The batch request contains more entries than permissible.',
  );
export const emptyBatch = (): AwsError =>
  new AwsError('EmptyBatchRequestException', "The batch request doesn't contain any entries.");
export const idsNotDistinct = (): AwsError =>
  new AwsError(
    'BatchEntryIdsNotDistinctException',
    'Two or more batch entries in the request have the same Id.',
  );
/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html#API_PublishBatch_Errors */
export const invalidEntryId = (): AwsError =>
  new AwsError(
    'InvalidBatchEntryIdException',
    'The Id of a batch entry in a batch request does not abide by the specification: 1 to 80 letters, digits, hyphens and underscores.',
  );
/** As recorded from AWS by LocalStack's snapshot tests. */
export const batchTooLong = (): AwsError =>
  new AwsError(
    'BatchRequestTooLongException',
    'The length of all the messages put together is more than the limit.',
  );
/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
export const tooManyFilterPolicies = (): AwsError =>
  new AwsError(
    'FilterPolicyLimitExceededException',
    'The number of filter policies of this topic is over the limit.',
    { status: 403 },
  );
/** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html and its siblings name it; the text is of the SDK's model. */
export const throttled = (): AwsError =>
  new AwsError(
    'ThrottledException',
    'The rate at which requests have been submitted for this action exceeds the limit for your Amazon Web Services account.',
    { status: 429 },
  );
/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors; the text is our own. */
export const internalError = (): AwsError =>
  new AwsError('InternalError', 'The message could not be taken. Try again.', { status: 500 });
