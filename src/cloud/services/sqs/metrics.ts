import { AwsError } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import type { Lane, SqsState } from './state.ts';

type Context = ServiceContext<SqsState>;

/** What happened at a queue since it was told last. */
export interface Tally {
  sent: number;
  received: number;
  emptyReceives: number;
  deleted: number;
  /** Bytes of the messages that were sent. */
  size: { sum: number; least: number; most: number };
}

export const createTally = (): Tally => ({
  sent: 0,
  received: 0,
  emptyReceives: 0,
  deleted: 0,
  size: { sum: 0, least: Number.POSITIVE_INFINITY, most: 0 },
});

const MINUTE_MS = 60_000;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const DATA_PER_CALL = 1_000;

/** Notes what happened at a queue, for CloudWatch. */
export const count = (context: Context, lane: Lane, change: (tally: Tally) => void): void => {
  change((lane.tally ??= createTally()));
  tellEveryMinute(context);
};

export const countSent = (context: Context, lane: Lane, bytes: number): void =>
  count(context, lane, (tally) => {
    tally.sent += 1;
    tally.size.sum += bytes;
    tally.size.least = Math.min(tally.size.least, bytes);
    tally.size.most = Math.max(tally.size.most, bytes);
  });

/** At every full minute for as long as a queue has messages or was used. */
export const tellEveryMinute = (context: Context): void => {
  const { state, clock } = context;
  if (state.metricsTimer.current !== undefined) return;
  state.metricsTimer.current = clock.after(MINUTE_MS - (clock.now() % MINUTE_MS), () => {
    state.metricsTimer.current = undefined;
    const data = [...state.lanes()].flatMap((lane) => dataOf(lane, clock.now()));
    if (data.length === 0) return;
    context.background('metrics', () => put(context, data));
    tellEveryMinute(context);
  });
};

/**
 * The metrics of a queue that is used or not empty.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
const dataOf = (lane: Lane, now: number): readonly object[] => {
  lane.line.catchUp(now);
  const { tally, line } = lane;
  const { ready, delayed, inFlight } = line.counts;
  lane.tally = undefined;
  if (tally === undefined && ready + delayed + inFlight === 0) return [];
  const base = {
    Dimensions: [{ Name: 'QueueName', Value: lane.arn.slice(lane.arn.lastIndexOf(':') + 1) }],
    // What a minute was like is told as of its last moment.
    Timestamp: new Date(now - 1),
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
    ...(size === undefined || sent === 0
      ? []
      : [
          {
            ...base,
            MetricName: 'SentMessageSize',
            StatisticValues: {
              SampleCount: sent,
              Sum: size.sum,
              Minimum: size.least,
              Maximum: size.most,
            },
            Unit: 'Bytes',
          },
        ]),
  ];
};

const put = async (context: Context, data: readonly object[]) => {
  try {
    for (let at = 0; at < data.length; at += DATA_PER_CALL)
      await context.call({
        service: 'cloudwatch',
        operation: 'PutMetricData',
        input: { Namespace: 'AWS/SQS', MetricData: data.slice(at, at + DATA_PER_CALL) },
        principal: servicePrincipal('sqs.amazonaws.com', { sourceAccount: context.accountId }),
      });
  } catch (error) {
    // A cloud may be made without CloudWatch; nobody looks there then.
    if (!(error instanceof AwsError && error.code === 'NotImplemented')) throw error;
  }
};
