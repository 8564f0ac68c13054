import type { Need, OperationContext } from '../../core/define-service.ts';
import type { SnsState } from './state.ts';

/** The policy that AWS gives a topic. https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html */
export const defaultPolicy = (arn: string, accountId: string): string =>
  JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': accountId } },
      },
    ],
  });

/**
 * Alarms publish under the default policy, because CloudWatch says whose they are (`aws:SourceOwner`); other services
 * and people must be allowed by name.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html#source-account-versus-source-owner
 */
export const topicNeed =
  (action: string) =>
  (
    input: { readonly TopicArn?: string | undefined },
    { principal }: Pick<OperationContext<SnsState>, 'principal'>,
  ): Need => ({
    action,
    resource: input.TopicArn ?? '*',
    ...(principal.kind === 'service' &&
    principal.service === 'cloudwatch.amazonaws.com' &&
    principal.sourceAccount !== undefined
      ? { conditions: { 'aws:SourceOwner': principal.sourceAccount } }
      : {}),
  });
