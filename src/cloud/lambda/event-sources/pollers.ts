import type { ServiceContext } from '../../core/define-service.ts';
import type { LambdaState } from '../state.ts';
import type { MappingRecord, Poller } from './mapping.ts';

type Context = ServiceContext<LambdaState>;

/** Pollers are loaded for the first mapping, not for the start of every cloud. */
const load = (kind: MappingRecord['kind']) =>
  kind === 'sqs'
    ? import('./queues/queue-poller.ts').then(({ startQueuePoller }) => startQueuePoller)
    : import('./streams/stream-poller.ts').then(({ startStreamPoller }) => startStreamPoller);

/** Loads the pollers of all kinds. */
export const loadPollers = () => Promise.all([load('sqs'), load('kinesis')]);

/**
 * Begins to feed the function of a mapping, or goes on as the mapping now says. What an earlier poller has handed over is dealt
 * with first.
 */
export const startPoller = async (context: Context, uuid: string): Promise<void> => {
  const { state } = context;
  const before = state.pollers.get(uuid);
  await before?.stop();
  const kind = state.eventSourceMappings.get(uuid)?.kind;
  const start = kind === undefined ? undefined : await load(kind);
  // Of several calls that waited for one poller the first goes on, with the newest record.
  if (state.pollers.get(uuid) !== before) return;
  state.pollers.delete(uuid);
  const mapping = state.eventSourceMappings.get(uuid);
  if (mapping?.enabled !== true || start === undefined || state.stopped === true) return;
  const poller: Poller = start(state.base ?? context, mapping);
  state.pollers.set(uuid, poller);
  await poller.ready;
};

/** Ends the feeding, and forgets how far it had come. */
export const dropPoller = async (context: Context, uuid: string): Promise<void> => {
  const { state } = context;
  for (const [key, { mapping }] of state.shardProgress.entries())
    if (mapping === uuid) state.shardProgress.delete(key);
  const poller = state.pollers.get(uuid);
  await poller?.stop();
  if (state.pollers.get(uuid) === poller) state.pollers.delete(uuid);
};

/** Takes up every mapping that an earlier run left. */
export const resumePollers = (context: Context): void => {
  for (const { uuid, enabled } of context.state.eventSourceMappings.values())
    if (enabled) context.background('event source mapping', () => startPoller(context, uuid));
};
