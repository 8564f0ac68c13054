import { AwsError } from '../../core/aws-error.ts';
import type { Clock } from '../../core/clock.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import type { Cause } from '../../core/journal.ts';
import type { Principal } from '../../core/principals.ts';

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Where one environment's log goes. */
export interface LogStream {
  /** @param cause - Journal id of the invocation that writes it; before the first there is none. */
  write(message: string, cause?: number): void;
  /** Something will be written within this turn of the event loop: the cloud is not settled before. */
  expect(): void;
}

/** Brings logs to CloudWatch Logs, as the functions' own roles, after the answers have gone. */
export interface LogShipper {
  open(group: string, stream: string, principal: Principal): LogStream;
  /** Writes what is gathered, without a pause. */
  flush(): Promise<void>;
  /** Takes no more. */
  close(): void;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const BATCH = { events: 10_000, bytes: 1_048_576, overheadBytes: 26 } as const;
/** Events kept while CloudWatch Logs is behind; AWS drops then too (`platform.logsDropped`). */
const MOST_PENDING = 200_000;

interface Shipment {
  readonly group: string;
  readonly stream: string;
  readonly principal: Principal;
  events: LogEvent[];
  /** The invocations that wrote them. */
  causes: Set<number>;
  opened: boolean;
  refused: boolean;
}

/** @param gatherMs - How long events are gathered into batches, on the machine's own time. */
export const createLogShipper = (
  context: ServiceContext<unknown>,
  machine: Clock,
  gatherMs: number,
): LogShipper => {
  let waiting = new Set<Shipment>();
  let pending = 0;
  let closed = false;
  let scheduled = false;
  let lastFlush = Number.NEGATIVE_INFINITY;

  const callFor =
    ({ group, principal }: Shipment, cause: Cause) =>
    (operation: string, input: Record<string, unknown>) =>
      context.call({
        service: 'cloudwatch-logs',
        operation,
        input: { logGroupName: group, ...input },
        principal,
        cause,
      });

  const openStream = async ({ stream }: Shipment, call: ReturnType<typeof callFor>) => {
    const input = { logStreamName: stream };
    try {
      await call('CreateLogStream', input);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.code === 'ResourceAlreadyExistsException') return;
      if (error.code !== 'ResourceNotFoundException') throw error;
      // The first log of a function whose group nobody has made: Lambda makes it, if the role may.
      await call('CreateLogGroup', {});
      await call('CreateLogStream', input);
    }
  };

  const ship = async (shipment: Shipment) => {
    const { events } = shipment;
    const cause = [...shipment.causes];
    const call = callFor(shipment, cause);
    shipment.events = [];
    shipment.causes = new Set();
    pending -= events.length;
    if (shipment.refused) return;
    try {
      if (!shipment.opened) {
        await openStream(shipment, call);
        shipment.opened = true;
      }
      for (const batch of batches(events))
        await call('PutLogEvents', { logStreamName: shipment.stream, logEvents: batch });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // As on AWS: a function without the permission runs, and its log is lost.
      if (error.status === 403) shipment.refused = true;
      else shipment.opened = false;
      context.journal.note(
        'lambda',
        `${events.length} log events of ${shipment.group} were lost: ${error.message}`,
        { outcome: error.status === 403 ? 'denied' : 'error', cause },
      );
    }
  };

  const flush = async () => {
    while (waiting.size > 0) {
      const now = waiting;
      waiting = new Set();
      for (const shipment of now) await ship(shipment);
    }
    lastFlush = machine.monotonic();
  };

  const schedule = () => {
    scheduled = true;
    context.background('logs', async () => {
      // At once when it has been quiet; under load in batches.
      const rest = lastFlush + gatherMs - machine.monotonic();
      if (rest > 0) await machine.sleep(rest);
      else await new Promise<void>((resolve) => setImmediate(resolve));
      scheduled = false;
      await flush();
    });
  };

  return {
    open: (group, stream, principal) => {
      const shipment: Shipment = {
        group,
        stream,
        principal,
        events: [],
        causes: new Set(),
        opened: false,
        refused: false,
      };
      return {
        write: (message, cause) => {
          if (closed || pending >= MOST_PENDING) return;
          if (cause !== undefined) shipment.causes.add(cause);
          shipment.events.push({ timestamp: context.clock.now(), message });
          pending += 1;
          waiting.add(shipment);
          if (!scheduled) schedule();
        },
        expect: () => {
          if (!scheduled && !closed) schedule();
        },
      };
    },
    flush,
    close: () => {
      closed = true;
    },
  };
};

function* batches(events: readonly LogEvent[]): Generator<readonly LogEvent[]> {
  let start = 0;
  let bytes = 0;
  for (let index = 0; index < events.length; index += 1) {
    // Three bytes a character are never less than UTF-8 takes, and cost no encoding.
    const size = (events[index]?.message.length ?? 0) * 3 + BATCH.overheadBytes;
    if (index > start && (index - start >= BATCH.events || bytes + size > BATCH.bytes)) {
      yield events.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < events.length) yield events.slice(start);
}
