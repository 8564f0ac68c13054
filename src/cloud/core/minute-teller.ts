import { AwsError } from './aws-error.ts';
import type { Timer } from './clock.ts';
import type { ServiceContext } from './define-service.ts';
import { servicePrincipal } from './principals.ts';

/** What `PutMetricData` takes: a metric's name, its dimensions, its value or values. */
export type MetricData = readonly object[];

/** Tells CloudWatch every full minute what happened at a service's resources, for as long as there is something to tell. */
export interface MinuteTeller {
  /**
   * Begins, unless it has begun.
   * @param gather - What there is to tell of the minute that ends now; nothing ends the telling.
   */
  begin(context: ServiceContext<unknown>, gather: (now: number) => MetricData): void;
  stop(): void;
}

const MINUTE_MS = 60_000;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const DATA_PER_CALL = 1_000;

/** @param service - Service principal, such as `sqs.amazonaws.com`. */
export const createMinuteTeller = (namespace: string, service: string): MinuteTeller => {
  let timer: Timer | undefined;

  const put = async (context: ServiceContext<unknown>, data: MetricData) => {
    try {
      for (let at = 0; at < data.length; at += DATA_PER_CALL)
        await context.call({
          service: 'cloudwatch',
          operation: 'PutMetricData',
          input: { Namespace: namespace, MetricData: data.slice(at, at + DATA_PER_CALL) },
          principal: servicePrincipal(service, { sourceAccount: context.accountId }),
        });
    } catch (error) {
      // A cloud may be made without CloudWatch; nobody looks there then.
      if (!(error instanceof AwsError && error.code === 'NotImplemented')) throw error;
    }
  };

  const begin: MinuteTeller['begin'] = (context, gather) => {
    const { clock } = context;
    timer ??= clock.after(MINUTE_MS - (clock.now() % MINUTE_MS), () => {
      timer = undefined;
      const data = gather(clock.now());
      if (data.length === 0) return;
      context.background('metrics', () => put(context, data));
      begin(context, gather);
    });
  };

  return { begin, stop: () => timer?.cancel() };
};

/** What a minute was like is told as of its last moment. */
export const minuteBefore = (now: number): Date => new Date(now - 1);

/** Values of a metric that were seen in a minute, as `PutMetricData` takes them together. */
export interface StatisticValues {
  readonly SampleCount: number;
  readonly Sum: number;
  readonly Minimum: number;
  readonly Maximum: number;
}

/** The same with one more value. */
export const withValue = (before: StatisticValues | undefined, value: number): StatisticValues =>
  before === undefined
    ? { SampleCount: 1, Sum: value, Minimum: value, Maximum: value }
    : {
        SampleCount: before.SampleCount + 1,
        Sum: before.Sum + value,
        Minimum: Math.min(before.Minimum, value),
        Maximum: Math.max(before.Maximum, value),
      };
