/** What a queue's attributes come to, read once. */
export interface Settings {
  readonly fifo: boolean;
  readonly delayMs: number;
  readonly visibilityMs: number;
  readonly waitMs: number;
  readonly retentionMs: number;
  readonly messageBytes: number;
  readonly contentBased: boolean;
  /** Whether a deduplication id counts within its message group alone. */
  readonly perGroup: boolean;
  readonly redrive?: { readonly target: string; readonly maxReceives: number };
  readonly kms?: { readonly keyId: string; readonly reuseMs: number };
}

type Attributes = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html#API_SetQueueAttributes_RequestParameters */
export const DEFAULTS: Attributes = {
  VisibilityTimeout: '30',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
};

export const FIFO_DEFAULTS: Attributes = {
  FifoQueue: 'true',
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};

/** A redrive policy's two members; JSON numbers come as text, too. */
export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/**
 * An attribute as it is told: the count of a redrive policy that was given as text is a number.
 * https://docs.aws.amazon.com/cli/latest/reference/sqs/get-queue-attributes.html#examples
 */
export const keptAs = (name: string, value: string): string => {
  if (name !== 'RedrivePolicy' || value === '') return value;
  try {
    const { deadLetterTargetArn, maxReceiveCount } = readRedrivePolicy(value);
    return JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
  } catch {
    // What is no policy is like none that was set; who sets it hears of it elsewhere.
    return value;
  }
};

/** @param text - As it was checked when it was set */
export const readRedrivePolicy = (text: string): RedrivePolicy => {
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as {
    readonly deadLetterTargetArn: string;
    readonly maxReceiveCount: string | number;
  };
  return { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
};

export const settingsOf = (attributes: Attributes): Settings => {
  const of = (name: string) => attributes[name] ?? DEFAULTS[name] ?? FIFO_DEFAULTS[name] ?? '';
  const seconds = (name: string) => Number(of(name)) * 1000;
  const redrive = attributes['RedrivePolicy'];
  const keyId = attributes['KmsMasterKeyId'];
  const policy = redrive === undefined ? undefined : readRedrivePolicy(redrive);
  return {
    fifo: attributes['FifoQueue'] === 'true',
    delayMs: seconds('DelaySeconds'),
    visibilityMs: seconds('VisibilityTimeout'),
    waitMs: seconds('ReceiveMessageWaitTimeSeconds'),
    retentionMs: seconds('MessageRetentionPeriod'),
    messageBytes: Number(of('MaximumMessageSize')),
    contentBased: of('ContentBasedDeduplication') === 'true',
    perGroup: of('DeduplicationScope') === 'messageGroup',
    ...(policy === undefined
      ? {}
      : { redrive: { target: policy.deadLetterTargetArn, maxReceives: policy.maxReceiveCount } }),
    ...(keyId === undefined
      ? {}
      : {
          kms: {
            keyId,
            reuseMs: Number(attributes['KmsDataKeyReusePeriodSeconds'] ?? 300) * 1000,
          },
        }),
  };
};
