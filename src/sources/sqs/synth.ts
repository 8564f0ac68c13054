import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { filterCriteria, synthesiseMapping } from '../../synth/event-source-mapping.ts';
import { retentionOf } from '../../synth/retention.ts';
import { said } from '../../synth/template.ts';
import { feedQueue } from '../eventbridge/feed.ts';
import { synthesiseTopicFeed } from '../sns/synth.ts';
import type { QueueFeed, QueueOptions, QueueReference, QueueSourceOptions } from './spec.ts';

const DEFAULT_RECEIVES = 5;

type Options = Omit<QueueOptions, 'schema'>;

const redrivePolicy = ({ deadLetter }: Options) => {
  if (deadLetter === undefined) return undefined;
  const { queue, maxReceiveCount } =
    'queue' in deadLetter ? deadLetter : { queue: deadLetter, maxReceiveCount: DEFAULT_RECEIVES };
  return { deadLetterTargetArn: queue.arn, maxReceiveCount };
};

/** One line for each source that feeds queues: what it adds to the template. It lets itself send by `allowSend`. */
const FEEDS: Readonly<
  Partial<
    Record<
      QueueFeed['source'],
      (queue: AnyDeclaration, feed: QueueFeed<unknown>, builder: TemplateBuilder) => void
    >
  >
> = { eventbridge: feedQueue, sns: synthesiseTopicFeed };

/** A dead-letter queue must be of the same kind. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
const checkDeadLetter = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const { deadLetter, fifo = false } = declaration['options'] as Options;
  if (deadLetter === undefined) return;
  const target = ('queue' in deadLetter ? deadLetter.queue : deadLetter) as QueueReference & {
    readonly options: Options;
  };
  if ((target.options.fifo ?? false) !== fifo)
    builder.problem(
      'INVALID_OPTION',
      `The dead-letter queue of ${declaration.name} is ${target.name}, ${fifo ? 'a standard queue' : 'a FIFO queue'}; that of a ${fifo ? 'FIFO' : 'standard'} queue is one itself. Declare ${target.name} with fifo: ${String(fifo)}.`,
      declaration.declaredAt,
    );
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
export const synthesiseQueue = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const options = declaration['options'] as Options;
  checkDeadLetter(declaration, builder);
  builder.add(
    declaration.name,
    {
      Type: 'AWS::SQS::Queue',
      ...retentionOf('AWS::SQS::Queue', options),
      Properties: builder.resolve(
        said({
          ContentBasedDeduplication: options.contentBasedDeduplication,
          DeduplicationScope: options.highThroughput === true ? 'messageGroup' : undefined,
          DelaySeconds: options.delaySeconds,
          FifoQueue: options.fifo === true ? true : undefined,
          FifoThroughputLimit: options.highThroughput === true ? 'perMessageGroupId' : undefined,
          KmsMasterKeyId: options.kmsMasterKeyId,
          MaximumMessageSize: options.maximumMessageSize,
          MessageRetentionPeriod: options.messageRetentionPeriod,
          QueueName: options.queueName,
          ReceiveMessageWaitTimeSeconds: options.receiveMessageWaitTimeSeconds,
          RedrivePolicy: redrivePolicy(options),
          Tags: builder.tags(),
          VisibilityTimeout: options.visibilityTimeout,
          ...options.properties,
        }),
      ) as Record<string, unknown>,
    },
    declaration.declaredAt,
  );
  builder.output(
    `${declaration.name}QueueUrl`,
    { Ref: declaration.name },
    `URL of the queue ${declaration.name}`,
  );
  for (const feed of options.from ?? []) FEEDS[feed.source]?.(declaration, feed, builder);
};

const DEFAULT_TIMEOUT = 3;
const DEFAULT_VISIBILITY = 30;
const LONGEST_VISIBILITY = 43_200;

/**
 * A message must not come back while it is being handled. Lambda refuses a queue whose timeout is shorter than the function's;
 * six times that, and the batch window, is AWS's advice: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const giveTime = (fn: FunctionDeclaration, source: EventSource, builder: TemplateBuilder): void => {
  const { visibilityTimeout } = (source.target as unknown as { readonly options: Options }).options;
  const { batchWindow = 0 } = source.detail as QueueSourceOptions<undefined>;
  const timeout = fn.settings.timeout ?? DEFAULT_TIMEOUT;
  if (visibilityTimeout !== undefined) {
    if (visibilityTimeout < timeout)
      builder.problem(
        'INVALID_OPTION',
        `${fn.name} may run for ${timeout} s, but a message of ${source.target.name} comes back after ${visibilityTimeout} s (visibilityTimeout), and Lambda refuses that. Raise visibilityTimeout to ${6 * timeout + batchWindow}, or leave it out, and Sparta does.`,
        fn.declaredAt,
      );
    return;
  }
  const wanted = Math.min(6 * timeout + batchWindow, LONGEST_VISIBILITY);
  builder.amend(source.target.name, (queue) => {
    const before = queue.Properties?.['VisibilityTimeout'] ?? DEFAULT_VISIBILITY;
    if (typeof before !== 'number' || before >= wanted) return queue;
    return { ...queue, Properties: { ...queue.Properties, VisibilityTimeout: wanted } };
  });
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
const checkBatch = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  const { fifo } = (source.target as unknown as { readonly options: Options }).options;
  const { batchSize = 10, batchWindow = 0 } = source.detail as QueueSourceOptions<undefined>;
  const problem = (message: string) => builder.problem('INVALID_OPTION', message, fn.declaredAt);
  if (fifo === true && batchSize > 10)
    problem(
      `batchSize of ${fn.name} on ${source.target.name} is ${batchSize}; FIFO queues allow 1 to 10.`,
    );
  if (fifo === true && batchWindow > 0)
    problem(
      `batchWindow of ${fn.name} on ${source.target.name} is ${batchWindow}; FIFO queues have none. Leave it out.`,
    );
  if (fifo !== true && batchSize > 10 && batchWindow < 1)
    problem(
      `batchSize of ${fn.name} on ${source.target.name} is ${batchSize}; above 10 a queue needs a batchWindow of at least 1 s. Set one, or lower batchSize.`,
    );
};

/** Messages of a queue start a function. */
export const synthesiseSqsSource = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  checkBatch(fn, source, builder);
  giveTime(fn, source, builder);
  const { filter, maximumConcurrency } = source.detail as QueueSourceOptions<undefined>;
  synthesiseMapping(
    fn,
    source,
    {
      EventSourceArn: { 'Fn::GetAtt': [source.target.name, 'Arn'] },
      FilterCriteria: filterCriteria(filter, 'body'),
      ScalingConfig:
        maximumConcurrency === undefined ? undefined : { MaximumConcurrency: maximumConcurrency },
    },
    builder,
  );
};
