import { AwsError } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import type { Alarm, CloudWatchState, CompositeAlarm } from './state.ts';
import { isComposite, suppressionReason } from './state.ts';

/** Times as CloudWatch writes them. */
export const amzDate = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');

/** What an alarm looks at, as events and functions are told. */
export const alarmConfiguration = (alarm: Alarm | CompositeAlarm) => ({
  ...(alarm.description === undefined ? {} : { description: alarm.description }),
  ...(isComposite(alarm)
    ? {
        alarmRule: alarm.rule,
        ...(alarm.suppressor === undefined
          ? {}
          : {
              actionsSuppressor: alarm.suppressor.alarm,
              actionsSuppressorWaitPeriod: alarm.suppressor.waitSeconds,
              actionsSuppressorExtensionPeriod: alarm.suppressor.extensionSeconds,
            }),
      }
    : { metrics: metricsOf(alarm) }),
});

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
      ...(alarm.unit === undefined ? {} : { unit: alarm.unit }),
    },
    returnData: true,
  },
];

/** The state of an alarm, as events and functions are told. */
export const alarmState = (alarm: Alarm | CompositeAlarm) => ({
  value: alarm.state,
  reason: alarm.stateReason,
  // Whoever sets a state by hand need not say more.
  ...((alarm.stateReasonData ?? '') === '' ? {} : { reasonData: alarm.stateReasonData }),
  timestamp: amzDate(alarm.stateChangedAt),
  ...(isComposite(alarm) && alarm.suppressed !== undefined
    ? {
        actionsSuppressedBy: alarm.suppressed.by,
        actionsSuppressedReason: suppressionReason(alarm.suppressed),
      }
    : {}),
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
      configuration: alarmConfiguration(alarm),
      previousState: alarmState(before),
      state: alarmState(alarm),
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
