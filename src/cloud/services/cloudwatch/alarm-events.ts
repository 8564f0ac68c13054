import { AwsError } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import type { Alarm, CloudWatchState, CompositeAlarm } from './state.ts';
import { isComposite } from './state.ts';

/** What an alarm looks at, as events and functions are told. */
export const alarmConfiguration = (alarm: Alarm | CompositeAlarm) =>
  isComposite(alarm) ? { alarmRule: alarm.rule } : { metrics: metricsOf(alarm) };

const metricsOf = (alarm: Alarm) => [
  {
    id: 'm1',
    metricStat: {
      metric: {
        namespace: alarm.namespace,
        name: alarm.name,
        dimensions: Object.fromEntries(alarm.dimensions.map(({ Name, Value }) => [Name, Value])),
      },
      period: alarm.periodSeconds,
      stat: alarm.statistic,
    },
    returnData: true,
  },
];

const stateOf = ({
  state,
  stateReason,
  stateReasonData,
  stateChangedAt,
}: Alarm | CompositeAlarm) => ({
  value: state,
  reason: stateReason,
  ...(stateReasonData === undefined ? {} : { reasonData: stateReasonData }),
  timestamp: new Date(stateChangedAt).toISOString().replace('Z', '+0000'),
});

/**
 * Tells the default bus that an alarm has changed its state, whether its actions are enabled or not.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export const sendStateChange = (
  context: ServiceContext<CloudWatchState>,
  alarm: Alarm | CompositeAlarm,
  before: Alarm | CompositeAlarm,
  cause: number,
): void =>
  context.background(`event of alarm ${alarm.alarmName}`, async () => {
    const detail = {
      alarmName: alarm.alarmName,
      configuration: {
        ...(alarm.description === undefined ? {} : { description: alarm.description }),
        ...alarmConfiguration(alarm),
      },
      previousState: stateOf(before),
      state: stateOf(alarm),
    };
    try {
      await context.call({
        service: 'eventbridge',
        operation: 'PutEvents',
        input: {
          Entries: [
            {
              Source: 'aws.cloudwatch',
              DetailType: 'CloudWatch Alarm State Change',
              Resources: [alarm.arn],
              Detail: JSON.stringify(detail),
            },
          ],
        },
        principal: servicePrincipal('cloudwatch.amazonaws.com', {
          sourceArn: alarm.arn,
          sourceAccount: context.accountId,
        }),
        cause,
      });
    } catch (error) {
      // A cloud of a few services may have no buses to tell.
      if (!(error instanceof AwsError) || error.status !== 501) throw error;
    }
  });
