import type * as EventBridge from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../core/aws-error.ts';
import type {
  OperationContext,
  OperationTable,
  ServiceContext,
} from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { eventsOf } from './archive-operations.ts';
import { constraints, NAME } from './constraints.ts';
import { alreadyExists, limitExceeded, replayNotFound, validation } from './errors.ts';
import { asReplayed } from './event.ts';
import { LIMITS } from './limits.ts';
import { busNameOf, replayArn, requireBus } from './names.ts';
import { assertOneFilter, pageOf } from './page.ts';
import { publish } from './publish.ts';
import type { EventBridgeState, Replay } from './state.ts';

type Context = ServiceContext<EventBridgeState>;

const REPLAY_STATES = ['STARTING', 'RUNNING', 'CANCELLING', 'COMPLETED', 'CANCELLED', 'FAILED'];

const isRunning = ({ state }: Replay) => state === 'STARTING' || state === 'RUNNING';

const told = (replay: Replay): EventBridge.Replay => ({
  ReplayName: replay.name,
  EventSourceArn: replay.sourceArn,
  State: replay.state,
  ...(replay.stateReason === undefined ? {} : { StateReason: replay.stateReason }),
  EventStartTime: new Date(replay.from),
  EventEndTime: new Date(replay.to),
  ...(replay.lastReplayedAt === undefined
    ? {}
    : { EventLastReplayedTime: new Date(replay.lastReplayedAt) }),
  ReplayStartTime: new Date(replay.startedAt),
  ...(replay.endedAt === undefined ? {} : { ReplayEndTime: new Date(replay.endedAt) }),
});

/**
 * Sends the events again, those of one minute together, as AWS does; each passes the rules that are asked.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
 */
const run = (context: Context, name: string): void =>
  context.background(`replay ${name}`, async () => {
    const { state, clock } = context;
    const replay = state.replays.get(name);
    if (replay === undefined) return;
    const finish = (ended: Replay['state'], lastReplayedAt?: number, stateReason?: string) => {
      const { lastReplayedAt: before, ...rest } = replay;
      const last = lastReplayedAt ?? before;
      state.replays.set(name, {
        ...rest,
        state: ended,
        endedAt: clock.now(),
        ...(last === undefined ? {} : { lastReplayedAt: last }),
        ...(stateReason === undefined ? {} : { stateReason }),
      });
    };
    if (replay.state === 'CANCELLING') return finish('CANCELLED');
    const archive = state.archives.get(replay.archive);
    if (archive === undefined)
      return finish('FAILED', undefined, `Archive ${replay.archive} does not exist.`);
    const after = replay.lastReplayedAt ?? Number.NEGATIVE_INFINITY;
    const events = eventsOf(context, archive).filter(
      ({ ingestedAt }) =>
        ingestedAt >= replay.from && ingestedAt <= replay.to && ingestedAt > after,
    );
    for (const { event } of events)
      publish(context, archive.busName, {
        event: asReplayed(event, name),
        source: (JSON.parse(event) as { readonly source: string }).source,
        ingestedAt: clock.now(),
        ...(replay.cause === undefined ? {} : { cause: replay.cause }),
        ...(replay.destination.FilterArns === undefined ||
        replay.destination.FilterArns.length === 0
          ? {}
          : { only: replay.destination.FilterArns }),
      });
    finish('COMPLETED', events.at(-1)?.ingestedAt);
  });

/** Takes up replays that an earlier run began. */
export const resumeReplays = (context: Context): void => {
  for (const replay of context.state.replays.values())
    if (isRunning(replay) || replay.state === 'CANCELLING') wake(context, replay.name);
};

const wake = (context: Context, name: string) =>
  context.state.reminders.set(`replay/${name}`, context.clock.now(), () => run(context, name));

const replayNeed =
  (action: string) =>
  (
    input: { readonly ReplayName?: string | undefined },
    context: OperationContext<EventBridgeState>,
  ) => ({ action: `events:${action}`, resource: replayArn(context, input.ReplayName ?? '') });

const requireReplay = (state: EventBridgeState, name: string): Replay => {
  const replay = state.replays.get(name);
  if (replay === undefined) throw replayNotFound(name);
  return replay;
};

/** Texts as recorded from AWS by LocalStack's snapshot tests (test_archive_and_replay.snapshot.json). */
const startReplay = operation<
  EventBridgeState,
  EventBridge.StartReplayRequest,
  EventBridge.StartReplayResponse
