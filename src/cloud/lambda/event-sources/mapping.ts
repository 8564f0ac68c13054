/** Services that a function can be fed from. */
export type SourceKind = 'sqs' | 'kinesis' | 'dynamodb';

/** How a mapping feeds its function. Counts of −1 mean "no limit", as in the API. */
export interface MappingSettings {
  readonly batchSize: number;
  /** Longest wait for a batch to fill, seconds. */
  readonly windowSeconds: number;
  /** Event patterns as they were given; a record that fits any of them passes. */
  readonly filters: readonly string[];
  /** Whether the function answers which records of a batch failed. */
  readonly reportsFailures: boolean;
  /** Queues: most batches at one time. */
  readonly maximumConcurrency?: number;
  /** Streams: where to begin. */
  readonly startingPosition?: 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP';
  /** Streams: milliseconds since the epoch. */
  readonly startingTimestamp?: number;
  /** Streams: batches of one shard at one time. */
  readonly parallelization: number;
  /** Streams: whether a batch that failed is split in two. */
  readonly bisects: boolean;
  /** Streams. */
  readonly maximumRetries: number;
  /** Streams: seconds. */
  readonly maximumAgeSeconds: number;
  /** Streams: length of a tumbling window, seconds; 0 is none. */
  readonly tumblingSeconds: number;
  /** Streams: ARN of what is told of records that were given up. */
  readonly onFailure?: string;
}

/** A source, a function, and how the one feeds the other. */
export interface MappingRecord {
  readonly uuid: string;
  readonly kind: SourceKind;
  readonly sourceArn: string;
  readonly functionName: string;
  readonly qualifier?: string;
  readonly enabled: boolean;
  readonly settings: MappingSettings;
  /** Why it is in its state: the user's doing, or what went wrong since. */
  readonly reason: string;
  /** What became of the last batch. Queues have none until something goes wrong. */
  readonly lastResult?: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Where the reading of a shard begins. */
export type Position =
  | { readonly kind: 'TRIM_HORIZON' }
  | { readonly kind: 'LATEST' }
  | { readonly kind: 'AT_TIMESTAMP'; readonly at: number }
  | { readonly kind: 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string }
  /** The end of the shard as it was at a time, which has been looked up. */
  | { readonly kind: 'ITERATOR'; readonly iterator: string; readonly since: number };

/** How far a mapping has come in a shard: what a restart or a fork goes on from. */
export interface ShardProgress {
  readonly mapping: string;
  readonly shardId: string;
  /** Everything before this has been dealt with. */
  readonly position: Position;
  /** The shard is closed and read to its end. */
  readonly done: boolean;
  /** The tumbling window that is open. */
  readonly window?: OpenWindow;
}

/** A tumbling window that records have been handed over in. */
export interface OpenWindow {
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  /** What the function answered last. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** Something that feeds a function. */
export interface Poller {
  /** Resolves once it knows where it stands, or that it cannot know. */
  readonly ready: Promise<void>;
  /** Asks for nothing any more; resolves when what was handed over has been dealt with. */
  stop(): Promise<void>;
}

interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html#awslambda-resources-for-iam-policies */
export const mappingArn = ({ region, accountId }: Place, uuid: string): string =>
  `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${uuid}`;

/** The UUID of a mapping's ARN; undefined for any other ARN. */
export const uuidOfArn = (place: Place, arn: string): string | undefined => {
  const prefix = mappingArn(place, '');
  return arn.startsWith(prefix) ? arn.slice(prefix.length) : undefined;
};
