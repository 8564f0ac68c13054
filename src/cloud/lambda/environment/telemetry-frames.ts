/** Records that a runtime writes to the telemetry descriptor: whole messages, whatever lines they have. */
export interface FrameReader {
  push(chunk: Buffer): void;
  /** Records read so far. */
  readonly count: number;
}

const HEAD_BYTES = 16;
/** Largest record that is believed; more is a runtime that writes something else. */
const RECORD_LIMIT_BYTES = 16 * 1024 * 1024;
/** Text records 0xa55a0003, JSON records 0xa55a0002, each with the level in bits 2 to 4. */
const KIND_MASK = 0xffffffe2;
const KIND = 0xa55a0002;

/**
 * The contract between AWS's runtimes and Lambda: kind (4 bytes), length (4), microseconds since the epoch (8), text.
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/logging/telemetry-logger.ts
 */
export const createFrameReader = (onRecord: (text: string) => void): FrameReader => {
  let held: Buffer = Buffer.alloc(0);
  let count = 0;
  return {
    push: (chunk) => {
      let data = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      while (data.length >= HEAD_BYTES) {
        const kind = (data.readUInt32BE(0) & KIND_MASK) >>> 0;
        const length = data.readUInt32BE(4);
        if (kind !== KIND || length > RECORD_LIMIT_BYTES) {
          // A function that writes to the descriptor by itself: what it wrote is still its log.
          onRecord(data.toString('utf8'));
          data = data.subarray(data.length);
          break;
        }
        if (data.length < HEAD_BYTES + length) break;
        // Counted first: who waits for the last record looks at the count when it comes.
        count += 1;
        onRecord(data.toString('utf8', HEAD_BYTES, HEAD_BYTES + length));
        data = data.subarray(HEAD_BYTES + length);
      }
      held = data;
    },
    get count() {
      return count;
    },
  };
};

/** Cuts standard output and error into lines; each keeps its line end, as AWS's log events do. */
export const createLineReader = (
  onLine: (line: string) => void,
): { push(chunk: Buffer): void; end(): void } => {
  /** Longest line kept in one event. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html: 1 MB */
  const LINE_LIMIT = 1_000_000;
  let held = '';
  const decoder = new TextDecoder();
  const cut = () => {
    for (let at = held.indexOf('\n'); at >= 0; at = held.indexOf('\n')) {
      onLine(held.slice(0, at + 1));
      held = held.slice(at + 1);
    }
    while (held.length > LINE_LIMIT) {
      onLine(held.slice(0, LINE_LIMIT));
      held = held.slice(LINE_LIMIT);
    }
  };
  return {
    push: (chunk) => {
      held += decoder.decode(chunk, { stream: true });
      cut();
    },
    end: () => {
      if (held !== '') onLine(held);
      held = '';
    },
  };
};
