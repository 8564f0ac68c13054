import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { allowSend } from '../sqs/queue-policy.ts';
import type { QueueFeed, QueueOptions, QueueReference } from '../sqs/spec.ts';
import type { BusOptions } from './options.ts';
import type { BusTarget, RuleDetail } from './rule.ts';
import { addRule, ruleId } from './rule.ts';
import { plainInput } from './target-input.ts';

/** The other feeds of one bus into the same queue or bus, by what they hear. */
const siblingsOf = (
  feeds: readonly QueueFeed<unknown>[] = [],
  { target, source }: QueueFeed<unknown>,
) =>
  feeds
    .filter((other) => other.source === source && other.target.name === target.name)
    .map(({ detail }) => detail as unknown as RuleDetail);

const readFeed = (
  owner: AnyDeclaration,
  feed: QueueFeed<unknown>,
  feeds: readonly QueueFeed<unknown>[] | undefined,
) => {
  const bus = feed.target as unknown as BusTarget;
  const detail = feed.detail as unknown as RuleDetail;
  return {
    bus,
    detail,
    id: ruleId(owner.name, bus, detail, siblingsOf(feeds, feed)),
    of: `${detail.label} of ${bus.name} to ${owner.name}`,
    declaredAt: owner.declaredAt,
  };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_SqsParameters.html, https://docs.aws.amazon.com/scheduler/latest/APIReference/API_SqsParameters.html */
const checkFifo = (
  { name, declaredAt }: AnyDeclaration,
  { fifo, contentBasedDeduplication }: Omit<QueueOptions, 'schema'>,
  { messageGroupId }: RuleDetail,
  builder: TemplateBuilder,
): void => {
  if (fifo !== true) return;
  if (messageGroupId === undefined)
    builder.problem(
      'INVALID_OPTION',
      `The FIFO queue ${name} is fed by events without messageGroupId, and SQS takes no message without a group. Say feed({ messageGroupId: 'events' }): one group for all of them.`,
      declaredAt,
    );
  if (contentBasedDeduplication !== true)
    builder.problem(
      'INVALID_OPTION',
      `The FIFO queue ${name} is fed by events, which bring no deduplication id. Declare it with contentBasedDeduplication: true.`,
      declaredAt,
    );
};

/** Events of a bus go to a queue: a rule, and a statement in the queue's policy for just that rule. */
export const feedQueue = (
  queue: AnyDeclaration,
  feed: QueueFeed<unknown>,
  builder: TemplateBuilder,
): void => {
  const options = queue['options'] as Omit<QueueOptions, 'schema'>;
  const rule = readFeed(queue, feed, options.from);
  const { detail, declaredAt } = rule;
  checkFifo(queue, options, detail, builder);
  addRule(builder, {
    ...rule,
    target: {
      Id: 'Queue',
      Arn: { 'Fn::GetAtt': [queue.name, 'Arn'] },
      ...plainInput(detail.transform),
      ...(detail.messageGroupId === undefined
        ? {}
        : { SqsParameters: { MessageGroupId: detail.messageGroupId } }),
    },
  });
  allowSend(builder, queue as unknown as QueueReference, {
    service: 'events.amazonaws.com',
    sourceArn: { 'Fn::GetAtt': [rule.id, 'Arn'] },
    declaredAt,
  });
};

const roleId = (bus: string): string => `${bus}FeedRole`;

/**
 * A rule puts events onto another bus under a role, which may do just that.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
 */
const addRole = (bus: AnyDeclaration, builder: TemplateBuilder): void => {
  if (builder.resources.has(roleId(bus.name))) return;
  builder.add(
    roleId(bus.name),
    {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sts:AssumeRole',
              // The rules name the role, so it cannot name them: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
              Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
            },
          ],
        },
        Description: `Puts events onto the bus ${bus.name} of ${builder.service.name}`,
        Policies: [
          {
            PolicyName: bus.name,
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Action: 'events:PutEvents',
                  Resource: { 'Fn::GetAtt': [bus.name, 'Arn'] },
                },
              ],
            },
          },
        ],
        ...(builder.tags() === undefined ? {} : { Tags: builder.tags() }),
      },
    },
    bus.declaredAt,
  );
};

/** Events of one bus go to another one. */
export const feedBus = (
  bus: AnyDeclaration,
  feed: QueueFeed<unknown>,
  builder: TemplateBuilder,
): void => {
  const rule = readFeed(bus, feed, (bus['options'] as BusOptions).from);
  const { detail, declaredAt } = rule;
  if (detail.transform !== undefined || detail.messageGroupId !== undefined)
    builder.problem(
      'INVALID_OPTION',
      `${rule.of}: a bus takes events as they are, without ${detail.transform === undefined ? 'messageGroupId' : 'transform'}. Leave it out, and transform what the second bus hands on.`,
      declaredAt,
    );
  addRole(bus, builder);
  addRule(builder, {
    ...rule,
    target: {
      Id: 'Bus',
      Arn: { 'Fn::GetAtt': [bus.name, 'Arn'] },
      RoleArn: { 'Fn::GetAtt': [roleId(bus.name), 'Arn'] },
    },
  });
};
