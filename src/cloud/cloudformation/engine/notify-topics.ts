import { AwsError, failureOutcome } from '../../core/aws-error.ts';
import { forwardedBy } from '../../core/principals.ts';
import type { StackEvent } from '../state.ts';
import { CLOUDFORMATION } from './acting-principal.ts';
import type { Context } from './context.ts';

/** What is being sent, by stack: a topic hears of events in their order. */
const sending = new WeakMap<object, Map<string, Promise<void>>>();

/**
 * Tells a stack's topics of an event, as whoever started the operation.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html, NotificationARNs
 */
export const notifyTopics = (context: Context, stackId: string, event: StackEvent): void => {
  const stack = context.state.stacks.get(stackId);
  const operation = context.state.operations.get(stackId);
  const arns = stack?.spec?.notificationArns ?? [];
  if (stack === undefined || operation === undefined || arns.length === 0) return;
  let queues = sending.get(context.state);
  if (queues === undefined) sending.set(context.state, (queues = new Map<string, Promise<void>>()));
  const before = queues.get(stackId) ?? Promise.resolve();
  const principal = forwardedBy(operation.principal, CLOUDFORMATION);
  const Message = messageOf(event, stackId, stack.name, context.accountId);
  const sent = before.then(async () => {
    for (const TopicArn of arns)
      try {
        await context.call({
          service: 'sns',
          operation: 'Publish',
          input: { TopicArn, Subject: 'AWS CloudFormation Notification', Message },
          principal,
        });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        context.journal.note(
          'cloudformation',
          `the topic ${TopicArn} was not told of ${stack.name}: ${error.message}`,
          { outcome: failureOutcome(error) },
        );
      }
  });
  queues.set(stackId, sent);
  context.background(`notifying of ${stack.name}`, () => sent);
};

/** The text that CloudFormation publishes: a line for each fact. */
const messageOf = (event: StackEvent, stackId: string, stackName: string, account: string) =>
  Object.entries({
    StackId: stackId,
    Timestamp: new Date(event.at).toISOString(),
    EventId: event.eventId,
    LogicalResourceId: event.logicalId,
    Namespace: account,
    PhysicalResourceId: event.physicalId,
    ResourceProperties: event.properties ?? 'null',
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason ?? '',
    ResourceType: event.type,
    StackName: stackName,
    ClientRequestToken: event.token ?? 'null',
  })
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
