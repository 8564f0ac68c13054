import type { AwsError } from '../../core/aws-error.ts';
import { failureOutcome } from '../../core/aws-error.ts';
import type { Timer } from '../../core/clock.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import type { LambdaState } from '../state.ts';
import { POLLING } from './limits.ts';
import type { MappingRecord } from './mapping.ts';
import { streamOf } from './source.ts';

/** What tells a poller to look at its source, and when not to. */
export interface Attention {
  /** Looks at the source, now or once the look that is going on has ended. */
  wake(): void;
  /** Leaves the source alone: it, or the role, is not as it should be. The next look is due with a change or after a minute. */
  fault(error: AwsError): void;
  /** Notes what became of the last batch; undefined where nothing is told of success. */
  result(text: string | undefined): void;
  /** The mapping as it stands; undefined when it is gone, disabled or stopped. */
  mapping(): MappingRecord | undefined;
  /** Runs work that stopping waits for. */
  work(task: () => Promise<void>): void;
  readonly stopped: boolean;
  stop(): Promise<void>;
}

/** Calls of IAM that change nothing. */
const LOOKS = /^(Get|List|Simulate|Generate)/;

/** @param look - Asks the source until it has nothing more, or no batch can be taken */
export const createAttention = (
  context: ServiceContext<LambdaState>,
  { uuid, sourceArn }: MappingRecord,
  look: () => Promise<void>,
): Attention => {
  const { state, clock, journal } = context;
  let stopped = false;
  let looking = false;
  let again = false;
  let trouble: { readonly timer: Timer; readonly unlisten: () => void } | undefined;
  const running = new Set<Promise<void>>();

  const mapping = () => {
    const found =
      stopped || state.stopped === true ? undefined : state.eventSourceMappings.get(uuid);
    return found?.enabled === true ? found : undefined;
  };

  const work = (task: () => Promise<void>) =>
    context.background('event source mapping', () => {
      const done = task();
      running.add(done);
      return done.finally(() => running.delete(done));
    });

  const lookOn = async () => {
    // Whoever announced something ends first.
    await Promise.resolve();
    try {
      do {
        again = false;
        await look();
      } while (again && trouble === undefined && mapping() !== undefined);
    } finally {
      looking = false;
    }
  };

  const wake = () => {
    if (stopped || trouble !== undefined) return;
    again = true;
    if (looking) return;
    looking = true;
    work(lookOn);
  };

  const keep = (lastResult: string | undefined) => {
    const record = state.eventSourceMappings.get(uuid);
    if (record === undefined || record.lastResult === lastResult) return;
    const { lastResult: _before, ...rest } = record;
    state.eventSourceMappings.set(uuid, {
      ...rest,
      ...(lastResult === undefined ? {} : { lastResult }),
    });
  };

  const recover = () => {
    trouble?.timer.cancel();
    trouble?.unlisten();
    trouble = undefined;
    wake();
  };

  const fault = (error: AwsError) => {
    if (stopped || trouble !== undefined) return;
    const text = `PROBLEM: ${error.message}`;
    if (state.eventSourceMappings.get(uuid)?.lastResult !== text)
      journal.note(
        'lambda',
        `Event source mapping ${uuid} leaves ${sourceArn} alone: ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}. It looks again in a minute, or as soon as a permission changes.`,
        { outcome: failureOutcome(error) },
      );
    keep(text);
    trouble = {
      timer: clock.after(POLLING.faultMs, recover),
      unlisten: journal.listen(({ service, operation, outcome }) => {
        if (service === 'iam' && outcome === 'ok' && !LOOKS.test(operation)) recover();
      }),
    };
  };

  const unlisten = context.arrivals.listen(streamOf(sourceArn), wake);

  return {
    wake,
    fault,
    result: (text) => {
      if (trouble === undefined) keep(text);
    },
    mapping,
    work,
    get stopped() {
      return stopped;
    },
    stop: async () => {
      stopped = true;
      unlisten();
      trouble?.timer.cancel();
      trouble?.unlisten();
      trouble = undefined;
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
};
