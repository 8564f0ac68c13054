import { AwsError } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import type { SchedulerState } from './state.ts';

/** What Scheduler tells CloudWatch of its groups. https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html#monitoring-cloudwatch-metrics-list */
export type SchedulerMetric =
  | 'InvocationAttemptCount'
  | 'TargetErrorCount'
  | 'InvocationDroppedCount'
  | 'InvocationsSentToDeadLetterCount'
  | 'InvocationsFailedToBeSentToDeadLetterCount';

/** Counts one thing that happened in a group. */
export const count = (
  context: ServiceContext<SchedulerState>,
  group: string,
  metric: SchedulerMetric,
): void =>
  context.background('metrics', async () => {
    try {
      await context.call({
        service: 'cloudwatch',
        operation: 'PutMetricData',
        input: {
          Namespace: 'AWS/Scheduler',
          MetricData: [
            {
              MetricName: metric,
              Dimensions: [{ Name: 'ScheduleGroup', Value: group }],
              Timestamp: new Date(context.clock.now()),
              Value: 1,
              Unit: 'Count',
            },
          ],
        },
        principal: servicePrincipal('scheduler.amazonaws.com', {
          sourceAccount: context.accountId,
        }),
      });
    } catch (error) {
      // A cloud without CloudWatch has nobody to tell.
      if (!(error instanceof AwsError && error.code === 'NotImplemented')) throw error;
    }
  });
