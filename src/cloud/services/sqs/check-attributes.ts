import { parsePolicy } from '../../../iam/index.ts';
import { invalidAttribute, invalidValue, twoEncryptions, unknownAttribute } from './errors.ts';
import { LIMITS } from './limits.ts';
import { findByArn } from './names.ts';
import { FIFO_DEFAULTS, keptAs } from './settings.ts';
import type { Queue, SqsState } from './state.ts';

type Attributes = Readonly<Record<string, string>>;

/** Attributes that are whole numbers, and their ranges. API_SetQueueAttributes.html#API_SetQueueAttributes_RequestParameters */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  DelaySeconds: [0, LIMITS.delaySeconds],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
  MaximumMessageSize: [1_024, LIMITS.messageBytes],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, LIMITS.waitSeconds],
  VisibilityTimeout: [0, LIMITS.visibilitySeconds],
};

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['messageGroup', 'queue'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
  SqsManagedSseEnabled: ['true', 'false'],
};

/** Those that an empty value takes back. */
const REMOVABLE = ['KmsMasterKeyId', 'Policy', 'RedriveAllowPolicy', 'RedrivePolicy'];

const readObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
};

/** The texts for a target and a count that are wrong are recorded by LocalStack's snapshot tests; the others were not seen from AWS. */
const checkRedrive = (state: SqsState, queue: Pick<Queue, 'arn' | 'attributes'>, text: string) => {
  const refuse = (reason: string) => invalidValue(text, 'RedrivePolicy', reason);
  const policy = readObject(text);
  if (policy === undefined) throw refuse('Redrive policy is not a valid JSON map.');
  const { deadLetterTargetArn, maxReceiveCount, ...others } = policy;
  // The API reference has a default of 10; AWS wants it said, before all else: https://github.com/rubyonjets/jets/pull/101
  if (maxReceiveCount === undefined)
    throw refuse('Redrive policy does not contain mandatory attribute: maxReceiveCount.');
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw refuse(
      `Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].`,
    );
  if (deadLetterTargetArn === undefined)
    throw refuse('Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  if (
    typeof deadLetterTargetArn !== 'string' ||
    !/^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w.-]+$/.test(deadLetterTargetArn)
  )
    throw refuse('Invalid value for deadLetterTargetArn.');
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > LIMITS.maxReceiveCount)
    throw refuse(
      `Invalid value for maxReceiveCount: ${String(maxReceiveCount)}, valid values are from 1 to ${LIMITS.maxReceiveCount} both inclusive.`,
    );
  const target = findByArn(state, deadLetterTargetArn);
  if (target === undefined) throw refuse('Dead letter target does not exist.');
  if (target.attributes['FifoQueue'] !== queue.attributes['FifoQueue'])
    throw refuse('Dead-letter queue must be same type of queue as the source.');
  if (!allowsSource(target, queue.arn))
    throw refuse('The dead-letter queue does not allow this queue as a source.');
};

interface AllowPolicy {
  readonly redrivePermission?: unknown;
  readonly sourceQueueArns?: unknown;
}

/** Whether a dead-letter queue takes the messages of a queue. */
const allowsSource = (target: Queue, arn: string): boolean => {
  const text = target.attributes['RedriveAllowPolicy'];
  if (text === undefined) return true;
  const { redrivePermission, sourceQueueArns } = (readObject(text) ?? {}) as AllowPolicy;
  if (redrivePermission === 'byQueue')
    return Array.isArray(sourceQueueArns) && sourceQueueArns.includes(arn);
  return redrivePermission !== 'denyAll';
};

/** Texts not seen from AWS. */
const checkRedriveAllow = (text: string) => {
  const refuse = (reason: string) => invalidValue(text, 'RedriveAllowPolicy', reason);
  const policy = readObject(text);
  if (policy === undefined)
    throw refuse(
      "Amazon SQS can't create the redrive allow policy, as it's in an unsupported format.",
    );
  const { redrivePermission, sourceQueueArns } = policy as AllowPolicy;
  if (!['allowAll', 'denyAll', 'byQueue'].includes(String(redrivePermission)))
    throw refuse('redrivePermission must be one of allowAll, denyAll and byQueue.');
  const isList = Array.isArray(sourceQueueArns);
  if (redrivePermission !== 'byQueue' && sourceQueueArns !== undefined)
    throw refuse('sourceQueueArns can be given only when redrivePermission is byQueue.');
  if (
    redrivePermission === 'byQueue' &&
    (!isList || sourceQueueArns.length < 1 || sourceQueueArns.length > 10)
  )
    throw refuse('sourceQueueArns must have 1 to 10 ARNs when redrivePermission is byQueue.');
};

const checkPolicy = (text: string) => {
  try {
    parsePolicy(text, 'resource');
  } catch (error) {
    throw invalidAttribute('Policy', error instanceof Error ? error.message : undefined);
  }
};

const checkOne = (
  state: SqsState,
  queue: Pick<Queue, 'arn' | 'attributes'>,
  name: string,
  value: string,
) => {
  const range = RANGES[name];
  if (range !== undefined) {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < range[0] || number > range[1])
      throw invalidAttribute(name);
    return;
  }
  const choices = CHOICES[name];
  if (choices !== undefined) {
    if (name in FIFO_DEFAULTS && queue.attributes['FifoQueue'] !== 'true')
      throw unknownAttribute(name);
    if (!choices.includes(value)) throw invalidAttribute(name);
    return;
  }
  switch (name) {
    case 'FifoQueue':
      // Recorded from AWS by LocalStack's `test_set_unsupported_attribute_fifo`.
      if (queue.attributes['FifoQueue'] !== 'true') throw unknownAttribute(name);
      if (value !== 'true') throw invalidAttribute(name, 'Modifying queue type is not supported.');
      return;
    case 'Policy':
      return checkPolicy(value);
    case 'RedrivePolicy':
      return checkRedrive(state, queue, value);
    case 'RedriveAllowPolicy':
      return checkRedriveAllow(value);
    case 'KmsMasterKeyId':
      return;
    default:
      throw unknownAttribute(name);
  }
};

/**
 * A queue's attributes with those of a request. "Changes … only to" what is given; an empty policy is taken back.
 * @throws {InvalidAttributeName | InvalidAttributeValue | InvalidParameterValueException}
 */
export const withAttributes = (
  state: SqsState,
  queue: Pick<Queue, 'arn' | 'attributes'>,
  given: Attributes,
): Attributes => {
  const result: Record<string, string> = { ...queue.attributes };
  for (const [name, value] of Object.entries(given)) {
    if (value === '' && REMOVABLE.includes(name)) {
      delete result[name];
      continue;
    }
    checkOne(state, queue, name, value);
    result[name] = keptAs(name, value);
  }
  if (given['SqsManagedSseEnabled'] === 'true' && result['KmsMasterKeyId'] !== undefined)
    throw twoEncryptions();
  if ((given['KmsMasterKeyId'] ?? '') !== '') result['SqsManagedSseEnabled'] = 'false';
  if (
    result['FifoThroughputLimit'] === 'perMessageGroupId' &&
    result['DeduplicationScope'] !== 'messageGroup'
  )
    throw invalidAttribute(
      'FifoThroughputLimit',
      'perMessageGroupId is allowed only when DeduplicationScope is messageGroup.',
    );
  return result;
};
