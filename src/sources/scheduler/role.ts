import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { CfnValue } from '../../synth/template.ts';
import { said } from '../../synth/template.ts';
import type { TargetDelivery } from '../eventbridge/delivery.ts';

interface Trust {
  readonly Statement: readonly [
    { readonly Condition: { readonly ArnEquals: Readonly<Record<string, readonly CfnValue[]>> } },
  ];
}

interface Permissions {
  readonly Statement: readonly {
    readonly Action: string;
    readonly Resource: readonly CfnValue[];
  }[];
}

const byText = (values: readonly CfnValue[]): readonly CfnValue[] =>
  [...new Map(values.map((value) => [JSON.stringify(value), value]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value);

const SOURCE_ARN = 'aws:SourceArn';

const trust = (groups: readonly CfnValue[]) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'scheduler.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: {
        ArnEquals: { [SOURCE_ARN]: byText(groups) },
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      },
    },
  ],
});

/** A role that schedules of some groups run under, and nobody else. https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html */
export const addScheduleRole = (
  builder: TemplateBuilder,
  id: string,
  {
    description,
    groupArn,
    declaredAt,
  }: {
    readonly description: string;
    readonly groupArn: CfnValue;
    readonly declaredAt: DeclaredAt | undefined;
  },
): void => {
  if (!builder.resources.has(id))
    builder.add(
      id,
      {
        Type: 'AWS::IAM::Role',
        Properties: said({
          AssumeRolePolicyDocument: trust([]),
          Description: description,
          Tags: builder.tags(),
        }),
      },
      declaredAt,
    );
  builder.amend(id, (role) => {
    const before = role.Properties?.['AssumeRolePolicyDocument'] as Trust | undefined;
    const groups = before?.Statement[0].Condition.ArnEquals[SOURCE_ARN] ?? [];
    return {
      ...role,
      Properties: {
        ...role.Properties,
        AssumeRolePolicyDocument: trust([...groups, groupArn]),
      },
    };
  });
};

/** Logical id of what such a role may do. */
export const schedulePolicyId = (roleId: string): string => `${roleId}Policy`;

/**
 * Lets a role start one function, and lay what was given up in its dead-letter queues. The policy stands beside the role: the function's own role may
 * name that one, as who passes it on, and would wait for itself otherwise.
 */
export const allowSchedules = (
  builder: TemplateBuilder,
  roleId: string,
  fn: FunctionDeclaration,
  { deadLetter }: TargetDelivery,
): void => {
  const id = schedulePolicyId(roleId);
  const invoke = {
    Effect: 'Allow',
    Action: 'lambda:InvokeFunction',
    Resource: [{ 'Fn::GetAtt': [fn.name, 'Arn'] }],
  };
  if (!builder.resources.has(id))
    builder.add(
      id,
      {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: fn.name,
          PolicyDocument: { Version: '2012-10-17', Statement: [invoke] },
          Roles: [{ Ref: roleId }],
        },
      },
      fn.declaredAt,
    );
  if (deadLetter === undefined) return;
  builder.amend(id, (policy) => {
    const document = policy.Properties?.['PolicyDocument'] as Permissions;
    const known = document.Statement.find(({ Action }) => Action === 'sqs:SendMessage');
    const queues = [...(known?.Resource ?? []), { 'Fn::GetAtt': [deadLetter.name, 'Arn'] }];
    return {
      ...policy,
      Properties: {
        ...policy.Properties,
        PolicyDocument: {
          ...document,
          Statement: [
            invoke,
            { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: byText(queues) },
          ],
        },
      },
    };
  });
};
