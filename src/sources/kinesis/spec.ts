import type { RecordData } from '../../runtime/record-data.ts';
import type { AlarmMetric } from '../../spec/alarm.ts';
import { streamMetrics } from '../../spec/alarm.ts';
import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { Grant, GrantStatement } from '../../spec/grant.ts';
import type { Keeping } from '../../spec/keeping.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { MessageSchema, Received, Sent } from '../../spec/message-schema.ts';
import type { Pattern } from '../../spec/pattern.ts';
import type { StreamAnswer, StreamBatch, StreamWindow } from '../../spec/stream-batch.ts';
import type { StreamClient, StreamMode } from '../../spec/stream-client.ts';
import type { StreamOptions, WindowOptions } from '../../spec/stream-mapping.ts';
import { destinationOf, destinationStatements } from '../../spec/stream-mapping.ts';
import type { Expression, Value } from '../../spec/value.ts';
import { getAtt, ref, sub } from '../../spec/value.ts';
import type { KinesisEvent, StreamRecord } from './record.ts';
import { batchReader, eventReader, recordReader, windowReader } from './runtime.ts';

/** Which key a record gets, by its data as it is put. */
export type PartitionKey<Schema extends MessageSchema | undefined> = (data: Sent<Schema>) => string;

/** How a stream is made, or which one it is. */
export interface KinesisStreamOptions<Schema extends MessageSchema | undefined = undefined>
  extends Keeping {
  /** How the data of records looks. It is JSON then: checked when it is put, and when it is read. */
  readonly schema?: Schema;
  /** Which key a record gets, by its data. @defaultValue each put says it */
  readonly partitionKey?: PartitionKey<Schema>;
  /** Physical name, up to 128 characters. Left out, CloudFormation makes one. */
  readonly streamName?: string;
  /** ARN of a stream that is there, and is not the stack's. */
  readonly existing?: string;
  /** Number of shards. @defaultValue Kinesis scales them by itself (on-demand mode) */
  readonly shardCount?: number;
  /** Hours that a record is kept, 24 to 8,760. @defaultValue 24 */
  readonly retentionPeriodHours?: number;
  /** Size of a record in KiB at most, its key with it: 1,024 to 10,240. @defaultValue 1,024 */
  readonly maxRecordSizeInKiB?: number;
  /** Whether what lies in it is encrypted. @defaultValue true */
  readonly encrypted?: boolean;
  /** ARN of the customer's key that encrypts it; who is granted the stream is granted its use. @defaultValue Kinesis's own key */
  readonly keyArn?: Value<string>;
  /** What becomes of it when the stack lets go of it. @defaultValue 'RetainExceptOnCreate' */
  readonly deletionPolicy?: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  /** Any further property of `AWS::Kinesis::Stream`, in CloudFormation's words. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** How a function reads a stream. */
export interface KinesisSourceOptions<Schema extends MessageSchema | undefined>
  extends StreamOptions<'TRIM_HORIZON' | 'LATEST' | Date> {
  /**
   * Patterns of the data, which is JSON then; what matches none is not handed over. Up to five.
   * @defaultValue everything
   * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html
   */
  readonly filter?: Pattern<Sent<Schema>> | readonly Pattern<Sent<Schema>>[];
  /** How the data looks. @defaultValue the stream's schema */
  readonly schema?: Schema;
  /**
   * What becomes of a record that the schema refuses: it fails, and holds up what is behind it until it is given up, or is dropped with a
   * warning in the log. @defaultValue 'fail'
   */
  readonly invalid?: 'fail' | 'drop';
  /**
   * Registers a consumer of this name, one of a kind in the stream: records are pushed to it at a throughput that it shares with no one
   * (enhanced fan-out), at an additional price. @defaultValue the stream is polled
   * @see https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html
   */
  readonly consumer?: string;
}

/** A stream as data. */
export interface StreamDeclaration<
  Schema extends MessageSchema | undefined = undefined,
  Keyed extends boolean = false,
> {
  readonly kind: 'stream';
  /** Logical id. */
  readonly name: string;
  /** How it is made. */
  readonly options: Omit<KinesisStreamOptions, 'schema' | 'partitionKey'>;
  /** How the data of its records looks. */
  readonly schema: Schema | undefined;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its ARN. */
  readonly arn: Expression;
  /** Its physical name. */
  readonly streamName: Expression;
  /** Records that were put, a count: `IncomingRecords`. */
  readonly incomingRecords: AlarmMetric;
  /** Bytes that were put: `IncomingBytes`. */
  readonly incomingBytes: AlarmMetric;
  /** How old the last record was that a reader got, milliseconds: `GetRecords.IteratorAgeMilliseconds`. */
  readonly iteratorAge: AlarmMetric;
  /** Records that were refused for want of throughput, a count: `WriteProvisionedThroughputExceeded`. */
  readonly writeThrottles: AlarmMetric;
  /** Readings that were refused for want of throughput, a count: `ReadProvisionedThroughputExceeded`. */
  readonly readThrottles: AlarmMetric;
  /**
   * Starts a function with each record, those of a shard in order. Reading goes on with the record that the handler failed: what is behind
   * it waits until it is handled, or given up.
   */
  records<const Own extends MessageSchema | undefined = Schema>(
    options?: KinesisSourceOptions<Own>,
  ): EventSource<StreamRecord<Received<Own, RecordData>>, unknown>;
  /** Starts a function with each batch of records of a shard; the handler says which failed. */
  batches<const Own extends MessageSchema | undefined = Schema>(
    options?: KinesisSourceOptions<Own>,
  ): EventSource<StreamBatch<StreamRecord<Received<Own, RecordData>>>, unknown>;
  /** Starts a function with the records of a shard in tumbling windows; what it answers is what the next batch of the window finds. */
  windows<State extends object, const Own extends MessageSchema | undefined = Schema>(
    options: KinesisSourceOptions<Own> & WindowOptions<State>,
  ): EventSource<StreamWindow<StreamRecord<Received<Own, RecordData>>, State>, State | void>;
  /** Starts a function with what Lambda hands over, as it is; what it answers may say where to go on. */
  events(
    options?: Omit<KinesisSourceOptions<Schema>, 'schema' | 'invalid'> &
      Partial<Pick<WindowOptions<never>, 'tumblingWindow'>>,
  ): EventSource<KinesisEvent, StreamAnswer | void>;
  /** Several permissions at once: `access('put', 'read')`. */
  access<const Modes extends readonly StreamMode[]>(
    ...modes: Modes
  ): Grant<StreamClient<Modes[number], Sent<Schema>, Received<Schema, RecordData>, Keyed>>;
  /** Lets a function put records. */
  put(): Grant<StreamClient<'put', Sent<Schema>, Received<Schema, RecordData>, Keyed>>;
  /** Lets a function read records by itself. */
  read(): Grant<StreamClient<'read', Sent<Schema>, Received<Schema, RecordData>, Keyed>>;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisdatastreams.html */
const ACTIONS: Readonly<Record<StreamMode, readonly string[]>> = {
  put: ['kinesis:PutRecord', 'kinesis:PutRecords'],
  read: ['kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'],
};

/** https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html: Kinesis's own key asks for none. */
const KEY_ACTIONS: Readonly<Record<StreamMode, string>> = {
  put: 'kms:GenerateDataKey',
  read: 'kms:Decrypt',
};

/** What Lambda does in the function's name, beside `kinesis:SubscribeToShard` on a consumer. https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html */
const READING: readonly string[] = [
  'kinesis:DescribeStream',
  'kinesis:DescribeStreamSummary',
  'kinesis:GetRecords',
  'kinesis:GetShardIterator',
  'kinesis:ListShards',
];

type AnySourceOptions = KinesisSourceOptions<MessageSchema | undefined> &
  Partial<WindowOptions<unknown>>;

/**
 * States a stream of Kinesis: on demand unless it says how many shards it has, encrypted by Kinesis's own key. Or one that is there
 * (`existing`).
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { lambda, queue, stream } from 'sparta';
 * import { z } from 'zod';
 * const Click = z.object({ user: z.string(), page: z.string() });
 * const lost = queue('Lost');
 * const clicks = stream('Clicks', { schema: Click, partitionKey: (click) => click.user });
 * export const follow = lambda(
 *   'Follow',
 *   { on: clicks.records({ filter: { page: ['/buy'] }, maximumRetryAttempts: 3, onFailure: lost }) },
 *   async ({ data }, { log }) => log.info('bought', { user: data.user }),
 * );
 * export const note = lambda('Note', { grants: { clicks: clicks.put() } }, async (_event, { clicks }) =>
 *   clicks.put({ user: 'a', page: '/' }),
 * );
 * ```
 */
export function stream<const Schema extends MessageSchema | undefined = undefined>(
  name: string,
  options: KinesisStreamOptions<Schema> & { readonly partitionKey: PartitionKey<Schema> },
): StreamDeclaration<Schema, true>;
export function stream<const Schema extends MessageSchema | undefined = undefined>(
  name: string,
  options?: KinesisStreamOptions<Schema> & { readonly partitionKey?: undefined },
): StreamDeclaration<Schema, false>;
export function stream<const Schema extends MessageSchema | undefined>(
  declared: string,
  { schema, partitionKey, ...options }: KinesisStreamOptions<Schema> = {},
): StreamDeclaration<Schema, boolean> {
  const name = logicalIdOf(declared, options);
  const self = { kind: 'stream', name, options, ...declaredAt() } as const;
  const { existing, keyArn } = options;
  const arn = existing === undefined ? getAtt(self, 'Arn') : sub`${existing}`;
  const streamName =
    existing === undefined ? ref(self) : sub`${existing.slice(existing.lastIndexOf('/') + 1)}`;
  const onKey = (mode: StreamMode): readonly GrantStatement[] =>
    keyArn === undefined ? [] : [{ actions: [KEY_ACTIONS[mode]], resources: [keyArn] }];
  const reading = (of: AnySourceOptions) => ({
    stream: name,
    schema: of.schema ?? schema,
    invalid: of.invalid ?? 'fail',
  });
  const source = (
    {
      schema: _schema,
      invalid: _invalid,
      initialState: _initialState,
      onFailure,
      ...detail
    }: AnySourceOptions,
    reader: NonNullable<EventSource['reader']>,
  ): EventSource<never, never> => ({
    kind: 'event-source',
    source: 'kinesis',
    target: self,
    detail: {
      ...detail,
      ...(onFailure === undefined ? {} : { onFailure: destinationOf(onFailure) }),
    },
    statements: [
      { actions: READING, resources: [arn] },
      ...subscribing(arn, detail.consumer),
      ...onKey('read'),
      ...destinationStatements(onFailure),
    ],
    reader,
  });
  const grant = (modes: readonly StreamMode[]): Grant<never> => ({
    kind: 'grant',
    statements: modes.flatMap((mode) => [
      { actions: ACTIONS[mode], resources: [arn] },
      ...onKey(mode),
    ]),
    binding: {
      kind: 'stream',
      resource: name,
      modes,
      ...(schema === undefined ? {} : { schema }),
      ...(partitionKey === undefined ? {} : { partitionKey }),
      ...(existing === undefined ? {} : { physicalName: existing }),
    },
    target: self,
  });
  return Object.freeze({
    ...self,
    schema,
    arn,
    streamName,
    ...streamMetrics(name, streamName),
    records: (of = {}) => source(of, recordReader(reading(of))),
    batches: (of = {}) => source(of, batchReader(reading(of))),
    windows: (of) => source(of, windowReader(reading(of), of.initialState)),
    events: (of = {}) => source(of, eventReader({ stream: name })),
    access: (...modes) => grant(modes),
    put: () => grant(['put']),
    read: () => grant(['read']),
  } satisfies StreamDeclaration<Schema, boolean>);
}

/** Behind the colon of a consumer's ARN stands when it was registered. */
const subscribing = (arn: Expression, consumer: string | undefined): readonly GrantStatement[] =>
  consumer === undefined
    ? []
    : [
        {
          actions: ['kinesis:SubscribeToShard'],
          resources: [sub`${arn}/consumer/${consumer}:*`],
        },
      ];
