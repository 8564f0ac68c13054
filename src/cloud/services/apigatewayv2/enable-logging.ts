import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import { badRequest } from './errors.ts';
import type { ApiGatewayState } from './state.ts';

/** Who writes access logs. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html */
export const LOG_DELIVERY = 'delivery.logs.amazonaws.com';
/** Statement and policy of that page. */
const POLICY_NAME = 'AWSLogDeliveryWrite20150319';
const ATTEMPTS = 3;

interface Policies {
  readonly resourcePolicies?: readonly {
    readonly policyName?: string;
    readonly policyDocument?: string;
    readonly revisionId?: string;
  }[];
}

/**
 * Lets API Gateway's log delivery write to a log group: adds the statement to the group's own policy, as whoever sets up
 * the log, who must be allowed to.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html#http-api-logging.permissions
 * @throws {BadRequestException} when the caller may not, or there is no such log group
 */
export const enableLogging = async (
  context: OperationContext<ApiGatewayState>,
  groupArn: string,
): Promise<void> => {
  try {
    context.authorise({ action: 'logs:CreateLogDelivery', resource: '*' });
    for (let attempt = 1; !(await allowDelivery(context, groupArn)); attempt += 1)
      if (attempt === ATTEMPTS)
        throw badRequest(
          `The resource policy of ${groupArn} is being changed by others. Try again.`,
        );
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.denied)
      throw badRequest(`Insufficient permissions to enable logging. ${error.message}`);
    if (error.code === 'ResourceNotFoundException')
      throw badRequest(
        `The access log's DestinationArn is '${groupArn}', and there is no such log group in ${context.region}. Create it first.`,
      );
    throw error;
  }
};

/** Whether the group's policy has the statement now; false when another was quicker. */
const allowDelivery = async (
  context: OperationContext<ApiGatewayState>,
  resourceArn: string,
): Promise<boolean> => {
  const call = (operation: string, input: Readonly<Record<string, unknown>>) =>
    context.call({ service: 'cloudwatch-logs', operation, input: { resourceArn, ...input } });
  const { resourcePolicies = [] } = (await call('DescribeResourcePolicies', {})) as Policies;
  const [policy] = resourcePolicies;
  const document = JSON.parse(policy?.policyDocument ?? '{}') as {
    readonly Statement?: object | readonly object[];
  };
  const statements = [document.Statement ?? []].flat() as readonly { readonly Sid?: string }[];
  if (statements.some(({ Sid }) => Sid === POLICY_NAME)) return true;
  try {
    await call('PutResourcePolicy', {
      policyName: policy?.policyName ?? POLICY_NAME,
      policyDocument: JSON.stringify({
        Version: '2012-10-17',
        ...document,
        Statement: [...statements, deliveryStatement(context, resourceArn)],
      }),
      ...(policy === undefined ? {} : { expectedRevisionId: policy.revisionId }),
    });
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'OperationAbortedException') return false;
    throw error;
  }
};

const deliveryStatement = (
  { region, accountId }: { readonly region: string; readonly accountId: string },
  groupArn: string,
) => ({
  Sid: POLICY_NAME,
  Effect: 'Allow',
  Principal: { Service: [LOG_DELIVERY] },
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: [`${groupArn}:log-stream:*`],
  Condition: {
    StringEquals: { 'aws:SourceAccount': [accountId] },
    ArnLike: { 'aws:SourceArn': [`arn:aws:logs:${region}:${accountId}:*`] },
  },
});
