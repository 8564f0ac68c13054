import type * as Sqs from '@aws-sdk/client-sqs';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { invalidValue, missingParameter } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { Context } from './names.ts';
import { requireQueue, urlNeed } from './names.ts';
import type { Queue, SqsState } from './state.ts';

interface Policy {
  readonly Version: string;
  readonly Id?: string;
  readonly Statement: readonly { readonly Sid?: string }[];
}

const readPolicy = ({ arn, attributes }: Queue): Policy => {
  const text = attributes['Policy'];
  if (text === undefined)
    return { Version: '2008-10-17', Id: `${arn}/SQSDefaultPolicy`, Statement: [] };
  const policy = JSON.parse(text) as Policy;
  return {
    ...policy,
    Statement: Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement as object],
  };
};

const setPolicy = (context: Context, queue: Queue, policy: Policy) => {
  const { Policy: _old, ...others } = queue.attributes;
  context.state.changeQueue({
    ...queue,
    attributes:
      policy.Statement.length === 0 ? others : { ...others, Policy: JSON.stringify(policy) },
    modifiedAt: context.clock.now(),
  });
};

/** What can be shared by a label. API_AddPermission.html */
const SHARED = [
  '*',
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
];

const oneOrMore = (values: readonly string[]) => (values.length === 1 ? values[0] : values);

const checkRequest = (input: Sqs.AddPermissionRequest, { Statement }: Policy) => {
  const { Label = '', AWSAccountIds = [], Actions = [] } = input;
  if (!/^[\w-]{1,80}$/.test(Label))
    throw invalidValue(
      Label,
      'Label',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
  if (Statement.some(({ Sid }) => Sid === Label))
    throw invalidValue(Label, 'Label', 'Already exists.');
  if (Actions.length === 0) throw missingParameter('Actions');
  // https://github.com/getmoto/moto/blob/master/tests/test_sqs/test_sqs.py (test_permissions)
  if (AWSAccountIds.length === 0) throw invalidValue('[]', 'PrincipalId', 'Unable to verify.');
  const unknown = Actions.find((action) => !SHARED.includes(action));
  if (unknown !== undefined)
    throw invalidValue(
      `SQS:${unknown}`,
      'ActionName',
      'Please refer to the appropriate WSDL for a list of valid actions. ',
    );
  const stranger = AWSAccountIds.find((id) => !/^\d{12}$/.test(id));
  if (stranger !== undefined) throw invalidValue(stranger, 'PrincipalId', 'Unable to verify.');
  // API_AddPermission.html#API_AddPermission_Errors; the text was not seen from AWS.
  if (Actions.length > LIMITS.actionsPerStatement || Statement.length >= LIMITS.policyStatements)
    throw new AwsError(
      'OverLimit',
      `A policy has at most ${LIMITS.policyStatements} statements of at most ${LIMITS.actionsPerStatement} actions each.`,
    );
};

/** Operations that share a queue by label. */
export const permissionOperations: OperationTable<SqsState> = {
  AddPermission: operation<SqsState, Sqs.AddPermissionRequest, object>({
    needs: urlNeed('AddPermission'),
    handle: (input, context) => {
      const queue = requireQueue(context, input.QueueUrl);
      const policy = readPolicy(queue);
      checkRequest(input, policy);
      const statement = {
        Sid: input.Label,
        Effect: 'Allow',
        Principal: {
          AWS: oneOrMore((input.AWSAccountIds ?? []).map((id) => `arn:aws:iam::${id}:root`)),
        },
        Action: oneOrMore((input.Actions ?? []).map((action) => `SQS:${action}`)),
        Resource: queue.arn,
      };
      setPolicy(context, queue, {
        ...policy,
        Statement: [...policy.Statement, statement as { readonly Sid?: string }],
      });
      return {};
    },
  }),
  RemovePermission: operation<SqsState, Sqs.RemovePermissionRequest, object>({
    needs: urlNeed('RemovePermission'),
    handle: ({ QueueUrl, Label = '' }, context) => {
      const queue = requireQueue(context, QueueUrl);
      const policy = readPolicy(queue);
      const left = policy.Statement.filter(({ Sid }) => Sid !== Label);
      if (left.length === policy.Statement.length)
        throw invalidValue(Label, 'Label', "can't find label.");
      setPolicy(context, queue, { ...policy, Statement: left });
      return {};
    },
  }),
};
