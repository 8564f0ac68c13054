import type { AlarmDeclaration } from '../spec/alarm.ts';
import type { TemplateBuilder } from './builder.ts';
import { said } from './template.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
export const synthesiseAlarm = (alarm: AlarmDeclaration, builder: TemplateBuilder): void => {
  const { metric, options, name } = alarm;
  const statistic = options.statistic ?? metric.statistic;
  const told = options.notify === undefined ? undefined : [{ Ref: options.notify.name }];
  builder.add(
    name,
    {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: said({
        AlarmActions: told,
        AlarmDescription:
          options.description ?? `${metric.metricName} of ${metric.of} in ${builder.service.name}`,
        ComparisonOperator: options.comparison ?? 'GreaterThanOrEqualToThreshold',
        DatapointsToAlarm: options.datapointsToAlarm,
        Dimensions: Object.entries(metric.dimensions).map(([Name, value]) => ({
          Name,
          Value: builder.resolve(value),
        })),
        EvaluationPeriods: options.evaluationPeriods ?? 1,
        ExtendedStatistic: statistic.startsWith('p') ? statistic : undefined,
        MetricName: metric.metricName,
        Namespace: metric.namespace,
        OKActions: told,
        Period: options.period ?? 60,
        Statistic: statistic.startsWith('p') ? undefined : statistic,
        Tags: builder.tags(),
        Threshold: options.threshold,
        TreatMissingData: options.treatMissingData ?? 'notBreaching',
      }),
    },
    alarm.declaredAt,
  );
};
