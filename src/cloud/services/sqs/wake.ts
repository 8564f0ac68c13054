import type { ServiceContext } from '../../core/define-service.ts';
import { tellEveryMinute } from './metrics.ts';
import type { Lane, SqsState } from './state.ts';

type Context = ServiceContext<SqsState>;

/** After every change of a queue: tells who waits what there is, and sets the queue's one timer for what comes next. */
export const wake = (context: Context, lane: Lane): void => {
  arm(context, lane);
  if (lane.line.takeNews()) context.arrivals.announce(lane.arn);
};

/** A timer that rings too soon does no harm: it is set again. So only one that would ring too late is replaced. */
const arm = (context: Context, lane: Lane) => {
  const at = lane.line.nextDue();
  if (at === undefined || (lane.timer !== undefined && lane.timer.at <= at)) return;
  lane.timer?.timer.cancel();
  const timer = context.clock.after(Math.max(0, at - context.clock.now()), () => {
    lane.timer = undefined;
    lane.line.catchUp(context.clock.now());
    wake(context, lane);
    context.commit();
  });
  lane.timer = { at, timer };
};

/** Takes up what an earlier run left. */
export const wakeAll = (context: Context): void => {
  for (const lane of context.state.lanes()) {
    lane.line.catchUp(context.clock.now());
    wake(context, lane);
  }
  tellEveryMinute(context);
};
