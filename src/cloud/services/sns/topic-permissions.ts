import type * as Sns from '@aws-sdk/client-sns';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { invalidParameter } from './errors.ts';
import type { SnsState } from './state.ts';
import { requireTopic } from './topic-arn.ts';
import { assertInScope, topicNeed } from './topic-policy.ts';

interface Document {
  readonly Statement: readonly { readonly Sid?: string }[];
}

const read = (policy: string): Document => {
  const document = JSON.parse(policy) as Omit<Document, 'Statement'> & {
    readonly Statement?: Document['Statement'] | Document['Statement'][number];
  };
  return { ...document, Statement: [document.Statement ?? []].flat() };
};

const one = (values: readonly string[]): string | readonly string[] =>
  values.length === 1 ? (values[0] ?? '') : values;

/** Statements of a topic's policy by their label. https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html */
export const permissionOperations: OperationTable<SnsState> = {
  AddPermission: operation<SnsState, Sns.AddPermissionInput, object>({
    needs: topicNeed('sns:AddPermission'),
    handle: (input, context) => {
      const topic = requireTopic(context, input.TopicArn);
      const document = read(topic.policy);
      if (document.Statement.some(({ Sid }) => Sid === input.Label))
        throw invalidParameter('Statement already exists');
      assertInScope((input.ActionName ?? []).map((action) => `SNS:${action}`));
      const accounts = (input.AWSAccountId ?? []).map((account) => `arn:aws:iam::${account}:root`);
      const statement = {
        Sid: input.Label,
        Effect: 'Allow',
        Principal: { AWS: one(accounts) },
        Action: one((input.ActionName ?? []).map((action) => `SNS:${action}`)),
        Resource: topic.arn,
      };
      const policy = JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
      context.state.topics.set(topic.arn, { ...topic, policy });
      return {};
    },
  }),
  RemovePermission: operation<SnsState, Sns.RemovePermissionInput, object>({
    needs: topicNeed('sns:RemovePermission'),
    handle: (input, context) => {
      const topic = requireTopic(context, input.TopicArn);
      const document = read(topic.policy);
      const Statement = document.Statement.filter(({ Sid }) => Sid !== input.Label);
      context.state.topics.set(topic.arn, {
        ...topic,
        policy: JSON.stringify({ ...document, Statement }),
      });
      return {};
    },
  }),
};
