import { AwsError } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';

/** What SNS tells CloudWatch of its topics. https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
export type SnsMetric =
  | 'NumberOfMessagesPublished'
  | 'NumberOfNotificationsDelivered'
  | 'NumberOfNotificationsFailed'
  | 'NumberOfNotificationsFilteredOut'
  | 'NumberOfNotificationsFilteredOut-InvalidAttributes'
  | 'NumberOfNotificationsFilteredOut-NoMessageAttributes'
  | 'NumberOfNotificationsFilteredOut-InvalidMessageBody'
  | 'NumberOfNotificationsFilteredOut-MessageAttributes'
  | 'NumberOfNotificationsFilteredOut-MessageBody'
  | 'NumberOfNotificationsRedrivenToDlq'
  | 'NumberOfNotificationsFailedToRedriveToDlq'
  | 'PublishSize';

export interface SnsMetrics {
  count(topicArn: string, metric: SnsMetric, value?: number): void;
}

const DATA_PER_CALL = 500;
const VALUES_PER_DATUM = 150;

/** Gathers what happens in one turn, so that many messages cost one call. */
export const createSnsMetrics = (context: ServiceContext<unknown>): SnsMetrics => {
  let tallies = new Map<string, Map<SnsMetric, Map<number, number>>>();

  const flush = async () => {
    const now = tallies;
    tallies = new Map();
    const data = [...now].flatMap(([topicArn, metrics]) =>
      [...metrics].flatMap(([metric, values]) => dataOf(topicArn, metric, values)),
    );
    const at = new Date(context.clock.now());
    for (let from = 0; from < data.length; from += DATA_PER_CALL)
      try {
        await context.call({
          service: 'cloudwatch',
          operation: 'PutMetricData',
          input: {
            Namespace: 'AWS/SNS',
            MetricData: data
              .slice(from, from + DATA_PER_CALL)
              .map((datum) => ({ ...datum, Timestamp: at })),
          },
          principal: servicePrincipal('sns.amazonaws.com', { sourceAccount: context.accountId }),
        });
      } catch (error) {
        // A cloud without CloudWatch has nobody to tell.
        if (!(error instanceof AwsError && error.code === 'NotImplemented')) throw error;
      }
  };

  return {
    count: (topicArn, metric, value = 1) => {
      if (tallies.size === 0)
        context.background('metrics', async () => {
          await new Promise<void>((resolve) => setImmediate(resolve));
          await flush();
        });
      const ofTopic = tallies.get(topicArn) ?? new Map<SnsMetric, Map<number, number>>();
      const values = ofTopic.get(metric) ?? new Map<number, number>();
      tallies.set(topicArn, ofTopic.set(metric, values.set(value, (values.get(value) ?? 0) + 1)));
    },
  };
};

const dataOf = (topicArn: string, metric: SnsMetric, values: ReadonlyMap<number, number>) => {
  const pairs = [...values];
  const data: Record<string, unknown>[] = [];
  for (let from = 0; from < pairs.length; from += VALUES_PER_DATUM) {
    const some = pairs.slice(from, from + VALUES_PER_DATUM);
    data.push({
      MetricName: metric,
      Dimensions: [{ Name: 'TopicName', Value: topicArn.split(':')[5] ?? '' }],
      Unit: metric === 'PublishSize' ? 'Bytes' : 'Count',
      Values: some.map(([value]) => value),
      Counts: some.map(([, count]) => count),
    });
  }
  return data;
};
