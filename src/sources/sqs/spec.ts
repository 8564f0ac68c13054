import type { AlarmMetric } from '../../spec/alarm.ts';
import { queueMetrics } from '../../spec/alarm.ts';
import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { MappingOptions } from '../../spec/event-source-mapping.ts';
import type { Grant, GrantStatement } from '../../spec/grant.ts';
import type { Keeping } from '../../spec/keeping.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { MessageSchema, Received, Sent } from '../../spec/message-schema.ts';
import type { QueueClient, QueueMode } from '../../spec/queue-client.ts';
import type { Expression, Value } from '../../spec/value.ts';
import { getAtt, ref } from '../../spec/value.ts';
import type { QueueBatch, QueueMessage, SqsBatchAnswer, SqsEvent } from './message.ts';
import { batchReader, eventReader, messageReader } from './runtime.ts';

/** How a queue is made. */
export interface QueueOptions<Schema extends MessageSchema | undefined = undefined>
  extends Keeping {
  /** How messages look. They are JSON then: checked when they are sent, and when they are read. */
  readonly schema?: Schema;
  /** Physical name, up to 80 characters; that of a FIFO queue ends in `.fifo`. Left out, CloudFormation makes one. */
  readonly queueName?: string;
  /** Keeps the order of messages within their group, and each message once. @defaultValue false */
  readonly fifo?: boolean;
  /** Of a FIFO queue: the body's hash is the deduplication id where none is sent. @defaultValue false */
  readonly contentBasedDeduplication?: boolean;
  /** Of a FIFO queue: deduplication and throughput by group in place of the whole queue. @defaultValue false */
  readonly highThroughput?: boolean;
  /**
   * Seconds until a message that was received comes back unless it is deleted, 0 to 43,200.
   * @defaultValue six times the timeout of the slowest function that it starts, and its batch window, as AWS advises; else 30
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
   */
  readonly visibilityTimeout?: number;
  /** Seconds that a message is kept, 60 to 1,209,600. @defaultValue 345,600 (four days) */
  readonly messageRetentionPeriod?: number;
  /** Seconds until a message can be received, 0 to 900. @defaultValue 0 */
  readonly delaySeconds?: number;
  /** Bytes of a message at most, 1,024 to 1,048,576. @defaultValue 1,048,576 */
  readonly maximumMessageSize?: number;
  /** Seconds that a receive waits for a message, 0 to 20. @defaultValue 0 */
  readonly receiveMessageWaitTimeSeconds?: number;
  /** Where messages go that were received too often, five times unless it is said. */
  readonly deadLetter?:
    | QueueReference
    | {
        /** That queue; of a FIFO queue a FIFO queue. */
        readonly queue: QueueReference;
        /** Receives, 1 to 1,000. */
        readonly maxReceiveCount: number;
      };
  /** ARN, id or alias of the key that encrypts messages. @defaultValue SQS's own key */
  readonly kmsMasterKeyId?: Value<string>;
  /**
   * What it is fed by, beside those who send to it: events of a bus. Each may send for its own source alone. Under a key of your own
   * (`kmsMasterKeyId`) the key's policy must let their service use it.
   * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services
   */
  readonly from?: readonly QueueFeed<Sent<NoInfer<Schema>>>[];
  /** What becomes of it when the stack lets go of it. @defaultValue 'RetainExceptOnCreate' */
  readonly deletionPolicy?: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  /** Any further property of `AWS::SQS::Queue`, in CloudFormation's words. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/**
 * What a queue is fed by, as data.
 * @typeParam Body - What its messages are; `never` where it is not known, which every queue takes.
 */
export interface QueueFeed<Body = never> {
  readonly kind: 'queue-feed';
  /** The drawer in `src/sources` that knows it. */
  readonly source: 'eventbridge' | 'sns';
  /** What the messages come from. */
  readonly target: { readonly kind: string; readonly name: string };
  /** What the source's synthesis needs to know; plain data. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** Only for the compiler. */
  readonly gives?: Body;
}

/** A queue that something refers to, whatever its messages are. */
export interface QueueReference {
  readonly kind: 'queue';
  /** Logical id. */
  readonly name: string;
  /** Its ARN. */
  readonly arn: Expression;
}

/** How a function reads a queue. */
export interface QueueSourceOptions<Schema extends MessageSchema | undefined>
  extends MappingOptions<Sent<Schema>> {
  /** How these messages look. @defaultValue the queue's schema */
  readonly schema?: Schema;
  /**
   * What becomes of a message that the schema refuses: it fails, comes back and ends in the dead-letter queue, or is dropped with a warning in
   * the log. @defaultValue 'fail'
   */
  readonly invalid?: 'fail' | 'drop';
  /** Invocations at one time at most, 2 to 1,000. @defaultValue as many as the function gets */
  readonly maximumConcurrency?: number;
}

/** A queue as data. */
export interface QueueDeclaration<Schema extends MessageSchema | undefined = undefined>
  extends QueueReference {
  /** How it is made. */
  readonly options: Omit<QueueOptions, 'schema'>;
  /** How its messages look. */
  readonly schema: Schema | undefined;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its physical name. */
  readonly queueName: Expression;
  /** Its URL. */
  readonly queueUrl: Expression;
  /** Messages that can be received, a count: `ApproximateNumberOfMessagesVisible`. */
  readonly depth: AlarmMetric;
  /** Age of the oldest message, seconds: `ApproximateAgeOfOldestMessage`. */
  readonly age: AlarmMetric;
  /**
   * Starts a function with each message. A message that the handler fails comes back alone; of a FIFO queue, with those of its
   * group behind it.
   */
  messages<const Own extends MessageSchema | undefined = Schema>(
    options?: QueueSourceOptions<Own>,
  ): EventSource<QueueMessage<Received<Own, string>>, unknown>;
  /** Starts a function with each batch of messages; the handler says which failed. */
  batches<const Own extends MessageSchema | undefined = Schema>(
    options?: QueueSourceOptions<Own>,
  ): EventSource<QueueBatch<Received<Own, string>>, unknown>;
  /** Starts a function with what Lambda hands over, as it is; what it answers may name messages that failed. */
  events(
    options?: Omit<QueueSourceOptions<Schema>, 'schema' | 'invalid'>,
  ): EventSource<SqsEvent, SqsBatchAnswer | void>;
  /** Several permissions at once: `access('send', 'inspect')`. */
  access<const Modes extends readonly QueueMode[]>(
    ...modes: Modes
  ): Grant<QueueClient<Modes[number], Sent<Schema>, Received<Schema, string>>>;
  /** Lets a function send messages. */
  send(): Grant<QueueClient<'send', Sent<Schema>, Received<Schema, string>>>;
  /** Lets a function receive messages by itself, and delete them. */
  receive(): Grant<QueueClient<'receive', Sent<Schema>, Received<Schema, string>>>;
  /** Lets a function delete all messages. */
  purge(): Grant<QueueClient<'purge', Sent<Schema>, Received<Schema, string>>>;
  /** Lets a function count messages. */
  inspect(): Grant<QueueClient<'inspect', Sent<Schema>, Received<Schema, string>>>;
  /** Lets a function move messages of this dead-letter queue back to where they came from. */
  redrive(
    ...to: readonly QueueReference[]
  ): Grant<QueueClient<'redrive', Sent<Schema>, Received<Schema, string>>>;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html; redrive: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html#redrive-permissions */
const ACTIONS: Readonly<Record<QueueMode, readonly string[]>> = {
  send: ['sqs:SendMessage'],
  receive: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
  purge: ['sqs:PurgeQueue'],
  inspect: ['sqs:GetQueueAttributes'],
  redrive: [
    'sqs:StartMessageMoveTask',
    'sqs:ListMessageMoveTasks',
    'sqs:CancelMessageMoveTask',
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
  ],
};

/** What Lambda does in the function's name. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions */
const READING: readonly string[] = [
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
];

/**
 * States a queue: standard or FIFO, encrypted by SQS.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { lambda, queue } from 'sparta';
 * import { z } from 'zod';
 * const failed = queue('Failed');
 * const jobs = queue('Jobs', { schema: z.object({ id: z.string() }), deadLetter: failed });
 * export const work = lambda('Work', { on: jobs.messages() }, async ({ body }, { log }) => {
 *   log.info('working', { id: body.id });
 * });
 * export const ask = lambda('Ask', { grants: { jobs: jobs.send() } }, async (_event, { jobs }) => jobs.send({ id: 'a' }));
 * ```
 */
export const queue = <const Schema extends MessageSchema | undefined = undefined>(
  declared: string,
  { schema, ...options }: QueueOptions<Schema> = {},
): QueueDeclaration<Schema> => {
  const name = logicalIdOf(declared, options);
  const self = { kind: 'queue', name, options, ...declaredAt() } as const;
  const arn = getAtt(self, 'Arn');
  const reading = (of: QueueSourceOptions<MessageSchema | undefined>) => ({
    queue: name,
    schema: of.schema ?? schema,
    invalid: of.invalid ?? 'fail',
    fifo: options.fifo === true,
  });
  const source = (
    {
      schema: _schema,
      invalid: _invalid,
      ...detail
    }: QueueSourceOptions<MessageSchema | undefined>,
    reader: EventSource['reader'],
  ): EventSource<never, never> => ({
    kind: 'event-source',
    source: 'sqs',
    target: self,
    detail,
    statements: [{ actions: READING, resources: [arn] }],
    ...(reader === undefined ? {} : { reader }),
  });
  const grant = (
    modes: readonly QueueMode[],
    more: readonly GrantStatement[] = [],
  ): Grant<never> => ({
    kind: 'grant',
    statements: [...modes.map((mode) => ({ actions: ACTIONS[mode], resources: [arn] })), ...more],
    binding: { kind: 'queue', resource: name, modes, ...(schema === undefined ? {} : { schema }) },
    target: self,
  });
  return Object.freeze({
    ...self,
    schema,
    arn,
    queueName: getAtt(self, 'QueueName'),
    queueUrl: ref(self),
    ...queueMetrics(self),
    messages: (of = {}) => source(of, messageReader(reading(of))),
    batches: (of = {}) => source(of, batchReader(reading(of))),
    events: (of = {}) => source(of, eventReader({ queue: name })),
    access: (...modes) => grant(modes),
    send: () => grant(['send']),
    receive: () => grant(['receive']),
    purge: () => grant(['purge']),
    inspect: () => grant(['inspect']),
    redrive: (...to) =>
      grant(
        ['redrive'],
        to.map((target) => ({ actions: ['sqs:SendMessage'], resources: [target.arn] })),
      ),
  } satisfies QueueDeclaration<Schema>);
};
