import type * as Sqs from '@aws-sdk/client-sqs';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import type { Principal } from '../../core/principals.ts';
import { assumeFunctionRole } from '../environment/function-session.ts';
import { invalidParameterValue } from '../errors.ts';
import type { FunctionVersion, LambdaState } from '../state.ts';
import {
  consumerInaccessible,
  queueNotReceivable,
  roleMayNot,
  streamInaccessible,
  streamNotFound,
  withHint,
} from './errors.ts';
import type { Source } from './source.ts';
import { isConsumer, streamOf, urlOfQueue } from './source.ts';

type Context = OperationContext<LambdaState>;

interface Checked {
  readonly context: Context;
  readonly version: FunctionVersion;
  readonly principal: Principal;
}

/** @throws {AwsError} `refusal`, telling the desk which permission is missing */
const demand = (
  { context, principal }: Checked,
  action: string,
  resource: string,
  refusal: AwsError,
): void => {
  try {
    context.authorise({ action, resource }, principal);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw withHint(refusal, error);
  }
};

const checkQueue = async (checked: Checked, { arn }: Source): Promise<void> => {
  for (const call of ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'])
    demand(checked, `sqs:${call}`, arn, roleMayNot(call, 'SQS'));
  const { context, principal, version } = checked;
  let answer: Sqs.GetQueueAttributesResult;
  try {
    answer = (await context.call({
      service: 'sqs',
      operation: 'GetQueueAttributes',
      input: { QueueUrl: urlOfQueue(arn), AttributeNames: ['VisibilityTimeout'] },
      principal,
    })) as Sqs.GetQueueAttributesResult;
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    throw queueNotReceivable(error);
  }
  const visibility = Number(answer.Attributes?.VisibilityTimeout ?? 0);
  if (visibility < version.timeoutSeconds)
    throw invalidParameterValue(
      `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${version.timeoutSeconds} seconds`,
    );
};

/** https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html and with-ddb.html: what the role must be allowed */
const STREAM_CALLS = {
  kinesis: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListShards'],
  dynamodb: ['DescribeStream', 'GetRecords', 'GetShardIterator'],
} as const;

const checkStream = async (
  checked: Checked,
  arn: string,
  kind: 'kinesis' | 'dynamodb',
): Promise<void> => {
  if (kind === 'kinesis' && isConsumer(arn)) return checkConsumer(checked, arn);
  for (const call of STREAM_CALLS[kind])
    demand(checked, `${kind}:${call}`, arn, streamInaccessible(arn, kind));
  await callStream(checked, arn, kind, 'DescribeStream', {
    Limit: 1,
    ...(kind === 'kinesis' ? { StreamARN: arn } : { StreamArn: arn }),
  });
};

/** Whether the stream is there. @throws {InvalidParameterValueException} */
const callStream = async (
  { context, principal }: Checked,
  arn: string,
  kind: 'kinesis' | 'dynamodb',
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const service = kind === 'kinesis' ? 'kinesis' : 'dynamodb-streams';
  try {
    await context.call({ service, operation, input, principal });
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    throw error.code === 'ResourceNotFoundException'
      ? streamNotFound(arn)
      : withHint(streamInaccessible(arn, kind), error);
  }
};

/**
 * A consumer needs less of its stream: what https://github.com/serverless/serverless/pull/7320 grants, and AWS takes.
 * Whether AWS looks for the consumer itself is not known: the first reading finds out.
 */
const checkConsumer = async (checked: Checked, arn: string): Promise<void> => {
  const stream = streamOf(arn);
  for (const call of ['DescribeStreamSummary', 'ListShards'])
    demand(checked, `kinesis:${call}`, stream, streamInaccessible(stream, 'kinesis'));
  demand(checked, 'kinesis:SubscribeToShard', arn, consumerInaccessible(arn));
  await callStream(checked, stream, 'kinesis', 'DescribeStreamSummary', { StreamARN: stream });
};

const DESTINATION_CALLS: Readonly<Record<string, readonly [string, string, string]>> = {
  sqs: ['sqs:SendMessage', 'SendMessage', 'SQS'],
  sns: ['sns:Publish', 'Publish', 'SNS'],
  s3: ['s3:PutObject', 'PutObject', 'S3'],
};

const checkDestination = (checked: Checked, arn: string): void => {
  const service = arn.split(':', 3)[2] ?? '';
  const [action, call, name] = DESTINATION_CALLS[service] ?? [];
  if (action === undefined || call === undefined || name === undefined) return;
  demand(checked, action, service === 's3' ? `${arn}/*` : arn, roleMayNot(call, name));
};

/**
 * Whether the function's role may do what its mapping will do in its name, and whether the source is there.
 * @throws {InvalidParameterValueException} in AWS's words
 */
export const checkAccess = async (
  context: Context,
  version: FunctionVersion,
  source: Source,
  onFailure: string | undefined,
): Promise<void> => {
  const { credential, principal } = await assumeFunctionRole(context, version);
  context.credentials.remove(credential.accessKeyId);
  const checked = { context, version, principal };
  if (source.kind === 'sqs') await checkQueue(checked, source);
  else await checkStream(checked, source.arn, source.kind);
  if (onFailure !== undefined) checkDestination(checked, onFailure);
};
