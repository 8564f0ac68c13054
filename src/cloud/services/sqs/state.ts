import type { StateTools } from '../../core/define-service.ts';
import type { Timer } from '../../core/clock.ts';
import type { MinuteTeller } from '../../core/minute-teller.ts';
import { createMinuteTeller } from '../../core/minute-teller.ts';
import type { Table } from '../../core/store.ts';
import { LIMITS } from './limits.ts';
import type { Line } from './line.ts';
import { createLine } from './line.ts';
import type { Message } from './message.ts';
import type { Tally } from './metrics.ts';
import { settingsOf } from './settings.ts';

/** A queue. Times are milliseconds since the epoch. */
export interface Queue {
  /** Tells it from an earlier queue of the same name; begins the keys of its messages. */
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** As they were set; what was not set has its default. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly purgedAt?: number;
}

/** What a deduplication id stands for while it counts. */
export interface Deduplication {
  readonly at: number;
  readonly messageId: string;
  readonly sequence: string;
}

export type MoveStatus = 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED';

/** A task that moves dead letters. */
export interface MoveTask {
  readonly id: string;
  readonly status: MoveStatus;
  readonly sourceArn: string;
  readonly destinationArn?: string;
  readonly perSecond?: number;
  readonly moved: number;
  readonly toMove: number;
  readonly startedAt: number;
  readonly failure?: string;
}

/** The messages that a `ReceiveRequestAttemptId` brought, and what they were like then. */
export interface Attempt {
  readonly at: number;
  readonly received: readonly { readonly key: string; readonly message: Message }[];
}

/** A queue at work: its line and what hangs on it while the cloud runs. */
export interface Lane {
  readonly queueId: string;
  readonly arn: string;
  readonly line: Line;
  /** What happened since CloudWatch was told last. */
  tally: Tally | undefined;
  timer: { readonly at: number; readonly timer: Timer } | undefined;
  /** By deduplication id, within the group where that is the scope; oldest first. */
  readonly seen: Map<string, Deduplication>;
  readonly attempts: Map<string, Attempt>;
  /** Whether the last receive brought nothing though there was something. */
  cameEmpty?: boolean;
  /** Data keys in use, by the principal that may. */
  readonly sealing: Map<string, { readonly until: number; readonly dataKey: Uint8Array }>;
  /** Principals that were allowed to decrypt, and until when that is not asked again. */
  readonly opening: Map<string, number>;
}

export interface SqsState {
  readonly queues: Table<Queue>;
  readonly messages: Table<Message>;
  /** When queues were deleted, by name. */
  readonly deleted: Table<number>;
  readonly moveTasks: Table<MoveTask>;
  lane(queue: Queue): Lane;
  addQueue(queue: Queue): void;
  /** Changes its record, and what its line does. */
  changeQueue(queue: Queue): void;
  removeQueue(queue: Queue, now: number): void;
  lanes(): Iterable<Lane>;
  /** A place behind all that were given out before, in earlier runs, too. */
  nextOrder(now: number): number;
  remember(lane: Lane, id: string, found: Deduplication): void;
  /** What a deduplication id stands for now. */
  recall(lane: Lane, id: string, now: number): Deduplication | undefined;
  /** Timers of move tasks that run, by task. */
  readonly taskTimers: Map<string, Timer>;
  /** Tells CloudWatch. */
  readonly teller: MinuteTeller;
  /** Calls every timer off: a cloud that has stopped does nothing more. */
  stop(): void;
}

const messageQueue = (key: string) => key.slice(0, key.indexOf('/'));

/** Places in a queue count up within a millisecond; 2^53 of them last until the year 2109. */
const ORDERS_PER_MS = 2_048;

export const createSqsState = (tools: StateTools): SqsState => {
  const queues = tools.table<Queue>('queues');
  const messages = tools.table<Message>('messages');
  const deleted = tools.table<number>('deleted');
  const deduplications = tools.table<Deduplication>('deduplications');
  const lanes = new Map<string, Lane>();
  const taskTimers = new Map<string, Timer>();
  const teller = createMinuteTeller('AWS/SQS', 'sqs.amazonaws.com');
  let lastOrder = 0;

  const open = (queue: Queue): Lane => {
    const lane: Lane = {
      queueId: queue.id,
      arn: queue.arn,
      line: createLine(messages, settingsOf(queue.attributes)),
      timer: undefined,
      tally: undefined,
      seen: new Map(),
      attempts: new Map(),
      sealing: new Map(),
      opening: new Map(),
    };
    lanes.set(queue.id, lane);
    return lane;
  };
  const forgetOld = (lane: Lane, now: number) => {
    for (const [id, { at }] of lane.seen) {
      if (at + LIMITS.deduplicationMs > now) return;
      lane.seen.delete(id);
      deduplications.delete(`${lane.queueId}/${id}`);
    }
  };

  for (const queue of queues.values()) open(queue);
  const now = tools.clock.now();
  for (const [key, message] of messages.entries()) {
    lastOrder = Math.max(lastOrder, message.order);
    lanes.get(messageQueue(key))?.line.add(key, message, now);
  }
  const known = [...deduplications.entries()].sort(([, one], [, other]) => one.at - other.at);
  for (const [key, found] of known)
    lanes.get(messageQueue(key))?.seen.set(key.slice(key.indexOf('/') + 1), found);

  return {
    queues,
    messages,
    deleted,
    moveTasks: tools.table<MoveTask>('move-tasks'),
    lane: (queue) => lanes.get(queue.id) ?? open(queue),
    lanes: () => lanes.values(),
    addQueue: (queue) => {
      queues.set(queue.name, queue);
      deleted.delete(queue.name);
      open(queue);
    },
    changeQueue: (queue) => {
      queues.set(queue.name, queue);
      lanes.get(queue.id)?.line.adjust(settingsOf(queue.attributes));
    },
    removeQueue: (queue, at) => {
      const lane = lanes.get(queue.id);
      lane?.timer?.timer.cancel();
      lane?.line.clear();
      for (const id of lane?.seen.keys() ?? []) deduplications.delete(`${queue.id}/${id}`);
      lanes.delete(queue.id);
      queues.delete(queue.name);
      deleted.set(queue.name, at);
    },
    nextOrder: (at) => {
      lastOrder = Math.max(lastOrder + 1, at * ORDERS_PER_MS);
      return lastOrder;
    },
    remember: (lane, id, found) => {
      lane.seen.set(id, found);
      deduplications.set(`${lane.queueId}/${id}`, found);
    },
    recall: (lane, id, at) => {
      forgetOld(lane, at);
      return lane.seen.get(id);
    },
    taskTimers,
    teller,
    stop: () => {
      teller.stop();
      for (const { timer } of lanes.values()) timer?.timer.cancel();
      for (const timer of taskTimers.values()) timer.cancel();
    },
  };
};
