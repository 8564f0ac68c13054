import type * as Sqs from '@aws-sdk/client-sqs';
import type { Need, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { withAttributes } from './check-attributes.ts';
import {
  invalidParameter,
  invalidValue,
  purgeInProgress,
  queueDeletedRecently,
  queueExists,
} from './errors.ts';
import { LIMITS } from './limits.ts';
import type { Context } from './names.ts';
import {
  queueArn,
  queueUrl,
  requireLane,
  requireNamed,
  requireQueue,
  tagKeys,
  urlNeed,
} from './names.ts';
import { pageOf } from './page.ts';
import { describe } from './describe.ts';
import { keptAs, readRedrivePolicy } from './settings.ts';
import type { Queue, SqsState } from './state.ts';
import { checkTags } from './tag-operations.ts';
import { wake } from './wake.ts';

/** Texts as LocalStack has them from AWS. */
const checkName = (name: string, fifo: boolean) => {
  if (fifo && !/^[\w-]{1,75}\.fifo$/.test(name))
    throw invalidParameter(
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length',
    );
  if (!fifo && !/^[\w-]{1,80}$/.test(name))
    throw invalidParameter(
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
};

/** A queue that is there already is answered with, unless something about it would be another. Tags do not count. */
const sameQueue = (queue: Queue, given: Readonly<Record<string, string>>, state: SqsState) => {
  const now: Readonly<Record<string, string>> = describe(queue, state.lane(queue).line);
  for (const [name, value] of Object.entries(given))
    if ((now[name] ?? '') !== keptAs(name, value)) throw queueExists(name);
};

const createQueue = operation<SqsState, Sqs.CreateQueueRequest, Sqs.CreateQueueResult>({
  // "To be able to tag a queue on creation, you must have the sqs:CreateQueue and sqs:TagQueue permissions" (API_CreateQueue.html).
  needs: ({ QueueName = '', tags }, context): Need | readonly Need[] => {
    const resource = queueArn(context, QueueName);
    const create = { action: 'sqs:CreateQueue', resource, conditions: tagKeys(tags) };
    return Object.keys(tags ?? {}).length === 0
      ? create
      : [create, { action: 'sqs:TagQueue', resource, conditions: tagKeys(tags) }];
  },
  handle: ({ QueueName: name = '', Attributes = {}, tags = {} }, context) => {
    const { state, clock, random } = context;
    const given = Attributes as Readonly<Record<string, string>>;
    const fifo = given['FifoQueue'] === 'true';
    checkName(name, fifo);
    checkTags(tags);
    const known = state.queues.get(name);
    const url = { QueueUrl: queueUrl(context, name) };
    if (known !== undefined) {
      sameQueue(known, given, state);
      return url;
    }
    const now = clock.now();
    if ((state.deleted.get(name) ?? Number.NEGATIVE_INFINITY) + LIMITS.graceMs > now)
      throw queueDeletedRecently();
    const arn = queueArn(context, name);
    const base = { arn, attributes: fifo ? { FifoQueue: 'true' } : {} };
    state.addQueue({
      id: random.hex(12),
      name,
      arn,
      createdAt: now,
      modifiedAt: now,
      attributes: withAttributes(state, base, given),
      tags,
    });
    return url;
  },
});

const deleteQueue = operation<SqsState, Sqs.DeleteQueueRequest, object>({
  needs: urlNeed('DeleteQueue'),
  handle: ({ QueueUrl }, context) => {
    const { state, clock, arrivals } = context;
    const queue = requireQueue(context, QueueUrl);
    state.removeQueue(queue, clock.now());
    for (const [name, at] of state.deleted.entries())
      if (at + LIMITS.graceMs <= clock.now()) state.deleted.delete(name);
    for (const [id, { sourceArn, status }] of state.moveTasks.entries())
      if (sourceArn === queue.arn && status !== 'RUNNING') state.moveTasks.delete(id);
    // Who waits at it learns that there is nothing to wait for.
    arrivals.announce(queue.arn);
    return {};
  },
});

const purgeQueue = operation<SqsState, Sqs.PurgeQueueRequest, object>({
  needs: urlNeed('PurgeQueue'),
  handle: ({ QueueUrl }, context) => {
    const { queue, lane } = requireLane(context, QueueUrl);
    const now = context.clock.now();
    if ((queue.purgedAt ?? Number.NEGATIVE_INFINITY) + LIMITS.graceMs > now)
      throw purgeInProgress(queue.name);
    context.state.changeQueue({ ...queue, purgedAt: now });
    lane.line.clear();
    wake(context, lane);
    return {};
  },
});

const getQueueUrl = operation<SqsState, Sqs.GetQueueUrlRequest, Sqs.GetQueueUrlResult>({
  needs: ({ QueueName = '', QueueOwnerAWSAccountId }, context) => ({
    action: 'sqs:GetQueueUrl',
    resource: queueArn(
      { region: context.region, accountId: QueueOwnerAWSAccountId ?? context.accountId },
      QueueName,
    ),
  }),
  handle: ({ QueueName = '', QueueOwnerAWSAccountId }, context) => {
    requireNamed(context, QueueName, QueueOwnerAWSAccountId ?? context.accountId);
    return { QueueUrl: queueUrl(context, QueueName) };
  },
});

const checkPageSize = (size: number | undefined) => {
  if (size !== undefined && (!Number.isInteger(size) || size < 1 || size > LIMITS.listedQueues))
    throw invalidValue(
      size,
      'MaxResults',
      `MaxResults must be an integer between 1 and ${LIMITS.listedQueues}.`,
    );
};

const urlPage = (
  names: readonly string[],
  input: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
  context: Context,
) => {
  checkPageSize(input.MaxResults);
  const { page, next } = pageOf(names, input.NextToken, input.MaxResults ?? LIMITS.listedQueues);
  return {
    urls: page.map((name) => queueUrl(context, name)),
    // "You must set MaxResults to receive a value for NextToken in the response" (API_ListQueues.html).
    next: input.MaxResults === undefined ? {} : next,
  };
};

const listQueues = operation<SqsState, Sqs.ListQueuesRequest, Sqs.ListQueuesResult>({
  needs: (_input, context) => ({ action: 'sqs:ListQueues', resource: queueArn(context, '*') }),
  handle: (input, context) => {
    const { QueueNamePrefix: prefix = '' } = input;
    const names = [...context.state.queues.keys()].filter((name) => name.startsWith(prefix)).sort();
    const { urls, next } = urlPage(names, input, context);
    return urls.length === 0 ? {} : { QueueUrls: urls, ...next };
  },
});

const listSources = operation<
  SqsState,
  Sqs.ListDeadLetterSourceQueuesRequest,
  Sqs.ListDeadLetterSourceQueuesResult
>({
  needs: urlNeed('ListDeadLetterSourceQueues'),
  handle: (input, context) => {
    const { arn } = requireQueue(context, input.QueueUrl);
    const names = sourcesOf(context.state, arn).map(({ name }) => name);
    const { urls, next } = urlPage(names.sort(), input, context);
    return { queueUrls: urls, ...next };
  },
});

/** The queues whose dead letters go to this one. */
export const sourcesOf = (state: SqsState, arn: string): readonly Queue[] =>
  [...state.queues.values()].filter(({ attributes: { RedrivePolicy: policy } }) =>
    policy === undefined ? false : readRedrivePolicy(policy).deadLetterTargetArn === arn,
  );

/** Operations on queues. */
export const queueOperations: OperationTable<SqsState> = {
  CreateQueue: createQueue,
  DeleteQueue: deleteQueue,
  PurgeQueue: purgeQueue,
  GetQueueUrl: getQueueUrl,
  ListQueues: listQueues,
  ListDeadLetterSourceQueues: listSources,
};
