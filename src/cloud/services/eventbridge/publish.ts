import type { ServiceContext } from '../../core/define-service.ts';
import { matches } from '../../patterns/index.ts';
import { deliver } from './deliver.ts';
import { isDoubled } from './disorder.ts';
import type { EventText } from './event.ts';
import type { Delivery, EventBridgeState, Rule } from './state.ts';

type Context = ServiceContext<EventBridgeState>;

/** An event that has come in. */
export interface Incoming {
  readonly event: EventText;
  readonly source: string;
  /** Milliseconds since the epoch. */
  readonly ingestedAt: number;
  /** Buses that it has passed. @defaultValue 0 */
  readonly hops?: number;
  /** Journal id. */
  readonly cause?: number;
  /** ARNs of the only rules that are asked. @defaultValue all of the bus */
  readonly only?: readonly string[];
}

/** Hands an event to every rule of a bus that it fits. */
export const publish = (context: Context, bus: string, incoming: Incoming): void => {
  const { state } = context;
  let parsed: unknown;
  for (const { rule, pattern } of state.candidates(bus, incoming.source)) {
    if (rule.state === 'DISABLED' || pattern === undefined) continue;
    if (incoming.only !== undefined && !incoming.only.includes(rule.arn)) continue;
    parsed ??= JSON.parse(incoming.event);
    if (matches(pattern, parsed)) trigger(context, rule, incoming);
  }
};

/** Sends an event to the targets of a rule, or into the archive that it fills. */
export const trigger = (context: Context, rule: Rule, incoming: Incoming): void => {
  const { state, random, clock } = context;
  const { event, ingestedAt, hops = 0, cause } = incoming;
  if (rule.archive !== undefined) {
    state.archive({ archive: rule.archive, event, ingestedAt }, random.uuid());
    return;
  }
  for (const target of rule.targets) {
    const delivery: Delivery = {
      ruleArn: rule.arn,
      ruleName: rule.name,
      target,
      event,
      ingestedAt,
      hops,
      retries: 0,
      dueAt: clock.now(),
      ...(cause === undefined ? {} : { cause }),
    };
    const times = isDoubled(context, delivery) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      const id = random.uuid();
      state.deliveries.set(id, delivery);
      deliver(context, id);
    }
  }
};
