import { asList, parsePolicy } from '../../../iam/index.ts';
import type { Need, OperationContext } from '../../core/define-service.ts';
import { invalidParameter } from './errors.ts';
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

/** What the policy of a topic may speak of. https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html */
const ACTIONS = [
  'AddPermission',
  'DeleteTopic',
  'GetDataProtectionPolicy',
  'GetTopicAttributes',
  'ListSubscriptionsByTopic',
  'ListTagsForResource',
  'Publish',
  'PutDataProtectionPolicy',
  'Receive',
  'RemovePermission',
  'SetTopicAttributes',
  'Subscribe',
  'TagResource',
  'UntagResource',
].map((name) => name.toLowerCase());

/**
 * Actions of the account, and so `SNS:*`, are outside of it. https://github.com/getmoto/moto/blob/master/tests/test_sns/test_topics.py
 * @throws {InvalidParameterException}
 */
export const assertInScope = (actions: readonly string[]): void => {
  const inScope = (action: string) => {
    const [service, name = ''] = action.toLowerCase().split(':');
    // Part of a name with a wildcard is not looked into.
    return service === 'sns' && (ACTIONS.includes(name) || /[^*?][*?]|[*?][^*?]/.test(name));
  };
  if (!actions.every(inScope))
    throw invalidParameter('Policy statement action out of service scope!');
};

/** @throws {InvalidParameterException} for what is no policy of a topic */
export const readPolicy = (text: string): string => {
  let actions: readonly string[];
  try {
    const { Statement } = parsePolicy(text, 'resource');
    actions = asList(Statement).flatMap(({ Action }) =>
      Action === undefined ? [] : asList(Action),
    );
  } catch (error) {
    throw invalidParameter(`Policy Error: ${error instanceof Error ? error.message : 'null'}`);
  }
  assertInScope(actions);
  return text;
};

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