>({
  needs: (input, context) =>
    [input.EventSourceArn ?? '', replayArn(context, input.ReplayName ?? '')].map((resource) => ({
      action: 'events:StartReplay',
      resource,
    })),
  handle: (input, context) => {
    const { state, clock, callId } = context;
    const name = input.ReplayName ?? '';
    constraints()
      .text('replayName', name, NAME(64))
      .text('description', input.Description, { most: 512 })
      .check();
    const { Arn = '', FilterArns } = input.Destination ?? {};
    if (!Arn.includes(':event-bus/'))
      throw validation(
        'Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.',
      );
    const bus = requireBus(context, busNameOf(Arn, context));
    const sourceArn = input.EventSourceArn ?? '';
    const archiveName = sourceArn.split('archive/')[1] ?? '';
    const archive = state.archives.get(archiveName);
    if (archive === undefined)
      throw validation(
        `Parameter EventSourceArn is not valid. Reason: Archive ${archiveName} does not exist.`,
      );
    if (archive.busName !== bus.name)
      throw validation(
        'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
      );
    const [from, to] = [input.EventStartTime?.getTime() ?? 0, input.EventEndTime?.getTime() ?? 0];
    if (from >= to)
      throw validation(
        'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
      );
    if (state.replays.has(name)) throw alreadyExists(`Replay ${name}`);
    if ([...state.replays.values()].filter(isRunning).length >= LIMITS.replays)
      throw limitExceeded();
    const replay: Replay = {
      name,
      arn: replayArn(context, name),
      archive: archive.name,
      sourceArn,
      destination: { Arn, ...(FilterArns === undefined ? {} : { FilterArns }) },
      from,
      to,
      startedAt: clock.now(),
      state: 'STARTING',
      cause: callId,
      ...(input.Description === undefined ? {} : { description: input.Description }),
    };
    state.replays.set(name, replay);
    wake(context, name);
    return {
      ReplayArn: replay.arn,
      State: 'STARTING',
      ReplayStartTime: new Date(replay.startedAt),
    };
  },
});

export const replayOperations: OperationTable<EventBridgeState> = {
  StartReplay: startReplay,
  CancelReplay: operation<
    EventBridgeState,
    EventBridge.CancelReplayRequest,
    EventBridge.CancelReplayResponse
  >({
    needs: replayNeed('CancelReplay'),
    handle: (input, { state }) => {
      const replay = requireReplay(state, input.ReplayName ?? '');
      if (!isRunning(replay))
        throw new AwsError(
          'IllegalStatusException',
          `Replay ${replay.name} is not in a valid state for this operation.`,
        );
      state.replays.set(replay.name, { ...replay, state: 'CANCELLING' });
      return { ReplayArn: replay.arn, State: 'CANCELLING' };
    },
  }),
  DescribeReplay: operation<
    EventBridgeState,
    EventBridge.DescribeReplayRequest,
    EventBridge.DescribeReplayResponse
  >({
    needs: replayNeed('DescribeReplay'),
    handle: (input, { state }) => {
      const replay = requireReplay(state, input.ReplayName ?? '');
      const { Arn, FilterArns } = replay.destination;
      return {
        ...told(replay),
        ReplayArn: replay.arn,
        Destination: { Arn, ...(FilterArns === undefined ? {} : { FilterArns: [...FilterArns] }) },
        ...(replay.description === undefined ? {} : { Description: replay.description }),
      };
    },
  }),
  ListReplays: operation<
    EventBridgeState,
    EventBridge.ListReplaysRequest,
    EventBridge.ListReplaysResponse
  >({
    needs: () => ({ action: 'events:ListReplays', resource: '*' }),
    handle: (input, { state }) => {
      constraints().text('state', input.State, { values: REPLAY_STATES }).check();
      assertOneFilter('ListReplays', input);
      const replays = [...state.replays.values()]
        .filter(
          (replay) =>
            replay.name.startsWith(input.NamePrefix ?? '') &&
            (input.State === undefined || input.State === replay.state) &&
            (input.EventSourceArn === undefined || input.EventSourceArn === replay.sourceArn),
        )
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { page, next } = pageOf(replays, input);
      return { Replays: page.map(told), ...next };
    },
  }),
};
