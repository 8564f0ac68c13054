import { notSupported } from '../../core/aws-error.ts';
import { isJson, readTargetArn } from '../../targets/index.ts';
import { validation } from './errors.ts';
import type { Place } from './names.ts';
import type { Target } from './state.ts';
import { readUniversalTarget } from './universal-target.ts';

/** Services of templated targets that AWS has and the cloud has not. https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html */
const NOT_HERE: ReadonlySet<string> = new Set([
  'codebuild',
  'codepipeline',
  'ecs',
  'firehose',
  'inspector',
  'sagemaker',
  'states',
]);

const FOREIGN_PARAMETERS = [
  'EcsParameters',
  'SageMakerPipelineParameters',
  'EventBridgePutEventsV2Parameters',
  'EventBridgePutRawEventsParameters',
] as const;

/** The kind of target that a block of parameters is for. */
const PARAMETERS = {
  EventBridgeParameters: 'events',
  KinesisParameters: 'kinesis',
  SqsParameters: 'sqs',
} as const;

const TEMPLATED: ReadonlySet<string> = new Set(['lambda', 'sqs', 'sns', 'kinesis', 'events']);

/**
 * Checks a target. Most texts are as measured against AWS on 2026-09-07 by the rules of cdk_preflight; the README says which
 * are not seen from AWS.
 *
 * @throws {ValidationException}
 * @throws {NotImplemented} for what AWS has and the cloud has not
 */
export const checkTarget = (target: Target, place: Place): void => {
  const { Arn = '', Input, RetryPolicy } = target;
  checkNumber('maximumRetryAttempts', RetryPolicy?.MaximumRetryAttempts, { least: 0, most: 185 });
  checkNumber('maximumEventAgeInSeconds', RetryPolicy?.MaximumEventAgeInSeconds, {
    least: 60,
    most: 86_400,
  });
  for (const name of FOREIGN_PARAMETERS)
    if (target[name] !== undefined) throw notSupported(`The parameter Target.${name}`);
  const universal = readUniversalTarget(Arn);
  if (universal === undefined) checkTemplated(target, place);
  else {
    if (universal.kind === 'reads') throw validation(`${universal.action} API is not supported`);
    if (universal.kind === 'unknown') throw notSupported(`The target ${Arn}`);
    if (Input === undefined)
      throw validation('You must provide an input to set this target for your schedule');
  }
  const isText =
    universal === undefined && ['sqs', 'sns', 'kinesis'].includes(readTargetArn(Arn)?.kind ?? '');
  if (Input !== undefined && !isText && !isJson(Input))
    throw validation('JSON syntax error in input for the target');
  checkDeadLetter(target, place);
};

const checkTemplated = (target: Target, { region, accountId }: Place): void => {
  const { Arn = '' } = target;
  const [, service, ofRegion] = /^arn:aws[\w-]*:([\w-]+):([\w-]*):/.exec(Arn) ?? [];
  if (service === undefined) throw validation('Provided Arn is not in correct format.');
  const read = readTargetArn(Arn);
  if (read === undefined || !TEMPLATED.has(read.kind)) {
    if (NOT_HERE.has(service)) throw notSupported(`The target ${Arn}`);
    throw TEMPLATED.has(service)
      ? validation('Provided Arn is not in correct format.')
      : validation(`${service} is not a supported service for a target.`);
  }
  if (ofRegion !== region)
    throw validation(`The target ARN provided does not match the current region ${region}.`);
  if (read.accountId !== accountId) throw notSupported(`A target of another account (${Arn})`);
  for (const [name, kind] of Object.entries(PARAMETERS))
    if (target[name as keyof typeof PARAMETERS] !== undefined && kind !== read.kind)
      throw validation(`${name} is not supported for the target ${Arn}.`);
  if (read.kind === 'events' && target.EventBridgeParameters === undefined)
    throw validation(`EventBridgeParameters is required for the target ${Arn}.`);
  if (read.kind === 'kinesis' && target.KinesisParameters === undefined)
    throw validation(`KinesisParameters is required for the target ${Arn}.`);
  if (
    Arn.endsWith('.fifo') &&
    read.kind === 'sqs' &&
    target.SqsParameters?.MessageGroupId === undefined
  )
    throw validation(`SqsParameters with a MessageGroupId is required for the target ${Arn}.`);
};

const checkNumber = (
  member: string,
  value: number | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): void => {
  if (value !== undefined && (value < least || value > most))
    throw validation(
      `1 validation error detected: Value '${value}' at 'target.retryPolicy.${member}' failed to satisfy constraint: Member must have value ${value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`}`,
    );
};

const checkDeadLetter = ({ DeadLetterConfig }: Target, { region }: Place): void => {
  const arn = DeadLetterConfig?.Arn;
  if (arn === undefined) return;
  const queue = readTargetArn(arn);
  // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeadLetterConfig.html: the pattern leaves out FIFO queues
  if (queue?.kind !== 'sqs' || arn.endsWith('.fifo') || queue.region !== region)
    throw validation(
      `1 validation error detected: Value '${arn}' at 'target.deadLetterConfig.arn' failed to satisfy constraint: Member must satisfy regular expression pattern: ^arn:aws(-[a-z]+)?:sqs:[a-z0-9\\-]+:\\d{12}:[a-zA-Z0-9\\-_]+$`,
    );
};
