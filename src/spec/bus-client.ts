/** How an event is put. */
export interface PutEventOptions {
  /** ARNs of what the event is about; each can be matched by rules. */
  readonly resources?: readonly string[];
  /** When it happened, to the second. @defaultValue when it is put */
  readonly time?: Date;
  /** X-Ray's trace, as in the header `X-Amzn-Trace-Id`. */
  readonly traceHeader?: string;
}

/** An event's detail and how it is put. */
export interface EventEntry<Detail> extends PutEventOptions {
  /** The detail itself. */
  readonly detail: Detail;
}

/** Puts events of one kind onto their bus. */
export interface EventPutter<Detail> {
  /** Name or ARN of the bus, for the raw SDK. */
  readonly eventBusName: string;
  /**
   * Puts one event, of up to 1 MB, and answers with its id.
   * @throws {InvalidMessageError} when the event's schema refuses the detail
   * @throws {SendError} when EventBridge did not take it
   */
  put(detail: Detail, options?: PutEventOptions): Promise<string>;
  /**
   * Puts events in as few requests as they take (10 events or 1 MB each), in their order, and answers with their ids.
   * @throws {InvalidMessageError} when the event's schema refuses one; then none is put
   * @throws {SendError} when EventBridge did not take some of them
   */
  putAll(entries: readonly EventEntry<Detail>[]): Promise<readonly string[]>;
}

/** An event of any kind. */
export interface AnyEvent extends PutEventOptions {
  /** Who says it: `shop.orders`; not `aws.…`, which are AWS's own. */
  readonly source: string;
  /** What happened: `OrderPlaced`. */
  readonly detailType: string;
  /** An object, which goes as JSON. */
  readonly detail: unknown;
}

/** Puts events of any kind onto a bus. */
export interface BusPutter {
  /** Name or ARN of the bus, for the raw SDK. */
  readonly eventBusName: string;
  /** Puts one event, of up to 1 MB, and answers with its id. @throws {SendError} when EventBridge did not take it */
  put(event: AnyEvent): Promise<string>;
  /** Puts events in as few requests as they take (10 events or 1 MB each), in their order. @throws {SendError} when some were not taken */
  putAll(events: readonly AnyEvent[]): Promise<readonly string[]>;
}

/** Which events of an archive come again, and to whom. */
export interface ReplayOptions {
  /** From when on: the time at which the bus got them, to the minute. */
  readonly from: Date;
  /** Until when. */
  readonly to: Date;
  /** End of the replay's name, up to 15 characters; no two replays of an archive have one name in 90 days. @defaultValue made at random */
  readonly name?: string;
  /** ARNs of the rules that get them. @defaultValue every rule of the bus that fits */
  readonly rules?: readonly string[];
  /** What it is for, up to 512 characters. */
  readonly description?: string;
}

/** How far a replay is. */
export interface ReplayStatus {
  /** Its whole name. */
  readonly name: string;
  /** Where it stands. */
  readonly state: 'STARTING' | 'RUNNING' | 'CANCELLING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  /** Why it failed. */
  readonly reason: string | undefined;
  /** Time of the event that was sent again last. */
  readonly replayedUntil: Date | undefined;
}

/** Sends events of an archive to their bus again. */
export interface ArchiveReplayer {
  /** Name of the archive, for the raw SDK. */
  readonly archiveName: string;
  /** Begins a replay, and answers with its name. AWS sends the events within minutes or hours, those of one minute together. */
  replay(options: ReplayOptions): Promise<string>;
  /** How far a replay is, by the name that `replay` answered. */
  status(name: string): Promise<ReplayStatus>;
  /** Ends a replay before it is through. */
  cancel(name: string): Promise<void>;
}
