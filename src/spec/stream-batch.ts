/** A batch of records of one shard, read. What is behind a record that could not be read is not in it: it comes again. */
export interface StreamBatch<Item> {
  /** The records, in the order of the stream. */
  readonly records: readonly Item[];
  /** Says that a record failed: it comes again, with all that are behind it; what is before it is done. */
  fail(record: Item, error?: unknown): void;
}

/** Records of one tumbling window of one shard, and what is known of the window so far. */
export interface StreamWindow<Item, State> extends StreamBatch<Item> {
  /** What is known so far: change it, or answer another one. */
  readonly state: State;
  /** When the window begins. */
  readonly start: Date;
  /** When the window ends. */
  readonly end: Date;
  /** Whether this is the window's end: its state is complete, and gone afterwards. Mostly without records. */
  readonly isFinal: boolean;
  /** Whether the window ends before its time, since its state is over 1 MB; it goes on with the initial state. */
  readonly endedEarly: boolean;
  /** The shard: each has windows of its own. */
  readonly shardId: string;
}

/** What a function may answer to a batch of a stream: where to go on. Without an answer all records are handled. */
export interface StreamAnswer {
  /** Sequence numbers of records that failed; reading goes on with the lowest. */
  readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
  /** In a tumbling window: what is known of it now. */
  readonly state?: Readonly<Record<string, unknown>>;
}
