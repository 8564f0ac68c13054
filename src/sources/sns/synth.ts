import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { said } from '../../synth/template.ts';
import type { TopicOptions } from './spec.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html */
export const synthesiseTopic = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const options = declaration['options'] as TopicOptions;
  builder.add(
    declaration.name,
    {
      Type: 'AWS::SNS::Topic',
      Properties: said({
        TopicName: options.topicName,
        DisplayName: options.displayName,
        Tags: builder.tags(),
        ...(builder.resolve(options.properties ?? {}) as Record<string, unknown>),
      }),
    },
    declaration.declaredAt,
  );
  builder.output(
    `${declaration.name}TopicArn`,
    { Ref: declaration.name },
    `ARN of the topic ${declaration.name}`,
  );
};

/** Messages of a topic start a function. */
export const synthesiseSnsSource = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  const topicId = source.target.name;
  const permissionId = `${fn.name}${topicId}Permission`;
  builder.add(
    permissionId,
    {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [fn.name, 'Arn'] },
        Principal: 'sns.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
        SourceArn: { Ref: topicId },
      },
    },
    fn.declaredAt,
  );
  builder.add(
    `${fn.name}${topicId}Subscription`,
    {
      Type: 'AWS::SNS::Subscription',
      DependsOn: [permissionId],
      Properties: {
        Endpoint: { 'Fn::GetAtt': [fn.name, 'Arn'] },
        Protocol: 'lambda',
        TopicArn: { Ref: topicId },
      },
    },
    fn.declaredAt,
  );
};
