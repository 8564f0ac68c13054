import type { Expression, Referable, Value } from './value.ts';
import { getAtt, ref } from './value.ts';

/** A metric to set an alarm on. */
export interface AlarmMetric {
  readonly kind: 'metric';
  /** `AWS/Lambda` */
  readonly namespace: Value<string>;
  /** `Errors` */
  readonly metricName: string;
  /** `Sum`, `Average`, `Maximum`, `p99` … */
  readonly statistic: string;
  /** Which function, queue or other thing is measured. */
  readonly dimensions: Readonly<Record<string, Value<string>>>;
  /** Name of the declaration that is measured, for the alarm's own. */
  readonly of: string;
}

/** An alarm that something refers to, whatever it looks at. */
export interface AlarmReference {
  readonly kind: 'alarm' | 'compositeAlarm';
  /** Logical id. */
  readonly name: string;
  /** Its ARN. */
  readonly arn: Expression;
  /** Its physical name. */
  readonly alarmName: Expression;
}

/** Lambda's metrics of one function. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export const functionMetrics = (target: Referable) => {
  const metric = (metricName: string, statistic: string): AlarmMetric => ({
    kind: 'metric',
    namespace: 'AWS/Lambda',
    metricName,
    statistic,
    dimensions: { FunctionName: ref(target) },
    of: target.name,
  });
  return {
    errors: metric('Errors', 'Sum'),
    throttles: metric('Throttles', 'Sum'),
    invocations: metric('Invocations', 'Sum'),
    duration: metric('Duration', 'p99'),
    iteratorAge: metric('IteratorAge', 'Maximum'),
  };
};

/** SQS's metrics of one queue. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export const queueMetrics = (target: Referable) => {
  const metric = (metricName: string): AlarmMetric => ({
    kind: 'metric',
    namespace: 'AWS/SQS',
    metricName,
    statistic: 'Maximum',
    dimensions: { QueueName: getAtt(target, 'QueueName') },
    of: target.name,
  });
  return {
    depth: metric('ApproximateNumberOfMessagesVisible'),
    age: metric('ApproximateAgeOfOldestMessage'),
  };
};

/** Metrics of one stream of Kinesis. https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
export const streamMetrics = (of: string, StreamName: Value<string>) => {
  const metric = (metricName: string, statistic: string): AlarmMetric => ({
    kind: 'metric',
    namespace: 'AWS/Kinesis',
    metricName,
    statistic,
    dimensions: { StreamName },
    of,
  });
  return {
    incomingRecords: metric('IncomingRecords', 'Sum'),
    incomingBytes: metric('IncomingBytes', 'Sum'),
    iteratorAge: metric('GetRecords.IteratorAgeMilliseconds', 'Maximum'),
    writeThrottles: metric('WriteProvisionedThroughputExceeded', 'Sum'),
    readThrottles: metric('ReadProvisionedThroughputExceeded', 'Sum'),
  };
};

/** SNS's metrics of one topic. https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
export const topicMetrics = (target: Referable) => {
  const metric = (metricName: string): AlarmMetric => ({
    kind: 'metric',
    namespace: 'AWS/SNS',
    metricName,
    statistic: 'Sum',
    dimensions: { TopicName: getAtt(target, 'TopicName') },
    of: target.name,
  });
  return {
    published: metric('NumberOfMessagesPublished'),
    delivered: metric('NumberOfNotificationsDelivered'),
    failed: metric('NumberOfNotificationsFailed'),
  };
};

/** Scheduler's metrics of one group. https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html */
export const scheduleGroupMetrics = (target: Referable) => {
  const metric = (metricName: string): AlarmMetric => ({
    kind: 'metric',
    namespace: 'AWS/Scheduler',
    metricName,
    statistic: 'Sum',
    dimensions: { ScheduleGroup: ref(target) },
    of: target.name,
  });
  return {
    dropped: metric('InvocationDroppedCount'),
    targetErrors: metric('TargetErrorCount'),
  };
};

/** DynamoDB's metrics of one table, without its indexes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
export const tableMetrics = (target: Referable) => {
  const metric = (metricName: string): AlarmMetric => ({
    kind: 'metric',
    namespace: 'AWS/DynamoDB',
    metricName,
    statistic: 'Sum',
    dimensions: { TableName: ref(target) },
    of: target.name,
  });
  return {
    readThrottles: metric('ReadThrottleEvents'),
    writeThrottles: metric('WriteThrottleEvents'),
    consumedReads: metric('ConsumedReadCapacityUnits'),
    consumedWrites: metric('ConsumedWriteCapacityUnits'),
  };
};
