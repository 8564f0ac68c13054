import type * as Sts from '@aws-sdk/client-sts';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { AwsError, notSupported } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import type { Principal } from '../../core/principals.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { invalidParameter } from './errors.ts';
import { groupArn } from './names.ts';
import type { LogsState, SubscriptionFilter } from './state.ts';

type Context = ServiceContext<LogsState>;

/** Where a filter sends to. */
export interface Destination
  extends Pick<SubscriptionFilter, 'group' | 'destinationArn' | 'distribution'> {
  readonly roleArn?: string | undefined;
}

/** Destinations let the service in with the region in its name, or without. */
const NAMES = ({ region }: Pick<Context, 'region'>) => [
  'logs.amazonaws.com',
  `logs.${region}.amazonaws.com`,
];

const serviceOf = (arn: string) => arn.split(':')[2];

const caller = (context: Context, name: string, group: string): Principal =>
  servicePrincipal(name, {
    sourceArn: `${groupArn(context.region, context.accountId, group)}:*`,
    sourceAccount: context.accountId,
  });

/**
 * Texts are as recorded from AWS by LocalStack's snapshot tests (`test_put_subscription_filter_errors`).
 * @throws {AwsError} for a destination that can not be one
 */
export const checkDestination = (
  { accountId }: Pick<Context, 'accountId'>,
  { destinationArn: arn, roleArn }: Destination,
): void => {
  const account = arn.split(':')[4];
  switch (serviceOf(arn)) {
    case 'lambda':
      if (account !== accountId)
        throw new AwsError(
          'AccessDeniedException',
          'Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross account lambda triggers.',
        );
      // Not seen from AWS.
      if (roleArn !== undefined)
        throw invalidParameter('destinationArn for vendor lambda cannot be used with roleArn');
      return;
    case 'kinesis':
      if (roleArn === undefined)
        throw invalidParameter('destinationArn for vendor kinesis cannot be used without roleArn');
      return;
    case 'firehose':
      throw notSupported('A subscription filter with a Firehose delivery stream');
    case 'logs':
      throw notSupported('A subscription filter with a logs destination');
    default:
      throw invalidParameter(
        `The destinationArn '${arn}' is neither a Lambda function nor a Kinesis stream.`,
      );
  }
};

/**
 * Tries a destination before the filter is made, as AWS does: a function with a dry run, a stream with a control message.
 * @returns the name under which it lets the service in
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 * @throws {InvalidParameterException} when it does not; the words: https://github.com/hashicorp/terraform/pull/5996,
 * https://github.com/hashicorp/terraform-provider-aws/issues/9371
 */
export const tryDestination = async (
  context: Context,
  destination: Destination,
): Promise<string> => {
  const isFunction = serviceOf(destination.destinationArn) === 'lambda';
  let refusal: AwsError | undefined;
  for (const name of NAMES(context))
    try {
      if (isFunction)
        await context.call({
          service: 'lambda',
          operation: 'Invoke',
          input: { FunctionName: destination.destinationArn, InvocationType: 'DryRun' },
          principal: caller(context, name, destination.group),
        });
      else
        await putRecord(
          context,
          { ...destination, principal: name },
          { data: controlMessage(context), stream: 'control' },
        );
      return name;
    } catch (error) {
      if (!(error instanceof AwsError) || error.code === 'NotImplemented') throw error;
      refusal = error;
    }
  const told = invalidParameter(
    isFunction
      ? 'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.'
      : 'Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state.',
  );
  if (refusal !== undefined) told.hint = `${refusal.code}: ${refusal.message}`;
  throw told;
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#DestinationKinesisExample */
const controlMessage = ({ clock }: Pick<Context, 'clock'>): Uint8Array =>
  compressed({
    messageType: 'CONTROL_MESSAGE',
    owner: 'CloudwatchLogs',
    logGroup: '',
    logStream: '',
    subscriptionFilters: [],
    logEvents: [
      {
        id: '',
        timestamp: clock.now(),
        message: 'CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.',
      },
    ],
  });

export const compressed = (message: object): Uint8Array =>
  Uint8Array.from(gzipSync(JSON.stringify(message)));

/** Compressed events of a log stream, and the journal's id of the call that brought them. */
interface Parcel {
  readonly data: Uint8Array;
  readonly stream: string;
  readonly cause?: number | undefined;
}

/** A destination, and the name under which it lets the service in. */
interface Addressee extends Destination {
  readonly principal: string;
}

/** Brings compressed events to a filter's destination. @throws {AwsError} what it answers */
export const sendTo = async (
  context: Context,
  filter: SubscriptionFilter,
  what: Parcel,
): Promise<void> => {
  if (serviceOf(filter.destinationArn) !== 'lambda') return putRecord(context, filter, what);
  await context.call({
    service: 'lambda',
    operation: 'Invoke',
    input: {
      FunctionName: filter.destinationArn,
      InvocationType: 'Event',
      Payload: Buffer.from(
        JSON.stringify({ awslogs: { data: Buffer.from(what.data).toString('base64') } }),
      ),
    },
    principal: caller(context, filter.principal, filter.group),
    cause: what.cause,
  });
};

const putRecord = async (
  context: Context,
  { group, destinationArn, roleArn = '', distribution, principal: name }: Addressee,
  { data, stream, cause }: Parcel,
): Promise<void> => {
  const answer = (await context.call({
    service: 'sts',
    operation: 'AssumeRole',
    input: { RoleArn: roleArn, RoleSessionName: 'CloudWatchLogs' },
    principal: caller(context, name, group),
  })) as Sts.AssumeRoleResponse;
  const accessKeyId = answer.Credentials?.AccessKeyId ?? '';
  const principal = context.credentials.find(accessKeyId)?.principal;
  context.credentials.remove(accessKeyId);
  if (principal === undefined) throw notSupported(`A session of the role ${roleArn}`);
  await context.call({
    service: 'kinesis',
    operation: 'PutRecord',
    region: destinationArn.split(':')[3] ?? context.region,
    input: {
      StreamName: destinationArn.split(':stream/')[1] ?? '',
      StreamARN: destinationArn,
      Data: data,
      // Events of one log stream go to one shard unless they are to be spread.
      PartitionKey:
        distribution === 'Random'
          ? context.random.hex(32)
          : createHash('md5').update(`${group}\n${stream}`).digest('hex'),
    },
    principal,
    source: groupArn(context.region, context.accountId, group),
    cause,
  });
};
