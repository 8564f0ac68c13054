import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import { parsePolicy } from '../../../iam/index.ts';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { groupNotFound, invalidParameter } from './errors.ts';
import { PAGE_GROUPS, RESOURCE_POLICIES } from './limits.ts';
import { anyGroup, groupName } from './names.ts';
import { page } from './page.ts';
import type { LogGroup, LogsState, ResourcePolicy } from './state.ts';

const describe = (policy: ResourcePolicy): Logs.ResourcePolicy => ({
  policyName: policy.name,
  policyDocument: policy.document,
  lastUpdatedTime: policy.updatedAt,
  policyScope: policy.groupArn === undefined ? 'ACCOUNT' : 'RESOURCE',
  ...(policy.groupArn === undefined
    ? {}
    : { resourceArn: policy.groupArn, revisionId: policy.revisionId }),
});

const groupOf = (state: LogsState, arn: string): LogGroup => {
  if (!/^arn:aws[\w-]*:logs:[\w-]+:\d{12}:log-group:[^:]+(:\*)?$/.test(arn))
    throw invalidParameter(
      `The resourceArn '${arn}' is not the ARN of a log group. Resource policies are for log groups alone.`,
    );
  const group = state.groups.get(groupName({ logGroupIdentifier: arn }));
  if (group === undefined) throw groupNotFound();
  return group;
};

const checkRevision = (policy: ResourcePolicy | undefined, expected: string | undefined) => {
  if (policy?.revisionId !== expected)
    throw new AwsError(
      'OperationAbortedException',
      `The resource policy's revision is ${policy?.revisionId ?? 'none'}, not ${expected ?? 'none'}. Read it again with DescribeResourcePolicies and send its revisionId as expectedRevisionId.`,
    );
};

const checkDocument = (text: string, isOfGroup: boolean): string => {
  const most = isOfGroup ? RESOURCE_POLICIES.groupBytes : RESOURCE_POLICIES.accountCharacters;
  if (text.length === 0 || text.length > most)
    throw invalidParameter(
      `1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: Member must have length between 1 and ${most}; it has ${text.length}`,
    );
  try {
    parsePolicy(text, 'resource');
    return text;
  } catch (error) {
    throw invalidParameter(
      `Invalid policy document: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

const nameOf = (name: string | undefined): string => {
  if (name === undefined || name === '') throw invalidParameter('policyName is required.');
  return name;
};

/** Operations on the policies that let other services write to log groups. */
export const resourcePolicyOperations: OperationTable<LogsState> = {
  PutResourcePolicy: operation<
    LogsState,
    Logs.PutResourcePolicyRequest,
    Logs.PutResourcePolicyResponse
  >({
    needs: (_input, context) => ({ action: 'logs:PutResourcePolicy', resource: anyGroup(context) }),
    handle: (input, { state, clock, random }) => {
      const name = nameOf(input.policyName);
      const group = input.resourceArn === undefined ? undefined : groupOf(state, input.resourceArn);
      const document = checkDocument(input.policyDocument ?? '', group !== undefined);
      const key = group?.arn ?? name;
      const before = state.policies.get(key);
      if (group !== undefined) checkRevision(before, input.expectedRevisionId);
      const ofAccount = [...state.policies.values()].filter(
        ({ groupArn }) => groupArn === undefined,
      );
      if (
        group === undefined &&
        before === undefined &&
        ofAccount.length >= RESOURCE_POLICIES.ofAccount
      )
        throw new AwsError('LimitExceededException', 'Resource limit exceeded.');
      const policy: ResourcePolicy = {
        name,
        document,
        updatedAt: clock.now(),
        ...(group === undefined ? {} : { groupArn: group.arn, revisionId: random.uuid() }),
      };
      state.setPolicy(key, policy);
      return {
        resourcePolicy: describe(policy),
        ...(policy.revisionId === undefined ? {} : { revisionId: policy.revisionId }),
      };
    },
  }),
  DescribeResourcePolicies: operation<
    LogsState,
    Logs.DescribeResourcePoliciesRequest,
    Logs.DescribeResourcePoliciesResponse
  >({
    needs: (_input, context) => ({
      action: 'logs:DescribeResourcePolicies',
      resource: anyGroup(context),
    }),
    handle: (input, { state }) => {
      const arn =
        input.resourceArn === undefined ? undefined : groupOf(state, input.resourceArn).arn;
      const ofGroups = arn !== undefined || input.policyScope === 'RESOURCE';
      const found = [...state.policies.values()]
        .filter(({ groupArn }) => (groupArn !== undefined) === ofGroups)
        .filter(({ groupArn }) => arn === undefined || groupArn === arn)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = page(found, input.nextToken, input.limit ?? PAGE_GROUPS);
      return { resourcePolicies: items.map(describe), nextToken };
    },
  }),
  DeleteResourcePolicy: operation<LogsState, Logs.DeleteResourcePolicyRequest, object>({
    needs: (_input, context) => ({
      action: 'logs:DeleteResourcePolicy',
      resource: anyGroup(context),
    }),
    handle: (input, { state }) => {
      const key =
        input.resourceArn === undefined
          ? nameOf(input.policyName)
          : groupOf(state, input.resourceArn).arn;
      const policy = state.policies.get(key);
      if (policy === undefined)
        throw new AwsError(
          'ResourceNotFoundException',
          `Policy with name [${input.policyName ?? ''}] does not exist.`,
        );
      if (policy.groupArn !== undefined) checkRevision(policy, input.expectedRevisionId);
      state.setPolicy(key, undefined);
      return {};
    },
  }),
};
