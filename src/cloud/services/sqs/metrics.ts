import type { ServiceContext } from '../../core/define-service.ts';
import type { MetricData, StatisticValues } from '../../core/minute-teller.ts';
import { minuteBefore, withValue } from '../../core/minute-teller.ts';
import type { Lane, SqsState } from './state.ts';

type Context = ServiceContext<SqsState>;

/** What happened at a queue since it was told last. */
export interface Tally {
  sent: number;
  received: number;
  emptyReceives: number;
  deleted: number;
  /** Bytes of the messages that were sent. */
  size: StatisticValues | undefined;
}

export const createTally = (): Tally => ({
  sent: 0,
  received: 0,
  emptyReceives: 0,
  deleted: 0,
  size: undefined,
});

/** Notes what happened at a queue, for CloudWatch. */
export const count = (context: Context, lane: Lane, change: (tally: Tally) => void): void => {
  change((lane.tally ??= createTally()));
  tellEveryMinute(context);
};

export const countSent = (context: Context, lane: Lane, bytes: number): void =>
  count(context, lane, (tally) => {
    tally.sent += 1;
    tally.size = withValue(tally.size, bytes);
  });

/** At every full minute for as long as a queue has messages or was used. */
export const tellEveryMinute = (context: Context): void =>
  context.state.teller.begin(context, (now) =>
    [...context.state.lanes()].flatMap((lane) => dataOf(lane, now)),
  );

/**
 * The metrics of a queue that is used or not empty.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
const dataOf = (lane: Lane, now: number): MetricData => {
  lane.line.catchUp(now);
  const { tally, line } = lane;
  const { ready, delayed, inFlight } = line.counts;
  lane.tally = undefined;
  if (tally === undefined && ready + delayed + inFlight === 0) return [];
  const base = {
    Dimensions: [{ Name: 'QueueName', Value: lane.arn.slice(lane.arn.lastIndexOf(':') + 1) }],
    Timestamp: minuteBefore(now),
  };
  const counted = (MetricName: string, Value: number) => ({
    ...base,
    MetricName,
    Value,
    Unit: 'Count',
  });
  const { sent = 0, received = 0, emptyReceives = 0, deleted = 0, size } = tally ?? {};
  return [
    counted('ApproximateNumberOfMessagesVisible', ready),
    counted('ApproximateNumberOfMessagesNotVisible', inFlight),
    counted('ApproximateNumberOfMessagesDelayed', delayed),
    counted('NumberOfMessagesSent', sent),
    counted('NumberOfMessagesReceived', received),
    counted('NumberOfEmptyReceives', emptyReceives),
    counted('NumberOfMessagesDeleted', deleted),
    {
      ...base,
      MetricName: 'ApproximateAgeOfOldestMessage',
      Value: Math.floor((now - (line.oldest() ?? now)) / 1000),
      Unit: 'Seconds',
    },
    ...(size === undefined
      ? []
      : [{ ...base, MetricName: 'SentMessageSize', StatisticValues: size, Unit: 'Bytes' }]),
  ];
};
