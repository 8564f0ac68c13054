import type { Pattern } from './pattern.ts';

/** What every source that Lambda polls can be told. */
export interface MappingOptions<Body> {
  /**
   * Records handed to one invocation at most: 1 to 10,000, of a FIFO queue to 10. Above 10, a queue needs a `batchWindow`.
   * @defaultValue 10 for queues, 100 for streams
   * @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
   */
  readonly batchSize?: number;
  /** Seconds that a batch is waited for to fill up, 0 to 300. Not for FIFO queues. @defaultValue 0 */
  readonly batchWindow?: number;
  /**
   * Patterns of bodies, as they were sent; what matches none is not handed over, and is gone. Up to five.
   * @defaultValue everything
   * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
   */
  readonly filter?: Pattern<Body> | readonly Pattern<Body>[];
  /** Whether it is read at all. @defaultValue true */
  readonly enabled?: boolean;
}
