import { plainName } from '../../core/disorder.ts';
import { internalError } from './errors.ts';
import type { Entry } from './line.ts';
import type { Context } from './names.ts';
import type { Lane } from './state.ts';

const nameOf = ({ arn }: Lane) => plainName(arn.slice(arn.lastIndexOf(':') + 1));

/** Of how many of the oldest messages any may come first. */
const REACH = 8;

/**
 * How many messages a receive brings at most. "A particular receive request might not return all of your messages […] a subsequent
 * request will return your messages": a short poll of a standard queue may bring none, but not twice in a row. Who polls for long
 * gets one at least, and so does Lambda, which is told of every arrival.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
 */
export const fewerOf = (context: Context, lane: Lane, most: number, isShort: boolean): number => {
  const { settings, counts } = lane.line;
  const there = Math.min(most, counts.ready);
  const mayBeEmpty =
    isShort && !settings.fifo && context.wire !== undefined && lane.cameEmpty !== true;
  const least = mayBeEmpty ? 0 : 1;
  const way = context.disorder?.pick({
    point: 'sqs.fewer',
    about: nameOf(lane),
    ways: there - least,
    says: (picked) =>
      `a receive from ${nameOf(lane)} brought ${least + picked} of ${there} messages`,
  });
  lane.cameEmpty = way === 0 && least === 0;
  return way === undefined ? most : least + way;
};

/** Another message than the oldest of a standard queue, now and then. */
export const outOfTurn = (context: Context, lane: Lane): Entry | undefined => {
  const { disorder } = context;
  if (disorder === undefined || lane.line.settings.fifo) return undefined;
  const [, ...others] = lane.line.oldestReady(REACH);
  const way = disorder.pick({
    point: 'sqs.order',
    about: nameOf(lane),
    ways: others.length,
    says: (picked) =>
      `${nameOf(lane)} gave out ${textOf(others[picked])} before ${picked + 1} older message${picked === 0 ? '' : 's'}`,
  });
  return way === undefined ? undefined : others[way];
};

/** Whether a copy of a message that is handed out for the first time stays, to be handed out again. */
export const leavesCopy = (context: Context, lane: Lane, entry: Entry): boolean =>
  context.disorder !== undefined &&
  !lane.line.settings.fifo &&
  entry.message.receipt === undefined &&
  context.disorder.happens({
    point: 'sqs.duplicate',
    about: nameOf(lane),
    says: () => `${nameOf(lane)} hands out ${textOf(entry)} twice`,
  });

/** Whether a message that is deleted comes back when its visibility timeout ends. */
export const survives = (context: Context, lane: Lane, entry: Entry): boolean =>
  context.disorder !== undefined &&
  !lane.line.settings.fifo &&
  entry.place === 'inFlight' &&
  entry.message.receives === 1 &&
  context.disorder.happens({
    point: 'sqs.undeleted',
    about: nameOf(lane),
    says: () => `${nameOf(lane)} did not delete ${textOf(entry)}, which comes back later`,
  });

/** Fails an entry of a client's batch now and then. @throws {InternalError} */
export const failNowAndThen = (
  context: Context,
  lane: Lane,
  { Id }: { readonly Id: string | undefined },
): void => {
  if (context.disorder === undefined || context.wire === undefined) return;
  const fails = context.disorder.happens({
    point: 'sqs.partial',
    about: nameOf(lane),
    says: () => `entry ${Id ?? ''} of a batch for ${nameOf(lane)} failed`,
  });
  if (fails) throw internalError();
};

const SHOWN = 40;

const textOf = (entry: Entry | undefined) => {
  const body = entry?.message.body ?? '';
  return JSON.stringify(body.length > SHOWN ? `${body.slice(0, SHOWN)}…` : body);
};
