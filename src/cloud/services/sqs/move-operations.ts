import type * as Sqs from '@aws-sdk/client-sqs';
import type { Need, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { invalidParameter, invalidValue, resourceNotFound, taskNotFound } from './errors.ts';
import { LIMITS } from './limits.ts';
import { runTask } from './move-task.ts';
import type { Context } from './names.ts';
import { findByArn } from './names.ts';
import { sourcesOf } from './queue-operations.ts';
import type { MoveTask, Queue, SqsState } from './state.ts';

/** Who may start or cancel a task must be allowed what the task does, at the queue it empties and at those it fills. */
const TAKING = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html, permissions */
const takingNeeds = (action: string, resource: string): readonly Need[] =>
  [action, ...TAKING].map((one) => ({ action: `sqs:${one}`, resource }));

const handleOf = ({ id, sourceArn }: MoveTask) =>
  Buffer.from(JSON.stringify({ taskId: id, sourceArn })).toString('base64');

const readHandle = (handle: string): { readonly taskId: string; readonly sourceArn: string } => {
  try {
    const { taskId, sourceArn } = JSON.parse(
      Buffer.from(handle, 'base64').toString('utf8'),
    ) as Record<string, unknown>;
    if (typeof taskId === 'string' && typeof sourceArn === 'string') return { taskId, sourceArn };
  } catch {
    // Said below.
  }
  throw invalidParameter('Value for parameter TaskHandle is invalid.');
};

const requireByArn = (
  context: Context,
  arn: string,
  parameter: 'SourceArn' | 'DestinationArn',
): Queue => {
  if (!/^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/.test(arn))
    throw invalidParameter(
      `You must use this format to specify the ${parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`,
    );
  const queue = findByArn(context.state, arn);
  if (queue === undefined) throw resourceNotFound(parameter);
  return queue;
};

const tasksOf = (state: SqsState, arn: string): readonly MoveTask[] =>
  [...state.moveTasks.values()]
    .filter(({ sourceArn }) => sourceArn === arn)
    .sort((one, other) => other.startedAt - one.startedAt);

const isActive = ({ status }: MoveTask) => status === 'RUNNING' || status === 'CANCELLING';

const start = operation<SqsState, Sqs.StartMessageMoveTaskRequest, Sqs.StartMessageMoveTaskResult>({
  needs: ({ SourceArn = '*', DestinationArn }, { state }) => {
    const targets =
      DestinationArn === undefined
        ? sourcesOf(state, SourceArn).map(({ arn }) => arn)
        : [DestinationArn];
    return [
      ...takingNeeds('StartMessageMoveTask', SourceArn),
      ...targets.map((resource) => ({ action: 'sqs:SendMessage', resource })),
    ];
  },
  handle: (input, context) => {
    const { state, clock, random } = context;
    const { DestinationArn, MaxNumberOfMessagesPerSecond: perSecond } = input;
    const source = requireByArn(context, input.SourceArn ?? '', 'SourceArn');
    if (sourcesOf(state, source.arn).length === 0)
      throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
    if (DestinationArn !== undefined) {
      const destination = requireByArn(context, DestinationArn, 'DestinationArn');
      if (destination.attributes['FifoQueue'] !== source.attributes['FifoQueue'])
        throw invalidParameter('Source queue and destination queue must be of the same type.');
      if (destination.arn === source.arn)
        throw invalidParameter('Source queue arn and destination queue arn cannot be the same.');
    }
    if (
      perSecond !== undefined &&
      (!Number.isInteger(perSecond) || perSecond < 1 || perSecond > LIMITS.movedPerSecond)
    )
      throw invalidValue(
        perSecond,
        'MaxNumberOfMessagesPerSecond',
        `Must be between 1 and ${LIMITS.movedPerSecond}, if provided.`,
      );
    const earlier = tasksOf(state, source.arn);
    if (earlier.some(isActive))
      throw invalidParameter(
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    // As many as can be listed are kept.
    for (const { id } of earlier.slice(LIMITS.listedMoveTasks - 1)) state.moveTasks.delete(id);
    const { line } = state.lane(source);
    line.catchUp(clock.now());
    const task: MoveTask = {
      id: random.uuid(),
      status: 'RUNNING',
      sourceArn: source.arn,
      moved: 0,
      toMove: line.counts.ready,
      startedAt: clock.now(),
      ...(DestinationArn === undefined ? {} : { destinationArn: DestinationArn }),
      ...(perSecond === undefined ? {} : { perSecond }),
    };
    state.moveTasks.set(task.id, task);
    runTask(context, task);
    return { TaskHandle: handleOf(task) };
  },
});

const cancel = operation<
  SqsState,
  Sqs.CancelMessageMoveTaskRequest,
  Sqs.CancelMessageMoveTaskResult
>({
  needs: ({ TaskHandle = '' }) =>
    takingNeeds('CancelMessageMoveTask', readHandle(TaskHandle).sourceArn),
  handle: ({ TaskHandle = '' }, context) => {
    const { taskId, sourceArn } = readHandle(TaskHandle);
    requireByArn(context, sourceArn, 'SourceArn');
    const task = context.state.moveTasks.get(taskId);
    if (task === undefined) throw taskNotFound();
    // "A message movement task can be cancelled only when the current status is RUNNING" (API_CancelMessageMoveTask.html); text not seen.
    if (task.status !== 'RUNNING')
      throw invalidParameter(
        `Only active tasks can be cancelled. The task is in status ${task.status}.`,
      );
    context.state.moveTasks.set(taskId, { ...task, status: 'CANCELLING' });
    return { ApproximateNumberOfMessagesMoved: task.moved };
  },
});

const list = operation<SqsState, Sqs.ListMessageMoveTasksRequest, Sqs.ListMessageMoveTasksResult>({
  needs: ({ SourceArn = '*' }) => takingNeeds('ListMessageMoveTasks', SourceArn),
  handle: ({ SourceArn = '', MaxResults = 1 }, context) => {
    const { arn } = requireByArn(context, SourceArn, 'SourceArn');
    if (!Number.isInteger(MaxResults) || MaxResults < 1 || MaxResults > LIMITS.listedMoveTasks)
      throw invalidValue(
        MaxResults,
        'MaxResults',
        `Must be between 1 and ${LIMITS.listedMoveTasks}, if provided.`,
      );
    return {
      Results: tasksOf(context.state, arn)
        .slice(0, MaxResults)
        .map((task) => ({
          ...(task.status === 'RUNNING' ? { TaskHandle: handleOf(task) } : {}),
          Status: task.status,
          SourceArn: task.sourceArn,
          DestinationArn: task.destinationArn,
          MaxNumberOfMessagesPerSecond: task.perSecond,
          ApproximateNumberOfMessagesMoved: task.moved,
          ApproximateNumberOfMessagesToMove: task.toMove,
          FailureReason: task.failure,
          StartedTimestamp: task.startedAt,
        })),
    };
  },
});

/** Operations that move dead letters. */
export const moveOperations: OperationTable<SqsState> = {
  StartMessageMoveTask: start,
  CancelMessageMoveTask: cancel,
  ListMessageMoveTasks: list,
};
