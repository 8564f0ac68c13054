import type { ServiceContext } from '../../core/define-service.ts';
import type { Entry } from './line.ts';
import { findByArn } from './names.ts';
import { sequenceOf } from './send.ts';
import type { MoveTask, Queue, SqsState } from './state.ts';
import { wake } from './wake.ts';

type Context = ServiceContext<SqsState>;

const SECOND_MS = 1_000;
/** Messages moved in a second where the task names no rate: AWS chooses it by the backlog, and says no number. */
const OWN_RATE = 10_000;

const FAILURES = {
  gone: 'AWS.SimpleQueueService.NonExistentQueue',
  // Not seen from AWS.
  sourceUnknown: 'CouldNotDetermineMessageSource',
} as const;

const destinationOf = (
  context: Context,
  task: MoveTask,
  { message }: Entry,
): Queue | keyof typeof FAILURES => {
  const arn = task.destinationArn ?? message.sourceArn;
  if (arn === undefined) return 'sourceUnknown';
  return findByArn(context.state, arn) ?? 'gone';
};

/**
 * "All redriven messages are considered new messages with a new messageID and enqueueTime assigned to them."
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
const redrive = (context: Context, from: Queue, into: Queue, entry: Entry) => {
  const { state, random, clock } = context;
  const id = random.uuid();
  const now = clock.now();
  const order = state.nextOrder(now);
  const { body, md5, attributes, traceHeader, senderId, groupId, deduplicationId, dataKey } =
    entry.message;
  const cause = context.journal.note(
    'sqs',
    `message ${entry.message.id} was moved to ${into.arn} as ${id}`,
    {
      cause: entry.message.cause,
      source: from.arn,
      target: into.arn,
    },
  );
  const message = {
    order,
    id,
    cause,
    body,
    md5,
    senderId,
    sentAt: now,
    enqueuedAt: now,
    receives: 0,
    receivesHere: 0,
    visibleAt: now,
    ...(attributes === undefined ? {} : { attributes }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(deduplicationId === undefined ? {} : { deduplicationId, sequence: sequenceOf(order) }),
    ...(dataKey === undefined ? {} : { dataKey }),
  };
  state.lane(from).line.remove(entry);
  const lane = state.lane(into);
  const key = `${into.id}/${order.toString(36)}`;
  state.messages.set(key, message);
  lane.line.add(key, message, now);
  wake(context, lane);
};

/** Moves up to a second's worth. @returns the task as it stands then */
const moveSome = (context: Context, task: MoveTask): MoveTask => {
  const from = findByArn(context.state, task.sourceArn);
  if (from === undefined) return { ...task, status: 'FAILED', failure: FAILURES.gone };
  const lane = context.state.lane(from);
  lane.line.catchUp(context.clock.now());
  const most = Math.min(task.perSecond ?? OWN_RATE, task.toMove - task.moved);
  let moved = 0;
  let failure: string | undefined;
  while (moved < most && failure === undefined) {
    const entry = lane.line.next();
    if (entry === undefined) break;
    const into = destinationOf(context, task, entry);
    if (typeof into === 'string') failure = FAILURES[into];
    else {
      redrive(context, from, into, entry);
      moved += 1;
    }
  }
  wake(context, lane);
  const now = { ...task, moved: task.moved + moved };
  if (failure !== undefined) return { ...now, status: 'FAILED', failure };
  const isDone = now.moved >= now.toMove || lane.line.next() === undefined;
  return isDone ? { ...now, status: 'COMPLETED' } : now;
};

const step = (context: Context, id: string): void => {
  const task = context.state.moveTasks.get(id);
  if (task === undefined) return;
  if (task.status === 'CANCELLING') {
    context.state.moveTasks.set(id, { ...task, status: 'CANCELLED' });
    return;
  }
  if (task.status !== 'RUNNING') return;
  const now = moveSome(context, task);
  context.state.moveTasks.set(id, now);
  if (now.status === 'RUNNING') later(context, id);
};

const later = (context: Context, id: string) => {
  const { taskTimers } = context.state;
  const timer = context.clock.after(SECOND_MS, () => {
    taskTimers.delete(id);
    step(context, id);
    context.commit();
  });
  taskTimers.set(id, timer);
};

/** Begins a task: one with a rate moves its first messages a second from now, another at once. */
export const runTask = (context: Context, task: MoveTask): void => {
  if (task.perSecond !== undefined) later(context, task.id);
  else context.background('move task', () => Promise.resolve(step(context, task.id)));
};

/** Takes up the tasks that an earlier run left. */
export const resumeTasks = (context: Context): void => {
  for (const [id, { status }] of context.state.moveTasks.entries())
    if (status === 'RUNNING' || status === 'CANCELLING') later(context, id);
};
