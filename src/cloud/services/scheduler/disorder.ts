import type { ServiceContext } from '../../core/define-service.ts';
import { plainName } from '../../core/disorder.ts';
import type { Invocation, SchedulerState } from './state.ts';

type Context = ServiceContext<SchedulerState>;

const aboutOf = ({ group, name }: Invocation) => `${group}/${plainName(name)}`;

/**
 * Whether a schedule invokes its target twice: "EventBridge Scheduler provides at-least-once event delivery to targets".
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
 */
export const isDoubled = ({ disorder }: Context, invocation: Invocation): boolean =>
  disorder !== undefined &&
  disorder.happens({
    point: 'scheduler.duplicate',
    about: aboutOf(invocation),
    says: () => `the schedule ${aboutOf(invocation)} invokes its target twice`,
  });

/** Waits, now and then, until what else is due has been done. */
export const comeLate = async (
  { disorder }: Context,
  invocation: Invocation | undefined,
): Promise<void> => {
  if (invocation === undefined || invocation.retries > 0) return;
  await disorder?.late({
    point: 'scheduler.order',
    about: aboutOf(invocation),
    says: () => `the schedule ${aboutOf(invocation)} invokes its target late`,
  });
};
